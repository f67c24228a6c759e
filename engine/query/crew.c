#include "engine/query/crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct member {
	void (*work)(void *ctx, unsigned i);
	void *ctx;
	unsigned i;
	pthread_t thread;
	bool has_thread;
};

static void *
run(void *ctx)
{
	struct member *m = ctx;

	m->work(m->ctx, m->i);
	return NULL;
}

void
crew_run(unsigned n, void (*work)(void *ctx, unsigned i), void *ctx)
{
	struct member members[CREW_MAX];
	sigset_t all, old;

	/* Signals are for the threads of whoever asks. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (unsigned i = 1; i < n; i++) {
		members[i] = (struct member){ .work = work, .ctx = ctx, .i = i };
		members[i].has_thread = !pthread_create(&members[i].thread, NULL, run,
							&members[i]);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	work(ctx, 0);
	for (unsigned i = 1; i < n; i++)
		if (members[i].has_thread)
			pthread_join(members[i].thread, NULL);
		else
			work(ctx, i);
}
