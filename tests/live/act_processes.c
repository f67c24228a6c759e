#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/live/actor.h"

#define CHILDREN 100
#define THREADS 8
#define TURNS 200
#define BURST 100000

/* The children's own expectations are lost with them; the parent knows their tids. */
static void
expect_of(long tid, const char *words)
{
	fprintf(actor_expects, "(%ld) %s\n", tid, words);
}

static void
run_program(void)
{
	static char name[] = "true", first[] = "first", second[] = "second word";
	static char one[] = "ONE=1", two[] = "TWO=2";
	char *const argv[] = { name, first, second, NULL };
	char *const envp[] = { one, two, NULL };
	char words[256];
	int status;
	pid_t child = fork();

	if (!child) {
		/* What dies with an exec, and what does not. */
		MUST(open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0);
		execve("/nonexistent", argv, envp);
		execve("/bin/true", argv, envp);
		_exit(98);
	}
	MUST(child > 0 && waitpid(child, &status, 0) == child && status == 0);
	snprintf(words, sizeof(words), "< clone res=%d(actor) exe=", child);
	expect("%s", words);
	expect_of(child, "< clone res=0 exe=");
	expect_of(child, "> execve filename=/nonexistent");
	expect_of(child, "< execve res=-2(ENOENT) exe=true args=first.second word. ");
	expect_of(child, "> execve filename=/bin/true");
	snprintf(words, sizeof(words), "< execve res=0 exe=true args=first.second word. "
		 "tid=%d(true) pid=%d(true) ptid=%d(actor) cwd=", child, child, getpid());
	expect_of(child, words);
	expect_of(child, "> procexit status=0 ret=0 sig=0 core=0");
}

static void
end_badly(void)
{
	int status;
	pid_t child = fork();

	if (!child) {
		raise(SIGKILL);
		_exit(98);
	}
	MUST(child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status));
	expect_of(child, "> procexit status=9 ret=0 sig=9(SIGKILL) core=0");
	child = fork();
	if (!child)
		_exit(42);
	MUST(child > 0 && waitpid(child, &status, 0) == child);
	expect_of(child, "> procexit status=10752 ret=42 sig=0 core=0");
}

static void *
be_a_thread(void *arg)
{
	(void)arg;
	return (void *)syscall(SYS_gettid);
}

static void
start_a_thread(void)
{
	pthread_t thread;
	void *tid;

	MUST(pthread_create(&thread, NULL, be_a_thread, NULL) == 0);
	MUST(pthread_join(thread, &tid) == 0);
	expect_of((long)tid, "> gettid");
	expect_of((long)tid, "> procexit status=0 ret=0 sig=0 core=0");
}

static void
note_signal(int number)
{
	(void)number;
}

static void
take_a_signal(void)
{
	MUST(signal(SIGUSR1, note_signal) != SIG_ERR);
	MUST(syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1) == 0);
	expect("< tgkill res=0 pid=%d(actor) tid=%d(actor) sig=10(SIGUSR1)", getpid(), getpid());
	expect("> signaldeliver spid=%d(actor) dpid=%d(actor) sig=10(SIGUSR1)", getpid(),
	       getpid());
}

/* A child ends by signal NUMBER, by itself or not; the kernel delivers SIGKILL whatever it
 * was. */
static void
end_by(int number, const char *name, bool by_itself)
{
	pid_t child = fork();
	char words[128];
	int status;

	if (!child && by_itself) {
		raise(number);
		_exit(98);
	}
	if (!child)
		for (;;)
			pause();
	MUST(child > 0);
	if (!by_itself)
		MUST(kill(child, number) == 0);
	MUST(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
	snprintf(words, sizeof(words), "> signaldeliver spid=%d(actor) dpid=%d(actor) sig=%d(%s)",
		 by_itself ? child : getpid(), child, number, name);
	expect_of(child, words);
	snprintf(words, sizeof(words), "> procexit status=%d ret=0 sig=%d(%s) core=0", number,
		 number, name);
	expect_of(child, words);
}

/* What a timer sends comes from nobody. */
static void
take_an_alarm(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2 };
	struct itimerspec soon = { .it_value = { .tv_nsec = 1000000 } };
	sigset_t blocked, old;
	timer_t timer;

	MUST(signal(SIGUSR2, note_signal) != SIG_ERR && !sigemptyset(&blocked) &&
	     !sigaddset(&blocked, SIGUSR2) && !sigprocmask(SIG_BLOCK, &blocked, &old));
	MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 &&
	     timer_settime(timer, 0, &soon, NULL) == 0);
	sigsuspend(&old);
	expect("> signaldeliver spid=0 dpid=%d(actor) sig=12(SIGUSR2)", getpid());
	MUST(timer_delete(timer) == 0);
}

void
act_processes(void)
{
	run_program();
	end_badly();
	end_by(SIGTERM, "SIGTERM", false);
	end_by(SIGKILL, "SIGKILL", false);
	end_by(SIGABRT, "SIGABRT", true);
	take_an_alarm();
	start_a_thread();
	take_a_signal();
}

static void *
take_turns(void *arg)
{
	(void)arg;
	for (int i = 0; i < TURNS; i++) {
		syscall(SYS_getppid);
		sched_yield();
	}
	return NULL;
}

/* Many children, and threads that move between CPUs. */
void
act_storm(void)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < CHILDREN; i++) {
		pid_t child = fork();

		if (!child)
			_exit(i & 0x7f);
		MUST(child > 0);
		if (i % 10 == 9)
			while (waitpid(-1, NULL, 0) > 0)
				continue;
	}
	for (int i = 0; i < THREADS; i++)
		MUST(pthread_create(&threads[i], NULL, take_turns, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		MUST(pthread_join(threads[i], NULL) == 0);
}

/* More than a small ring can take, on one CPU, then silence. */
void
act_burst(void)
{
	struct timespec pause = { 0, 60000000 };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	MUST(sched_setaffinity(0, sizeof(set), &set) == 0);
	nanosleep(&pause, NULL);
	for (int i = 0; i < BURST; i++)
		syscall(SYS_getppid);
	nanosleep(&pause, NULL);
}
