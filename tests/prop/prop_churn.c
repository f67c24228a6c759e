/* A million processes come and go, each with new files and connections: the
 * world's memory is the same at the end as it was near the start. */
#include "engine/base/mem.h"
#include "engine/world/world.h"
#include "tests/lib/alloc.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"
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

#define SHELL 100			/* the process that starts all others */
#define FIRST_PID 1000
#define ALIVE_AT_ONCE 8			/* so many processes live side by side */
#define SAMPLE_EVERY 32
#define SPACE (512 * 1024)		/* what memory may grow by, and its 20th part */
#define HEAD_LEN (8 + 2)		/* of an event's block, before the event */

#define N scap_num
#define T scap_text

struct churn {
	struct world *w;
	struct scap b;			/* the events of one step */
	uint64_t n_events;
	uint64_t n_numbered;
	size_t threads_max, fds_max, names_max;
};

static void
clone_seen_by(struct scap *b, int64_t tid, int64_t res)
{
	struct scap_value nothing = scap_empty();

	scap_at(b, b->ts_ns + 1000, tid, 0);
	scap_event(b, EV_CLONE_20_X, N(res), T("sh"), nothing, N(tid), N(tid), N(SHELL), T("/"),
		   N(1024), N(0), N(0), N(0), N(0), N(0), T("sh"), nothing, N(0), N(0), N(0),
		   N(tid), N(tid));
}

static void
begin_process(struct scap *b, int64_t pid)
{
	struct scap_value nothing = scap_empty();
	char name[64];

	clone_seen_by(b, SHELL, pid);
	clone_seen_by(b, pid, 0);
	snprintf(name, sizeof(name), "/usr/bin/tool-%lld", (long long)pid);
	scap_event(b, EV_EXECVE_19_E, T(name));
	scap_event(b, EV_EXECVE_19_X, N(0), T(name), scap_bytes(name, strlen(name) + 1), N(pid),
		   N(pid), N(SHELL), T("/tmp"), N(1024), N(0), N(0), N(0), N(0), N(0), T("tool"),
		   nothing, scap_bytes("A=b", 4));
	snprintf(name, sizeof(name), "file-%lld", (long long)pid);
	scap_event(b, EV_OPENAT_2_E, N(-100), T(name), N(1), N(0));
	scap_event(b, EV_OPENAT_2_X, N(3), N(-100), T(name), N(1), N(0), N(1));
	snprintf(name, sizeof(name), "/var/log/%lld.log", (long long)pid);
	scap_event(b, EV_OPEN_X, N(4), T(name), N(6), N(0644), N(1));
	scap_event(b, EV_SOCKET_X, N(5));
	scap_event(b, EV_CONNECT_E, N(5), scap_addr("192.0.2.9", 443));
	scap_event(b, EV_CONNECT_X, N(0),
		   scap_tuple("192.0.2.1", (uint16_t)(pid * 7), "192.0.2.9", 443));
}

static void
end_process(struct scap *b, int64_t pid)
{
	scap_at(b, b->ts_ns + 1000, pid, 0);
	scap_event(b, EV_READ_E, N(3), N(100));
	scap_event(b, EV_READ_X, N(2), scap_bytes("ok", 2));
	scap_event(b, EV_CLOSE_E, N(3));
	scap_event(b, EV_CLOSE_X, N(0));
	scap_event(b, EV_PROCEXIT_1_E, N(0), N(0), N(0), N(0));
}

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
		begin_process(&c->b, *pid);
		if (*pid >= FIRST_PID + ALIVE_AT_ONCE)
			end_process(&c->b, *pid - ALIVE_AT_ONCE);
		feed(c);
		if (*pid % SAMPLE_EVERY == 0)
			note_size(c);
	}
	return alloc_count().bytes_peak;
}

int
main(void)
{
	const struct proc_record shell = { .tid = SHELL, .pid = SHELL, .ptid = 1,
		.comm = SCAP_SPAN("sh"), .exe = SCAP_SPAN("sh"), .exepath = SCAP_SPAN("/bin/sh"),
		.args = SCAP_SPAN(""), .env = SCAP_SPAN(""), .cgroups = SCAP_SPAN(""),
		.cwd = SCAP_SPAN("/"), .root = SCAP_SPAN("/") };
	struct churn c = { .w = world_new(NULL, NULL), .b.ts_ns = 1700000000000000000 };
	int64_t pid = FIRST_PID, early, late;
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
	CHECK(threads >= ALIVE_AT_ONCE && threads < 3 * ALIVE_AT_ONCE && c.fds_max > 0,
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
