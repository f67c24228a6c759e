/*
 * The process of a row and the one that runs now: only when it is the same one a
 * descriptor of it is given out.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "tests/lib/check.h"
#include "ui/alive.h"

#define MS 1000000ull
#define SEC (1000 * MS)

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * SEC + (uint64_t)t.tv_nsec;
}

/* A process of our own that waits; *BORN_NS is when it was started. */
static pid_t
start(uint64_t *born_ns)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	*born_ns = clock_ns(CLOCK_REALTIME);
	return pid;
}

static void
test_same(pid_t pid, uint64_t born, uint64_t boot)
{
	const struct {
		const char *what;
		struct alive_claim claim;
		bool is_same;
	} cases[] = {
		{ "its birth was seen", { pid, true, born, 0, 0 }, true },
		{ "  by a busy reader", { pid, true, born + 500 * MS, 0, 0 }, true },
		{ "  of this run of the system", { pid, false, born, 0, boot }, true },
		{ "  of a run before", { pid, false, born, 0, boot - 60 * SEC }, false },
		{ "  of a system that runs since later",
		  { pid, false, born, 0, boot + 60 * SEC }, false },
		{ "another one was born long before", { pid, true, born - 5 * SEC, 0, 0 }, false },
		{ "another one was born a little before",
		  { pid, true, born - 100 * MS, 0, 0 }, false },
		{ "another one was born later", { pid, true, born + 5 * SEC, 0, 0 }, false },
		{ "it was there when tracing began", { pid, true, 0, born + SEC, 0 }, true },
		{ "  another one was", { pid, true, 0, born - SEC, 0 }, false },
		{ "  long ago", { pid, true, 0, 1, 0 }, false },
		{ "no process", { 0, true, born, 0, 0 }, false },
		{ "a group of processes", { -pid, true, born, 0, 0 }, false },
		{ "beyond all numbers", { (int64_t)pid + (1ll << 32), true, born, 0, 0 }, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };
		int fd = alive_open(&cases[i].claim, &err);

		CHECK((fd >= 0) == cases[i].is_same && (fd >= 0 || (err.code == fd && *err.text)),
		      "%s: %s", cases[i].what, fd < 0 ? err.text : "the same");
		if (fd >= 0)
			close(fd);
	}
}

static void
test_end(pid_t pid, uint64_t born)
{
	struct alive_claim claim = { pid, true, born, 0, 0 };
	struct err err = { 0 };
	int fd = alive_open(&claim, &err), status;
	siginfo_t info;

	CHECK(alive_still(fd), "it is there");
	CHECK(!alive_signal(fd, SIGTERM, &err), "it gets a signal %s", err.text);
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	CHECK(!alive_still(fd), "it has ended");
	CHECK(alive_open(&claim, &err) == -ESRCH, "  which is seen before it is buried: %s",
	      err.text);
	waitpid(pid, &status, 0);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "  of that signal");
	CHECK(alive_signal(fd, SIGTERM, &err) == -ESRCH, "  and gets no more: %s", err.text);
	CHECK(alive_open(&claim, &err) == -ESRCH, "  and nobody else is taken for it: %s",
	      err.text);
	close(fd);
}

int
main(void)
{
	uint64_t born, boot = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);
	pid_t pid = start(&born);

	test_same(pid, born, boot);
	test_end(pid, born);
	return check_done();
}
