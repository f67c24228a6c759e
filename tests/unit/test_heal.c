#include "probe/heal.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/event/scan.h"
#include "probe/roster.h"
#include "probe/wire.h"
#include "tests/lib/check.h"

#define SECOND_NS 1000000000u

static uint64_t after_ns;

static uint64_t
then_ns(void)
{
	return after_ns;
}

/* Append a thread to FD. */
static void
count(int fd, uint32_t pid, uint32_t tid, const char *comm, bool is_ending)
{
	struct wire_thread t = { .len = sizeof(t), .is_followed = 1, .is_ending = is_ending,
				 .task = { .pid = pid, .tid = tid, .ptid = 1 } };

	strcpy(t.task.comm, comm);
	CHECK(write(fd, &t, sizeof(t)) == sizeof(t), "counted");
}

/* Append an entry to FD. */
static void
list(int fd, uint32_t pid, uint32_t num, const char *path, const struct wire_socket *socket)
{
	char path_room[64] = "";
	struct wire_listed l = { .pid = pid, .fd = num, .file = { .mode = S_IFREG, .ino = 9 } };

	strcpy(path_room, path);
	l.path_len = (uint32_t)strlen(path) + 1;
	l.len = (uint32_t)(sizeof(l) + ((l.path_len + 7) & ~7u));
	if (socket)
		l.socket = *socket;
	CHECK(write(fd, &l, sizeof(l)) == sizeof(l) &&
	      write(fd, path_room, l.len - sizeof(l)) == (ssize_t)(l.len - sizeof(l)), "listed");
}

static void
it_tells_what_is_listed(void)
{
	static const uint16_t ids[] = {
		EV_ITER_TASK_FILE_REGULAR_E, EV_ITER_TASK_FILE_SOCKET_INET_E, EV_ASYNCEVENT_E,
		EV_ITER_TASK_FILE_ANON_INODE_E, EV_ASYNCEVENT_E,
	};
	struct wire_socket socket = { .family = AF_INET, .protocol = 6, .remote_port = 80 };
	struct heal_sources from = { -1, memfd_create("listed", 0) };
	struct roster roster;
	struct heal *h = heal_new(&roster);
	int fd = from.files_fd;
	struct event ev;

	roster_init(&roster);
	roster_add_new(&roster, 77, 1);
	list(fd, 5, 0, "/a", NULL);
	list(fd, 5, 1, "socket:[1]", &socket);
	list(fd, 6, 3, "anon_inode:[eventpoll]", NULL);
	CHECK(write(fd, "torn", 4) == 4, "and something torn");
	lseek(fd, 0, SEEK_SET);
	CHECK(!heal_is_due(h, UINT64_MAX) && !heal_has(h, UINT64_MAX), "nobody asks");
	heal_ask(h);
	CHECK(heal_is_due(h, 1000), "it is due at once");
	after_ns = 2000;
	heal_read(h, &from, 1000, then_ns);
	CHECK(!heal_has(h, 1000) && heal_has(h, 1001), "it is told of when reading began");
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		CHECK(heal_next(h, &ev) && ev.id == ids[i] && ev.ts_ns == 1000 &&
		      ev.dump_flags == (EVENT_STATE_ONLY | EVENT_RESTATED), "event %zu is %u", i,
		      ev.id);
	CHECK(!heal_next(h, &ev) && !heal_has(h, UINT64_MAX), "and nothing else");
	heal_free(h);
	roster_fini(&roster);
}

/* What is told of threads: who it is about, and how. */
static void
it_tells_who_is_there(void)
{
	static const struct {
		int64_t tid;
		uint64_t ts_ns;
		uint16_t id;
		const char *thread;		/* its name, if it is told of as a thread */
		bool is_gone;
	} told[] = {
		{ 5, 1000, EV_ITER_TASK_E, NULL, false },
		{ 4, 1000, EV_ASYNCEVENT_E, "worker", false },
		{ 9, 1000, EV_ITER_TASK_E, NULL, false },
		{ 7, 2000, EV_ASYNCEVENT_E, NULL, true },
	};
	struct heal_sources from = { memfd_create("counted", 0), -1 };
	struct scan_thread thread;
	struct roster roster;
	struct event ev;
	struct heal *h;

	roster_init(&roster);
	roster_add(&roster, 5, 10, 0);
	roster_add(&roster, 7, 20, 1);
	roster_add(&roster, 8, 20, 0);
	roster_add(&roster, 10, 1000, 0);	/* born while they were counted */
	roster_remove(&roster, 8);
	h = heal_new(&roster);
	count(from.threads_fd, 9, 9, "other", false);
	count(from.threads_fd, 5, 4, "worker", false);
	count(from.threads_fd, 5, 5, "first", false);
	count(from.threads_fd, 7, 7, "ending", true);
	lseek(from.threads_fd, 0, SEEK_SET);
	heal_ask(h);
	after_ns = 2000;
	heal_read(h, &from, 1000, then_ns);
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		CHECK(!heal_has(h, told[i].ts_ns) && heal_has(h, told[i].ts_ns + 1),
		      "number %zu is told of %d", i, (int)told[i].ts_ns);
		CHECK(heal_next(h, &ev) && ev.id == told[i].id && ev.tid == told[i].tid &&
		      ev.ts_ns == told[i].ts_ns, "  of thread %d", (int)ev.tid);
		CHECK(scan_thread_of(&ev, &thread) == !!told[i].thread &&
		      scan_is_gone(&ev) == told[i].is_gone, "  as it should be");
		if (told[i].thread)
			CHECK(thread.pid == 5 && thread.ptid == 1 &&
			      !strcmp((const char *)thread.comm.p, told[i].thread), "  its name");
	}
	CHECK(!heal_has(h, UINT64_MAX) && !heal_next(h, &ev), "and of nobody else");
	heal_free(h);
	roster_fini(&roster);
}

static void
it_takes_its_time(void)
{
	struct heal_sources none = { -1, -1 };
	struct roster roster;
	struct heal *h = heal_new(&roster);

	roster_init(&roster);
	roster_add_new(&roster, 77, 1);
	heal_ask(h);
	after_ns = SECOND_NS / 10;
	heal_read(h, &none, 0, then_ns);
	CHECK(!heal_has(h, UINT64_MAX), "who may not read tells nothing");
	heal_ask(h);
	CHECK(!heal_is_due(h, 5u * SECOND_NS - 1) && heal_is_due(h, 5ull * SECOND_NS),
	      "a tenth of a second each five seconds");
	heal_free(h);
	roster_fini(&roster);
}

int
main(void)
{
	it_tells_what_is_listed();
	it_tells_who_is_there();
	it_takes_its_time();
	return check_done();
}
