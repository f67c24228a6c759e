/*
 * Right numbers: what csysdig is known to count wrongly, each on a small system of two
 * seconds in which everything is known. The numbers are those of the list of its faults.
 */
#include <math.h>

#include "engine/filter/filter.h"
#include "engine/query/show.h"
#include "tests/lib/check.h"
#include "tests/unit/query_kit.h"

#define MS 1000000u
#define APP 100				/* reads, talks, waits; becomes another user */
#define HELPER 101			/* its thread, sampled once */
#define SHORT 300			/* lives for 200 ms */
#define IDLE 400
#define WWW 33

static void
at(struct system *y, uint64_t ns, int64_t tid)
{
	scap_at(&y->b, START_NS + ns, tid, 0);
}

/* A read or write that takes TOOK_NS and moves RES bytes. */
static void
io(struct system *y, uint16_t enter, int64_t fd, int64_t res, uint64_t took_ns)
{
	scap_event(&y->b, enter, N(fd), N(100));
	y->b.ts_ns += took_ns;
	scap_event(&y->b, enter + 1u, N(res), scap_empty());
}

static void
sample(struct system *y, uint64_t ns, int64_t tid, uint64_t ticks)
{
	at(y, ns, tid);
	scap_event(&y->b, EV_PROCINFO_E, N((int64_t)ticks), N(0));
}

static void
take_proc(struct system *y, const struct proc_record *p)
{
	struct record rec = { .kind = RECORD_PROC };

	rec.proc = *p;
	store_take(y->s, &rec);
}

static void
birth(struct system *y, uint64_t ns, int64_t child)
{
	struct scap_value nothing = scap_empty();

	at(y, ns, child);
	scap_event(&y->b, EV_CLONE_20_X, N(0), T("short"), nothing, N(child), N(child), N(APP),
		   T("/"), N(64), N(0), N(0), N(0), N(0), N(0), T("short"), nothing, N(0), N(0),
		   N(0), N(child), N(child));
}

static void
open_all(struct system *y)
{
	at(y, 0, APP);
	scap_event(&y->b, EV_OPEN_X, N(3), T("/srv/a1"), N(1), N(0));
	y->b.ts_ns += MS;
	scap_event(&y->b, EV_OPENAT2_X, N(4), N(-100), T("/srv/a2"), N(1), N(0), N(0));
	y->b.ts_ns += MS;
	scap_event(&y->b, EV_CREAT_X, N(6), T("/srv/a2"), N(0));
	y->b.ts_ns += MS;
	scap_event(&y->b, EV_ACCEPT4_6_X, N(5), scap_tuple("10.0.0.1", 4000, "10.0.0.2", 80), N(0),
		   N(0), N(128), N(0));
}

static void
make(struct system *y)
{
	struct user_record www = { .uid = WWW, .name = SCAP_SPAN("www") };

	*y = (struct system){ .s = store_new(0) };
	/* Small ones, so that what is told of each has to be put together. */
	store_set_chunks(y->s, 8, 1);
	store_take(y->s, &(struct record){ .kind = RECORD_SECTION, .section = { .name = "x" } });
	store_take(y->s, &(struct record){ .kind = RECORD_USER, .user = www });
	take_proc(y, &(struct proc_record){ .tid = APP, .pid = APP, .ptid = 1, .vmsize_kb = 1000,
		.vmrss_kb = 600, .comm = SCAP_SPAN("app"), .exe = SCAP_SPAN("app") });
	take_proc(y, &(struct proc_record){ .tid = HELPER, .pid = APP, .ptid = 1,
		.comm = SCAP_SPAN("helper"), .exe = SCAP_SPAN("app") });
	take_proc(y, &(struct proc_record){ .tid = IDLE, .pid = IDLE, .ptid = 1,
		.comm = SCAP_SPAN("idle"), .exe = SCAP_SPAN("idle") });
	open_all(y);
	sample(y, 10 * MS, APP, 50);
	/* The first half second has it all. */
	at(y, 20 * MS, APP);
	io(y, EV_READ_E, 3, 100, 3000);
	y->b.ts_ns += MS;
	io(y, EV_READ_E, 3, 200, 4000);
	y->b.ts_ns += MS;
	io(y, EV_READ_E, 4, 1654, 6000);
	y->b.ts_ns += MS;
	io(y, EV_WRITE_E, 5, 1000, 2000);
	at(y, 100 * MS, HELPER);
	io(y, EV_READ_E, 3, 46, 11000);
	sample(y, 110 * MS, HELPER, 10);
	birth(y, 500 * MS, SHORT);
	sample(y, 600 * MS, SHORT, 5);
	at(y, 700 * MS, SHORT);
	scap_event(&y->b, EV_PROCEXIT_1_E, N(0), N(0), N(0), N(0), N(1));
	at(y, 800 * MS, APP);
	scap_event(&y->b, EV_POLL_E, scap_polls(NULL, 0), N(1000));
	at(y, 1600 * MS, APP);
	scap_event(&y->b, EV_POLL_X, N(0), scap_polls(NULL, 0));
	at(y, 1700 * MS, APP);
	scap_event(&y->b, EV_SETUID_X, N(0), N(WWW));
	sample(y, 1800 * MS, APP, 140);
	at(y, 2000 * MS, APP);
	scap_event(&y->b, EV_NOTIFICATION_E, T("a"), T("b"));
	feed(y);
}

/* The cell of column NAME in the row whose number, or text, in column KEY is PID or
 * TEXT; NULL: there is no such row. */
static const struct cell *
of(const struct table *t, const char *key, int64_t pid, const char *text, const char *name)
{
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct cell *c = cell(t, i, key);

		if (text ? is_text(c, text) : c->state && c->value.i == pid)
			return cell(t, i, name);
	}
	return NULL;
}

static bool
is_u(const struct cell *c, uint64_t want)
{
	return c && c->state && c->value.u == want;
}

static bool
is_d(const struct cell *c, double want)
{
	return c && c->state && fabs(c->value.d - want) < 1e-9 * fmax(1, fabs(want));
}

static void
check_totals(const struct snapshot *snap, const struct view_set *views)
{
	const struct query half = { .to_ns = START_NS + 500 * MS, .from_ns = START_NS,
				    .first = 1,
				    .end = snapshot_at_time(snap, START_NS + 500 * MS) };
	const struct query later = { .from_ns = START_NS + 1000 * MS,
				     .to_ns = START_NS + 1500 * MS,
				     .first = snapshot_at_time(snap, START_NS + 1000 * MS),
				     .end = snapshot_at_time(snap, START_NS + 1500 * MS) };
	struct table *t = ask(snap, views, "procs", NULL);

	CHECK(is_u(of(t, "PID", APP, NULL, "FILE"), 2000) &&
	      is_d(of(t, "PID", APP, NULL, "FILE/S"), 1000),
	      "1: FILE is a sum, FILE/S is per second");
	CHECK(is_u(of(t, "PID", APP, NULL, "NET"), 1000), "1: so is NET");
	CHECK(of(t, "PID", IDLE, NULL, "FILE"), "16: who did nothing has a row");
	CHECK(is_text(of(t, "PID", APP, NULL, "USER"), "www"), "11: the user as of the end");
	table_free(t);
	t = ask(snap, views, "procs", &half);
	CHECK(is_d(of(t, "PID", APP, NULL, "FILE/S"), 4000), "9, 15: a window of half a second");
	CHECK(!is_text(of(t, "PID", APP, NULL, "USER"), "www"), "11: and as of that end");
	table_free(t);
	t = ask(snap, views, "procs", &later);
	CHECK(is_u(of(t, "PID", APP, NULL, "FILE"), 0) &&
	      is_d(of(t, "PID", APP, NULL, "FILE/S"), 0),
	      "10: nothing of what was before a window is in it");
	table_free(t);
	t = ask(snap, views, "procs_fd_usage", NULL);
	CHECK(of(t, "PID", APP, NULL, "PEAK")->state && !t->totals[column(t, "PEAK")].state &&
	      t->totals[column(t, "OPEN")].state, "12: peaks do not add up");
	table_free(t);
}

static void
check_calls(const struct snapshot *snap, const struct view_set *views)
{
	struct table *t = ask(snap, views, "syscalls", NULL);
	uint64_t n = 0;

	CHECK(is_u(of(t, "CALL", 0, "read", "CALLS"), 4) &&
	      is_d(of(t, "CALL", 0, "read", "CALLS/S"), 2), "2: calls count where they return");
	CHECK(is_d(of(t, "CALL", 0, "read", "AVG"), 6000), "3: a mean is one of calls");
	for (size_t i = 0; i < t->n_rows; i++)
		n += cell(t, i, "CALLS")->value.u;
	CHECK(n == 12 && !of(t, "CALL", 0, "procinfo", "CALLS"), "4: only calls count: %llu",
	      (unsigned long long)n);
	CHECK(is_u(of(t, "CALL", 0, "poll", "WAITED"), 800 * MS) &&
	      !of(t, "CALL", 0, "poll", "TIME")->state, "13: waiting is no work");
	table_free(t);
	t = ask(snap, views, "io_by_type", NULL);
	CHECK(t->n_rows == 2, "14: what has no descriptor has no type: %zu", t->n_rows);
	table_free(t);
}

static void
check_cpu(const struct snapshot *snap, const struct view_set *views)
{
	static const char *const net[] = { "fd.type = ipv4" };
	const struct query by_net = { .filters = net, .n_filters = 1 };
	/* 90 ticks of 10 ms between samples 1.79 s apart, of 2 s; none before, none after. */
	double app = 45;
	struct table *t = ask(snap, views, "procs", NULL);

	CHECK(is_d(of(t, "PID", APP, NULL, "CPU"), app), "6: the first sample is a base");
	CHECK(is_d(of(t, "PID", SHORT, NULL, "CPU"), 2.5), "6: who is born has used nothing");
	CHECK(!of(t, "PID", IDLE, NULL, "CPU")->state, "6: without samples nobody knows");
	table_free(t);
	t = ask(snap, views, "procs", &by_net);
	CHECK(is_d(of(t, "PID", APP, NULL, "CPU"), app), "5: no filter touches it");
	CHECK(is_u(of(t, "PID", APP, NULL, "FILE"), 0), "5: but what counts");
	table_free(t);
}

static void
check_merging(const struct snapshot *snap, const struct view_set *views)
{
	struct table *t = ask(snap, views, "syscall_procs", NULL);

	CHECK(is_d(of(t, "PID", APP, NULL, "AVG"), 26000.0 / 5) &&
	      is_u(of(t, "PID", APP, NULL, "WAITED"), 800 * MS),
	      "13: nor does it make a mean of work longer");
	table_free(t);
	t = ask(snap, views, "x_mean", &(struct query){ .n_threads = 2 });
	/* 3 + 4 + 6 + 2 + 11 us, and the poll, over what has a duration. */
	CHECK(is_d(of(t, "PID", APP, NULL, "AVG"), (26000.0 + 800 * MS) / 6),
	      "7, 8: a mean of all threads, to the last digit: %.3f",
	      of(t, "PID", APP, NULL, "AVG")->value.d);
	table_free(t);
	t = ask(snap, views, "x_none", NULL);
	CHECK(!t->n_rows && !t->totals[1].state, "a key that nothing has makes no row");
	table_free(t);
	t = ask(snap, views, "containers", NULL);
	CHECK(t->n_rows == 0, "nothing runs in a container");
	table_free(t);
	t = ask(snap, views, "x_host", NULL);
	CHECK(is_u(of(t, "ID", 0, "host", "PROCS"), 2), "8, 12: two processes are there at once");
	CHECK(is_u(of(t, "ID", 0, "host", "VIRT"), 1000), "12: with what they have at once");
	table_free(t);
}

static void
check_files(const struct snapshot *snap, const struct view_set *views)
{
	struct table *t = ask(snap, views, "files", NULL);

	CHECK(is_u(of(t, "NAME", 0, "/srv/a1", "OPENS"), 1) &&
	      is_u(of(t, "NAME", 0, "/srv/a2", "OPENS"), 2), "17: all opens are opens");
	CHECK(is_u(of(t, "NAME", 0, "/srv/a1", "READ"), 346) &&
	      is_u(of(t, "NAME", 0, "/srv/a2", "READ"), 1654), "19: the last byte tells apart");
	table_free(t);
	t = ask(snap, views, "connections", NULL);
	CHECK(t->n_rows == 1 && cell(t, 0, "RIP")->state && !cell(t, 0, "RIP")->value.ip.is_v6 &&
	      !memcmp(cell(t, 0, "RIP")->value.ip.bytes, "\x0a\0\0\x01", 4),
	      "18: an address is one");
	table_free(t);
}

/* Both ends of a connection are on this system. */
static void
check_ends(const struct view_set *views)
{
	struct scap_value tuple = scap_tuple("10.0.0.1", 4000, "10.0.0.2", 80);
	struct system y = { .s = store_new(0) };
	struct snapshot *snap;
	struct table *t;

	store_take(y.s, &(struct record){ .kind = RECORD_SECTION, .section = { .name = "x" } });
	proc(&y, APP, 1, "app");
	proc(&y, IDLE, 1, "client");
	at(&y, 0, APP);
	scap_event(&y.b, EV_ACCEPT4_6_X, N(5), tuple, N(0), N(0), N(128), N(0));
	at(&y, MS, IDLE);
	scap_event(&y.b, EV_SOCKET_X, N(6));
	scap_event(&y.b, EV_CONNECT_E, N(6), scap_empty());
	scap_event(&y.b, EV_CONNECT_X, N(0), tuple, N(6));
	io(&y, EV_WRITE_E, 6, 70, 1000);
	at(&y, 2 * MS, APP);
	io(&y, EV_READ_E, 5, 70, 1000);
	io(&y, EV_WRITE_E, 5, 5, 1000);
	feed(&y);
	snap = store_snapshot(y.s);
	t = ask(snap, views, "connections", NULL);
	CHECK(t->n_rows == 2, "a connection has two ends: %zu", t->n_rows);
	CHECK(is_u(of(t, "LPORT", 80, NULL, "IN"), 70) && is_u(of(t, "LPORT", 80, NULL, "OUT"), 5),
	      "what the server got and sent");
	CHECK(is_u(of(t, "LPORT", 4000, NULL, "IN"), 0) &&
	      is_u(of(t, "LPORT", 4000, NULL, "OUT"), 70), "what the client did");
	CHECK(is_text(of(t, "LPORT", 4000, NULL, "COMMAND"), "client"), "and who it is");
	table_free(t);
	snapshot_free(snap);
	store_free(y.s);
	scap_fini(&y.b);
}

/* Whom nobody answered is a peer, too. */
static void
check_refused(const struct view_set *views)
{
	struct scap_value tuple = scap_tuple("0.0.0.0", 0, "10.0.0.9", 5432);
	struct system y = { .s = store_new(0) };
	static struct filter_options options;
	const char *filters[] = { "fd.ip = 10.0.0.9 and fd.sport = 5432 and not fd.lip exists" };
	struct query q = { .filters = filters, .n_filters = 1, .options = &options };
	struct snapshot *snap;
	struct table *t;

	store_take(y.s, &(struct record){ .kind = RECORD_SECTION, .section = { .name = "x" } });
	proc(&y, APP, 1, "app");
	at(&y, 0, APP);
	scap_event(&y.b, EV_SOCKET_X, N(6), N(2), N(1), N(0));
	for (int i = 0; i < 3; i++) {
		scap_event(&y.b, EV_CONNECT_E, N(6), scap_empty());
		y.b.ts_ns += MS;
		scap_event(&y.b, EV_CONNECT_X, N(-111), tuple, N(6));
	}
	feed(&y);
	snap = store_snapshot(y.s);
	t = ask(snap, views, "peers", NULL);
	CHECK(t->n_rows == 1 && is_u(cell(t, 0, "ERRORS"), 3), "calls that were refused");
	table_free(t);
	t = ask(snap, views, "connections", NULL);
	CHECK(is_u(of(t, "RPORT", 5432, NULL, "IN"), 0) && !cell(t, 0, "LPORT")->state,
	      "are a connection to where they went");
	table_free(t);
	t = ask(snap, views, "sports", NULL);
	CHECK(is_u(of(t, "PORT", 5432, NULL, "CALLS"), 3), "and of the server's port");
	table_free(t);
	t = ask(snap, views, "syscalls", &q);
	CHECK(t->n_rows == 1 && is_u(cell(t, 0, "CALLS"), 3), "filters find them");
	table_free(t);
	snapshot_free(snap);
	store_free(y.s);
	scap_fini(&y.b);
}

static void
check_losses(struct system *y, const struct view_set *views)
{
	struct record rec = { .kind = RECORD_LOSS };
	struct snapshot *snap;
	struct table *t;

	rec.loss = (struct loss_record){ .count = 7, .cpu = -1, .class = LOSS_OF_DATA };
	store_take(y->s, &rec);
	at(y, 2100 * MS, APP);
	scap_event(&y->b, EV_GETUID_X, N(0));
	feed(y);
	snap = store_snapshot(y->s);
	t = ask(snap, views, "procs", NULL);
	CHECK(t->n_lost == 7, "20: how many are missing");
	CHECK(of(t, "PID", APP, NULL, "FILE")->state == CELL_UNSURE, "20: and whom that touches");
	CHECK(of(t, "PID", SHORT, NULL, "FILE")->state == CELL_KNOWN, "20: and whom it does not");
	table_free(t);
	t = ask(snap, views, "syscalls", &(struct query){ .end = 20 });
	CHECK(t->n_lost == 0, "20: none in another window");
	table_free(t);
	snapshot_free(snap);
}

static void
check_shown(void)
{
	const struct view_column bytes = { .name = "FILE", .type = T_UINT, .unit = U_BYTES };
	struct text t = { 0 };

	for (unsigned bits = 0; bits < 64; bits++) {
		struct cell c = { CELL_KNOWN, { .u = 1024000ull << bits >> 10 } };
		double first, got = 0;

		t.len = 0;
		show_cell(&bytes, &c, 6, &t);
		text_char(&t, '\0');
		sscanf(t.p, "%lf", &got);
		first = (double)c.value.u;
		while (first > 1000)
			first /= 1024;
		CHECK(t.len <= 7 && fabs(got - first) < 0.06 * first + 0.6,
		      "21: digits are lost behind, never before: %s of %llu", t.p,
		      (unsigned long long)c.value.u);
	}
	text_fini(&t);
}

static const char host_view[] =
	"return { id = 'x_host', name = 'Host', description = 'All.', rows = 'containers',\n"
	"  columns = { { name = 'ID', field = 'container.id', aggregation = 'key' },\n"
	"    { name = 'PROCS', field = 'proc.count', aggregation = 'last' },\n"
	"    { name = 'VIRT', field = 'proc.vmsize', aggregation = 'last' } } }\n";

static const char none_view[] =
	"return { id = 'x_none', name = 'None', description = 'Nothing.', rows = 'threads',\n"
	"  columns = { { name = 'N', field = 'evt.asynctype', aggregation = 'key' },\n"
	"    { name = 'CALLS', aggregation = 'count' } } }\n";
static const char mean_view[] =
	"return { id = 'x_mean', name = 'Means', description = 'All.',\n"
	"  columns = { { name = 'PID', field = 'proc.pid', aggregation = 'key' },\n"
	"    { name = 'AVG', field = 'evt.duration', aggregation = 'avg' } } }\n";

int
main(void)
{
	struct view_set *views = view_set_new(NULL);
	struct snapshot *snap;
	struct system y;

	if (view_set_add(views, "host.lua", (struct span)SCAP_SPAN(host_view)) < 0 ||
	    view_set_add(views, "none.lua", (struct span)SCAP_SPAN(none_view)) < 0 ||
	    view_set_add(views, "mean.lua", (struct span)SCAP_SPAN(mean_view)) < 0)
		die("%s", view_set_problem(views, 0));
	make(&y);
	snap = store_snapshot(y.s);
	check_totals(snap, views);
	check_calls(snap, views);
	check_cpu(snap, views);
	check_merging(snap, views);
	check_files(snap, views);
	snapshot_free(snap);
	check_ends(views);
	check_refused(views);
	check_losses(&y, views);
	check_shown();
	view_set_free(views);
	store_free(y.s);
	scap_fini(&y.b);
	return check_done();
}
