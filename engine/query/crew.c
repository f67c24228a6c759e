#include "engine/query/crew.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "engine/base/mem.h"

#define STEPS_BACK 5			/* of a priority, for those who are polite */

struct job {
	void (*work)(void *ctx, unsigned i);
	void *ctx;
	unsigned n, n_taken, n_done;
	struct job *next;
};

struct crew {
	bool is_polite;
	unsigned n_most;		/* threads */
	pthread_mutex_t mutex;
	pthread_cond_t wanted, done;
	/* Under the mutex: */
	struct job *jobs;		/* of which something is to be taken, the oldest first */
	bool is_over;
	unsigned n;
	pthread_t threads[CREW_MAX];
};

static unsigned
cpus(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > (long)CREW_MAX ? CREW_MAX : (unsigned)n;
}

struct crew *
crew_new(bool is_polite)
{
	struct crew *c = xzalloc(sizeof(*c));

	c->is_polite = is_polite;
	c->n_most = is_polite ? (cpus() + 1) / 2 - 1 : cpus() - 1;
	pthread_mutex_init(&c->mutex, NULL);
	pthread_cond_init(&c->wanted, NULL);
	pthread_cond_init(&c->done, NULL);
	return c;
}

unsigned
crew_size(const struct crew *c)
{
	return c ? c->n_most + 1 : cpus();
}

static void
forget(struct crew *c, const struct job *j)
{
	struct job **at = &c->jobs;

	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
}

/* Do one part of J, of which there is one to be taken. With the mutex held, but not
 * meanwhile. */
static void
take(struct crew *c, struct job *j)
{
	unsigned i = j->n_taken++;

	if (j->n_taken == j->n)
		forget(c, j);
	pthread_mutex_unlock(&c->mutex);
	j->work(j->ctx, i);
	pthread_mutex_lock(&c->mutex);
	/* From now on J may be gone. */
	if (++j->n_done == j->n)
		pthread_cond_broadcast(&c->done);
}

static void *
help(void *ctx)
{
	struct crew *c = ctx;

	/* Of this thread alone; where it is not allowed, it is as nice as the others. */
	if (c->is_polite)
		(void)setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + STEPS_BACK);
	pthread_mutex_lock(&c->mutex);
	while (!c->is_over) {
		if (c->jobs)
			take(c, c->jobs);
		else
			pthread_cond_wait(&c->wanted, &c->mutex);
	}
	pthread_mutex_unlock(&c->mutex);
	return NULL;
}

/* Have N threads, if there can be so many. With the mutex held. */
static void
start(struct crew *c, unsigned n)
{
	sigset_t all, old;

	if (n > c->n_most)
		n = c->n_most;
	if (c->n >= n)
		return;
	/* Signals are for the threads of whoever asks. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (c->n < n && !pthread_create(&c->threads[c->n], NULL, help, c))
		c->n++;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void
add(struct crew *c, struct job *j)
{
	struct job **at = &c->jobs;

	while (*at)
		at = &(*at)->next;
	*at = j;
}

void
crew_run(struct crew *c, unsigned n, void (*work)(void *ctx, unsigned i), void *ctx)
{
	struct job j = { .work = work, .ctx = ctx, .n = n };

	if (n == 1) {
		work(ctx, 0);
		return;
	}
	if (!n)
		return;
	if (!c) {
		c = crew_new(false);
		c->n_most = n - 1;
		crew_run(c, n, work, ctx);
		crew_free(c);
		return;
	}
	pthread_mutex_lock(&c->mutex);
	start(c, n - 1);
	add(c, &j);
	for (unsigned i = 1; i < n && i <= c->n; i++)
		pthread_cond_signal(&c->wanted);
	while (j.n_taken < n)
		take(c, &j);
	while (j.n_done < n)
		pthread_cond_wait(&c->done, &c->mutex);
	pthread_mutex_unlock(&c->mutex);
}

void
crew_free(struct crew *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->mutex);
	c->is_over = true;
	pthread_cond_broadcast(&c->wanted);
	pthread_mutex_unlock(&c->mutex);
	for (unsigned i = 0; i < c->n; i++)
		pthread_join(c->threads[i], NULL);
	pthread_cond_destroy(&c->wanted);
	pthread_cond_destroy(&c->done);
	pthread_mutex_destroy(&c->mutex);
	free(c);
}
