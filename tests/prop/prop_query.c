/* What a view shows is what a plain loop over all events and entities finds (naive.h):
 * for each view in each variant, with and without filters, windows and paths, on a
 * capture, on random ones and on those in $SYSREEL_CAPTURES. Arguments: a capture, a seed. */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/query/crew.h"
#include "engine/query/path.h"
#include "engine/query/query.h"
#include "engine/query/tally.h"
#include "engine/query/view_set.h"
#include "engine/store/store.h"
#include "tests/lib/check.h"
#include "tests/lib/life.h"
#include "tests/lib/others.h"
#include "tests/lib/replay.h"
#include "tests/lib/rng.h"
#include "tests/lib/sample.h"
#include "tests/prop/naive.h"

#define ROUNDS 12			/* a view, of the capture */
#define OTHERS_ROUNDS 5
#define LONG_CAPTURE 1000000u		/* bytes: its chunks have some thousand rows */
#define SAMPLES 12
#define LIVES 12
#define LIFE_EVENTS 250			/* of each section */
#define LONG_LIFE_EVENTS 16000u		/* the same, where there are to be many rows */
#define DRILLS 64			/* rows of tables that others are asked below */
/* Entities times events that the plain loop is asked to look at: of many the window is
 * smaller. */
#define LOOKS_MAX 100000u

static const char *const filters[] = {
	"evt.latency > 2us", "fd.type = file and evt.failed = false",
	"proc.name contains s or not fd.num > 3", "evt.buffer contains a",
	"proc.aname[1] = bash", "evt.buflen >= 4096", "evt.rawres < 0", "evt.num > 1000",
	"fd.name startswith /etc", "evt.type in (open, openat, read) and evt.dir = <",
	"container.id != host", "evt.args contains O_RDONLY",
	"thread.cpu.user > 0 or user.uid = 0", "evt.is_syslog = val(fd.connected)",
	"evt.is_syslog = false and evt.dir = <",
};

/* What paths are made of. */
static const char *const places[] = {
	"fd.name contains / and fd.num < 9", "fd.containername contains / or fd.uid = 0",
	"proc.pid = 2", "container.id = host", "fd.type = ipv4", "evt.type = write",
	"proc.name = sh", "user.uid = 4", "fd.name = /dev/null", "proc.pid = 1201",
};

/* Every aggregation of values of every type, in every kind of rows. */
static const char *const more_views[] = {
	"id = 'x_events', columns = { { name = 'KEY', field = 'evt.type', aggregation = 'key' },"
	" N('COUNT', nil, 'count'), N('RATE', nil, 'rate'), N('AGE', nil, 'age'),"
	" A('evt.duration'), A('evt.buflen'), A('evt.rawres'), N('LT', 'fd.name', 'last'),"
	" N('FT', 'fd.name', 'first'), N('DT', 'fd.name', 'distinct'),"
	" N('CT', 'fd.name', 'count'), N('LI', 'fd.rip', 'last'), N('DI', 'fd.rip', 'distinct'),"
	" N('FB', 'evt.failed', 'first'), N('DB', 'evt.failed', 'distinct'),"
	" N('MT', 'evt.rawtime', 'max'), N('NT', 'evt.rawtime', 'min'),"
	" N('DL', 'proc.aname', 'distinct'), N('LL', 'proc.apid', 'last') }",
	"id = 'x_sums', columns = { { name = 'KEY', field = 'proc.name', aggregation = 'key' },"
	" N('COUNT', nil, 'count'), N('RATE', nil, 'rate'), N('AGE', nil, 'age'),"
	" S('evt.duration'), P('evt.duration'), S('evt.buflen'), S('evt.rawres'),"
	" N('LT', 'user.who', 'last'), N('FT', 'proc.exe', 'first'),"
	" N('DT', 'evt.type', 'distinct'), N('DW', 'user.who', 'distinct'),"
	" N('PP', 'proc.pid', 'p50'), N('SP', 'proc.pid', 'sum'), N('PB', 'evt.failed', 'first'),"
	" N('NT', 'fd.type', 'count') }",
	"id = 'x_sums_of_threads', rows = 'threads', columns = {"
	" { name = 'TID', field = 'thread.tid', aggregation = 'key' }, S('evt.duration'),"
	" P('evt.duration'), S('evt.buflen.in'),"
	" { name = 'W', field = 'evt.duration', aggregation = 'min',"
	" only = 'evt.type = write or proc.name = sh' } }",
	"id = 'x_sums_of_types', columns = {"
	" { name = 'A', field = 'fd.type', aggregation = 'key' },"
	" { name = 'B', field = 'evt.type', aggregation = 'key' }, S('evt.rawres'),"
	" P('evt.duration'), { name = 'C', field = 'evt.duration', aggregation = 'first',"
	" only = 'fd.type = file or user.uid = 0' } }",
	"id = 'x_sums_of_fds', columns = {"
	" { name = 'KEY', field = 'fd.name', aggregation = 'key' }, S('evt.rawres'),"
	" P('evt.duration'), S('fd.num'), P('fd.num'), N('COUNT', nil, 'count'),"
	" N('DC', 'fd.containername', 'distinct'), N('LU', 'fd.uid', 'last'),"
	" N('FS', 'fd.sport', 'first'), N('DR', 'fd.rip', 'distinct'),"
	" N('LY', 'evt.is_syslog', 'last'), N('LP', 'proc.name', 'last'),"
	" { name = 'B', aggregation = 'count',"
	" only = 'evt.is_syslog = true or fd.containername contains a' } }",
	"id = 'x_sums_of_names', columns = {"
	" { name = 'KEY', field = 'proc.name', aggregation = 'key' }, S('evt.buflen'),"
	" N('LT', 'fd.name', 'last'), N('FT', 'fd.name', 'first'), N('DT', 'fd.name', 'distinct'),"
	" N('CT', 'fd.name', 'count'), N('DD', 'fd.directory', 'distinct') }",
	"id = 'x_sums_where_named', columns = {"
	" { name = 'KEY', field = 'proc.name', aggregation = 'key' },"
	" { name = 'A', field = 'evt.duration', aggregation = 'sum',"
	" only = 'fd.name contains e or fd.filename = b' } }",
	"id = 'x_sums_of_open', rows = 'descriptors', columns = {"
	" { name = 'FD', field = 'fd.num', aggregation = 'key' }, S('evt.buflen'),"
	" P('evt.duration'), N('NAME', 'fd.name', 'last'), N('COUNT', nil, 'count') }",
	"id = 'x_only', columns = { { name = 'KEY', field = 'proc.name', aggregation = 'key' },"
	" { name = 'R', aggregation = 'count', only = 'evt.io_dir = read' },"
	" { name = 'P', field = 'evt.duration', aggregation = 'p95', only = 'fd.type = file' },"
	" { name = 'L', field = 'fd.name', only = 'evt.failed = true' },"
	" { name = 'S', aggregation = 'age', only = 'evt.type = write' } }",
	"id = 'x_keys', columns = { { name = 'A', field = 'fd.type', aggregation = 'key' },"
	" { name = 'B', field = 'evt.failed', aggregation = 'key' },"
	" { name = 'C', field = 'user.uid', aggregation = 'key' },"
	" { name = 'D', field = 'fd.rip', aggregation = 'key' }, N('COUNT', nil, 'count') }",
	"id = 'x_many', columns = { { name = 'A', field = 'evt.type', aggregation = 'key' },"
	" { name = 'B', field = 'proc.name', aggregation = 'key' },"
	" { name = 'C', field = 'fd.num', aggregation = 'key' }, N('COUNT', nil, 'count'),"
	" N('LT', 'fd.name', 'last'), N('FT', 'evt.rawtime', 'first'),"
	" N('DT', 'fd.name', 'distinct'), N('DL', 'evt.rawres', 'distinct'),"
	" N('LL', 'proc.name', 'last'), S('evt.duration'), P('evt.duration') }",
	"id = 'x_many_of_one', columns = {"
	" { name = 'A', field = 'evt.duration', aggregation = 'key' }, N('COUNT', nil, 'count'),"
	" N('LT', 'fd.type', 'last'), N('DT', 'evt.type', 'distinct'), S('evt.buflen') }",
	"id = 'x_descriptors', columns = { { name = 'FD', field = 'fd.num', aggregation = 'key' },"
	" N('NAME', 'fd.name', 'last'), N('COUNT', nil, 'count'), A('evt.buflen') }",
	"id = 'x_open', rows = 'descriptors', columns = {"
	" { name = 'FD', field = 'fd.num', aggregation = 'key' },"
	" { name = 'COMM', field = 'proc.name', aggregation = 'key' },"
	" N('TYPE', 'fd.type', 'last'), N('NAME', 'fd.name', 'last'), N('COUNT', nil, 'count') }",
	"id = 'x_open_names', rows = 'descriptors', columns = {"
	" { name = 'NAME', field = 'fd.name', aggregation = 'key' },"
	" N('COUNT', nil, 'count'), N('PROC', 'proc.name', 'last') }",
	"id = 'x_open_all', rows = 'descriptors', columns = {"
	" { name = 'FD', field = 'fd.num', aggregation = 'key' }, N('COUNT', nil, 'count') }",
	"id = 'x_processes', rows = 'processes', columns = {"
	" { name = 'PID', field = 'proc.pid', aggregation = 'key' },"
	" H('proc.vmrss'), H('proc.fdopencount'), H('proc.nthreads'), H('proc.fdlimit'),"
	" H('thread.pfminor'), H('proc.fdusage'), X('thread.cpu'), X('thread.cpu.user'),"
	" N('NAME', 'proc.name', 'last'), N('UID', 'user.uid', 'last'),"
	" N('COUNT', nil, 'count'), A('evt.duration') }",
	"id = 'x_threads', rows = 'threads', columns = {"
	" { name = 'TID', field = 'thread.tid', aggregation = 'key' },"
	" H('thread.pfmajor'), H('thread.vmsize'), X('thread.cpu.system'),"
	" N('NAME', 'proc.name', 'last'), N('COUNT', nil, 'count') }",
	"id = 'x_containers', rows = 'containers', columns = {"
	" { name = 'ID', field = 'container.id', aggregation = 'key' },"
	" H('proc.vmsize'), H('proc.count'), H('proc.fdopencount'), X('thread.cpu'),"
	" N('COUNT', nil, 'count') }",
	"id = 'x_values', rows = 'processes', columns = {"
	" { name = 'NAME', field = 'proc.name', aggregation = 'key' },"
	" { name = 'UID', field = 'user.uid', aggregation = 'key' },"
	" H('proc.vmsize'), H('proc.count'), X('thread.cpu.system'), N('COUNT', nil, 'count') }",
	"id = 'x_list', filter = 'evt.num != 7', columns = { N('NUM', 'evt.num', 'last'),"
	" N('TYPE', 'evt.type', 'last'), N('ARGS', 'evt.args', 'last'), N('ONE', nil, 'count'),"
	" { name = 'F', field = 'fd.name', only = 'evt.failed = true' } }",
	"id = 'x_bytes', columns = {"
	" { name = 'FD', field = 'evt.rawarg.fd', aggregation = 'key' },"
	" { name = 'NAME', field = 'evt.arg.name', aggregation = 'key' },"
	" A('evt.rawarg.size'), N('ARGS', 'evt.args', 'distinct'), N('DATA', 'evt.buffer', 'last'),"
	" N('FIRST', 'evt.arg[0]', 'first'), N('N', 'evt.arg.flags', 'count'),"
	" N('MODE', 'evt.arg.mode', 'last') }",
	"id = 'x_key', columns = {"
	" { name = 'KEY', field = 'evt.args', aggregation = 'key' }, N('COUNT', nil, 'count'),"
	" N('NUMS', 'fdlist.nums', 'distinct'), N('READ', 'evt.is_open_read', 'first') }",
	"id = 'x_new', only_new = true, columns = {"
	" { name = 'KEY', field = 'fd.name', aggregation = 'key' }, N('COUNT', nil, 'count'),"
	" N('AT', 'evt.rawtime', 'first') }",
};

/* What the texts above are short for: A has all aggregations of what events have, S those
 * that are told by what rows add up to, P percentiles, H those of what entities have, X of
 * CPU time. Columns may be lists of columns. */
static const char before[] =
	"local many = {}\n"
	"local function N(name, field, how, across)\n"
	"	return { name = name, field = field, aggregation = how, across = across }\n"
	"end\n"
	"local function each(field, list, across)\n"
	"	local all = { many = many }\n"
	"	for _, how in ipairs(list) do\n"
	"		for _, a in ipairs(across or { 0 }) do\n"
	"			local more = a ~= 0 and a or nil\n"
	"			all[#all + 1] = N(field .. how .. (more or ''), field, how, more)\n"
	"		end\n"
	"	end\n"
	"	return all\n"
	"end\n"
	"local function A(field)\n"
	"	return each(field, { 'last', 'first', 'count', 'sum', 'rate', 'avg', 'min',\n"
	"			     'max', 'distinct', 'p50', 'p95', 'p99' })\n"
	"end\n"
	"local function S(field)\n"
	"	return each(field, { 'last', 'first', 'count', 'sum', 'rate', 'avg', 'min',\n"
	"			     'max' })\n"
	"end\n"
	"local function P(field)\n"
	"	return each(field, { 'p50', 'p95', 'p99' })\n"
	"end\n"
	"local function H(field)\n"
	"	return each(field, { 'last', 'first', 'max', 'min', 'change', 'rate' })\n"
	"end\n"
	"local function X(field)\n"
	"	return each(field, { 'avg' }, { 'sum', 'avg', 'min', 'max' })\n"
	"end\n"
	"local v = {";
static const char after[] =
	"}\n"
	"local columns = {}\n"
	"for _, c in ipairs(v.columns) do\n"
	"	if c.many then\n"
	"		for _, one in ipairs(c) do columns[#columns + 1] = one end\n"
	"	else\n"
	"		columns[#columns + 1] = c\n"
	"	end\n"
	"end\n"
	"v.columns = columns\n"
	"v.name = v.id\n"
	"v.description = 'All.'\n"
	"return v\n";

static void
add_views(struct view_set *views)
{
	for (size_t i = 0; i < ARRAY_LEN(more_views); i++) {
		struct text t = { 0 };

		text_fmt(&t, "%s%s%s", before, more_views[i], after);
		if (view_set_add(views, "more.lua", (struct span){ (uint8_t *)t.p, t.len }) < 0)
			die("%.20s: %s", more_views[i],
			    view_set_problem(views, view_set_n_problems(views) - 1));
		text_fini(&t);
	}
}

/* One capture, and what is asked of it. */
struct asked {
	const struct snapshot *snap;
	const struct view_set *views;
	struct crew *crew;
	struct rng *rng;
	const char *name;
	char *drills[DRILLS];		/* conditions that select rows of its tables */
	size_t n_drills;
	size_t n_captures;		/* that were looked at before */
	size_t n_summed;		/* chunks that were answered by what they add up to */
	size_t n_merged;		/* rows of the longest table that several threads made */
};

/* Remember a row of T, as somebody does who drills down into it. */
static void
drill(struct asked *a, const struct table *t)
{
	const struct table_row *row = t->n_rows ? table_row(t, rng_below(a->rng, t->n_rows)) : NULL;
	size_t at = a->n_drills < DRILLS ? a->n_drills : rng_below(a->rng, DRILLS);
	struct text condition = { 0 };

	if (!row || t->columns[0]->aggregation != VIEW_KEY || !row->cells[0].state)
		return;
	path_condition(t->columns[0], &row->cells[0], &condition);
	if (at < a->n_drills)
		free(a->drills[at]);
	else
		a->n_drills++;
	a->drills[at] = xstrndup(condition.p, condition.len);
	text_fini(&condition);
}

/* Somebody who is told of parts of tables. */
struct watching {
	size_t n_parts, n_bad;
};

static void
see_part(void *ctx, struct table *t)
{
	struct watching *w = ctx;

	w->n_parts++;
	w->n_bad += !t->is_partial || !t->n_rows;
	table_free(t);
}

/* At once, so that there are parts of whatever is looked up in bytes. */
static struct watching watching;
static struct query_watch watch = {
	.partial = see_part, .ctx = &watching, .first_ns = 1,
};

/* Chunks of which not even the sums were looked at, but what many of them come to; and those
 * that were answered by sums of descriptors. */
static size_t n_in_nodes, n_by_fd;

/* Have A and B the same cells in row I? */
static bool
is_same_row(const struct table *a, const struct table *b, size_t i)
{
	for (size_t k = 0; k < a->n_columns; k++) {
		const struct cell *x = &table_row(a, i)->cells[k], *y = &table_row(b, i)->cells[k];

		if (x->state != y->state ||
		    (x->state && value_order(a->columns[k]->type, &x->value, &y->value)))
			return false;
	}
	return true;
}

/* A row of another table that is looked for. */
struct like {
	const struct table *of;
	size_t row;
	bool is_none;			/* nothing is like it */
};

static bool
is_like(const struct table *t, const struct table_row *row, const void *ctx)
{
	const struct like *like = ctx;
	const struct table_row *other = table_row(like->of, like->row);
	bool is_same = row->entity == other->entity;

	for (size_t i = 0; is_same && i < t->n_columns; i++)
		if (t->columns[i]->aggregation == VIEW_KEY)
			is_same = !row->cells[i].state == !other->cells[i].state &&
				  (!row->cells[i].state ||
				   !value_order(t->columns[i]->type, &row->cells[i].value,
						&other->cells[i].value));
	return is_same && !like->is_none;
}

/* Rows of ALL are found in T by their keys, whether they are made or not. */
static void
check_found(struct asked *a, const struct table *all, const struct table *t)
{
	struct like like = { all, 0, false }, none = { all, 0, true };
	size_t at;

	if (!all->n_rows || all->columns[0]->aggregation != VIEW_KEY)
		return;
	like.row = rng_below(a->rng, all->n_rows);
	at = table_find(t, is_like, &none);
	CHECK(at == SIZE_MAX, "%s: %s: what is not there is at %zu", a->name, t->view->id, at);
	at = table_find(t, is_like, &like);
	CHECK(at < t->n_rows && is_like(t, table_row(t, at), &like),
	      "%s: %s: row %zu of %zu is at %zu", a->name, t->view->id, like.row, all->n_rows,
	      at);
}

/* A table of which few rows were made has the same ones as one of which all were, in that
 * order and in any other. */
static void
check_first_rows(struct asked *a, const struct query *q)
{
	struct query at_once = *q, some = *q;
	struct table *all, *t;
	size_t i;

	at_once.rows_first = 0;
	at_once.watch = some.watch = NULL;
	some.rows_first = 1 + rng_below(a->rng, 6);
	all = query_run(a->snap, &at_once, NULL);
	t = query_run(a->snap, &some, NULL);
	if (rng_below(a->rng, 2))
		check_found(a, all, t);
	for (unsigned k = 0; k < 3; k++) {
		const char *sort = all->columns[rng_below(a->rng, all->n_columns)]->name;
		bool descending = rng_below(a->rng, 2);
		bool is_all = k && rng_below(a->rng, 2);

		if (k && (!table_sort(all, sort, descending) ||
			  !table_sort(t, sort, descending)))
			break;
		for (i = 0; i < all->n_rows && (is_all || i < 2 * some.rows_first); i++)
			if (t->n_rows != all->n_rows || !is_same_row(all, t, i))
				break;
		CHECK(i == all->n_rows || (!is_all && i == 2 * some.rows_first),
		      "%s: %s of variant %d by %s: row %zu of %zu", a->name, q->view->id,
		      q->variant, k ? sort : "-", i, all->n_rows);
	}
	table_free(all);
	table_free(t);
}

static void
check_query(struct asked *a, struct query *q)
{
	struct err err = { 0 };
	struct table *t;
	size_t n_wrong;

	watch.n_done = watch.n_all = 0;
	q->watch = rng_below(a->rng, 2) ? &watch : NULL;
	t = query_run(a->snap, q, &err);
	if (t && q->watch && watch.n_done > watch.n_all)
		die("%s: more done than there is", q->view->id);
	if (!t)
		die("%s: %s", q->view->id, err.text);
	n_wrong = naive_compare(a->snap, q, t);
	CHECK(!n_wrong, "%s: %s of variant %d where %s below %s, %llu to %llu: %zu rows, %zu "
	      "wrong", a->name, q->view->id, q->variant, q->n_filters ? q->filters[0] : "-",
	      q->n_filters > 1 ? q->filters[1] : "-", (unsigned long long)q->first,
	      (unsigned long long)q->end, t->n_rows, n_wrong);
	check_first_rows(a, q);
	drill(a, t);
	a->n_summed += t->n_summed + t->n_in_nodes;
	if (q->n_threads > 1 && t->n_rows > a->n_merged)
		a->n_merged = t->n_rows;
	n_in_nodes += t->n_in_nodes;
	n_by_fd += t->n_by_fd;
	table_free(t);
}

/* How many events of the capture V may be asked of. */
static uint64_t
events_max(const struct asked *a, const struct view *v)
{
	uint64_t n = a->snap->end - a->snap->first;

	if (v->rows == VIEW_ROWS_ENTITIES &&
	    n * (a->snap->n_processes + a->snap->n_threads) > LOOKS_MAX)
		n = LOOKS_MAX / (a->snap->n_processes + a->snap->n_threads);
	return n;
}

static const char *
some_condition(struct asked *a)
{
	if (a->n_drills && rng_below(a->rng, 2))
		return a->drills[rng_below(a->rng, a->n_drills)];
	return rng_below(a->rng, 2) ? places[rng_below(a->rng, ARRAY_LEN(places))] :
				      filters[rng_below(a->rng, ARRAY_LEN(filters))];
}

/* V of all that it may be asked of, or in a random window; with a random variant and up
 * to N_CONDITIONS. */
static void
check_view(struct asked *a, const struct view *v, bool is_window, unsigned n_conditions)
{
	static const enum view_variant variants[] = { VIEW_PLAIN, VIEW_CONTAINERS, VIEW_PODS };
	const char *conditions[2] = { some_condition(a), some_condition(a) };
	struct query q = { .view = v, .filters = conditions,
			   .n_threads = 1 + (unsigned)rng_below(a->rng, 4),
			   .variant = variants[rng_below(a->rng, 3)] };
	uint64_t n = a->snap->end - a->snap->first, most = events_max(a, v), rest;

	q.n_filters = rng_below(a->rng, n_conditions + 1);
	q.crew = rng_below(a->rng, 2) ? a->crew : NULL;
	q.rows_first = rng_below(a->rng, 4);
	if (is_window || most < n) {
		q.first = a->snap->first + rng_below(a->rng, n);
		rest = a->snap->end - q.first + 1;
		q.end = q.first + rng_below(a->rng, rest < most ? rest : most);
	}
	check_query(a, &q);
}

/* Ask A's views whose ids begin with PREFIX of the capture B, ROUNDS times with something
 * random. */
static void
check_capture(struct asked *a, const struct scap *b, const char *prefix, size_t rounds)
{
	struct source *source = replay_open(b->p, b->len, NULL);
	struct store *s = store_new(0);
	struct snapshot *snap;
	struct record rec;

	a->crew = crew_new(false);
	if (b->len > LONG_CAPTURE || rng_below(a->rng, 5))
		store_set_chunks(s, (b->len > LONG_CAPTURE ? 3000 : 20) +
				 (uint32_t)rng_below(a->rng, 300),
				 a->n_captures++ % 4 ? 1 : 2);
	if (rng_below(a->rng, 5))
		store_set_pyramid(s, 2 + (unsigned)rng_below(a->rng, 3), 1);
	while (source && source_next(source, &rec))
		store_take(s, &rec);
	store_end(s);
	store_publish(s);
	a->snap = snap = store_snapshot(s);
	for (size_t i = 0; i < view_set_count(a->views) && snap->end > snap->first; i++) {
		const struct view *v = view_set_at(a->views, i);

		/* Spectrograms are no tables. */
		if (v->kind != VIEW_TABLE || strncmp(v->id, prefix, strlen(prefix)) != 0)
			continue;
		check_view(a, v, false, 0);
		for (size_t k = 0; k < rounds; k++)
			check_view(a, v, k % 2 == 0, 2);
	}
	while (a->n_drills)
		free(a->drills[--a->n_drills]);
	crew_free(a->crew);
	snapshot_free(snap);
	store_free(s);
	source_close(source);
}

static void
check_other(void *ctx, const char *name, const struct scap *b)
{
	struct asked *a = ctx;

	a->name = name;
	check_capture(a, b, "", OTHERS_ROUNDS);
}

int
main(int argc, char **argv)
{
	struct view_set *views = view_set_new(NULL);
	struct rng rng = rng_from_args(argc - 1, argv + 1);
	struct asked a = { .views = views, .rng = &rng, .name = "capture" };
	struct scap b = { 0 };

	if (argc < 2 || !others_read(&b, argv[1]))
		die("which capture?");
	add_views(views);
	check_capture(&a, &b, "", ROUNDS);
	a.name = "records";
	for (int i = 0; i < SAMPLES; i++) {
		b.len = 0;
		sample_everything(&b, &rng);
		check_capture(&a, &b, "", 2);
	}
	a.name = "life";
	for (int i = 0; i < LIVES; i++) {
		b.len = 0;
		life_capture(&b, &rng, LIFE_EVENTS);
		check_capture(&a, &b, "", 6);
	}
	a.name = "long life";
	a.n_merged = 0;
	b.len = 0;
	life_capture(&b, &rng, LONG_LIFE_EVENTS);
	check_capture(&a, &b, "x_many", ROUNDS);
	check_capture(&a, &b, "x_sums_of_fds", ROUNDS);
	CHECK(a.n_merged > 2000, "rows of several threads were merged: %zu", a.n_merged);
	CHECK(a.n_summed > 1000, "%zu chunks were answered by what they add up to", a.n_summed);
	CHECK(n_in_nodes > 1000, "%zu chunks were parts of nodes that answered", n_in_nodes);
	CHECK(n_by_fd > 1000, "%zu chunks were answered by what they add up to by descriptor",
	      n_by_fd);
	CHECK(watching.n_parts && !watching.n_bad, "parts of tables: %zu, wrong %zu",
	      watching.n_parts, watching.n_bad);
	if (!others_each(check_other, &a))
		check_skip(OTHERS_LACKING);
	view_set_free(views);
	scap_fini(&b);
	return check_done();
}
