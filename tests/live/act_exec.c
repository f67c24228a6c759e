#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/live/actor.h"

#define LONG_ARGS 6000			/* bytes, more than is told */

static char *const no_env[] = { NULL };

/* The children's own expectations are lost with them; the parent knows their tids. */
static void
expect_of(long tid, const char *words)
{
	fprintf(actor_expects, "(%ld) %s\n", tid, words);
}

static void
wait_for(pid_t child)
{
	int status;

	MUST(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

/* Copy the program /bin/true to PATH. */
static void
copy_program(const char *path, mode_t mode)
{
	int from = open("/bin/true", O_RDONLY), to = open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
	struct stat st;

	MUST(from >= 0 && to >= 0 && fstat(from, &st) == 0);
	MUST(sendfile(to, from, NULL, (size_t)st.st_size) == st.st_size);
	MUST(close(from) == 0 && close(to) == 0);
}

/* From a folder deep down, by a name that goes up and down again. */
static void
run_relative(void)
{
	static char name[] = "../.././two/prog";
	char *const argv[] = { name, NULL };
	char words[512];
	pid_t child;

	MUST(mkdir("one", 0700) == 0 && mkdir("one/deep", 0700) == 0 && mkdir("two", 0700) == 0);
	copy_program("two/prog", 0755);
	child = fork();
	if (!child) {
		MUST(chdir("one/deep") == 0);
		execve(name, argv, no_env);
		_exit(98);
	}
	wait_for(child);
	snprintf(words, sizeof(words), "< clone res=0 exe=");
	expect_of(child, words);
	snprintf(words, sizeof(words), "< execve res=0 exe=%s args=NULL tid=%d(prog) pid=%d(prog) "
		 "ptid=%d(actor) cwd=%s/one/deep", name, child, child, getpid(), actor_folder);
	expect_of(child, words);
	snprintf(words, sizeof(words), "~ trusted_exepath=%s/two/prog ", actor_folder);
	expect_of(child, words);
	snprintf(words, sizeof(words), "~ filename=%s(%s/two/prog) ", name,
		 actor_folder);
	expect_of(child, words);
	expect_of(child, "~ flags=1(EXE_WRITABLE) ");
}

/* As somebody who may not change the program, and first who may not even reach it. */
static void
run_as_nobody(void)
{
	static char name[] = "two/prog";
	char *const argv[] = { name, NULL };
	char words[256];
	pid_t child = fork();

	if (!child) {
		MUST(setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
		execve(name, argv, no_env);
		_exit(0);
	}
	wait_for(child);
	expect_of(child, "< setresuid res=0 ruid=65534");
	expect_of(child, "> execve filename=two/prog");
	expect_of(child, "< execve res=-13(EACCES) exe=two/prog args=NULL ");
	snprintf(words, sizeof(words), "~ filename=two/prog(%s/two/prog) ", actor_folder);
	expect_of(child, words);
	MUST(chmod(actor_folder, 0711) == 0 && chmod("two", 0711) == 0);
	child = fork();
	if (!child) {
		MUST(setresgid(65534, 65534, 65534) == 0 && setresuid(65534, 65534, 65534) == 0);
		execve(name, argv, no_env);
		_exit(98);
	}
	wait_for(child);
	expect_of(child, "< execve res=0 exe=two/prog args=NULL");
	expect_of(child, "~ flags=0 cap_inheritable=0 cap_permitted=0 cap_effective=0 ");
}

static void
run_from_memory(void)
{
	static char name[] = "from-memory";
	char *const argv[] = { name, NULL };
	int to = memfd_create("program", MFD_CLOEXEC), from = open("/bin/true", O_RDONLY);
	struct stat st;
	pid_t child;

	MUST(to >= 0 && from >= 0 && fstat(from, &st) == 0 &&
	     sendfile(to, from, NULL, (size_t)st.st_size) == st.st_size);
	child = fork();
	if (!child) {
		syscall(SYS_execveat, to, "", argv, no_env, AT_EMPTY_PATH);
		_exit(98);
	}
	wait_for(child);
	expect_of(child, "> execveat dirfd=");
	expect_of(child, "< execve res=0 exe=from-memory args=NULL");
	expect_of(child, "~ flags=5(EXE_WRITABLE|EXE_FROM_MEMFD) ");
	expect_of(child, "~ trusted_exepath=/memfd:program ");
	close(to);
	close(from);
}

/* More arguments than are told, and exactly the first of them. */
static void
run_with_long_arguments(void)
{
	static char name[] = "/bin/true", arg[LONG_ARGS];
	char *const argv[] = { name, arg, NULL };
	char words[256];
	pid_t child;

	memset(arg, 'a', sizeof(arg) - 1);
	child = fork();
	if (!child) {
		execve(name, argv, no_env);
		_exit(98);
	}
	wait_for(child);
	snprintf(words, sizeof(words), "< execve res=0 exe=/bin/true args=%.64s", arg);
	expect_of(child, words);
}

static int
be_first(void *arg)
{
	(void)arg;
	return getpid() == 1 ? 0 : 97;
}

/* In a pid namespace of its own it is number 1. */
static void
start_namespace(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	char words[256];
	pid_t child = clone(be_first, stack + sizeof(stack), CLONE_NEWPID | SIGCHLD, NULL);

	wait_for(child);
	snprintf(words, sizeof(words), "< clone res=0 exe=");
	expect_of(child, words);
	expect_of(child, "~ flags=536870976(CLONE_NEWPID|CLONE_CHILD_IN_PIDNS) ");
	expect_of(child, "~ vtid=1");
}

/* The children of a process that ends go to the next that has asked for them. */
static void
inherit_children(void)
{
	char words[256];
	int ends[2], status;
	pid_t child, grandchild;

	MUST(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 && pipe2(ends, O_CLOEXEC) == 0);
	child = fork();
	if (!child) {
		grandchild = fork();
		if (!grandchild) {
			char c;

			_exit(read(ends[0], &c, 1) == 1 ? 0 : 97);
		}
		_exit(0);
	}
	MUST(waitpid(child, &status, 0) == child);
	snprintf(words, sizeof(words), "> procexit status=0 ret=0 sig=0 core=0 "
		 "reaper_tid=%d(actor)", getpid());
	expect_of(child, words);
	MUST(write(ends[1], "x", 1) == 1 && waitpid(-1, &status, 0) > 0);
}

void
act_exec(void)
{
	run_relative();
	run_as_nobody();
	run_from_memory();
	run_with_long_arguments();
	start_namespace();
	inherit_children();
}
