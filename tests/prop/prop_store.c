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
#include "tests/lib/life.h"
#include "tests/lib/others.h"
#include "tests/lib/replay.h"
#include "tests/lib/rng.h"
#include "tests/lib/sample.h"

#define FIELDS_MAX 1024
#define LIFE_EVENTS 700		/* of each section */
#define MANY_EVENTS 130000		/* the same, of a capture that fills chunks */
#define BUDGET (20u << 20)

/* Fields to ask for, with an argument where one is needed. */
static const char *const with_args[] = {
	"proc.aname[1]", "proc.apid[2]", "proc.aexepath[1]", "proc.acmdline[0]",
	"proc.env[PATH]", "evt.arg.fd", "evt.arg.name", "evt.arg[0]", "evt.arg[1]",
	"evt.rawarg.res", "evt.type.is.read", "fd.types[0]", "fd.types[1]",
	"container.label.app", "evt.around[1000]", "span.tag[0]", "span.arg.x",
	"span.enterarg[0]", "span.duration.fortag[0]", "span.count.fortag[1]",
	"span.childcount.fortag[0]", "span.idtag[0]", "evtin.span.tag[0]", "evtin.span.arg.x",
	"evtin.span.m.tag[1]",
};

/* "evt.args" has names of users and containers. */
static const char *const fact_domains[] = {
	"user.", "group.", "container.", "k8s.", "mesos.", "evt.arg", "evt.info",
	"fd.container", "proc.is_container",
};

/* Who did it, and on what. */
static const char *const vague_domains[] = {
	"proc.", "thread.", "user.", "group.", "evtin.", "fd.", "fs.", "evt.a", "evt.info",
	"evt.count.procinfo", "evt.count.threadinfo",
};

struct operands {
	struct operand *list[FIELDS_MAX];
	const char *names[FIELDS_MAX];
	bool is_fact[FIELDS_MAX];	/* what is told of containers and users shows in it */
	bool is_vague[FIELDS_MAX];
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
	for (size_t i = 0; i < ARRAY_LEN(vague_domains); i++)
		o->is_vague[o->n] |= !strncmp(text, vague_domains[i], strlen(vague_domains[i]));
	o->names[o->n++] = text;
}

/* Those of spans, where it takes long to ask for all. */
static void
make_span_operands(struct operands *o)
{
	static const char *const names[] = {
		"span.id", "span.tags", "span.args", "span.enterargs", "span.duration",
		"span.rawtime", "span.rawparenttime", "evtin.span.m.id", "evtin.span.m.tags",
		"evtin.span.m.args",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		add_operand(o, names[i]);
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

/* The processes and descriptors that an event shows something of. */
#define KIN_MAX 64
struct kin {
	size_t n, n_fds;
	uint32_t ids[KIN_MAX], fds[KIN_MAX];
};

struct test {
	struct operands o;
	uint64_t *hashes;		/* by event and operand */
	uint64_t *facts;		/* by event: how much was known of containers, users */
	struct kin *kin;		/* by event */
	struct map learned;		/* by id of a process: how many events had been then */
	struct map learned_fds;		/* the same by version of a descriptor */
	uint64_t all_facts;
	size_t n_events, cap, cap_facts, cap_kin;
	uint64_t first_ns;
	size_t n_wrong[FIELDS_MAX];
	bool verbose;
};

/* Somebody's name may be learned after an event that he or his kin did. */
static void
told_later(void *ctx, const struct process *p)
{
	struct test *t = ctx;

	map_put(&t->learned, p->id, (void *)(uintptr_t)(t->n_events + 1));
}

static void
told_fd_later(void *ctx, const struct process *p, const struct descriptor *fd)
{
	struct test *t = ctx;

	(void)p;
	map_put(&t->learned_fds, fd->version, (void *)(uintptr_t)(t->n_events + 1));
}

static const struct world_observer observer = {
	.learned_process = told_later, .learned_fd = told_fd_later,
};

/* Who is only known by a number now may be known by then. */
static void
add_kin(struct test *t, const struct thread *thread)
{
	struct kin *k = &t->kin[t->n_events];

	if (thread && !thread->known)
		k->n = KIN_MAX;
	if (thread && k->n < KIN_MAX)
		k->ids[k->n++] = thread->proc->id;
}

static void
add_fds(struct test *t, const struct moment *m)
{
	struct kin *k = &t->kin[t->n_events];
	const struct descriptor *fd;

	if (m->fd)
		k->fds[k->n_fds++] = m->fd_version;
	for (int64_t num = 0; k->n_fds < KIN_MAX && (fd = world_next_fd(m->proc, &num)); num++) {
		k->fds[k->n_fds++] = fd->version;
		/* Of others than the event's own it is not kept that they are connected. */
		if (fd->connected)
			k->n = KIN_MAX;
	}
}

/* All that event M shows somebody of. */
static void
note_kin(struct test *t, const struct world *w, const struct moment *m)
{
	const struct thread *thread = m->thread;

	xgrow(&t->kin, &t->cap_kin, t->n_events + 1, sizeof(*t->kin));
	t->kin[t->n_events].n = t->kin[t->n_events].n_fds = 0;
	if (!thread)
		return;
	add_fds(t, m);
	add_kin(t, world_thread(w, m->proc->sid));
	add_kin(t, world_thread(w, m->proc->pgid));
	add_kin(t, world_thread(w, m->proc->vpgid));
	for (size_t i = 0; thread && i < KIN_MAX; i++) {
		add_kin(t, thread);
		thread = world_thread(w, thread->proc->ppid);
	}
}

/* Has the store learned of somebody whom event I shows what the stream did not know? */
static bool
is_vague(const struct test *t, size_t i)
{
	const struct kin *k = &t->kin[i];
	bool vague = k->n == KIN_MAX;

	for (size_t j = 0; j < k->n; j++)
		vague |= (uintptr_t)map_get(&t->learned, k->ids[j]) > i;
	for (size_t j = 0; j < k->n_fds; j++)
		vague |= (uintptr_t)map_get(&t->learned_fds, k->fds[j]) > i;
	return vague;
}

static void
stream(struct test *t, const struct scap *b)
{
	struct source *s = replay_open(b->p, b->len, NULL);
	struct world *w = world_new(&observer, t);
	struct asker a;
	struct record rec;

	asker_init(&a, w);
	t->n_events = 0;
	map_fini(&t->learned);
	map_fini(&t->learned_fds);
	while (source_next(s, &rec)) {
		const struct moment *m = world_take(w, &rec);

		if (!m || !m->num)
			continue;
		if (!a.ev.first_ns)
			t->first_ns = a.ev.first_ns = m->ev->ts_ns;
		eval_moment(&a.ev, m);
		xgrow(&t->hashes, &t->cap, (t->n_events + 1) * t->o.n, sizeof(*t->hashes));
		xgrow(&t->facts, &t->cap_facts, t->n_events + 1, sizeof(*t->facts));
		note_kin(t, w, m);
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
load(const struct scap *b, uint64_t budget_bytes, struct source **source)
{
	struct store *s;
	struct record rec;

	*source = replay_open(b->p, b->len, NULL);
	s = store_new(budget_bytes);
	while (source_next(*source, &rec))
		store_take(s, &rec);
	store_publish(s);
	return s;
}

/* A store with a budget has forgotten events. */
static void
compare(struct test *t, const struct scap *b, uint64_t budget_bytes)
{
	struct source *source;
	struct store *s = load(b, budget_bytes, &source);
	struct snapshot *snap = store_snapshot(s);
	struct recall *r = recall_new(snap);
	struct asker a;

	asker_init(&a, recall_world(r));
	a.ev.first_ns = t->first_ns;
	CHECK(snap->end - 1 == t->n_events && (budget_bytes ? snap->first > 1 : snap->first == 1),
	      "%zu events, from %llu", t->n_events, (unsigned long long)snap->first);
	for (uint64_t k = snap->first - 1; k < t->n_events; k++) {
		const struct moment *m = recall_event(r, k + 1, NULL);

		for (int light = 0; light < 2; light++) {
			eval_moment(&a.ev, m);
			for (size_t i = 0; i < t->o.n; i++) {
				if (light && operand_scope(t->o.list[i]) == OF_PAYLOAD)
					continue;
				if (t->o.is_fact[i] && t->facts[k] != t->all_facts)
					continue;
				if (t->o.is_vague[i] && is_vague(t, k))
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

/* Which spans are open is known, too, when most of what began them is forgotten. */
static void
forgetting(struct scap *b)
{
	static struct test t;
	struct rng r = { 1 };

	make_span_operands(&t.o);
	b->len = 0;
	life_capture(b, &r, MANY_EVENTS);
	stream(&t, b);
	compare(&t, b, BUDGET);
	free(t.hashes);
	free(t.facts);
	free(t.kin);
	map_fini(&t.learned);
	map_fini(&t.learned_fds);
}

/* Calls whose enter events were told in another file: an exit knows what they were given. */
static void
restated(struct test *t, struct scap *b)
{
	const struct proc_record who[] = {
		{ .tid = 10, .pid = 10, .ptid = 1, .comm = SCAP_SPAN("web") },
		{ .tid = 11, .pid = 11, .ptid = 1, .comm = SCAP_SPAN("db") },
		{ .tid = 12, .pid = 12, .ptid = 1, .comm = SCAP_SPAN("sh") },
	};
	char data[5000];
	uint64_t ns = 1700000000000000000;

	memset(data, 'x', sizeof(data));
	b->len = 0;
	scap_section(b, 2);
	scap_procs(b, 9, 76, who, ARRAY_LEN(who));
	for (int round = 0; round < 8; round++) {
		b->dump_flags = round % 4 < 3 ? EVENT_STATE_ONLY | EVENT_RESTATED : 0;
		scap_at(b, ns += 10, 10, 0);
		scap_event(b, EV_READ_E, scap_num(3), scap_num(400 + round));
		scap_at(b, ns += 10, 11, 0);
		scap_event(b, EV_OPEN_E, SCAP_NOTHING);
		scap_at(b, ns += 10, 12, 0);
		scap_event(b, EV_WRITE_E, scap_num(1), scap_num(5));
		/* What is told of a thread in between ends no call of it. */
		b->dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
		scap_at(b, ns += 10, 12, 0);
		scap_event(b, EV_ASYNCEVENT_E, scap_num(0), scap_text("cpu"),
			   scap_bytes("user_ns=7000000 system_ns=0", 28));
		b->dump_flags = 0;
		scap_at(b, ns += 10, 10, 0);
		scap_event(b, EV_READ_X, scap_num(5), scap_bytes(data, 5));
		scap_at(b, ns += 10, 11, 0);
		scap_event(b, EV_OPEN_X, scap_num(round % 2 ? -2 : 4), scap_text("/etc/x"),
			   scap_num(1), scap_num(0), scap_num(0), scap_num(0));
		scap_at(b, ns += 10, 12, 0);
		scap_event(b, EV_WRITE_X, scap_num(5), scap_bytes(data, 5));
	}
	stream(t, b);
	compare(t, b, 0);
}

static void
check_other(void *ctx, const char *name, const struct scap *b)
{
	printf("# %s\n", name);
	stream(ctx, b);
	compare(ctx, b, 0);
}

int
main(int argc, char **argv)
{
	static struct test t;
	struct scap b = { 0 };

	make_operands(&t.o);
	if (argc < 2 || !others_read(&b, argv[1]))
		die("which capture?");
	t.verbose = argc > 2;
	stream(&t, &b);
	compare(&t, &b, 0);
	for (unsigned i = 0; i < 30; i++) {
		struct rng r = { i };

		b.len = 0;
		sample_everything(&b, &r);
		stream(&t, &b);
		compare(&t, &b, 0);
	}
	for (unsigned i = 0; i < 6; i++) {
		struct rng r = { i };

		b.len = 0;
		life_capture(&b, &r, LIFE_EVENTS);
		stream(&t, &b);
		compare(&t, &b, 0);
	}
	restated(&t, &b);
	if (!others_each(check_other, &t))
		check_skip(OTHERS_LACKING);
	forgetting(&b);
	scap_fini(&b);
	return check_done();
}
