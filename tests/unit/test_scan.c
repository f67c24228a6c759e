#include "engine/event/scan.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/source.h"
#include "tests/lib/check.h"

/* What is found, and which event tells of it. */
static const struct {
	struct fd_record fd;
	uint16_t id;
	unsigned n_params;
} founds[] = {
	{ { .kind = FD_FILE, .fd = 3, .ino = 7, .open_flags = 5 },
	  EV_ITER_TASK_FILE_REGULAR_E, 5 },
	{ { .kind = FD_DIRECTORY, .fd = 3, .ino = 7 }, EV_ITER_TASK_FILE_DIRECTORY_E, 3 },
	{ { .kind = FD_FIFO, .fd = 3, .ino = 7 }, EV_ITER_TASK_FILE_PIPE_E, 3 },
	{ { .kind = FD_MEMFD, .fd = 3, .ino = 7 }, EV_ITER_TASK_FILE_MEMFD_E, 3 },
	{ { .kind = FD_IPV4, .fd = 3, .ino = 7, .l4 = L4_TCP }, EV_ITER_TASK_FILE_SOCKET_INET_E,
	  8 },
	{ { .kind = FD_IPV4_SERVER, .fd = 3, .ino = 7, .l4 = L4_UDP },
	  EV_ITER_TASK_FILE_SOCKET_INET_E, 8 },
	{ { .kind = FD_IPV6, .fd = 3, .ino = 7, .l4 = L4_TCP },
	  EV_ITER_TASK_FILE_SOCKET_INET6_E, 8 },
	{ { .kind = FD_UNIX, .fd = 3, .ino = 7 }, EV_ITER_TASK_FILE_SOCKET_UNIX_E, 6 },
	{ { .kind = FD_NETLINK, .fd = 3, .ino = 7 }, EV_ITER_TASK_FILE_SOCKET_NETLINK_E, 4 },
	{ { .kind = FD_EPOLL, .fd = 3, .ino = 7 }, EV_ITER_TASK_FILE_ANON_INODE_E, 4 },
	{ { .kind = FD_UNKNOWN, .fd = 3, .ino = 7 }, EV_ITER_TASK_FILE_ANON_INODE_E, 4 },
	{ { .kind = 250, .fd = 3, .ino = 7 }, EV_ITER_TASK_FILE_ANON_INODE_E, 4 },
};

static const char *const others[] = {
	"", "pid=", "pid=x fds=1", "pid=1", "pid=1 fds", "pid=1 fds=-3", "pid=1 fds=3-",
	"pid=1 fds=1;2", "pid=1 fds=1 ", "fds=1 pid=1",
};

/* All parameters that EV has are as wide as their types say. */
static bool
has_its_widths(const struct event *ev)
{
	bool all = true;

	for (unsigned k = 0; k < ev->n_params; k++) {
		size_t width = param_kind_len(ev->type->params[k].kind);

		all &= !width || event_bytes(ev, k).len == width;
	}
	return all;
}

static void
each_has_its_event(void)
{
	for (size_t i = 0; i < ARRAY_LEN(founds); i++) {
		struct fd_record fd = founds[i].fd;
		struct text bytes = { 0 };
		struct event ev;
		uint64_t ino = 0;
		struct span last;

		fd.tid = 99;
		fd.name = (struct span){ (const uint8_t *)"/a", 2 };
		scan_fd_event(&fd, &bytes, &ev);
		CHECK(ev.id == founds[i].id && ev.tid == 99 && ev.n_params == founds[i].n_params,
		      "kind %u: event %u", fd.kind, ev.id);
		CHECK(ev.n_params == ev.type->n_params, "  with all its parameters");
		CHECK(has_its_widths(&ev), "  as wide as they should be");
		last = event_bytes(&ev, ev.n_params - 1);
		memcpy(&ino, last.p, last.len);
		CHECK(ino == 7, "  the last is the inode");
		CHECK(scan_is_part(&ev), "  of a scan");
		text_fini(&bytes);
	}
}

static void
processes_have_theirs(void)
{
	static const uint8_t list[] = "a\0b";
	struct proc_record p = { .tid = 7, .pid = 7, .ptid = 3, .uid = 4, .vpid = 5, .vtid = 5,
				 .comm = { list, 1 }, .exe = { list, 1 }, .args = { list, 4 },
				 .exepath = { list, 1 }, .env = { list, 4 }, .cwd = { list, 1 },
				 .root = { list, 1 }, .cgroups = { list, 4 } };
	struct text bytes = { 0 };
	struct event ev;
	struct span argv;

	scan_task_event(&p, &bytes, &ev);
	argv = event_bytes(&ev, 5);
	CHECK(ev.n_params == ev.type->n_params && has_its_widths(&ev) && ev.tid == 7,
	      "a task: %u parameters", ev.n_params);
	CHECK(argv.len == 6 && !memcmp(argv.p, "a\0a\0b", 6), "  with its arguments");
	bytes.len = 0;
	scan_birth_event(&p, &bytes, &ev);
	CHECK(ev.n_params == 20 && has_its_widths(&ev) && ev.tid == 7, "a birth");
	text_fini(&bytes);
}

static void
ends_come_back(void)
{
	static const struct scan_range ranges[] = { { 0, 2 }, { 5, 5 }, { 7, 70000 } };
	struct scan_range got[SCAN_RANGES_MAX];
	struct text bytes = { 0 };
	struct event ev;
	int64_t pid;
	size_t n;

	scan_end_event(17, ranges, ARRAY_LEN(ranges), &bytes, &ev);
	CHECK(scan_end_of(&ev, &pid, got, &n) && pid == 17 && n == ARRAY_LEN(ranges) &&
	      !memcmp(got, ranges, sizeof(ranges)), "all ranges come back");
	CHECK(scan_is_part(&ev), "the end is part of a scan");
	bytes.len = 0;
	scan_end_event(17, NULL, 0, &bytes, &ev);
	CHECK(scan_end_of(&ev, &pid, got, &n) && pid == 17 && !n, "nothing is open");
	text_fini(&bytes);
}

static void
threads_come_back(void)
{
	static const struct {
		struct scan_thread is;
		const char *comm;
	} threads[] = {
		{ { 17, 1, { NULL, 0 } }, "worker" }, { { 17, 0, { NULL, 0 } }, "" },
		{ { 17, -1, { NULL, 0 } }, " ptid=3 comm=x\x1b" },
	};
	struct text bytes = { 0 };
	struct event ev;

	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		struct scan_thread is = threads[i].is, got = { .pid = 77 };

		is.comm = (struct span){ (const uint8_t *)threads[i].comm,
					 strlen(threads[i].comm) };
		bytes.len = 0;
		scan_thread_event(18, &is, &bytes, &ev);
		CHECK(ev.tid == 18 && scan_is_part(&ev) && !scan_is_gone(&ev) &&
		      scan_thread_of(&ev, &got) && got.pid == 17 && got.ptid == is.ptid &&
		      got.comm.len == is.comm.len &&
		      !strcmp((const char *)got.comm.p, threads[i].comm),
		      "thread %zu comes back", i);
		memset(bytes.p + bytes.len - 1, 'x', 1);
		CHECK(!scan_thread_of(&ev, &got), "  but not without its end");
	}
	bytes.len = 0;
	scan_gone_event(18, &bytes, &ev);
	CHECK(ev.tid == 18 && scan_is_gone(&ev) && scan_is_part(&ev) &&
	      !scan_thread_of(&ev, &(struct scan_thread){ 0 }), "one that is gone");
	text_fini(&bytes);
}

static void
others_are_none(void)
{
	struct scan_range got[SCAN_RANGES_MAX];
	struct text bytes = { 0 };
	struct event ev;
	int64_t pid;
	size_t n = 77;

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		bytes.len = 0;
		scan_end_event(1, NULL, 0, &bytes, &ev);
		bytes.len = ev.ends[1];
		text_bytes(&bytes, others[i], strlen(others[i]) + 1);
		ev.ends[2] = (uint32_t)bytes.len;
		ev.values = (const uint8_t *)bytes.p;
		CHECK(!scan_end_of(&ev, &pid, got, &n) && n == 77, "no end: %s", others[i]);
	}
	bytes.len = 0;
	scan_end_event(1, NULL, 0, &bytes, &ev);
	ev.ends[2]--;
	CHECK(!scan_end_of(&ev, &pid, got, &n), "no end: without its NUL");
	text_fini(&bytes);
}

int
main(void)
{
	each_has_its_event();
	processes_have_theirs();
	ends_come_back();
	threads_come_back();
	others_are_none();
	return check_done();
}
