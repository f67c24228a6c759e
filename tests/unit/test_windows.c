/* Windows of time where times go back: a little within a section, by far between two. */
#include <math.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/filter/filter.h"
#include "engine/query/show.h"
#include "engine/query/slices.h"
#include "tests/lib/check.h"
#include "tests/unit/query_kit.h"
#include "ui/ask.h"
#include "ui/cli/view_options.h"
#include "ui/cli/when.h"
#include "ui/cli/window.h"

#define MS 1000000u
#define PID 100
#define LATER_NS 10000000000u
#define STEP_NS 100000000u
#define CALLS 10u			/* of each section, 100 ms apart */

/* A section that begins at START and has CALLS calls; its first event is LATE_NS late. */
static void
section(struct system *y, uint64_t start, uint64_t late_ns)
{
	store_take(y->s, &(struct record){ .kind = RECORD_SECTION, .section = { .name = "x" } });
	proc(y, PID, 1, "app");
	scap_at(&y->b, start + late_ns, PID, 0);
	scap_event(&y->b, EV_NOTIFICATION_E, T("a"), T("b"));
	for (uint64_t i = 0; i < CALLS; i++) {
		scap_at(&y->b, start + i * STEP_NS, PID, 0);
		scap_event(&y->b, EV_CLOSE_E, N(9));
		scap_at(&y->b, start + i * STEP_NS + MS, PID, 0);
		scap_event(&y->b, EV_CLOSE_X, N(0));
	}
	feed(y);
}

static struct system
make(uint64_t a_ns, uint64_t b_ns, uint64_t late_ns)
{
	struct system y = { .s = store_new(0) };

	store_set_chunks(y.s, 8, 1);
	section(&y, a_ns, late_ns);
	if (b_ns)
		section(&y, b_ns, 0);
	store_end(y.s);
	return y;
}

/* How many calls there are from FROM to TO, and how many a second. */
static int64_t
calls(const struct system *y, const char *from, const char *to, double *rate)
{
	static struct filter_options options;
	struct view_set *views = view_set_new(&options);
	struct snapshot *snap = store_snapshot(y->s);
	struct view_wishes w = { 0 };
	struct query q = { .view = view_set_find(views, "syscalls") };
	struct text times = { 0 };
	const char *filters[1];
	int64_t n = -1;

	if (from && !when_read(from, &w.from))
		die("%s is no time", from);
	if (to && !when_read(to, &w.to))
		die("%s is no time", to);
	if (window_set(&w, snap, 0, &q, &times)) {
		struct table *t;

		filters[0] = times.p;
		q.filters = filters;
		q.n_filters = times.len > 0;
		t = ask(snap, views, "syscalls", &q);
		n = t->n_rows ? cell(t, 0, "CALLS")->value.i : 0;
		if (rate)
			*rate = t->n_rows && cell(t, 0, "CALLS/S")->state ?
				cell(t, 0, "CALLS/S")->value.d : 0;
		table_free(t);
	}
	text_fini(&times);
	snapshot_free(snap);
	view_set_free(views);
	return n;
}

static const struct {
	const char *what;
	uint64_t a_ns, b_ns, late_ns;	/* the starts; of the first event: how much it is late */
	const char *from, *to;
	int64_t calls;
	double seconds;			/* that the window has; 0: not looked at */
} cases[] = {
	{ "one after the other", START_NS, START_NS + LATER_NS, 0, NULL, NULL, 20, 10.901 },
	{ "the later one first", START_NS + LATER_NS, START_NS, 0, NULL, NULL, 20, 10.901 },
	{ "both at once", START_NS, START_NS, 0, NULL, NULL, 20, 0.901 },
	{ "a part of both", START_NS, START_NS, 0, "+200ms", "+390ms", 4, 0.19 },
	{ "50 ms apart", START_NS + 50 * MS, START_NS, 0, "+200ms", "+360ms", 4, 0.16 },
	{ "of the second", START_NS + LATER_NS, START_NS, 0, "+0s", "+190ms", 2, 0.19 },
	{ "of the first", START_NS + LATER_NS, START_NS, 0, "+10s", "+10190ms", 2, 0.19 },
	{ "an end and a start", START_NS, START_NS + LATER_NS, 0, "+800ms", "+10190ms", 4, 9.39 },
	{ "the same the other way round", START_NS + LATER_NS, START_NS, 0, "+800ms", "+10190ms",
	  4, 9.39 },
	{ "from a time on", START_NS + LATER_NS, START_NS, 0, "+800ms", NULL, 12, 10.101 },
	{ "up to a time", START_NS + LATER_NS, START_NS, 0, NULL, "+10190ms", 12, 10.19 },
	{ "between both", START_NS + LATER_NS, START_NS, 0, "+2s", "+3s", 0, 0 },
	{ "the first event is late", START_NS, 0, 500 * MS, "+0s", "+190ms", 2, 0.19 },
	{ "and is not the start", START_NS, 0, 500 * MS, "+200ms", "+390ms", 2, 0.19 },
	{ "nor moves the end", START_NS, 0, 500 * MS, NULL, "+390ms", 4, 0.39 },
};

/* The explorer's table of the same window. */
static void
check_asked(void)
{
	static struct filter_options options;
	struct system y = make(START_NS + LATER_NS, START_NS, 0);
	struct view_set *views = view_set_new(&options);
	int wake_fd = eventfd(0, EFD_CLOEXEC);
	struct ask *ask = ask_new(&(struct ask_of){ .store = y.s, .wake_fd = wake_fd });
	struct answer a = { 0 };
	uint64_t n;

	for (uint64_t i = 0; i < 2; i++) {
		struct question q = { .id = i + 1, .view = view_set_find(views, "syscalls"),
				      .from_ns = START_NS + i * (LATER_NS + 800 * MS) };

		q.to_ns = q.from_ns + 190 * MS;
		ask_put(ask, &q);
		while (!ask_take(ask, &a))
			if (read(wake_fd, &n, sizeof(n)) < 0)
				die("nobody answers");
		CHECK(a.table && a.table->n_rows == 1 && cell(a.table, 0, "CALLS")->value.i == 2,
		      "the explorer finds what is in section %d", 2 - (int)i);
		answer_done(&a);
	}
	ask_free(ask);
	close(wake_fd);
	view_set_free(views);
	store_free(y.s);
	scap_fini(&y.b);
}

/* The timeline begins with the least time, too. */
static void
check_bounds(void)
{
	struct system y = make(START_NS, 0, 500 * MS);
	struct snapshot *snap = store_snapshot(y.s);
	uint64_t from_ns = 0, to_ns = 0;

	CHECK(slices_bounds(snap, &from_ns, &to_ns) && from_ns == START_NS &&
	      to_ns == START_NS + 901 * MS, "bounds of slices: %lld to %lld",
	      (long long)(from_ns - START_NS), (long long)(to_ns - START_NS));
	snapshot_free(snap);
	store_free(y.s);
	scap_fini(&y.b);
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct system y = make(cases[i].a_ns, cases[i].b_ns, cases[i].late_ns);
		double rate = 0, want = cases[i].seconds ? (double)cases[i].calls /
							   cases[i].seconds : 0;
		int64_t n = calls(&y, cases[i].from, cases[i].to, &rate);

		CHECK(n == cases[i].calls, "%s: %lld calls", cases[i].what, (long long)n);
		CHECK(fabs(rate - want) < 1e-6 * (want + 1), "  %f per second, not %f", rate, want);
		store_free(y.s);
		scap_fini(&y.b);
	}
	check_asked();
	check_bounds();
	return check_done();
}
