/*
 * The explorer on the running system gives its rights up, in all of its threads; what
 * actions can do then, and with --actions. Done to a process of this test only.
 *
 *	test_explorer_rights PROGRAM
 */
#include <dirent.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "tests/term/vt.h"

#define NOBODY 65534

static char *program;

/* A process of USER that does something now and then. */
static pid_t
start(uid_t user)
{
	const struct timespec t = { 0, 20000000 };
	pid_t pid = fork();

	if (pid)
		return pid;
	if (user && (setgroups(0, NULL) < 0 || setgid(user) < 0 || setuid(user) < 0))
		_exit(1);
	for (;;)
		nanosleep(&t, NULL);
}

static struct vt *
explore(pid_t pid, const char *option)
{
	char number[16], filter[32], tree[] = "--tree", begin[] = "-v", view[] = "procs";
	char *more = strdup(option), explore[] = "explore";
	char *argv[] = { program, explore, tree, number, begin, view, more, filter, NULL };
	struct vt *v;

	snprintf(number, sizeof(number), "%d", (int)pid);
	snprintf(filter, sizeof(filter), "proc.pid=%d", (int)pid);
	v = vt_start(&(struct vt_start){ .n_rows = 24, .n_cols = 100, .argv = argv });
	free(more);
	return v;
}

/* How many threads PID has, and how many of them have a right. */
static void
count(pid_t pid, unsigned *n, unsigned *n_with)
{
	char path[300], line[128];
	struct dirent *d;
	DIR *dir;

	*n = *n_with = 0;
	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		unsigned long long rights;
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/task/%s/status", (int)pid, d->d_name);
		f = d->d_name[0] == '.' ? NULL : fopen(path, "r");
		if (!f)
			continue;
		++*n;
		while (fgets(line, sizeof(line), f))
			if (sscanf(line, "CapEff: %llx", &rights) == 1)
				*n_with += rights != 0;
		fclose(f);
	}
	if (dir)
		closedir(dir);
}

/* Does it come to a time at which none of its threads has a right? */
static bool
has_no_rights(struct vt *v, unsigned *n)
{
	unsigned n_with;

	for (int i = 0; i < 100; i++) {
		count(vt_pid(v), n, &n_with);
		if (*n > 2 && !n_with)
			return true;
		vt_settle(v, 50);
	}
	return false;
}

/* Ask for the end of PID, and say yes. */
static bool
ask_to_end(struct vt *v, pid_t pid)
{
	char words[32];

	snprintf(words, sizeof(words), "kill %d", (int)pid);
	if (!CHECK(vt_wait(v, "›"), "  its row is there"))
		return false;
	vt_keys(v, "F8 k");
	/* Nobody else must be in danger. */
	if (!CHECK(vt_wait(v, "Is this to be done?") && vt_wait(v, words), "  the question"))
		return false;
	vt_keys(v, "y");
	return true;
}

static bool
ends_of(pid_t pid, int signal)
{
	const struct timespec t = { 0, 1000000 };
	int status = 0;

	for (int i = 0; i < 3000; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFSIGNALED(status) && WTERMSIG(status) == signal;
		nanosleep(&t, NULL);
	}
	return false;
}

static void
leave(struct vt *v)
{
	vt_keys(v, "q");
	CHECK(vt_ended(v) == 0 && vt_is_given_back(v), "  it ends");
	vt_free(v);
}

static void
test_without(void)
{
	pid_t own = start(0), other = start(NOBODY);
	struct vt *v = explore(own, "--utc");
	bool is_without;
	unsigned n = 0;

	CHECK(vt_wait(v, "›"), "on the running system");
	is_without = has_no_rights(v, &n);
	CHECK(is_without, "  none of its %u threads has a right", n);
	if (ask_to_end(v, own)) {
		CHECK(vt_wait(v, "SIGTERM was sent"), "  a signal for a process of the same user");
		CHECK(ends_of(own, SIGTERM), "  reaches it");
	}
	leave(v);
	v = explore(other, "--utc");
	if (ask_to_end(v, other))
		CHECK(vt_wait(v, "somebody else's") && waitpid(other, NULL, WNOHANG) == 0,
		      "  one for another user's is refused");
	leave(v);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
}

static void
test_with(void)
{
	pid_t other = start(NOBODY);
	struct vt *v = explore(other, "--actions");
	unsigned n, n_with;

	CHECK(vt_wait(v, "›"), "with --actions");
	count(vt_pid(v), &n, &n_with);
	CHECK(n_with > 0 && n_with < n, "  %u of its %u threads have rights", n_with, n);
	if (ask_to_end(v, other))
		CHECK(vt_wait(v, "SIGTERM was sent") && ends_of(other, SIGTERM),
		      "  and so it may end another user's process");
	leave(v);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	program = argv[1];
	if (geteuid() || access("/sys/kernel/btf/vmlinux", R_OK)) {
		puts("1..0 # SKIP needs root, and a kernel that can be traced");
		return 0;
	}
	test_without();
	test_with();
	return check_done();
}
