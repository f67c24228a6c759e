#include "engine/store/packer.h"

#include <errno.h>
#include <libdeflate.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "engine/base/mem.h"
#include "engine/store/payload.h"

#define LEVEL 1				/* of packing: the fastest */
#define NICE 19
#define REST 4				/* it rests so many times as long as it worked */

/*
 * There is no lock for these: the thread may have to wait long for a cpu, and who waited for a lock
 * that it holds would lose events meanwhile. Whose RAW and PACKED are, the state tells:
 *
 *	FREE    the writer's: nothing was given
 *	GIVEN   the thread's
 *	DONE    the writer's: it is packed
 *	LEFT    the thread's, which frees them when it is done
 */
enum packer_state { FREE, GIVEN, DONE, LEFT };

struct packer {
	pthread_t thread;
	_Atomic(enum packer_state) state;
	atomic_bool stop;
	sem_t given;			/* something was, or all is over */
	pthread_mutex_t lock;		/* to rest; the writer takes it at the end only */
	pthread_cond_t ended;
	struct payload *raw;
	struct payload *packed;
};

static uint64_t
now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Rest for NS, unless all is over. */
static void
rest(struct packer *p, uint64_t ns)
{
	uint64_t until_ns = now_ns(CLOCK_MONOTONIC) + ns;
	struct timespec until = { (time_t)(until_ns / 1000000000),
				  (long)(until_ns % 1000000000) };

	pthread_mutex_lock(&p->lock);
	while (!atomic_load(&p->stop) &&
	       pthread_cond_timedwait(&p->ended, &p->lock, &until) != ETIMEDOUT)
		continue;
	pthread_mutex_unlock(&p->lock);
}

static void
forget(struct packer *p)
{
	payload_free(p->raw);
	payload_free(p->packed);
	p->raw = p->packed = NULL;
	atomic_store_explicit(&p->state, FREE, memory_order_release);
}

static void
pack(struct packer *p, struct libdeflate_compressor *with)
{
	enum packer_state given = GIVEN;

	p->packed = payload_pack(p->raw, with);
	if (!atomic_compare_exchange_strong(&p->state, &given, DONE))
		forget(p);
}

static void *
run(void *ctx)
{
	struct libdeflate_compressor *with = libdeflate_alloc_compressor(LEVEL);
	struct packer *p = ctx;

	if (!with)
		die("out of memory (to pack events)");
	/* Of this thread alone; where it is not allowed, it is as nice as the others. */
	(void)setpriority(PRIO_PROCESS, 0, NICE);
	for (;;) {
		uint64_t start_ns;

		while (sem_wait(&p->given))
			continue;
		if (atomic_load(&p->stop))
			break;
		start_ns = now_ns(CLOCK_THREAD_CPUTIME_ID);
		pack(p, with);
		rest(p, REST * (now_ns(CLOCK_THREAD_CPUTIME_ID) - start_ns));
	}
	libdeflate_free_compressor(with);
	return NULL;
}

static void
free_parts(struct packer *p)
{
	sem_destroy(&p->given);
	pthread_cond_destroy(&p->ended);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

struct packer *
packer_new(void)
{
	struct packer *p = xzalloc(sizeof(*p));
	pthread_condattr_t attr;
	sigset_t all, old;
	int rc;

	atomic_init(&p->state, FREE);
	sem_init(&p->given, 0, 0);
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->ended, &attr);
	pthread_condattr_destroy(&attr);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&p->thread, NULL, run, p);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!rc)
		return p;
	free_parts(p);
	return NULL;
}

void
packer_free(struct packer *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	atomic_store(&p->stop, true);
	pthread_cond_signal(&p->ended);
	pthread_mutex_unlock(&p->lock);
	sem_post(&p->given);
	pthread_join(p->thread, NULL);
	if (atomic_load(&p->state) != LEFT)
		p->raw = NULL;		/* whose it is */
	forget(p);
	free_parts(p);
}

bool
packer_is_free(const struct packer *p)
{
	return atomic_load_explicit(&p->state, memory_order_acquire) == FREE;
}

void
packer_give(struct packer *p, struct payload *raw)
{
	p->raw = raw;
	atomic_store_explicit(&p->state, GIVEN, memory_order_release);
	sem_post(&p->given);
}

struct payload *
packer_take(struct packer *p)
{
	struct payload *packed;

	if (atomic_load_explicit(&p->state, memory_order_acquire) != DONE)
		return NULL;
	packed = p->packed;
	p->raw = p->packed = NULL;
	atomic_store_explicit(&p->state, FREE, memory_order_release);
	return packed;
}

void
packer_leave(struct packer *p)
{
	enum packer_state given = GIVEN;

	if (!atomic_compare_exchange_strong(&p->state, &given, LEFT))
		forget(p);
}
