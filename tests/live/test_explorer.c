/*
 * The explorer on the running system: it follows a command of the test, and nobody
 * else is asked for.
 *
 *	test_explorer PROGRAM
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "tests/live/may_trace.h"
#include "tests/term/see.h"
#include "tests/term/vt.h"

/* Told by its words; what it writes must not be seen. */
#define MARKER "explored_by_test"
#define SHORT "cat /etc/hostname " MARKER
#define NOISE "noise_of_command"
#define SCRIPT \
	"echo $$ >pid; while :; do echo noise_\"of\"_command; cat /etc/hostname $0; sleep 0.1; done"

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Does the screen stay the same for SECONDS? */
static bool
holds(struct vt *v, double seconds)
{
	struct text was = { 0 }, is = { 0 };
	double end = now_s() + seconds;
	bool same = true;

	while (vt_take(v, 0))
		continue;
	vt_screen(v, &was);
	while (same && now_s() < end) {
		vt_take(v, 50);
		is.len = 0;
		vt_screen(v, &is);
		same = is.len == was.len && !memcmp(is.p, was.p, is.len);
	}
	text_fini(&was);
	text_fini(&is);
	return same;
}

/* The number that the command wrote to the file "pid" of DIR. */
static pid_t
command_pid(const char *dir)
{
	struct text path = { 0 };
	FILE *f;
	int pid = 0;

	text_fmt(&path, "%s/pid", dir);
	text_char(&path, '\0');
	f = fopen(path.p, "r");
	if (f && fscanf(f, "%d", &pid) != 1)
		pid = 0;
	if (f)
		fclose(f);
	unlink(path.p);
	text_fini(&path);
	return pid;
}

static bool
is_gone(pid_t pid)
{
	double end = now_s() + 10;

	while (kill(pid, 0) == 0 && now_s() < end)
		usleep(10000);
	return kill(pid, 0) < 0;
}

/* The rows of what the test started, down to its threads and events, and back. */
static void
look_around(struct vt *v)
{
	unsigned row, col;

	see(v, "live", "it is the running system");
	see(v, SHORT, "a process that was short");
	vt_keys(v, "/");
	see(v, "search", "a search");
	vt_send(v, "while", 5);
	vt_keys(v, "Enter Enter");
	see(v, "Threads", "going into the command");
	vt_keys(v, "Backspace");
	see(v, SHORT, "back");
	vt_keys(v, "d");
	see(v, "Events ›", "its events");
	see(v, "openat", "among them");
	vt_keys(v, "Esc");
	CHECK(vt_wait_gone(v, "Events ›"), "the list is left");
	see(v, SHORT, "back again");
	CHECK(!vt_find(v, NOISE, &row, &col), "nothing of what the command writes is seen");
}

/* How many of the last seconds are seen, keys tell. */
static void
zoom(struct vt *v)
{
	vt_keys(v, "z");
	see(v, "the last 0.5 s", "half the window");
	see(v, SHORT, "which is filled from history");
	vt_keys(v, "Z");
	see(v, "the last 1 s", "as before");
	vt_keys(v, "Z");
	see(v, "the last 2 s", "twice the window");
	vt_keys(v, "z");
	see(v, "the last 1 s", "and back");
}

static void
hold(struct vt *v)
{
	vt_keys(v, "p");
	see(v, "paused", "held");
	vt_settle(v, 300);
	if (!CHECK(holds(v, 2), "while it is held nothing changes"))
		see_screen(v);
	/* By now the window is further back than it is long. */
	vt_keys(v, "v");
	vt_send(v, "Files", 5);
	vt_keys(v, "Enter");
	CHECK(vt_wait_gone(v, "Processes"), "another view is chosen");
	see(v, "/etc/hostname", "the held window in it");
	vt_settle(v, 300);
	if (!CHECK(holds(v, 1), "which is held, too"))
		see_screen(v);
	vt_keys(v, "Backspace");
	see(v, SHORT, "the first view, from history");
	vt_keys(v, "p");
	CHECK(vt_wait_gone(v, "paused"), "it goes on");
	if (!CHECK(!holds(v, 15), "and changes"))
		see_screen(v);
	see(v, SHORT, "the same processes");
}

/* What programs used is sampled each second, and told when they end. */
static void
measure(struct vt *v)
{
	vt_keys(v, "M M M M");
	see(v, "% of a CPU", "the timeline of CPU time");
	CHECK(vt_wait_gone(v, "no samples"), "something is known of it");
	see(v, " peak ", "and how much");
	vt_keys(v, "M");
	see(v, "events/s", "back to events");
}

int
main(int argc, char **argv)
{
	char dir[] = "/tmp/sysreel-explorer-XXXXXX";
	char filter[] = "proc.name in (sh, cat) and proc.cmdline contains " MARKER;
	char refresh[] = "-d", ms[] = "1000";
	char end[] = "--", shell[] = "/bin/sh", c[] = "-c", script[] = SCRIPT, name[] = MARKER;
	int status;
	char *program = traced_program(argc, argv, &status);
	char *words[] = { program, refresh, ms, filter, end, shell, c, script, name, NULL };
	struct vt *v;
	pid_t pid;

	if (!program)
		return status;
	if (!mkdtemp(dir))
		return 2;
	v = vt_start(&(struct vt_start){ .n_rows = 30, .n_cols = 150, .argv = words, .dir = dir });
	if (see(v, MARKER, "what the test started")) {
		look_around(v);
		zoom(v);
		measure(v);
		hold(v);
	}
	pid = command_pid(dir);
	CHECK(pid > 0 && kill(pid, 0) == 0, "the command runs");
	vt_keys(v, "q");
	CHECK(vt_ended(v) == 0, "it ends");
	CHECK(vt_is_given_back(v), "the terminal is as it was");
	CHECK(pid > 0 && is_gone(pid), "the command is hung up");
	vt_free(v);
	rmdir(dir);
	free(program);
	return check_done();
}
