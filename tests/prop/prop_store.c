/* What the store recalls of an event is what the stream showed: every field of
 * every event has the same value, with and without the event's bytes, in any order.
 * Only what was learned after the event may be known to the store and not to the
 * stream. Arguments: a seed, or captures. */
#include "engine/base/mem.h"
#include "engine/field/field.h"
#include "engine/field/operand.h"
#include "engine/field/render.h"
#include "engine/field/clock.h"
#include "engine/base/hash.h"
#include "engine/store/recall.h"
#include "engine/store/store.h"
#include "engine/world/world.h"
#include "tests/lib/check.h"
#include "tests/lib/replay.h"
#include "tests/lib/rng.h"
#include "tests/lib/sample.h"

#define FIELDS_MAX 1024

/* Fields to ask for, with an argument where one is needed. */
static const char *const with_args[] = {
	"proc.aname[1]", "proc.apid[2]", "proc.aexepath[1]", "proc.acmdline[0]",
	"proc.env[PATH]", "evt.arg.fd", "evt.arg.name", "evt.arg[0]", "evt.arg[1]",
	"evt.rawarg.res", "evt.type.is.read", "fd.types[0]", "fd.types[1]",
	"container.label.app", "evt.around[1000]",
};

/* "evt.args" has names of users and containers. */
static const char *const fact_domains[] = {
	"user.", "group.", "container.", "k8s.", "mesos.", "evt.arg", "evt.info",
	"fd.container", "proc.is_container",
};

struct operands {
	struct operand *list[FIELDS_MAX];
	const char *names[FIELDS_MAX];
	bool is_fact[FIELDS_MAX];	/* what is told of containers and users shows in it */
	size_t n;
};

static void
add_operand(struct operands *o, const char *text)
{
	struct err err = { 0 };
	size_t len;

	o->list[o->n] = operand_parse(text, &len, &err);
	if (!o->list[o->n] || len != strlen(text))
		return;
	for (size_t i = 0; i < ARRAY_LEN(fact_domains); i++)
		o->is_fact[o->n] |= !strncmp(text, fact_domains[i], strlen(fact_domains[i]));
	o->names[o->n++] = text;
}

static void
make_operands(struct operands *o)
{
	for (size_t d = 0; d < n_domains; d++)
		for (size_t f = 0; f < domains[d]->n_fields; f++)
			if (domains[d]->fields[f].scope != OF_STREAM)
				add_operand(o, domains[d]->fields[f].name);
	for (size_t i = 0; i < ARRAY_LEN(with_args); i++)
		add_operand(o, with_args[i]);
}

/* Something that fields are asked of. */
struct asker {
	struct eval ev;
	struct render render;
	struct clock clock;
	struct text scratch, text;
	struct value list[FIELD_LIST_MAX];
};

static void
asker_init(struct asker *a, const struct world *w)
{
	memset(a, 0, sizeof(*a));
	clock_init(&a->clock, NULL);
	render_init(&a->render, w, &a->clock);
	a->ev = (struct eval){ .world = w, .render = &a->render, .scratch = &a->scratch,
			       .list = a->list };
}

static void
asker_fini(struct asker *a)
{
	render_fini(&a->render);
	text_fini(&a->scratch);
	text_fini(&a->text);
}

/* The value of O as text, in A's; "-": there is none. */
static void
ask(struct asker *a, struct operand *o)
{
	struct value v;

	a->text.len = 0;
	if (operand_get(o, &a->ev, &v))
		operand_text(o, &v, &a->render, &a->text);
	else
		text_str(&a->text, "-");
}

static uint64_t
hash_of(struct asker *a, struct operand *o)
{
	ask(a, o);
	return hash_bytes(a->text.p, a->text.len, 1);
}

struct test {
	struct operands o;
	uint64_t *hashes;		/* by event and operand */
	uint64_t *facts;		/* by event: how much was known of containers, users */
	uint64_t all_facts;
	size_t n_events, cap, cap_facts;
	uint64_t first_ns;
	size_t n_wrong[FIELDS_MAX];
	bool verbose;
};

static void
stream(struct test *t, const struct scap *b)
{
	struct source *s = replay_open(b->p, b->len, NULL);
	struct world *w = world_new(NULL, NULL);
	struct asker a;
	struct record rec;

	asker_init(&a, w);
	t->n_events = 0;
	while (source_next(s, &rec)) {
		const struct moment *m = world_take(w, &rec);

		if (!m || !m->num)
			continue;
		if (!a.ev.first_ns)
			t->first_ns = a.ev.first_ns = m->ev->ts_ns;
		eval_moment(&a.ev, m);
		xgrow(&t->hashes, &t->cap, (t->n_events + 1) * t->o.n, sizeof(*t->hashes));
		xgrow(&t->facts, &t->cap_facts, t->n_events + 1, sizeof(*t->facts));
		t->all_facts = t->facts[t->n_events] = world_age(w)->facts;
		for (size_t i = 0; i < t->o.n; i++)
			t->hashes[t->n_events * t->o.n + i] = hash_of(&a, t->o.list[i]);
		t->n_events++;
	}
	asker_fini(&a);
	world_free(w);
	source_close(s);
}

static struct store *
load(const struct scap *b, struct source **source)
{
	struct store *s;
	struct record rec;

	*source = replay_open(b->p, b->len, NULL);
	s = store_new(0);
	while (source_next(*source, &rec))
		store_take(s, &rec);
	store_publish(s);
	return s;
}

static void
compare(struct test *t, const struct scap *b)
{
	struct source *source;
	struct store *s = load(b, &source);
	struct snapshot *snap = store_snapshot(s);
	struct recall *r = recall_new(snap);
	struct asker a;

	asker_init(&a, recall_world(r));
	a.ev.first_ns = t->first_ns;
	CHECK(snap->end - snap->first == t->n_events, "%zu events", t->n_events);
	for (uint64_t k = 0; k < t->n_events; k++) {
		const struct moment *m = recall_event(r, k + 1, NULL);

		for (int light = 0; light < 2; light++) {
			eval_moment(&a.ev, m);
			for (size_t i = 0; i < t->o.n; i++) {
				if (light && operand_scope(t->o.list[i]) == OF_PAYLOAD)
					continue;
				if (t->o.is_fact[i] && t->facts[k] != t->all_facts)
					continue;
				if (hash_of(&a, t->o.list[i]) == t->hashes[k * t->o.n + i])
					continue;
				if (!t->n_wrong[i]++ || t->verbose)
					printf("# event %llu %s %s%s: %s\n",
					       (unsigned long long)k + 1, m->ev->type->name,
					       t->o.names[i], light ? " (row)" : "", a.text.p);
			}
			m = recall_row(r, k + 1);
		}
	}
	asker_fini(&a);
	recall_free(r);
	snapshot_free(snap);
	store_free(s);
	source_close(source);
	for (size_t i = 0; i < t->o.n; i++)
		if (t->n_wrong[i])
			CHECK(!t->n_wrong[i], "%s: %zu wrong", t->o.names[i], t->n_wrong[i]);
	memset(t->n_wrong, 0, sizeof(t->n_wrong));
}

static bool
read_file(struct scap *b, const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t piece[65536];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(piece, 1, sizeof(piece), f)))
		scap_put(b, piece, n);
	fclose(f);
	return b->len > 0;
}

int
main(int argc, char **argv)
{
	static struct test t;
	struct scap b = { 0 };

	make_operands(&t.o);
	if (argc < 2 || !read_file(&b, argv[1]))
		die("which capture?");
	t.verbose = argc > 2;
	stream(&t, &b);
	compare(&t, &b);
	for (unsigned i = 0; i < 30; i++) {
		struct rng r = { i };

		b.len = 0;
		sample_everything(&b, &r);
		stream(&t, &b);
		compare(&t, &b);
	}
	scap_fini(&b);
	return check_done();
}
