/* What the store keeps as a capture: what began before the window and what had no number, what
 * is forgotten while it is written, and what cannot be written. A store that is filled
 * meanwhile. */
#include <pthread.h>
#include <string.h>

#include "engine/event/cpu_time.h"
#include "engine/event/scan.h"
#include "tests/lib/check.h"
#include "tests/lib/part.h"
#include "tests/lib/tempdir.h"
#include "tests/unit/query_kit.h"

#define SHELL 100
#define TOOL 101
#define MANY 200000			/* events: some chunks */
#define BUDGET (16u << 20)

static struct tempdir dir;
static const struct view_set *views;

/* A part of a store, as a capture and as a store of that. */
struct saved {
	struct explore_part part;
	struct store *s;
	struct source *source;
	uint64_t from_ns, to_ns;
};

static const char *
path_of(const char *name)
{
	static char path[256];

	return tempdir_path(&dir, name, path);
}

static void
open_system(struct system *y, uint64_t budget)
{
	*y = (struct system){ .s = store_new(budget) };
	store_take(y->s, &(struct record){ .kind = RECORD_SECTION,
					   .section = { .name = "live", .minor = 2 } });
	proc(y, SHELL, 1, "shell");
	proc(y, TOOL, SHELL, "tool");
	y->b.ts_ns = START_NS;
}

static void
close_system(struct system *y)
{
	store_end(y->s);
	store_free(y->s);
	scap_fini(&y->b);
}

static uint64_t
end_of(struct store *s)
{
	struct snapshot *snap = store_snapshot(s);
	uint64_t end = snap->end;

	snapshot_free(snap);
	return end;
}

/* The events of Y from FIRST to END - 1. */
static void
save(struct system *y, uint64_t first, uint64_t end, struct saved *out)
{
	struct snapshot *snap = store_snapshot(y->s);
	const char *path = path_of("part.scap");

	*out = (struct saved){ .part = { .store = y->s, .first = first, .end = end } };
	query_times(snap, first > snap->first ? first : snap->first, end, &out->from_ns,
		    &out->to_ns);
	snapshot_free(snap);
	CHECK(part_write(&out->part, path) == 0, "it is written");
	out->s = part_load(path, &out->source);
}

static void
forget(struct saved *s)
{
	store_free(s->s);
	source_close(s->source);
}

/* The table ID of S, or of the part of the store that it was. */
static struct table *
table_of(const struct saved *s, const char *id, bool is_part)
{
	struct snapshot *snap = store_snapshot(is_part ? s->part.store : s->s);
	struct query q = { .from_ns = s->from_ns, .to_ns = s->to_ns };
	struct table *t;

	if (is_part) {
		q.first = s->part.first;
		q.end = s->part.end;
	}
	t = ask(snap, views, id, &q);
	snapshot_free(snap);
	return t;
}

static void
take_event(struct system *y, const struct event *ev)
{
	struct record rec = { .kind = RECORD_EVENT, .ev = *ev };

	feed(y);
	store_take(y->s, &rec);
	store_publish(y->s);
}

/* How long threads ran ------------------------------------------------------ */

/* At second S, TOOL had run for NS, of which a tenth in the kernel. */
static void
sample(struct system *y, unsigned s, uint64_t ns)
{
	struct cpu_time time = { .user_ns = ns - ns / 10, .system_ns = ns / 10 };
	struct text bytes = { 0 };
	struct event ev;
	uint64_t at = START_NS + (uint64_t)s * SECOND_NS;

	cpu_time_event(TOOL, at, &time, &bytes, &ev);
	take_event(y, &ev);
	text_fini(&bytes);
	scap_at(&y->b, at, TOOL, 0);
	scap_event(&y->b, EV_PROCINFO_E, N((int64_t)(time.user_ns / CPU_TIME_TICK_NS)),
		   N((int64_t)(time.system_ns / CPU_TIME_TICK_NS)));
	feed(y);
}

static void
work_until(struct system *y, uint64_t ns)
{
	while (y->b.ts_ns + SECOND_NS / 10 < ns) {
		scap_at(&y->b, y->b.ts_ns + SECOND_NS / 10, TOOL, 0);
		scap_event(&y->b, EV_GETUID_X, N(0));
	}
	feed(y);
}

/* Samples are a second apart; the window begins and ends between them. */
static void
cpu_time_is_the_same(void)
{
	static const uint64_t ran[] = { 0, 300000001, 400000003, 900000009, 950000010 };
	struct system y;
	struct saved saved;
	struct table *a, *b;
	uint64_t first, end;
	struct snapshot *snap;

	open_system(&y, 0);
	for (unsigned s = 0; s < ARRAY_LEN(ran); s++) {
		work_until(&y, START_NS + s * (uint64_t)SECOND_NS);
		sample(&y, s, ran[s]);
	}
	work_until(&y, START_NS + 5 * (uint64_t)SECOND_NS);
	snap = store_snapshot(y.s);
	first = snapshot_at_time(snap, START_NS + SECOND_NS * 3ull / 2);
	end = snapshot_at_time(snap, START_NS + SECOND_NS * 7ull / 2);
	snapshot_free(snap);
	save(&y, first, end, &saved);
	a = table_of(&saved, "procs_cpu", true);
	b = table_of(&saved, "procs_cpu", false);
	CHECK(a->n_rows == b->n_rows && a->n_rows == 2, "as many processes");
	for (size_t i = 0; i < a->n_columns; i++) {
		const struct cell *x = &table_row(a, 0)->cells[i], *z = &table_row(b, 0)->cells[i];
		bool is_cpu = a->columns[i]->source == VIEW_FROM_CPU;

		if (is_cpu)
			CHECK(x->state && z->state && x->value.d > 0 && x->value.d == z->value.d,
			      "%s: %f, %f", a->columns[i]->name, x->value.d, z->value.d);
	}
	table_free(a);
	table_free(b);
	forget(&saved);
	close_system(&y);
}

/* State ---------------------------------------------------------------------- */

/* The texts of column NAME of the table ID of the file, each behind a space, and the end. */
static void
texts_of(const struct saved *s, const char *id, const char *name, struct text *out)
{
	struct table *t = table_of(s, id, false);

	out->len = 0;
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct cell *c = cell(t, i, name);

		text_char(out, ' ');
		text_bytes(out, c->value.s.p, c->state ? c->value.s.len : 0);
	}
	text_char(out, '\0');
	table_free(t);
}

static bool
has(const struct saved *s, const char *id, const char *name, const char *what)
{
	struct text t = { 0 };
	bool found;

	texts_of(s, id, name, &t);
	found = strstr(t.p, what) != NULL;
	if (!found)
		printf("# %s %s:%s\n", id, name, t.p);
	text_fini(&t);
	return found;
}

static void
at(struct system *y, int64_t tid)
{
	scap_at(&y->b, y->b.ts_ns + 1000, tid, 0);
}

static void
open_file(struct system *y, int64_t num, const char *name)
{
	at(y, TOOL);
	scap_event(&y->b, EV_OPEN_X, N(num), T(name), N(1), N(0), N(0), N(0));
}

static void
read_file(struct system *y, int64_t num)
{
	at(y, TOOL);
	scap_event(&y->b, EV_READ_X, N(4), scap_bytes("\033]0;", 4), N(num), N(4096));
}

/* A thread that gave itself a name, a file that was found open after a loss: in the window, and
 * before it. */
static void
what_has_no_number_is_told(void)
{
	struct scan_thread renamed = { SHELL, 1, { (const uint8_t *)"renamed\033[H", 10 } };
	struct fd_record fd = { .tid = TOOL, .fd = 7, .kind = FD_FILE,
				.name = SCAP_SPAN("/found/later") };
	struct text bytes = { 0 };
	struct system y;
	struct saved saved;
	struct event ev;

	for (int before = 0; before < 3; before++) {
		uint64_t first = 1;

		open_system(&y, 0);
		read_file(&y, 3);
		at(&y, SHELL);
		scap_event(&y.b, EV_GETUID_X, N(0));
		feed(&y);
		store_take(y.s, &(struct record){ .kind = RECORD_LOSS, .loss = {
			.count = 17, .cpu = -1, .from_ns = y.b.ts_ns, .to_ns = y.b.ts_ns } });
		bytes.len = 0;
		scan_thread_event(SHELL, &renamed, &bytes, &ev);
		ev.ts_ns = y.b.ts_ns;
		ev.dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
		take_event(&y, &ev);
		bytes.len = 0;
		scan_fd_event(&fd, &bytes, &ev);
		ev.ts_ns = y.b.ts_ns;
		ev.dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
		take_event(&y, &ev);
		if (before) {
			/* Right before it, and earlier. */
			feed(&y);
			first = end_of(y.s) + (before == 2);
			read_file(&y, 3);
			read_file(&y, 3);
		}
		read_file(&y, 7);
		at(&y, SHELL);
		scap_event(&y.b, EV_GETUID_X, N(0));
		feed(&y);
		save(&y, first, end_of(y.s), &saved);
		CHECK(has(&saved, "files", "NAME", "/found/later"), "what was found is there");
		CHECK(has(&saved, "threads", "NAME", "renamed\033[H"), "a name is there");
		forget(&saved);
		close_system(&y);
	}
	text_fini(&bytes);
}

/* What is relative is so to the folder of then; what was closed is closed. */
static void
state_is_as_of_the_start(void)
{
	struct system y;
	struct saved saved;
	struct table *t;
	uint64_t first;

	open_system(&y, 0);
	open_file(&y, 3, "/etc/kept");
	open_file(&y, 4, "/etc/closed");
	at(&y, TOOL);
	scap_event(&y.b, EV_CHDIR_X, N(0), T("/srv"));
	at(&y, TOOL);
	scap_event(&y.b, EV_CLOSE_X, N(0), N(4));
	feed(&y);
	first = end_of(y.s);
	at(&y, TOOL);
	scap_event(&y.b, EV_CHDIR_X, N(0), T("deeper"));
	open_file(&y, 5, "relative");
	read_file(&y, 5);
	read_file(&y, 3);
	feed(&y);
	save(&y, first, end_of(y.s), &saved);
	CHECK(has(&saved, "files", "NAME", "/srv/deeper/relative"), "a relative name");
	CHECK(has(&saved, "files", "NAME", "/etc/kept"), "a file that was open");
	t = table_of(&saved, "procs_fd_usage", false);
	CHECK(cell(t, 0, "OPEN")->value.u == 2, "one was closed: %llu are open",
	      (unsigned long long)cell(t, 0, "OPEN")->value.u);
	table_free(t);
	forget(&saved);
	close_system(&y);
}

/* A call that returns in the window took as long as it did. */
static void
calls_that_began_before_are_whole(void)
{
	struct system y;
	struct saved saved;
	struct table *t;
	uint64_t first;

	open_system(&y, 0);
	at(&y, TOOL);
	scap_event(&y.b, EV_NANOSLEEP_E, N(500));
	feed(&y);
	first = end_of(y.s);
	at(&y, SHELL);
	scap_event(&y.b, EV_GETUID_X, N(0));
	at(&y, TOOL);
	scap_event(&y.b, EV_NANOSLEEP_X, N(0));
	feed(&y);
	save(&y, first, end_of(y.s), &saved);
	t = table_of(&saved, "syscalls", false);
	for (size_t i = 0; i < t->n_rows; i++)
		if (is_text(cell(t, i, "CALL"), "nanosleep"))
			CHECK(cell(t, i, "AVG")->value.d == 2000, "it took %f",
			      cell(t, i, "AVG")->value.d);
	CHECK(t->first_event == 1 && t->last_event == 2, "the call's beginning has no number");
	table_free(t);
	forget(&saved);
	close_system(&y);
}

/* Forgetting ----------------------------------------------------------------- */

/* N reads of what was opened before, which end with an event that is published. */
static void
read_much(struct system *y, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		read_file(y, 3);
		if (i % 1000 == 999)
			feed(y);
	}
	feed(y);
}

static uint64_t
calls_of(const struct saved *s)
{
	struct table *t = table_of(s, "syscalls", false);
	uint64_t n = 0;

	for (size_t i = 0; i < t->n_columns; i++)
		if (!strcmp(t->columns[i]->name, "CALLS"))
			n = t->totals[i].value.u;
	table_free(t);
	return n;
}

static void
what_was_forgotten_is_told(void)
{
	struct system y;
	struct saved saved;
	struct table *t;
	uint64_t end;

	open_system(&y, BUDGET);
	open_file(&y, 3, "/etc/kept");
	read_much(&y, MANY);
	end = end_of(y.s);
	save(&y, 1, end, &saved);
	t = table_of(&saved, "syscalls", false);
	CHECK(saved.part.n_gone > 0 && t->n_lost == saved.part.n_gone, "%llu are gone, %llu lost",
	      (unsigned long long)saved.part.n_gone, (unsigned long long)t->n_lost);
	table_free(t);
	CHECK(calls_of(&saved) + saved.part.n_gone == end - 1, "all others are there");
	CHECK(has(&saved, "files", "NAME", "/etc/kept"), "with the name of what was opened before");
	CHECK(atomic_load(&saved.part.n_done) > 0, "it says how far it is");
	forget(&saved);
	close_system(&y);
}

static void
all_may_be_forgotten(void)
{
	struct explore_part part = { .first = 1, .end = 10 };
	struct system y;

	open_system(&y, BUDGET);
	open_file(&y, 3, "/etc/kept");
	read_much(&y, MANY);
	part.store = y.s;
	CHECK(part_write(&part, path_of("gone.scap")) == -ESTALE, "all of it is gone");
	CHECK(part.n_gone == 9, "%llu events", (unsigned long long)part.n_gone);
	close_system(&y);
}

/* Failing -------------------------------------------------------------------- */

static void
it_can_be_stopped(void)
{
	struct explore_part part = { .first = 1 };
	atomic_bool cancel = true;
	struct system y;
	int fd = open(path_of("stopped.scap"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	open_system(&y, 0);
	read_much(&y, 100);
	part.store = y.s;
	part.end = end_of(y.s);
	CHECK(retained_write(&part, "stopped.scap", fd, &cancel) == -ECANCELED, "it stops");
	CHECK(fcntl(fd, F_GETFD) >= 0, "the file is still the caller's");
	close(fd);
	close_system(&y);
}

static void
a_full_disk_is_said(void)
{
	struct explore_part part = { .first = 1 };
	atomic_bool cancel = false;
	struct system y;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	if (fd < 0) {
		check_skip("there is no /dev/full");
		return;
	}
	open_system(&y, 0);
	read_much(&y, 20000);
	part.store = y.s;
	part.end = end_of(y.s);
	CHECK(retained_write(&part, "full.scap", fd, &cancel) == -ENOSPC, "plain");
	CHECK(retained_write(&part, "full.scap.gz", fd, &cancel) == -ENOSPC, "compressed");
	close(fd);
	close_system(&y);
}

/* Others write --------------------------------------------------------------- */

static atomic_bool is_over;

static void *
write_on(void *ctx)
{
	while (!atomic_load(&is_over))
		read_much(ctx, 5000);
	return NULL;
}

/* Whatever the writer does and forgets: what is saved is what was kept. */
static void
others_may_write_meanwhile(void)
{
	struct system y;
	struct saved saved;
	pthread_t writer;

	open_system(&y, BUDGET);
	open_file(&y, 3, "/etc/kept");
	read_much(&y, MANY);
	atomic_store(&is_over, false);
	if (pthread_create(&writer, NULL, write_on, &y))
		die("there is no thread");
	for (int i = 0; i < 5; i++) {
		struct snapshot *snap = store_snapshot(y.s);
		uint64_t first = snap->first, end = snap->end, n_calls;

		snapshot_free(snap);
		save(&y, first, end, &saved);
		n_calls = calls_of(&saved);
		CHECK(n_calls + saved.part.n_gone == end - first - (first == 1),
		      "%llu calls, %llu are gone", (unsigned long long)n_calls,
		      (unsigned long long)saved.part.n_gone);
		CHECK(has(&saved, "files", "NAME", "/etc/kept"), "a name from before");
		forget(&saved);
	}
	atomic_store(&is_over, true);
	pthread_join(writer, NULL);
	close_system(&y);
}

int
main(void)
{
	struct view_set *set = view_set_new(NULL);

	views = set;
	tempdir_init(&dir);
	cpu_time_is_the_same();
	what_has_no_number_is_told();
	state_is_as_of_the_start();
	calls_that_began_before_are_whole();
	what_was_forgotten_is_told();
	all_may_be_forgotten();
	it_can_be_stopped();
	a_full_disk_is_said();
	others_may_write_meanwhile();
	tempdir_fini(&dir);
	view_set_free(set);
	return check_done();
}
