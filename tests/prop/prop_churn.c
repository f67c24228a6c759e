/* A million processes come and go, each with new files and connections: the
 * world's memory is the same at the end as it was near the start. */
#include "engine/base/mem.h"
#include "engine/world/world.h"
#include "tests/lib/alloc.h"
#include "tests/lib/check.h"
#include "tests/lib/passing.h"
#include "tests/lib/scapbuild.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PROCESSES 60000
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PROCESSES 60000
#endif
#endif
#ifndef PROCESSES
#define PROCESSES 1000000
#endif

#define SAMPLE_EVERY 32
#define SPACE (512 * 1024)		/* what memory may grow by, and its 20th part */
#define HEAD_LEN (8 + 2)		/* of an event's block, before the event */

struct churn {
	struct world *w;
	struct scap b;			/* the events of one step */
	uint64_t n_events;
	uint64_t n_numbered;
	size_t threads_max, fds_max, names_max;
};

/* Give the world the events that were built, and forget them. */
static void
feed(struct churn *c)
{
	struct record rec = { .kind = RECORD_EVENT };
	size_t at = 0;
	uint32_t len;

	for (; at < c->b.len; at += len) {
		memcpy(&len, c->b.p + at + 4, 4);
		memset(&rec.ev, 0, sizeof(rec.ev));
		if (event_decode(&rec.ev, c->b.p + at + HEAD_LEN, len - HEAD_LEN - 4, true, NULL))
			die("an event of our own is no event");
		c->n_events++;
		c->n_numbered += world_take(c->w, &rec)->num != 0;
	}
	c->b.len = 0;
}

static void
note_size(struct churn *c)
{
	struct world_size size;

	world_size(c->w, &size);
	c->threads_max = size.n_threads > c->threads_max ? size.n_threads : c->threads_max;
	c->fds_max = size.n_fds > c->fds_max ? size.n_fds : c->fds_max;
	c->names_max = size.n_names > c->names_max ? size.n_names : c->names_max;
}

/* Let COUNT processes come and go; the most bytes that were allocated meanwhile. */
static int64_t
live(struct churn *c, int64_t *pid, int64_t count)
{
	alloc_reset();
	for (int64_t end = *pid + count; *pid < end; ++*pid) {
		passing_begin(&c->b, *pid);
		if (*pid >= PASSING_FIRST_PID + PASSING_AT_ONCE)
			passing_end(&c->b, *pid - PASSING_AT_ONCE, 1);
		feed(c);
		if (*pid % SAMPLE_EVERY == 0)
			note_size(c);
	}
	return alloc_count().bytes_peak;
}

int
main(void)
{
	const struct proc_record shell = passing_shell();
	struct churn c = { .w = world_new(NULL, NULL), .b.ts_ns = 1700000000000000000 };
	int64_t pid = PASSING_FIRST_PID, early, late;
	size_t threads, names;

	world_take(c.w, &(struct record){ .kind = RECORD_PROC, .proc = shell });
	live(&c, &pid, PROCESSES / 20);
	early = live(&c, &pid, PROCESSES / 20);
	threads = c.threads_max;
	names = c.names_max;
	live(&c, &pid, PROCESSES / 10 * 8);
	c.threads_max = c.names_max = 0;
	late = live(&c, &pid, PROCESSES / 10);

	CHECK(c.n_numbered == c.n_events, "%llu events were taken",
	      (unsigned long long)c.n_events);
	CHECK(threads >= PASSING_AT_ONCE && threads < 3 * PASSING_AT_ONCE && c.fds_max > 0,
	      "at most %zu threads and %zu descriptors live at once", threads, c.fds_max);
	CHECK(c.threads_max <= threads, "as many threads late as early (%zu)", c.threads_max);
	CHECK(c.names_max <= names + names / 20, "names: %zu early, %zu late", names,
	      c.names_max);
	CHECK(late <= early + early / 20 + SPACE, "memory: %lld KB early, %lld KB late",
	      (long long)early / 1024, (long long)late / 1024);
	world_free(c.w);
	scap_fini(&c.b);
	return check_done();
}
