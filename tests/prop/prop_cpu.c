/*
 * How long threads were on CPUs in each slice of a time is what a plain loop finds that knows
 * the system, which is made at random; and all slices together are the total of the CPU
 * column of tables.
 */
#include <math.h>
#include <stdio.h>

#include "engine/query/slices.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"
#include "tests/unit/query_kit.h"

#define SYSTEMS 60u
#define THREADS 12u
#define CPUS 3u
#define EVENTS 400u
#define SLICES_MAX 90u
#define NAMES 3u
#define TOLD 200u			/* samples, and runs, of a thread */

#define ID "5f9a1c3e7b2d4f6081a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f70"

static const char *const names[NAMES] = { "web", "db", "job" };
static const char *const paths[NAMES] = { "/bin/web", "/bin/db", "/bin/job" };

/* Threads 0 to 2 are of one process, 3 and 4 of another one; the others are alone. Some
 * processes are in one of two containers. */
struct told {
	uint64_t ts_ns;
	double used_ns;			/* a sample: so far; a run: until then */
	bool is_sure;
};

struct thread_of {
	int64_t tid, pid;
	unsigned name, container;	/* 0: none */
	unsigned names_seen;		/* under which it has events: a bit each */
	uint64_t ticks, exact_ns;
	bool is_exact;			/* its last sample */
	struct told samples[TOLD], runs[TOLD];
	size_t n_samples, n_runs;
};

struct model {
	struct system y;
	struct rng *r;
	struct thread_of threads[THREADS];
	uint64_t on_cpu_ns[CPUS];	/* the last switch; 0: none yet */
	int64_t next[CPUS];
	uint64_t ts_ns, first_ns;
	bool has_samples, has_switches;
};

/* The system ------------------------------------------------------------ */

static struct span
cgroups_of(const struct thread_of *t)
{
	static const struct span list[] = {
		SCAP_SPAN(""), SCAP_SPAN("cpu=/docker/a" ID "\0"),
		SCAP_SPAN("cpu=/docker/b" ID "\0"),
	};

	return list[t->container];
}

static void
start_thread(struct model *m, unsigned i)
{
	struct thread_of *t = &m->threads[i];
	unsigned leader = i < 3 ? 0 : i < 5 ? 3 : i;
	struct span name;

	*t = (struct thread_of){ .tid = 100 + i, .pid = 100 + leader,
				 .name = (unsigned)rng_below(m->r, NAMES) };
	t->container = leader == i ? (unsigned)rng_below(m->r, 3) : m->threads[leader].container;
	name = scap_span(names[t->name]);
	store_take(m->y.s, &(struct record){ .kind = RECORD_PROC, .proc = {
		.tid = t->tid, .pid = t->pid, .ptid = 1, .comm = name, .exe = name,
		.cgroups = cgroups_of(t), .vtid = t->tid, .vpid = t->pid } });
}

/* The next event is of T. */
static void
at(struct model *m, struct thread_of *t, uint16_t cpu)
{
	m->ts_ns += 1 + rng_below(m->r, 20000000);
	m->first_ns = m->first_ns ? m->first_ns : m->ts_ns;
	t->names_seen |= 1u << t->name;
	scap_at(&m->y.b, m->ts_ns, t->tid, cpu);
}

static void
add_told(struct told *list, size_t *n, struct told one)
{
	if (*n == TOLD)
		die("a thread has too much told of it");
	list[(*n)++] = one;
}

static void
sample(struct model *m, struct thread_of *t)
{
	char text[64];

	at(m, t, 0);
	t->ticks += rng_below(m->r, 3);
	t->exact_ns += 1 + rng_below(m->r, 30000000);
	t->is_exact = !rng_below(m->r, 2) || t->is_exact;
	if (t->is_exact) {
		snprintf(text, sizeof(text), "user_ns=%llu system_ns=1",
			 (unsigned long long)t->exact_ns);
		scap_event(&m->y.b, EV_ASYNCEVENT_E, N(0), T("cpu"),
			   scap_bytes(text, strlen(text) + 1));
	}
	scap_event(&m->y.b, EV_PROCINFO_E, N((int64_t)t->ticks), N(1));
	add_told(t->samples, &t->n_samples, (struct told){
		m->ts_ns, t->is_exact ? (double)t->exact_ns + 1 : 1e7 * (double)(t->ticks + 1),
		true });
}

/* Mostly to who switches next on that CPU. */
static void
run(struct model *m)
{
	unsigned cpu = (unsigned)rng_below(m->r, CPUS);
	struct thread_of *t = &m->threads[rng_below(m->r, THREADS)];
	uint64_t before = m->on_cpu_ns[cpu];
	int64_t next;

	for (unsigned i = 0; i < THREADS && rng_below(m->r, 100); i++)
		if (m->threads[i].tid == m->next[cpu])
			t = &m->threads[i];
	at(m, t, (uint16_t)cpu);
	next = m->threads[rng_below(m->r, THREADS)].tid;
	scap_event(&m->y.b, EV_SCHEDSWITCH_6_E, N(next), N(0), N(0), N(0), N(0), N(0));
	if (before)
		add_told(t->runs, &t->n_runs, (struct told){
			m->ts_ns, (double)(m->ts_ns - before), m->next[cpu] == t->tid });
	m->on_cpu_ns[cpu] = m->ts_ns;
	m->next[cpu] = next;
}

/* Processes of one thread become other programs. */
static void
exec(struct model *m)
{
	struct scap_value nothing = scap_empty();
	struct thread_of *t = &m->threads[5 + rng_below(m->r, THREADS - 5)];
	unsigned name = (unsigned)rng_below(m->r, NAMES);
	const char *path = paths[name];
	struct span cgroups = cgroups_of(t);

	at(m, t, 0);
	scap_event(&m->y.b, EV_EXECVE_19_E, T(path));
	t->name = name;
	t->names_seen |= 1u << name;
	scap_event(&m->y.b, EV_EXECVE_19_X, N(0), T(path), nothing, N(t->pid), N(t->pid), N(1),
		   T("/"), N(1024), N(0), N(0), N(0), N(0), N(0), T(names[name]),
		   scap_bytes(cgroups.p, cgroups.len), nothing);
}

static void
make(struct model *m, struct rng *r)
{
	*m = (struct model){ .y = { .s = store_new(0) }, .r = r, .ts_ns = START_NS };
	m->has_samples = rng_below(r, 4);
	m->has_switches = !m->has_samples || rng_below(r, 2);
	store_take(m->y.s, &(struct record){ .kind = RECORD_SECTION, .section = { .name = "x" } });
	for (unsigned i = 0; i < THREADS; i++)
		start_thread(m, i);
	for (unsigned i = 0; i < EVENTS; i++) {
		struct thread_of *t = &m->threads[rng_below(r, THREADS - 1)];
		size_t what = rng_below(r, 10);

		if (what < 4 && m->has_switches) {
			run(m);
		} else if (what < 7 && m->has_samples &&
			   t->n_samples < (t->tid % 4 ? TOLD : 1)) {
			sample(m, t);
		} else if (what == 7) {
			exec(m);
		} else {
			at(m, t, 0);
			scap_event(&m->y.b, EV_READ_E, N(0), N(100));
			scap_event(&m->y.b, EV_READ_X, N(7), scap_empty());
		}
	}
	feed(&m->y);
}

/* The plain loop -------------------------------------------------------- */

/* What thread T had used at TS_NS. */
static double
used(const struct thread_of *t, uint64_t ts_ns)
{
	const struct told *s = t->samples;

	if (ts_ns <= s[0].ts_ns)
		return s[0].used_ns;
	for (size_t i = 1; i < t->n_samples; i++)
		if (ts_ns < s[i].ts_ns)
			return s[i - 1].used_ns + (s[i].used_ns - s[i - 1].used_ns) *
			       ((double)(ts_ns - s[i - 1].ts_ns) /
				(double)(s[i].ts_ns - s[i - 1].ts_ns));
	return s[t->n_samples - 1].used_ns;
}

/* How long T ran from FROM_NS to TO_NS; NAN: nobody knows. */
static double
ran(const struct thread_of *t, uint64_t from_ns, uint64_t to_ns)
{
	double sum = 0;

	if (t->n_samples > 1)
		return used(t, to_ns) - used(t, from_ns);
	for (size_t i = 0; i < t->n_runs; i++) {
		double to = fmin((double)(t->runs[i].ts_ns - START_NS), (double)(to_ns - START_NS));
		double from = fmax((double)(t->runs[i].ts_ns - START_NS) - t->runs[i].used_ns,
				   (double)(from_ns - START_NS));

		if (to > from)
			sum += t->runs[i].is_sure ? to - from : NAN;
	}
	return sum;
}

static bool
is_known(const struct thread_of *t)
{
	size_t n_sure = 0;

	for (size_t i = 0; i < t->n_runs; i++)
		n_sure += t->runs[i].is_sure;
	return t->n_samples > 1 || n_sure || (t->n_samples == 1 && t->is_exact);
}

/* Conditions, and whether they may hold of a thread. */
static bool
is_any(const struct thread_of *t)
{
	(void)t;
	return true;
}

static bool
is_web(const struct thread_of *t)
{
	return (t->names_seen | 1u << t->name) & 1;
}

static bool
is_no_web(const struct thread_of *t)
{
	return (t->names_seen | 1u << t->name) & ~1u;
}

static bool
is_helper(const struct thread_of *t)
{
	return t->tid == 101;
}

static bool
is_inside(const struct thread_of *t)
{
	return t->container;
}

static bool
is_of_first(const struct thread_of *t)
{
	return t->pid == 100;
}

static bool
is_none(const struct thread_of *t)
{
	(void)t;
	return false;
}

static const struct condition {
	const char *text;
	bool (*may)(const struct thread_of *t);
	bool is_lasting;		/* it asks nothing that changes */
} conditions[] = {
	{ NULL, is_any, true },
	{ "proc.name = web", is_web, false },
	{ "not proc.name = web", is_no_web, false },
	{ "thread.tid = 101", is_helper, true },
	{ "container.id != host", is_inside, true },
	{ "proc.pid = 100", is_of_first, true },
	{ "proc.pid = 77", is_none, true },
	{ "evt.type = read", is_any, false },
	{ "not evt.type = read", is_any, false },
	{ "proc.pid = 100 and fd.name contains x", is_of_first, false },
	{ "proc.pid = 100 or fd.name contains x", is_any, false },
	{ "proc.pid = 77 and evt.type = read", is_none, false },
};

/* What makes threads one row: a number, 0: none. */
static uint64_t
by_thread(const struct thread_of *t)
{
	return (uint64_t)t->tid;
}

static uint64_t
by_process(const struct thread_of *t)
{
	return (uint64_t)t->pid;
}

static uint64_t
by_container(const struct thread_of *t)
{
	return t->container + 1;
}

static uint64_t
by_name(const struct thread_of *t)
{
	return t->name + 1;
}

static const struct {
	const char *view;
	uint64_t (*row)(const struct thread_of *t);
	bool is_lasting;		/* what rows are called does not change */
} tables[] = {
	{ NULL, by_thread, false }, { "syscalls", by_thread, false },
	{ "threads", by_thread, true }, { "procs", by_process, true },
	{ "x_boxes", by_container, true }, { "x_names", by_name, false },
	{ "x_pairs", by_process, true },
};

static const char *const own_views[] = {
	"return { id = 'x_names', name = 'x', description = 'x', rows = 'processes', columns = {"
	" { name = 'NAME', field = 'proc.name', aggregation = 'key', width = 9 },"
	" { name = 'CPU', field = 'thread.cpu', aggregation = 'avg', width = 9 } } }",
	"return { id = 'x_pairs', name = 'x', description = 'x', rows = 'processes', columns = {"
	" { name = 'UID', field = 'user.uid', aggregation = 'key', width = 9 },"
	" { name = 'PID', field = 'proc.pid', aggregation = 'key', width = 9 },"
	" { name = 'CPU', field = 'thread.cpu', aggregation = 'avg', width = 9 } } }",
	"return { id = 'x_boxes', name = 'x', description = 'x', rows = 'containers', columns = {"
	" { name = 'ID', field = 'container.id', aggregation = 'key', width = 9 },"
	" { name = 'CPU', field = 'thread.cpu', aggregation = 'avg', width = 9 } } }",
};

static bool
is_chosen(const struct model *m, const struct thread_of *t, const struct condition *c,
	  uint64_t (*row)(const struct thread_of *t))
{
	for (unsigned i = 0; i < THREADS; i++)
		if (row(&m->threads[i]) == row(t) && c->may(&m->threads[i]))
			return true;
	return false;
}

/* Has S, a time of the model's system, what the plain loop finds? */
static bool
is_right(const struct model *m, const struct slices *s, const struct condition *c,
	 uint64_t (*row)(const struct thread_of *t))
{
	uint64_t length = (s->to_ns - s->from_ns) / s->n + 1;
	bool known = false;

	for (size_t k = 0; k < s->n; k++) {
		uint64_t from_ns = s->from_ns + k * length, to_ns = from_ns + length;
		double want = 0;

		to_ns = to_ns < s->to_ns ? to_ns : s->to_ns;
		for (unsigned i = 0; i < THREADS && from_ns < to_ns; i++) {
			const struct thread_of *t = &m->threads[i];

			if (!is_chosen(m, t, c, row))
				continue;
			want += ran(t, from_ns, to_ns);
			known |= is_known(t);
		}
		if (isnan(want) ? !isnan(s->counts[k]) : !(fabs(want - s->counts[k]) < 1))
			return false;
	}
	return known == s->is_known;
}

/* Are all slices of S together the total of the table of view ID, with FILTER? */
static bool
is_total(const struct snapshot *snap, const struct view_set *views, const struct slices *s,
	 const char *id, const char *filter)
{
	const char *filters[] = { filter };
	struct table *t = ask(snap, views, id, &(struct query){ .filters = filters,
								.n_filters = filter != NULL });
	const struct cell *total = &t->totals[column(t, "CPU")];
	double sum = 0, length = (double)(t->to_ns - t->from_ns);
	bool is;

	for (size_t k = 0; k < s->n; k++)
		sum += s->counts[k];
	is = total->state == CELL_MISSING ? !s->is_known :
	     fabs(total->value.d - 100 * sum / length) < 1e-6 * (1 + total->value.d);
	/* Nobody knows how much it was in some of the time. */
	is |= isnan(sum);
	table_free(t);
	return is;
}

/* How often -------------------------------------------------------------- */

struct wrong {
	size_t n_slices, n_totals, n_asked, n_added;
};

static void
check_line(const struct model *m, const struct snapshot *snap, const struct view_set *views,
	   struct wrong *wrong)
{
	const struct condition *c = &conditions[rng_below(m->r, ARRAY_LEN(conditions))];
	size_t which = rng_below(m->r, ARRAY_LEN(tables));
	struct slices_question q = { .filters = &c->text, .n_filters = c->text != NULL,
				     .measure = SLICES_CPU };
	double counts[SLICES_MAX];
	bool is_lost[SLICES_MAX], is_part = rng_below(m->r, 2);
	struct slices s = { .n = 1 + rng_below(m->r, SLICES_MAX), .counts = counts,
			    .is_lost = is_lost };
	struct err err = { 0 };

	q.rows_of = tables[which].view ? view_set_find(views, tables[which].view) : NULL;
	slices_bounds(snap, &s.from_ns, &s.to_ns);
	if (is_part) {
		s.from_ns += rng_below(m->r, (s.to_ns - s.from_ns) / 2);
		s.to_ns -= rng_below(m->r, (s.to_ns - s.from_ns) / 2);
	}
	if (slices_count(snap, &q, &s, &err) < 0)
		die("%s: %s", c->text, err.text);
	wrong->n_asked++;
	if (!is_right(m, &s, c, tables[which].row)) {
		printf("# `%s` of %s: slices are wrong\n", c->text ? c->text : "",
		       tables[which].view ? tables[which].view : "threads");
		wrong->n_slices++;
	}
	if (is_part || which < 2 || !c->is_lasting || (c->text && !tables[which].is_lasting))
		return;
	wrong->n_added++;
	if (!is_total(snap, views, &s, tables[which].view, c->text)) {
		printf("# `%s` of %s: no total\n", c->text ? c->text : "", tables[which].view);
		wrong->n_totals++;
	}
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc, argv);
	struct view_set *views = view_set_new(NULL);
	struct wrong wrong = { 0 };
	static struct model m;

	for (size_t i = 0; i < ARRAY_LEN(own_views); i++)
		if (view_set_add(views, "own.lua", scap_span(own_views[i])) < 0)
			die("%s", view_set_problem(views, 0));
	for (unsigned i = 0; i < SYSTEMS; i++) {
		struct snapshot *snap;

		make(&m, &r);
		if (rng_below(&r, 2)) {
			store_end(m.y.s);
			store_publish(m.y.s);
		}
		snap = store_snapshot(m.y.s);
		for (unsigned k = 0; k < 30; k++)
			check_line(&m, snap, views, &wrong);
		snapshot_free(snap);
		store_free(m.y.s);
		scap_fini(&m.y.b);
	}
	CHECK(!wrong.n_slices, "%zu timelines, of which %zu are wrong", wrong.n_asked,
	      wrong.n_slices);
	CHECK(wrong.n_added > 100 && !wrong.n_totals, "%zu add up to a table's total, %zu do not",
	      wrong.n_added, wrong.n_totals);
	view_set_free(views);
	return check_done();
}
