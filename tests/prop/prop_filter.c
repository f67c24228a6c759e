/* Random filters, asked of each event of a capture, agree with a naive reading
 * of their tree; printed and compiled again they are the same. Arguments: the
 * demonstration capture, and a seed. */
#include <fnmatch.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/field.h"
#include "engine/field/render.h"
#include "engine/filter/filter.h"
#include "engine/world/world.h"
#include "tests/lib/check.h"
#include "tests/lib/others.h"
#include "tests/lib/replay.h"
#include "tests/lib/rng.h"
#include "tests/lib/sample.h"

#define N_FILTERS 400
#define N_SEEN 64			/* values of each field that constants are made of */
#define VALUE_MAX 2000			/* no field of the capture has more bytes */
#define LIST_MAX 8
#define KIDS_MAX 4

static const char *const field_names[] = {
	"evt.num", "evt.type", "evt.dir", "evt.cpu", "evt.latency", "evt.failed", "evt.res",
	"evt.args", "evt.rawres", "evt.buflen", "evt.rawtime", "evt.category", "evt.is_io",
	"proc.name", "proc.pid", "proc.pname", "proc.cmdline", "proc.cwd", "proc.exepath",
	"proc.ppid", "thread.tid", "user.name", "user.uid", "container.id", "fd.num", "fd.name",
	"fd.type", "fd.sport", "fd.l4proto", "fd.directory", "fd.is_server",
};
#define N_FIELDS ARRAY_LEN(field_names)

/* A value, kept. */
struct datum {
	bool is_text;
	int64_t number;			/* all that is no text; unsigned ones are small */
	char text[VALUE_MAX + 1];
	size_t len;
};

/* A tree as it was thought of, before it became text. */
struct node {
	enum { N_CHECK, N_AND, N_OR } kind;
	bool negated;
	size_t n_kids;
	struct node *kids[KIDS_MAX];
	size_t field;
	const char *op;
	size_t n_data;
	struct datum data[LIST_MAX];
};

static const struct field *fields[N_FIELDS];
static struct datum seen[N_FIELDS][N_SEEN];
static size_t n_seen[N_FIELDS];

/* What each field is for the event that is asked about, as far as it was read. */
static struct {
	enum { NOT_READ, HAS, HAS_NOT } state;
	struct datum datum;
} now[N_FIELDS];

static bool
get(size_t field, const struct eval *ev, struct datum *out)
{
	struct field_use use = { .field = fields[field] };
	struct value v;

	if (!field_get(&use, ev, &v))
		return false;
	out->is_text = use.field->type == T_STR;
	out->number = 0;
	if (use.field->type == T_BOOL)
		out->number = v.b;
	else if (!out->is_text)
		out->number = v.i;
	out->len = out->is_text ? v.s.len : 0;
	if (out->len > VALUE_MAX)
		die("%s has %zu bytes", use.field->name, out->len);
	if (out->len)
		memcpy(out->text, v.s.p, out->len);
	out->text[out->len] = '\0';
	return true;
}

/* The same, read once for an event. NULL: there is none. */
static const struct datum *
look_up(size_t field, const struct eval *ev)
{
	if (now[field].state == NOT_READ)
		now[field].state = get(field, ev, &now[field].datum) ? HAS : HAS_NOT;
	return now[field].state == HAS ? &now[field].datum : NULL;
}

static bool
is_bool(size_t field)
{
	return fields[field]->type == T_BOOL;
}

/* The naive reading. */
static int
compare(const struct datum *a, const struct datum *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int c;

	if (!a->is_text)
		return (a->number > b->number) - (a->number < b->number);
	c = memcmp(a->text, b->text, len);
	return c ? c : (a->len > b->len) - (a->len < b->len);
}

static bool
contains(const struct datum *a, const struct datum *b)
{
	for (size_t i = 0; i + b->len <= a->len; i++)
		if (!memcmp(a->text + i, b->text, b->len))
			return true;
	return false;
}

static bool
holds(const char *op, const struct datum *v, const struct datum *k)
{
	int c = compare(v, k);

	if (!strcmp(op, "=") || !strcmp(op, "==") || !strcmp(op, "in"))
		return c == 0;
	if (!strcmp(op, "!="))
		return c != 0;
	if (op[0] == '<')
		return c < 0 || (op[1] && c == 0);
	if (op[0] == '>')
		return c > 0 || (op[1] && c == 0);
	if (!strcmp(op, "contains"))
		return contains(v, k);
	if (!strcmp(op, "startswith"))
		return v->len >= k->len && !memcmp(v->text, k->text, k->len);
	if (!strcmp(op, "endswith"))
		return v->len >= k->len &&
		       !memcmp(v->text + v->len - k->len, k->text, k->len);
	return fnmatch(k->text, v->text, 0) == 0;	/* glob */
}

static bool
node_holds(const struct node *n, const struct eval *ev)
{
	bool all = n->kind == N_AND;

	if (n->kind == N_CHECK) {
		const struct datum *v = look_up(n->field, ev);
		bool any = false;

		for (size_t i = 0; v && i < n->n_data; i++)
			any |= holds(n->op, v, &n->data[i]);
		if (!strcmp(n->op, "exists"))
			any = v;
		return any != n->negated;
	}
	/* All of them, without a short way. */
	for (size_t i = 0; i < n->n_kids; i++) {
		bool one = node_holds(n->kids[i], ev);

		all = n->kind == N_AND ? all && one : all || one;
	}
	return all != n->negated;
}

/* Making trees. */
static void
make_glob(struct rng *r, struct datum *d)
{
	for (size_t i = 0; i < d->len; i++)
		if (strchr("[]\\", d->text[i]) || rng_below(r, 3) == 0)
			d->text[i] = rng_below(r, 3) ? '?' : '*';
}

/* A value that there was, or one near it. */
static void
make_datum(struct rng *r, struct node *n, struct datum *d)
{
	size_t many = n_seen[n->field], from;

	*d = seen[n->field][rng_below(r, many)];
	if (!d->is_text) {
		if (!is_bool(n->field) && rng_below(r, 3) == 0 && d->number > 0)
			d->number += rng_below(r, 2) ? 1 : -1;
		return;
	}
	if (!strcmp(n->op, "glob"))
		make_glob(r, d);
	if (strlen(n->op) > 4 && d->len) {
		from = rng_below(r, d->len);
		d->len = rng_below(r, d->len - from + 1);
		memmove(d->text, d->text + from, d->len);
		d->text[d->len] = '\0';
	}
}

/* Are its values known, so that what is none is refused? */
static bool
is_closed(size_t field)
{
	return fields[field]->unit == U_EVENT_NAME || fields[field]->word;
}

static void
make_check(struct rng *r, struct node *n)
{
	static const char *const texts[] = { "=", "==", "!=", "in", "exists", "contains",
					     "startswith", "endswith", "glob", "<", ">=" };
	static const char *const numbers[] = { "=", "==", "!=", "in", "exists", "<", "<=", ">",
					       ">=" };
	bool is_name;

	do {
		n->field = rng_below(r, N_FIELDS);
	} while (!n_seen[n->field]);
	is_name = is_closed(n->field);
	if (seen[n->field][0].is_text)
		n->op = texts[rng_below(r, is_name ? 5 : ARRAY_LEN(texts))];
	else
		n->op = numbers[rng_below(r, is_bool(n->field) ? 5 : ARRAY_LEN(numbers))];
	n->n_data = !strcmp(n->op, "exists") ? 0 :
		    !strcmp(n->op, "in") ? rng_below(r, LIST_MAX + 1) : 1;
	for (size_t i = 0; i < n->n_data; i++)
		make_datum(r, n, &n->data[i]);
}

static struct node *
make_node(struct rng *r, unsigned depth)
{
	struct node *n = xzalloc(sizeof(*n));

	n->negated = rng_below(r, 4) == 0;
	n->kind = depth && rng_below(r, 3) ? (rng_below(r, 2) ? N_AND : N_OR) : N_CHECK;
	if (n->kind == N_CHECK) {
		make_check(r, n);
		return n;
	}
	n->n_kids = 2 + rng_below(r, KIDS_MAX - 1);
	for (size_t i = 0; i < n->n_kids; i++)
		n->kids[i] = make_node(r, depth - 1);
	return n;
}

static void
free_node(struct node *n)
{
	for (size_t i = 0; i < n->n_kids; i++)
		free_node(n->kids[i]);
	free(n);
}

/* Writing them. */
static void
write_datum(struct rng *r, const struct node *n, const struct datum *d, struct text *t)
{
	if (is_bool(n->field)) {
		text_str(t, d->number ? "true" : "false");
	} else if (!d->is_text) {
		if (d->number >= 0 && rng_below(r, 4) == 0)
			text_fmt(t, "0x%llx", (unsigned long long)d->number);
		else
			text_i64(t, d->number);
	} else {
		text_char(t, '"');
		for (size_t i = 0; i < d->len; i++)
			if (d->text[i] >= '0' && d->text[i] != '"' && d->text[i] != '\\')
				text_char(t, d->text[i]);
			else
				text_fmt(t, "\\x%02x", (uint8_t)d->text[i]);
		text_char(t, '"');
	}
}

static void
write_blank(struct rng *r, struct text *t)
{
	for (size_t n = rng_below(r, 3); n; n--)
		text_char(t, " \t\n"[rng_below(r, 3)]);
}

static void
write_check(struct rng *r, const struct node *n, struct text *t)
{
	text_str(t, field_names[n->field]);
	text_char(t, ' ');
	write_blank(r, t);
	text_str(t, n->op);
	write_blank(r, t);
	if (!strcmp(n->op, "in")) {
		text_char(t, '(');
		for (size_t i = 0; i < n->n_data; i++) {
			if (i)
				text_char(t, ',');
			write_blank(r, t);
			write_datum(r, n, &n->data[i], t);
		}
		text_char(t, ')');
	} else if (n->n_data) {
		text_char(t, ' ');
		write_datum(r, n, &n->data[0], t);
	}
}

/* LEVEL: how tightly what is around binds; 0: not at all. */
static void
write_node(struct rng *r, const struct node *n, unsigned level, struct text *t)
{
	unsigned mine = n->kind == N_OR ? 1 : n->kind == N_AND ? 2 : 3;
	bool brackets = n->negated ? mine < 3 || rng_below(r, 3) == 0 :
			mine < level || (mine == level && mine < 3 && rng_below(r, 2)) ||
			rng_below(r, 5) == 0;

	if (n->negated)
		text_str(t, "not ");
	text_str(t, brackets ? "(" : "");
	if (n->kind == N_CHECK)
		write_check(r, n, t);
	for (size_t i = 0; i < n->n_kids; i++) {
		if (i)
			text_str(t, n->kind == N_AND ? " and " : " or ");
		write_node(r, n->kids[i], mine, t);
	}
	write_blank(r, t);
	text_str(t, brackets ? ")" : "");
}

/* One filter, made of a tree, and what its print compiles to. */
struct pair {
	struct node *tree;
	struct filter *first, *second;
	size_t n_matches, n_wrong;
};

static void
make_pair(struct rng *r, struct pair *p)
{
	struct text t = { 0 }, printed = { 0 }, again = { 0 };
	struct err err = { 0 };

	p->tree = make_node(r, 4);
	write_node(r, p->tree, 0, &t);
	text_char(&t, '\0');
	p->first = filter_compile(t.p, NULL, &err);
	if (!p->first)
		die("%s at %d: %s", err.text, err.at, t.p);
	filter_print(p->first, &printed);
	text_char(&printed, '\0');
	p->second = filter_compile(printed.p, NULL, &err);
	if (!p->second)
		die("%s at %d: %s", err.text, err.at, printed.p);
	filter_print(p->second, &again);
	text_char(&again, '\0');
	CHECK_STR(again.p, printed.p, "printed twice is the same");
	text_fini(&t);
	text_fini(&printed);
	text_fini(&again);
}

static void
ask_pair(struct pair *p, const struct eval *ev)
{
	bool wanted = node_holds(p->tree, ev);

	p->n_matches += wanted;
	p->n_wrong += filter_match(p->first, ev) != wanted;
	p->n_wrong += filter_match(p->second, ev) != wanted;
	p->n_wrong += wanted && !filter_wants_type(p->first, ev->m->ev->id);
}

/* Keep some of the values that there are. */
static void
learn(struct rng *r, const struct eval *ev)
{
	for (size_t i = 0; i < N_FIELDS; i++) {
		size_t at = n_seen[i] < N_SEEN ? n_seen[i] : rng_below(r, 8 * (size_t)N_SEEN);

		if (at < N_SEEN && get(i, ev, &seen[i][at]) && at == n_seen[i])
			n_seen[i]++;
	}
}

/* What reading the capture needs, and what is to be done with each event. */
struct reading {
	struct rng rng;
	struct pair *pairs;		/* NULL: learn */
	size_t n_events;
};

static void
take(struct reading *reading, const struct eval *ev)
{
	reading->n_events++;
	for (size_t i = 0; i < N_FIELDS; i++)
		now[i].state = NOT_READ;
	if (!reading->pairs)
		learn(&reading->rng, ev);
	for (size_t i = 0; reading->pairs && i < N_FILTERS; i++)
		ask_pair(&reading->pairs[i], ev);
}

static void
read_all(const struct scap *b, struct reading *reading)
{
	struct source *s = replay_open(b->p, b->len, NULL);
	struct world *w = world_new(NULL, NULL);
	struct text scratch = { 0 };
	struct render render;
	struct clock clock;
	struct value list[FIELD_LIST_MAX];
	struct eval ev = { .world = w, .render = &render, .scratch = &scratch, .list = list };
	struct record rec;

	clock_init(&clock, NULL);
	render_init(&render, w, &clock);
	while (source_next(s, &rec)) {
		const struct moment *m = world_take(w, &rec);

		if (!m || !m->num)
			continue;
		if (!ev.first_ns)
			ev.first_ns = m->ev->ts_ns;
		eval_moment(&ev, m);
		take(reading, &ev);
	}
	render_fini(&render);
	text_fini(&scratch);
	world_free(w);
	source_close(s);
}

int
main(int argc, char **argv)
{
	static struct pair pairs[N_FILTERS];
	struct reading reading = { .rng = rng_from_args(argc - 1, argv + 1) };
	size_t n_some = 0;
	struct scap b = { 0 };

	if (argc < 2 || !others_read(&b, argv[1]))
		die("which capture?");
	for (size_t i = 0; i < N_FIELDS; i++)
		fields[i] = field_find(field_names[i], strlen(field_names[i]));
	read_all(&b, &reading);
	CHECK(reading.n_events > 100, "%zu events", reading.n_events);
	for (size_t i = 0; i < N_FIELDS; i++)
		CHECK(n_seen[i] > 0, "%s has values", field_names[i]);
	for (size_t i = 0; i < N_FILTERS; i++)
		make_pair(&reading.rng, &pairs[i]);
	reading.pairs = pairs;
	read_all(&b, &reading);
	for (size_t i = 0; i < N_FILTERS; i++) {
		struct pair *p = &pairs[i];

		n_some += p->n_matches && p->n_matches < reading.n_events / 2;
		CHECK(!p->n_wrong, "%zu matches, %zu wrong: %s", p->n_matches, p->n_wrong,
		      p->n_wrong ? filter_text(p->first) : "");
		filter_free(p->first);
		filter_free(p->second);
		free_node(p->tree);
	}
	CHECK(n_some > N_FILTERS / 10, "%zu filters match some events", n_some);
	scap_fini(&b);
	return check_done();
}
