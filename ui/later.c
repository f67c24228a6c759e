#include "ui/later.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "engine/base/mem.h"
#include "ui/worker.h"

struct task {
	struct task *next;
	void (*end)(void *ctx);
	void *ctx;
};

struct later {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	/* Under the mutex: */
	struct task *first, **last;
	bool is_over;
};

static void *
work(void *ctx)
{
	struct later *l = ctx;

	pthread_mutex_lock(&l->mutex);
	while (l->first || !l->is_over) {
		struct task *t = l->first;

		if (!t) {
			pthread_cond_wait(&l->changed, &l->mutex);
			continue;
		}
		l->first = t->next;
		if (!l->first)
			l->last = &l->first;
		pthread_mutex_unlock(&l->mutex);
		t->end(t->ctx);
		free(t);
		pthread_mutex_lock(&l->mutex);
	}
	pthread_mutex_unlock(&l->mutex);
	return NULL;
}

struct later *
later_new(void)
{
	struct later *l = xzalloc(sizeof(*l));

	l->last = &l->first;
	pthread_mutex_init(&l->mutex, NULL);
	pthread_cond_init(&l->changed, NULL);
	worker_start(&l->thread, work, l);
	return l;
}

void
later_do(struct later *l, void (*end)(void *ctx), void *ctx)
{
	struct task *t;

	if (!l) {
		end(ctx);
		return;
	}
	t = xzalloc(sizeof(*t));
	t->end = end;
	t->ctx = ctx;
	pthread_mutex_lock(&l->mutex);
	*l->last = t;
	l->last = &t->next;
	pthread_cond_signal(&l->changed);
	pthread_mutex_unlock(&l->mutex);
}

void
later_free(struct later *l)
{
	if (!l)
		return;
	pthread_mutex_lock(&l->mutex);
	l->is_over = true;
	pthread_cond_signal(&l->changed);
	pthread_mutex_unlock(&l->mutex);
	pthread_join(l->thread, NULL);
	pthread_cond_destroy(&l->changed);
	pthread_mutex_destroy(&l->mutex);
	free(l);
}
