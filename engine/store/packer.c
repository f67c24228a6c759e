#include "engine/store/packer.h"

#include <errno.h>
#include <libdeflate.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "engine/base/mem.h"
#include "engine/store/payload.h"

#define LEVEL 1				/* of packing: the fastest */
#define NICE 19
#define REST 4				/* it rests so many times as long as it worked */

struct packer {
	pthread_t thread;
	pthread_mutex_t lock;		/* for what follows */
	pthread_cond_t changed;
	struct payload *raw;		/* given and not taken back; NULL: nothing */
	struct payload *packed;		/* made of it; NULL: not yet */
	bool is_left;			/* RAW is ours */
	bool stop;
};

static uint64_t
now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Rest for NS, unless all is over. The lock is held. */
static void
rest(struct packer *p, uint64_t ns)
{
	uint64_t until_ns = now_ns(CLOCK_MONOTONIC) + ns;
	struct timespec until = { (time_t)(until_ns / 1000000000),
				  (long)(until_ns % 1000000000) };

	while (!p->stop &&
	       pthread_cond_timedwait(&p->changed, &p->lock, &until) != ETIMEDOUT)
		continue;
}

/* Nobody wants what was made any more. The lock is held. */
static void
forget(struct packer *p)
{
	payload_free(p->raw);
	payload_free(p->packed);
	p->raw = p->packed = NULL;
	p->is_left = false;
}

static void
pack(struct packer *p, struct libdeflate_compressor *with)
{
	uint64_t start_ns = now_ns(CLOCK_THREAD_CPUTIME_ID);
	struct payload *raw = p->raw, *packed;

	pthread_mutex_unlock(&p->lock);
	packed = payload_pack(raw, with);
	pthread_mutex_lock(&p->lock);
	p->packed = packed;
	if (p->is_left)
		forget(p);
	rest(p, REST * (now_ns(CLOCK_THREAD_CPUTIME_ID) - start_ns));
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
	pthread_mutex_lock(&p->lock);
	while (!p->stop) {
		if (p->raw && !p->packed)
			pack(p, with);
		else
			pthread_cond_wait(&p->changed, &p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	libdeflate_free_compressor(with);
	return NULL;
}

struct packer *
packer_new(void)
{
	struct packer *p = xzalloc(sizeof(*p));
	pthread_condattr_t attr;
	sigset_t all, old;
	int rc;

	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->changed, &attr);
	pthread_condattr_destroy(&attr);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&p->thread, NULL, run, p);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!rc)
		return p;
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
	return NULL;
}

void
packer_free(struct packer *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	if (!p->is_left)
		p->raw = NULL;		/* whose it is */
	forget(p);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

bool
packer_is_free(struct packer *p)
{
	bool is_free;

	pthread_mutex_lock(&p->lock);
	is_free = !p->raw;
	pthread_mutex_unlock(&p->lock);
	return is_free;
}

void
packer_give(struct packer *p, struct payload *raw)
{
	pthread_mutex_lock(&p->lock);
	p->raw = raw;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

struct payload *
packer_take(struct packer *p)
{
	struct payload *packed;

	pthread_mutex_lock(&p->lock);
	packed = p->packed;
	if (packed)
		p->raw = p->packed = NULL;
	pthread_mutex_unlock(&p->lock);
	return packed;
}

void
packer_leave(struct packer *p)
{
	pthread_mutex_lock(&p->lock);
	p->is_left = true;
	if (p->packed)
		forget(p);
	pthread_mutex_unlock(&p->lock);
}
