#include "tests/bench/loads.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/mem.h"

static int zero_fd = -1, to_fd = -1, from_fd = -1;
static pid_t partner;

static void
ask_parent(void)
{
	syscall(SYS_getppid);
}

static void
read_byte(void)
{
	char c;

	if (read(zero_fd, &c, 1) != 1)
		die("/dev/zero has ended");
}

static void
open_and_close(void)
{
	close(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

static void
ping_pong(void)
{
	char c = 'x';

	if (write(to_fd, &c, 1) != 1 || read(from_fd, &c, 1) != 1)
		die("the other end has gone");
}

static void
fork_and_wait(void)
{
	pid_t child = fork();

	if (!child)
		_exit(0);
	waitpid(child, NULL, 0);
}

/* getppid() and read() have the limits that were promised. */
const struct load loads[] = {
	{ "getppid", ask_parent, 2000, 1, 3.5 },
	{ "read of 1 byte", read_byte, 2000, 1, 4.5 },
	{ "open, close", open_and_close, 1000, 2, 0 },
	{ "pipe ping-pong", ping_pong, 200, 4, 0 },
	{ "fork, exit, wait", fork_and_wait, 10, 3, 0 },
};
const size_t n_loads = ARRAY_LEN(loads);

const struct program programs[] = {
	{ "find", "find /usr/include >/dev/null" },
	{ "tar", "tar cf - /usr/include 2>/dev/null | cat >/dev/null" },
	{ "compile", "echo '#include <stdio.h>\n#include <stdlib.h>\nint x;' | "
	  "cc -x c -O1 -c -o /dev/null -" },
};
const size_t n_programs = ARRAY_LEN(programs);

static void
answer(int in, int out)
{
	char c;

	while (read(in, &c, 1) == 1 && write(out, &c, 1) == 1)
		;
	_exit(0);
}

void
loads_begin(void)
{
	int there[2], back[2];

	zero_fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	if (zero_fd < 0 || pipe2(there, O_CLOEXEC) < 0 || pipe2(back, O_CLOEXEC) < 0)
		die("no descriptors for the loads");
	partner = fork();
	if (!partner) {
		close(there[1]);
		answer(there[0], back[1]);
	}
	close(there[0]);
	close(back[1]);
	to_fd = there[1];
	from_fd = back[0];
}

void
loads_end(void)
{
	close(to_fd);
	close(from_fd);
	close(zero_fd);
	waitpid(partner, NULL, 0);
}

static double
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

struct load_time
load_run(const struct load *l)
{
	/* Whoever reads what is told of them gets time to do so. */
	const struct timespec pause = { .tv_nsec = 1000000 };
	double times[LOAD_ROUNDS];

	for (int i = 0; i < LOAD_ROUNDS; i++) {
		double start = now_ns();

		for (unsigned k = 0; k < l->n; k++)
			l->once();
		times[i] = (now_ns() - start) / l->n;
		nanosleep(&pause, NULL);
	}
	qsort(times + 1, LOAD_ROUNDS - 1, sizeof(times[0]), by_size);
	return (struct load_time){ times[1 + LOAD_ROUNDS / 10], times[1 + LOAD_ROUNDS / 2] };
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

double
program_run(const struct program *p)
{
	struct rusage used;
	int status = -1;
	pid_t child = fork();

	if (!child) {
		execl("/bin/sh", "sh", "-c", p->words, (char *)NULL);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &used) != child || status)
		return -1;
	return seconds(used.ru_utime) + seconds(used.ru_stime);
}
