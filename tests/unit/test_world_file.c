/* Descriptors that are no sockets: how they come, what they are, how they go. */
#include "engine/world/world.h"

#include "engine/base/mem.h"
#include "tests/lib/check.h"
#include "tests/lib/stage.h"

#define CLOEXEC 0x1000

static void
begin(struct stage *s)
{
	stage_init(s, NULL, NULL);
	stage_proc(s, 10, 10, 1, "sh");
	stage_fd(s, 10, 5, FD_DIRECTORY, "/opt");
	stage_fd(s, 10, 3, FD_FILE, "/tmp/x");
	stage_tick(s);
}

static void
test_open(void)
{
	struct stage s;
	const struct descriptor *fd;

	begin(&s);
	stage_event(&s, 10, EV_OPEN_X, scap_num(7), scap_text("a/../b"), scap_num(CLOEXEC | 3),
		    scap_num(0644), scap_num(0x801), scap_num(42));
	fd = stage_fd_of(&s, 10, 7);
	CHECK(fd && fd->kind == FD_FILE && fd->cloexec && fd->dev == 0x801 && fd->ino == 42 &&
	      fd->open_flags == (CLOEXEC | 3), "open tells what it made");
	CHECK(s.m->has_fd_num && s.m->fd_num == 7 && s.m->fd == fd && s.m->fd_version,
	      "its exit event shows it");
	CHECK_STR(stage_fd_name(&s, 10, 7), "/home/sh/b", "by its whole path");
	stage_event(&s, 10, EV_OPEN_X, scap_num(8), scap_text("/d"), scap_num(0x400));
	CHECK(stage_fd_of(&s, 10, 8)->kind == FD_DIRECTORY, "O_DIRECTORY is a folder");
	stage_event(&s, 10, EV_OPEN_X, scap_num(-2), scap_text("/no"), scap_num(1));
	CHECK(!s.m->fd && !s.m->has_fd_num, "a failed open has none");
	stage_event(&s, 10, EV_OPEN_X, scap_empty(), scap_text("/no"), scap_num(1));
	CHECK(!stage_fd_of(&s, 10, 0), "without a result it is not 0");
	stage_event(&s, 10, EV_OPEN_X, scap_num(7), scap_text("/new"), scap_num(1));
	CHECK_STR(stage_fd_name(&s, 10, 7), "/new", "a number opened again is another file");
	CHECK(!stage_fd_of(&s, 10, 7)->cloexec, "with nothing of the old one");
	stage_event(&s, 10, EV_CREAT_X, scap_num(9), scap_text("c"), scap_num(0644));
	CHECK_STR(stage_fd_name(&s, 10, 9), "/home/sh/c", "creat");
	stage_event(&s, 10, EV_OPEN_BY_HANDLE_AT_X, scap_num(11), scap_num(5), scap_num(1),
		    scap_text("/opt/h"));
	CHECK_STR(stage_fd_name(&s, 10, 11), "/opt/h", "open_by_handle_at");
	stage_fini(&s);
}

static void
test_openat(void)
{
	static const struct {
		const char *what;
		int64_t dirfd;
		const char *name;
		const char *want;
	} cases[] = {
		{ "absolute", 99, "/a", "/a" },
		{ "the folder", -100, "a", "/home/sh/a" },
		{ "a descriptor", 5, "a", "/opt/a" },
		{ "up from it", 5, "../a", "/a" },
		{ "an unknown one", 99, "a", "<UNKNOWN>a" },
		{ "below that", 6, "a", "<UNKNOWN>a" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct stage s;

		begin(&s);
		stage_event(&s, 10, EV_OPENAT_2_X, scap_num(6), scap_num(99), scap_text("q"));
		stage_event(&s, 10, EV_OPENAT_2_X, scap_num(7), scap_num(cases[i].dirfd),
			    scap_text(cases[i].name), scap_num(1));
		CHECK_STR(stage_fd_name(&s, 10, 7), cases[i].want, "openat: %s", cases[i].what);
		stage_event(&s, 10, EV_OPENAT2_X, scap_num(8), scap_num(cases[i].dirfd),
			    scap_text(cases[i].name), scap_num(1));
		CHECK_STR(stage_fd_name(&s, 10, 8), cases[i].want, "openat2: %s", cases[i].what);
		/* As the old drivers told it: all at the start of the call. */
		stage_event(&s, 10, EV_OPENAT_E, scap_num(cases[i].dirfd),
			    scap_text(cases[i].name), scap_num(CLOEXEC));
		stage_event(&s, 10, EV_OPENAT_X, scap_num(9));
		CHECK_STR(stage_fd_name(&s, 10, 9), cases[i].want, "old: %s", cases[i].what);
		CHECK(stage_fd_of(&s, 10, 9)->cloexec, "old: %s, with flags", cases[i].what);
		stage_fini(&s);
	}
}

static void
test_enter_counts_more(void)
{
	struct stage s;

	begin(&s);
	stage_event(&s, 10, EV_OPEN_E, scap_text("/asked"), scap_num(CLOEXEC), scap_num(0));
	stage_event(&s, 10, EV_OPEN_X, scap_num(7), scap_text("/changed"), scap_num(0x4001),
		    scap_num(0));
	CHECK_STR(stage_fd_name(&s, 10, 7), "/asked", "a name changed during the call");
	CHECK(stage_fd_of(&s, 10, 7)->open_flags == (CLOEXEC | 0x4000),
	      "flags asked for, and what only the end can know");
	stage_event(&s, 10, EV_OPEN_E, scap_text("<NA>"), scap_num(0), scap_num(0));
	stage_event(&s, 10, EV_OPEN_X, scap_num(7), scap_text("/late"), scap_num(1));
	CHECK_STR(stage_fd_name(&s, 10, 7), "/late", "unless it could not be read then");
	stage_event(&s, 10, EV_OPEN_E, scap_text("/lost"), scap_num(0), scap_num(0));
	stage_event(&s, 10, EV_OPENAT_2_X, scap_num(7), scap_num(-100), scap_text("/other"),
		    scap_num(1));
	CHECK(!s.m->enter && !s.m->has_latency, "the end of another call is no end of this");
	CHECK_STR(stage_fd_name(&s, 10, 7), "/other", "and has nothing from it");
	stage_fini(&s);
}

static void
test_close(void)
{
	struct stage s;

	begin(&s);
	stage_event(&s, 10, EV_CLOSE_E, scap_num(3));
	CHECK(s.m->fd && s.m->fd_num == 3, "close begins on a descriptor");
	stage_event(&s, 10, EV_CLOSE_X, scap_num(0));
	CHECK(s.m->fd && s.m->fd_num == 3, "and shows it when it ends");
	stage_tick(&s);
	CHECK(!stage_fd_of(&s, 10, 3), "then it is gone");
	stage_event(&s, 10, EV_CLOSE_X, scap_num(0), scap_num(5));
	CHECK(s.m->fd, "told by the end alone");
	stage_open(&s, 10, 5, "/new");
	CHECK_STR(stage_fd_name(&s, 10, 5), "/new", "its number may come at once again");
	stage_event(&s, 10, EV_CLOSE_X, scap_num(-4), scap_num(5));
	stage_tick(&s);
	CHECK(!stage_fd_of(&s, 10, 5), "an interrupted close has closed");
	stage_open(&s, 10, 5, "/new");
	stage_event(&s, 10, EV_CLOSE_X, scap_num(-1), scap_num(5));
	stage_tick(&s);
	CHECK(stage_fd_of(&s, 10, 5), "one that was not allowed has not");
	stage_open(&s, 10, 0, "/dev/null");
	stage_event(&s, 10, EV_CLOSE_X, scap_num(0));
	stage_tick(&s);
	CHECK(stage_fd_of(&s, 10, 0) && !s.m->has_fd_num, "a close of nobody knows what");
	stage_event(&s, 10, EV_READ_X, scap_num(0), scap_bytes("", 0));
	CHECK(!s.m->has_fd_num && !s.m->fd, "a read without its start is not one of 0");
	stage_event(&s, 10, EV_CLOSE_X, scap_num(0), scap_num(0));
	stage_exit(&s, 10, 0);
	CHECK(!world_thread(s.world, 10), "what closes may exit");
	stage_fini(&s);
}

static void
test_close_range(void)
{
	struct stage s;
	struct world_size size;

	begin(&s);
	for (int64_t num = 100; num < 400; num++)
		stage_open(&s, 10, num, "/many");
	stage_event(&s, 10, EV_CLOSE_RANGE_X, scap_num(0), scap_num(100), scap_num(298),
		    scap_num(4));
	CHECK(stage_fd_of(&s, 10, 298)->cloexec && !stage_fd_of(&s, 10, 299)->cloexec,
	      "close_range may mark only");
	stage_event(&s, 10, EV_CLOSE_RANGE_X, scap_num(-22), scap_num(0), scap_num(999),
		    scap_num(0));
	CHECK(stage_fd_of(&s, 10, 100), "or fail");
	stage_clone(&s, &(struct stage_clone){ .by = 10, .res = 20, .flags = 1 });
	stage_event(&s, 10, EV_CLOSE_RANGE_X, scap_num(0), scap_num(100), scap_num(0xFFFFFFFF),
		    scap_num(0));
	world_size(s.world, &size);
	CHECK(size.n_fds == 2 && stage_fd_of(&s, 10, 3) && stage_fd_of(&s, 10, 5),
	      "or close all from a number on");
	CHECK(stage_process(&s, 10)->fds == stage_process(&s, 20)->fds,
	      "for all who share the table");
	stage_event(&s, 10, EV_CLOSE_RANGE_X, scap_num(0), scap_num(0), scap_num(4), scap_num(2));
	CHECK(!stage_fd_of(&s, 10, 3) && stage_fd_of(&s, 20, 3), "unless it parts them first");
	stage_fini(&s);
}

static void
test_dup(void)
{
	static const struct {
		const char *what;
		uint16_t id;
		struct scap_value v[4];
		size_t n;
		bool cloexec;
	} cases[] = {
#define NUM(x) { .form = SCAP_NUM, .num = (x) }
		{ "dup", EV_DUP_1_X, { NUM(7), NUM(3) }, 2, false },
		{ "dup2", EV_DUP2_X, { NUM(7), NUM(3), NUM(7) }, 3, false },
		{ "dup3", EV_DUP3_X, { NUM(7), NUM(3), NUM(7), NUM(0) }, 4, false },
		{ "dup3, cloexec", EV_DUP3_X, { NUM(7), NUM(3), NUM(7), NUM(CLOEXEC) }, 4, true },
		{ "F_DUPFD", EV_FCNTL_X, { NUM(7), NUM(3), NUM(1) }, 3, false },
		{ "F_DUPFD_CLOEXEC", EV_FCNTL_X, { NUM(7), NUM(3), NUM(26) }, 3, true },
#undef NUM
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scap_value v[4];
		struct stage s;
		const struct descriptor *fd;

		begin(&s);
		stage_event(&s, 10, EV_OPEN_X, scap_num(3), scap_text("/c"), scap_num(CLOEXEC));
		stage_values(&s, 10, cases[i].id, cases[i].v, cases[i].n);
		fd = stage_fd_of(&s, 10, 7);
		CHECK(fd && fd->cloexec == cases[i].cloexec && fd->num == 7 &&
		      fd->id != stage_fd_of(&s, 10, 3)->id, "%s: another one", cases[i].what);
		CHECK_STR(stage_fd_name(&s, 10, 7), "/c", "%s: of the same file", cases[i].what);
		CHECK(s.m->fd_num == 7 && s.m->fd == fd, "%s: shown", cases[i].what);
		memcpy(v, cases[i].v, sizeof(v));
		v[1] = scap_num(99);
		stage_values(&s, 10, cases[i].id, v, cases[i].n);
		CHECK_STR(stage_fd_name(&s, 10, 7), "/c", "%s: not of an unknown", cases[i].what);
		v[1] = scap_num(3);
		v[0] = scap_empty();
		stage_values(&s, 10, cases[i].id, v, cases[i].n);
		CHECK(!stage_fd_of(&s, 10, 0), "%s: no result is not 0", cases[i].what);
		stage_fini(&s);
	}
}

static void
test_dup_itself(void)
{
	struct stage s;
	uint32_t id;

	begin(&s);
	id = stage_fd_of(&s, 10, 3)->id;
	stage_event(&s, 10, EV_DUP2_X, scap_num(3), scap_num(3), scap_num(3));
	CHECK(stage_fd_of(&s, 10, 3)->id == id && s.m->fd_num == 3, "dup2 onto itself");
	stage_event(&s, 10, EV_FCNTL_X, scap_num(0), scap_num(3), scap_num(3), scap_num(1));
	CHECK(stage_fd_of(&s, 10, 3)->cloexec, "F_SETFD sets");
	stage_event(&s, 10, EV_FCNTL_X, scap_num(0), scap_num(3), scap_num(3));
	CHECK(stage_fd_of(&s, 10, 3)->cloexec, "without its argument it changes nothing");
	stage_event(&s, 10, EV_FCNTL_X, scap_num(0), scap_num(3), scap_num(3), scap_num(0));
	CHECK(!stage_fd_of(&s, 10, 3)->cloexec, "F_SETFD takes away");
	stage_event(&s, 10, EV_FCNTL_X, scap_num(0), scap_num(99), scap_num(3), scap_num(1));
	CHECK(!stage_fd_of(&s, 10, 99), "but makes nothing");
	stage_fini(&s);
}

static void
test_kinds(void)
{
	static const struct {
		const char *what;
		uint16_t id;
		struct scap_value v[5];
		size_t n;
		enum fd_kind kind;
		int cloexec;		/* as the flags tell it; -1: they do not */
	} cases[] = {
#define NUM(x) { .form = SCAP_NUM, .num = (x) }
		{ "eventfd", EV_EVENTFD_X, { NUM(9) }, 1, FD_EVENT, -1 },
		{ "eventfd2", EV_EVENTFD2_X, { NUM(9), NUM(CLOEXEC) }, 2, FD_EVENT, 1 },
		{ "signalfd", EV_SIGNALFD_X, { NUM(9) }, 1, FD_SIGNALFD, -1 },
		{ "signalfd4", EV_SIGNALFD4_X, { NUM(9), NUM(CLOEXEC) }, 2, FD_SIGNALFD, 1 },
		{ "timerfd", EV_TIMERFD_CREATE_X, { NUM(9) }, 1, FD_TIMERFD, -1 },
		{ "inotify", EV_INOTIFY_INIT_X, { NUM(9) }, 1, FD_INOTIFY, -1 },
		{ "inotify1", EV_INOTIFY_INIT1_X, { NUM(9), NUM(CLOEXEC) }, 2, FD_INOTIFY, 1 },
		{ "epoll", EV_EPOLL_CREATE_X, { NUM(9), NUM(1) }, 2, FD_EPOLL, 0 },
		{ "epoll1", EV_EPOLL_CREATE1_X, { NUM(9), NUM(1) }, 2, FD_EPOLL, 1 },
		{ "userfaultfd", EV_USERFAULTFD_X, { NUM(9), NUM(CLOEXEC) }, 2, FD_USERFAULTFD, 1 },
		{ "io_uring", EV_IO_URING_SETUP_X, { NUM(9) }, 1, FD_IO_URING, -1 },
		{ "a bpf map", EV_BPF_2_X, { NUM(9), NUM(0) }, 2, FD_BPF, -1 },
		{ "an old bpf map", EV_BPF_X, { { .form = SCAP_DYN, .num = 9 } }, 1, FD_BPF, -1 },
#undef NUM
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct stage s;
		const struct descriptor *fd;
		struct scap_value v[5];

		begin(&s);
		stage_values(&s, 10, cases[i].id, cases[i].v, cases[i].n);
		fd = stage_fd_of(&s, 10, 9);
		CHECK(fd && fd->kind == cases[i].kind, "%s: its kind", cases[i].what);
		CHECK(fd && (cases[i].cloexec < 0 || fd->cloexec == cases[i].cloexec),
		      "%s: its flag", cases[i].what);
		CHECK(s.m->fd == fd && s.m->fd_num == 9, "%s: shown", cases[i].what);
		CHECK_STR(stage_fd_name(&s, 10, 9), "", "%s: it has no name", cases[i].what);
		memcpy(v, cases[i].v, sizeof(v));
		v[0] = scap_empty();
		stage_values(&s, 10, cases[i].id, v, cases[i].n);
		CHECK(!stage_fd_of(&s, 10, 0), "%s: no result is not 0", cases[i].what);
		stage_fini(&s);
	}
}

static void
test_named_kinds(void)
{
	struct stage s;

	begin(&s);
	stage_proc(&s, 20, 20, 1, "other");
	stage_fd(&s, 20, 6, FD_FILE, "/of/20");
	stage_event(&s, 10, EV_BPF_2_X, scap_num(0), scap_num(1));
	CHECK(!stage_fd_of(&s, 10, 0), "a bpf command that looks up gives no descriptor");
	stage_event(&s, 10, EV_MEMFD_CREATE_X, scap_num(7), scap_text("mem"), scap_num(1));
	CHECK_STR(stage_fd_name(&s, 10, 7), "mem", "memfd");
	CHECK(stage_fd_of(&s, 10, 7)->kind == FD_MEMFD && stage_fd_of(&s, 10, 7)->cloexec,
	      "memfd: its kind and flag");
	stage_event(&s, 10, EV_PIDFD_OPEN_X, scap_num(8), scap_num(20), scap_num(0));
	CHECK_STR(stage_fd_name(&s, 10, 8), "/proc/20", "pidfd");
	stage_event(&s, 10, EV_PIDFD_GETFD_X, scap_num(9), scap_num(8), scap_num(6), scap_num(0));
	CHECK_STR(stage_fd_name(&s, 10, 9), "/of/20", "pidfd_getfd");
	CHECK(stage_fd_of(&s, 10, 9)->cloexec, "pidfd_getfd: its flag");
	stage_event(&s, 10, EV_PIDFD_GETFD_X, scap_num(11), scap_num(3), scap_num(6), scap_num(0));
	CHECK(!stage_fd_of(&s, 10, 11), "pidfd_getfd by what is no pidfd");
	stage_event(&s, 10, EV_PIPE2_X, scap_num(0), scap_num(12), scap_num(13), scap_num(4711),
		    scap_num(CLOEXEC));
	for (int64_t num = 12; num < 14; num++) {
		const struct descriptor *fd = stage_fd_of(&s, 10, num);

		CHECK(fd && fd->kind == FD_FIFO && fd->ino == 4711 && fd->cloexec, "pipe2");
	}
	stage_event(&s, 10, EV_PIPE_X, scap_num(0), scap_empty(), scap_num(15), scap_num(1));
	CHECK(stage_fd_of(&s, 10, 15) && !stage_fd_of(&s, 10, 0), "pipe with one end untold");
	stage_event(&s, 10, EV_PIPE_X, scap_num(-24), scap_num(16), scap_num(17), scap_num(1));
	CHECK(!stage_fd_of(&s, 10, 16), "pipe that failed");
	stage_fini(&s);
}

static void
test_empty_lists(void)
{
	struct stage s;
	size_t n = 7;

	stage_init(&s, NULL, NULL);
	free(world_threads(s.world, &n));
	CHECK(n == 0, "a world of nobody");
	stage_event(&s, 10, EV_GETUID_E, SCAP_NOTHING);
	n = 7;
	free(world_fds(stage_process(&s, 10), &n));
	CHECK(n == 0, "a process with nothing open");
	stage_fini(&s);
}

int
main(void)
{
	test_open();
	test_openat();
	test_enter_counts_more();
	test_close();
	test_close_range();
	test_dup();
	test_dup_itself();
	test_kinds();
	test_named_kinds();
	test_empty_lists();
	return check_done();
}
