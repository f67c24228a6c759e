/* Tables of a small system: who waits, who is whose child, what is new, CPU time,
 * windows, and what makes no sense. */
#include <math.h>

#include "engine/query/slices.h"
#include "tests/lib/check.h"
#include "tests/unit/query_kit.h"

static void
sample(struct system *y, uint64_t ns, int64_t tid, uint64_t ticks)
{
	scap_at(&y->b, START_NS + ns, tid, 0);
	scap_event(&y->b, EV_PROCINFO_E, N((int64_t)ticks), N(0));
}

static void
exec(struct system *y, uint64_t ns, int64_t pid, const char *path)
{
	struct scap_value nothing = scap_empty();

	scap_at(&y->b, START_NS + ns, pid, 0);
	scap_event(&y->b, EV_EXECVE_19_E, T(path));
	scap_event(&y->b, EV_EXECVE_19_X, N(0), T(path), nothing, N(pid), N(pid), N(100), T("/"),
		   N(1024), N(0), N(0), N(0), N(0), N(0), T(path + 1), nothing, nothing);
}

/* web (100) reads and samples its CPU; db (200), its child, waits for a lock; web's
 * other child runs a program of the first half and one that is new in the second. */
static void
make(struct system *y)
{
	*y = (struct system){ .s = store_new(0) };
	store_take(y->s, &(struct record){ .kind = RECORD_SECTION, .section = { .name = "x" } });
	proc(y, 1, 0, "init");
	proc(y, 100, 1, "web");
	proc(y, 200, 100, "db");
	proc(y, 300, 100, "job");
	sample(y, 0, 100, 50);
	exec(y, 1, 300, "/old");
	for (int i = 0; i < 10; i++) {
		scap_at(&y->b, START_NS + 1000 + 10 * (uint64_t)i, 100, 0);
		scap_event(&y->b, EV_READ_E, N(0), N(100));
		y->b.ts_ns += 2;
		scap_event(&y->b, EV_READ_X, N(i % 5 ? 7 : -11), scap_empty());
	}
	scap_at(&y->b, START_NS + 2000, 200, 0);
	scap_event(&y->b, EV_FUTEX_E, N(0), N(0), N(0));
	sample(y, SECOND_NS, 100, 100);
	exec(y, SECOND_NS + 1, 300, "/old");
	exec(y, SECOND_NS + 2, 300, "/new");
	sample(y, 2ull * SECOND_NS, 100, 180);
	feed(y);
}

static const char own_view[] =
	"return { id = \"calls\", name = \"Calls\", description = \"Calls of each program.\",\n"
	"  columns = {\n"
	"    { name = \"NAME\", field = \"proc.name\", aggregation = \"key\", width = 9,\n"
	"      description = \"The program.\" },\n"
	"    { name = \"CALLS\", aggregation = \"count\", sort = \"down\", width = 9,\n"
	"      description = \"How many.\" },\n"
	"    { name = \"BYTES\", field = \"evt.rawres\", aggregation = \"sum\", width = 9,\n"
	"      only = \"evt.failed = false\", description = \"What came back.\" },\n"
	"    { name = \"P50\", field = \"evt.latency\", aggregation = \"p50\", width = 9,\n"
	"      description = \"The median.\" } } }\n";

static void
check_calls(const struct snapshot *snap, const struct view_set *views)
{
	struct table *t = ask(snap, views, "calls", NULL);

	CHECK(t->n_rows >= 2 && is_text(cell(t, 0, "NAME"), "web"), "web did most");
	CHECK(cell(t, 0, "CALLS")->value.u == 10, "a call counts once, where it returns: %llu",
	      (unsigned long long)cell(t, 0, "CALLS")->value.u);
	CHECK(cell(t, 0, "BYTES")->value.i == 56, "calls that failed are left out");
	CHECK(cell(t, 0, "P50")->value.u == 2, "the median of what all took");
	CHECK(t->totals[column(t, "CALLS")].value.u == 13, "totals add up: %llu",
	      (unsigned long long)t->totals[column(t, "CALLS")].value.u);
	table_free(t);
	t = ask(snap, views, "calls", &(struct query){ .first = 5, .end = 9 });
	CHECK(t->n_rows == 1 && cell(t, 0, "CALLS")->value.u == 2, "a window of four events");
	table_free(t);
	t = ask(snap, views, "calls", &(struct query){ .sort = "NAME" });
	CHECK(t->n_rows > 1 && !is_text(cell(t, 0, "NAME"), "web"), "sorted otherwise");
	table_free(t);
}

static void
check_blocked(const struct snapshot *snap, const struct view_set *views)
{
	struct table *t = ask(snap, views, "blocked", NULL);

	CHECK(t->n_rows == 1, "one call has not returned: %zu", t->n_rows);
	table_free(t);
	t = ask(snap, views, "blocked", &(struct query){ .end = 5 });
	CHECK(t->n_rows == 1, "as of another event another one: %zu", t->n_rows);
	table_free(t);
}

static void
check_tree(const struct snapshot *snap, const struct view_set *views)
{
	static const struct query flat = { .is_flat = true };
	struct table *t = ask(snap, views, "process_tree", NULL);
	unsigned levels = 0;

	CHECK(t->n_rows == 4, "idle ones, too: %zu", t->n_rows);
	for (size_t i = 0; i < t->n_rows; i++) {
		levels = levels << 4 | t->rows[i].level;
		CHECK(t->rows[i].level ? t->rows[i].parent < i : t->rows[i].parent == SIZE_MAX,
		      "parents stand above: row %zu", i);
	}
	CHECK(levels == 0x0122, "init, web, and its two children: %x", levels);
	table_free(t);
	t = ask(snap, views, "process_tree", &flat);
	CHECK(t->n_rows == 4, "the same without a tree");
	for (size_t i = 0; i < t->n_rows; i++)
		CHECK(!t->rows[i].level && t->rows[i].parent == SIZE_MAX, "  row %zu", i);
	table_free(t);
}

/* A time in which nothing happens has everybody in it who is there, and no calls. */
static void
check_quiet(const struct snapshot *snap, const struct view_set *views)
{
	const struct query quiet = { .first = 30, .end = 30 }, before = { .first = 1, .end = 1 };
	struct table *t = ask(snap, views, "process_tree", &quiet);

	CHECK(t->n_rows == 4, "a quiet window has the processes: %zu", t->n_rows);
	for (size_t i = 0; i < t->n_rows; i++)
		CHECK(!cell(t, i, "CALLS")->value.u, "  and none of their calls");
	table_free(t);
	t = ask(snap, views, "process_tree", &before);
	CHECK(!t->n_rows, "before the first event nobody is known");
	table_free(t);
}

static void
check_new(const struct snapshot *snap, const struct view_set *views)
{
	struct query q = { .first = 28 };
	struct table *t = ask(snap, views, "new_programs", &q);

	CHECK(t->n_rows == 1, "one program is new: %zu", t->n_rows);
	table_free(t);
}

/* As many rows as are looked at for what is new from event FIRST on, where FILTER holds; there
 * is to be N_NEW. */
static uint64_t
looks_for_new(const struct snapshot *snap, const struct view_set *views, const char *filter,
	      uint64_t first, size_t n_new)
{
	struct query_watch watch = { .cancel = false };
	struct query q = { .first = first, .filters = &filter, .n_filters = filter != NULL,
			   .watch = &watch };
	struct table *t = ask(snap, views, "new_programs", &q);

	CHECK(t->n_rows == n_new, "%zu programs are new from event %llu on, where %s: %zu", n_new,
	      (unsigned long long)first, filter ? filter : "nothing is asked", t->n_rows);
	table_free(t);
	return watch.n_done;
}

/* Which programs are the first ones of their names is found out once, and then nothing before
 * a window is looked at. */
static void
check_firsts(struct store *s, const struct view_set *views)
{
	static const char *const filters[] = { NULL, "proc.pid = 300" };
	const struct view *of[] = { view_set_find(views, "new_programs") };
	struct snapshot *snap = store_snapshot(s);
	struct query q = { .n_threads = 1 };

	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		uint64_t all = looks_for_new(snap, views, filters[i], 28, 1);

		CHECK(all == snap->end - snap->first, "  what was before is looked at");
		if (filters[i])
			looks_for_new(snap, views, filters[i], 0, 2);
		else
			query_prepare(snap, &q, of, 1);
		CHECK(looks_for_new(snap, views, filters[i], 28, 1) == snap->end - 28,
		      "  and not once all were seen");
		looks_for_new(snap, views, filters[i], 2, 2);
	}
	snapshot_free(snap);
}

static void
check_cpu(const struct snapshot *snap, const struct view_set *views)
{
	struct query q = { .from_ns = START_NS, .to_ns = START_NS + 2ull * SECOND_NS };
	struct table *t = ask(snap, views, "procs", &q);
	const struct cell *cpu = cell(t, 0, "CPU");

	CHECK(cpu->state && fabs(cpu->value.d - 65) < 0.01, "130 ticks in two seconds: %g %%",
	      cpu->state ? cpu->value.d : -1);
	CHECK(!cell(t, 1, "CPU")->state, "without samples it is blank");
	table_free(t);
	q.from_ns = START_NS + SECOND_NS / 2;
	q.to_ns = START_NS + SECOND_NS;
	t = ask(snap, views, "procs", &q);
	cpu = cell(t, 0, "CPU");
	CHECK(cpu->state && fabs(cpu->value.d - 50) < 0.01, "between two samples: %g %%",
	      cpu->state ? cpu->value.d : -1);
	table_free(t);
}

/* Who is meant by the number of a thread is asked of threads, idle ones too. */
static void
check_thread(const struct snapshot *snap, const struct view_set *views)
{
	static const struct {
		const char *filter;
		size_t n_rows;
	} cases[] = {
		{ "thread.tid = 1", 1 }, { "thread.tid = 200", 1 }, { "thread.tid = 7", 0 },
		{ "thread.tid != 200", 3 }, { "thread.tid in (1, 300)", 2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct query q = { .filters = &cases[i].filter, .n_filters = 1 };
		struct table *t = ask(snap, views, "threads", &q);

		CHECK(t->n_rows == cases[i].n_rows, "%s: %zu threads", cases[i].filter, t->n_rows);
		table_free(t);
	}
}

static void
check_refusals(const struct snapshot *snap, const struct view_set *views)
{
	const char *const bad[] = { "proc.nmae = x" };
	struct query q = { .view = view_set_find(views, "procs"), .filters = bad,
			   .n_filters = 1 };
	struct err err = { 0 };

	CHECK(!query_run(snap, &q, &err) && err.code, "a filter that is none: %s", err.text);
}

/* A table that is sorted anew has its rows as a query would have put them. */
static void
check_sorted(const struct snapshot *snap, const struct view_set *views)
{
	const struct view *v = view_set_find(views, "procs");

	for (size_t i = 0; i < 2 * v->n_columns; i++) {
		const char *sort = v->columns[i / 2].name;
		struct query how = { .sort = sort, .sort_descending = i % 2 };
		struct table *want = ask(snap, views, "procs", &how);
		struct table *t = ask(snap, views, "procs", &(struct query){ .sort = NULL });
		bool same = table_sort(t, sort, i % 2) && t->n_rows == want->n_rows;

		for (size_t k = 0; same && k < t->n_rows; k++)
			same = t->rows[k].entity == want->rows[k].entity;
		CHECK(same && t->n_rows > 1, "sorted by %s%s", sort, i % 2 ? ", descending" : "");
		table_free(t);
		table_free(want);
	}
}

static uint64_t
answer_bytes(const struct store *s)
{
	struct store_size size;

	store_size(s, &size);
	return size.bytes[STORE_ANSWERS];
}

/* How many system calls FILTER finds. */
static size_t
ask_calls(const struct snapshot *snap, const struct view_set *views, const char *filter)
{
	struct query q = { .view = view_set_find(views, "syscalls"), .filters = &filter,
			   .n_filters = 1 };
	struct err err = { 0 };
	struct table *t = query_run(snap, &q, &err);
	size_t n;

	if (!t)
		die("%s: %s", filter, err.text);
	n = t->n_rows;
	table_free(t);
	return n;
}

/* What costs much is kept, of sealed chunks, and says the same the second time. */
static void
check_kept(struct store *s, const struct view_set *views)
{
	static const char *const all = "evt.args contains '' and not evt.args contains nowhere";
	static const char *const none = "evt.args contains nowhere";
	struct snapshot *snap = store_snapshot(s);
	uint64_t empty = answer_bytes(s), kept;
	size_t n = ask_calls(snap, views, all);

	CHECK(n && answer_bytes(s) == empty, "nothing is kept of an open chunk");
	snapshot_free(snap);
	store_end(s);
	store_publish(s);
	snap = store_snapshot(s);
	CHECK(ask_calls(snap, views, all) == n && !ask_calls(snap, views, none),
	      "sealed or not: %zu calls", n);
	kept = answer_bytes(s);
	CHECK(kept > empty, "answers are kept");
	ask_calls(snap, views, "evt.latency > 1us");
	CHECK(ask_calls(snap, views, all) == n && !ask_calls(snap, views, none) &&
	      answer_bytes(s) == kept, "the second time the same, and nothing more is kept");
	snapshot_free(snap);
}

/* What queries will need is found out before, once, and not where somebody says to stop. */
static void
check_prepared(struct store *s, const struct view_set *views)
{
	struct snapshot *snap = store_snapshot(s);
	const struct view *list[] = { view_set_find(views, "files"),
				      view_set_find(views, "connections") };
	struct query_watch stopped = { .cancel = true };
	struct query q = { .watch = &stopped };
	uint64_t before = answer_bytes(s), prepared;

	query_prepare(snap, &q, list, 2);
	CHECK(answer_bytes(s) == before, "nothing is found out by who is to stop");
	q.watch = NULL;
	query_prepare(snap, &q, list, 2);
	prepared = answer_bytes(s);
	CHECK(prepared > before, "what queries need of descriptors is kept");
	query_prepare(snap, &q, list, 2);
	CHECK(answer_bytes(s) == prepared, "  and not found out again");
	snapshot_free(snap);
}

/* What of the small system is in the halves of its time. */
static void
check_slices(const struct snapshot *snap)
{
	static const char *const reads[] = { "evt.type = read and evt.dir = <" };
	static const struct {
		const char *what;
		enum slices_measure measure;
		double first, second;
	} cases[] = {
		{ "ten reads", SLICES_EVENTS, 10, 0 },
		{ "what came in by those that did not fail", SLICES_BYTES, 8 * 7, 0 },
		{ "the longest", SLICES_LONGEST, 2, 0 },
		{ "those that failed", SLICES_ERRORS, 2, 0 },
		{ "what most took no longer than", SLICES_P99, 2, 0 },
	};
	double counts[2];
	bool is_lost[2];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slices_question q = { .filters = reads, .n_filters = 1,
					     .measure = cases[i].measure };
		struct slices s = { .from_ns = START_NS, .to_ns = START_NS + 2ull * SECOND_NS,
				    .n = 2, .counts = counts, .is_lost = is_lost,
				    .n_lost = 9 };
		struct err err = { 0 };

		CHECK(!slices_count(snap, &q, &s, &err), "slices: %s %s", cases[i].what, err.text);
		CHECK(counts[0] == cases[i].first && counts[1] == cases[i].second,
		      "  %g, %g", counts[0], counts[1]);
		CHECK(s.measure == cases[i].measure, "  it is told of what");
		CHECK(!is_lost[0] && !is_lost[1] && !s.n_lost, "  nothing is lost");
	}
}

int
main(void)
{
	struct view_set *views = view_set_new(NULL);
	const struct span text = { (const uint8_t *)own_view, sizeof(own_view) - 1 };
	struct snapshot *snap;
	struct system y;

	if (view_set_add(views, "calls.lua", text) < 0)
		die("%s", view_set_problem(views, 0));
	make(&y);
	snap = store_snapshot(y.s);
	check_calls(snap, views);
	check_blocked(snap, views);
	check_tree(snap, views);
	check_quiet(snap, views);
	check_new(snap, views);
	check_cpu(snap, views);
	check_thread(snap, views);
	check_refusals(snap, views);
	check_sorted(snap, views);
	check_slices(snap);
	snapshot_free(snap);
	check_kept(y.s, views);
	check_prepared(y.s, views);
	check_firsts(y.s, views);
	store_free(y.s);
	view_set_free(views);
	scap_fini(&y.b);
	return check_done();
}
