/* A list of events has all of them, of however many, and any of them is found by its number. */
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/query/matches.h"
#include "tests/lib/check.h"
#include "tests/unit/query_kit.h"
#include "ui/find.h"

#define N_EVENTS 600000u		/* csysdig keeps half a million lines */
#define N_AT_ONCE 10000u
#define WAIT_MS 60000

static void
make(struct system *y)
{
	store_take(y->s, &(struct record){ .kind = RECORD_SECTION, .section = { .name = "x" } });
	proc(y, 1, 0, "one");
	proc(y, 2, 0, "two");
	for (unsigned i = 0; i < N_EVENTS; i++) {
		scap_at(&y->b, START_NS + 1000 * (uint64_t)i, 1 + i % 2, 0);
		scap_event(&y->b, EV_GETUID_X, N(0));
		if ((i + 1) % N_AT_ONCE == 0)
			feed(y);
	}
}

/* What FILTER wants, once all was looked at. */
static struct find *
look(const struct snapshot *snap, const char *filter)
{
	struct matches_question q = { .filters = &filter, .n_filters = filter ? 1 : 0 };
	struct pollfd wake = { .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .events = POLLIN };
	struct err err = { 0 };
	struct find *f = find_new(snap, &q, wake.fd, &err);
	uint64_t ticks;

	if (!f)
		die("%s", err.text);
	while (find_progress(f) < 1 && poll(&wake, 1, WAIT_MS) > 0)
		if (read(wake.fd, &ticks, sizeof(ticks)) < 0)
			break;
	CHECK(find_progress(f) >= 1, "all was looked at");
	close(wake.fd);
	return f;
}

/* Are the N events of F the first one, and each STEP behind it? */
static bool
is_each(const struct find *f, size_t n, uint64_t first, uint64_t step)
{
	for (size_t i = 0; i < n; i++)
		if (find_number(f, i) != first + step * i ||
		    find_index(f, first + step * i) != i)
			return false;
	return true;
}

int
main(void)
{
	struct system y = { .s = store_new(0) };
	struct snapshot *snap;
	struct find *f;

	make(&y);
	snap = store_snapshot(y.s);
	f = look(snap, NULL);
	CHECK(find_count(f) == N_EVENTS, "the list has all: %zu", find_count(f));
	CHECK(is_each(f, find_count(f), snap->first, 1), "  each in its place");
	CHECK(find_index(f, snap->end) == N_EVENTS, "  and none behind them");
	find_free(f);
	f = look(snap, "thread.tid = 2");
	CHECK(find_count(f) == N_EVENTS / 2, "every other one: %zu", find_count(f));
	CHECK(is_each(f, find_count(f), snap->first + 1, 2), "  each in its place");
	find_free(f);
	snapshot_free(snap);
	store_free(y.s);
	scap_fini(&y.b);
	return check_done();
}
