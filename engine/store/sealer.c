#include "engine/store/sealer.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/store/chunk.h"
#include "engine/store/pyramid.h"

struct sealer {
	pthread_t thread;
	pthread_mutex_t lock;		/* for what follows */
	pthread_cond_t changed;
	struct chunk *open;		/* handed over and not taken back; NULL: nothing */
	struct chunk *sealed;		/* made of it; NULL: not yet */
	bool stop;
	size_t bytes;			/* of ROOM, after the last chunk */
	struct seal_room *room;		/* the thread's */
	unsigned sums_pay;
	struct pyramid *pyramid;
};

static void *
run(void *ctx)
{
	struct sealer *s = ctx;

	/* By the thread itself: what it writes often should be near to it. */
	s->room = seal_room_new(s->sums_pay);
	pthread_mutex_lock(&s->lock);
	while (!s->stop) {
		struct chunk *open = s->sealed ? NULL : s->open, *sealed;

		if (!open) {
			pthread_cond_wait(&s->changed, &s->lock);
			continue;
		}
		pthread_mutex_unlock(&s->lock);
		sealed = chunk_seal(open, s->room);
		pyramid_add(s->pyramid, sealed);
		pthread_mutex_lock(&s->lock);
		s->sealed = sealed;
		s->bytes = seal_room_bytes(s->room);
		pthread_cond_broadcast(&s->changed);
	}
	pthread_mutex_unlock(&s->lock);
	seal_room_free(s->room);
	return NULL;
}

struct sealer *
sealer_new(unsigned sums_pay, struct pyramid *pyramid)
{
	struct sealer *s = xzalloc(sizeof(*s));
	sigset_t all, old;
	int rc;

	s->sums_pay = sums_pay;
	s->pyramid = pyramid;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&s->thread, NULL, run, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!rc)
		return s;
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
	return NULL;
}

void
sealer_free(struct sealer *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void
sealer_give(struct sealer *s, struct chunk *open)
{
	pthread_mutex_lock(&s->lock);
	s->open = open;
	s->sealed = NULL;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

struct chunk *
sealer_take(struct sealer *s, struct chunk **open, bool wait)
{
	struct chunk *sealed = NULL;

	pthread_mutex_lock(&s->lock);
	while (wait && s->open && !s->sealed)
		pthread_cond_wait(&s->changed, &s->lock);
	if (s->open && s->sealed) {
		sealed = s->sealed;
		*open = s->open;
		s->open = s->sealed = NULL;
	}
	pthread_mutex_unlock(&s->lock);
	return sealed;
}

size_t
sealer_bytes(struct sealer *s)
{
	size_t bytes;

	pthread_mutex_lock(&s->lock);
	bytes = sizeof(*s) + s->bytes;
	pthread_mutex_unlock(&s->lock);
	return bytes;
}
