#include "ui/worker.h"

#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>

#include "engine/base/mem.h"

#define STEPS_BEFORE 10			/* of a priority */

void
worker_start(pthread_t *thread, void *(*run)(void *ctx), void *ctx)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (pthread_create(thread, NULL, run, ctx))
		die("no thread beside the screen can be made");
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void
worker_go_first(int nice)
{
	struct sched_param none = { 0 };

	/* Threads and programs that are started from now on do not inherit it. */
	sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &none);
	if (setpriority(PRIO_PROCESS, 0, nice - STEPS_BEFORE) < 0)
		setpriority(PRIO_PROCESS, 0, nice);
}
