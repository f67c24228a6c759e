#include "engine/store/ingest.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/store/store.h"

#define PUBLISH_NS 10000000ull
#define PATIENCE_S 1			/* with each who looks at what is to be forgotten */
#define LOOK_EVERY 512u			/* records between two looks at the clock */

struct ingest {
	struct ingest_options options;
	struct store *store;
	struct source *source;		/* NULL: not started */
	pthread_t thread;
	bool has_thread, was_joined;
	uint64_t published_ns;
	bool is_dirty;			/* something was taken since */

	pthread_mutex_t lock;		/* for what follows */
	struct ingest_progress progress;
};

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void
publish(struct ingest *in, bool is_done)
{
	struct source_stats stats;
	struct source_end end = { 0 };

	store_publish(in->store);
	in->published_ns = now_ns();
	in->is_dirty = false;
	source_stats(in->source, &stats);
	if (is_done)
		source_end(in->source, &end);
	pthread_mutex_lock(&in->lock);
	in->progress.stats = stats;
	in->progress.is_done = is_done;
	in->progress.end = end;
	pthread_mutex_unlock(&in->lock);
	if (in->options.told)
		in->options.told(in->options.ctx);
}

static void *
run(void *ctx)
{
	struct ingest *in = ctx;
	struct record rec;
	unsigned n = 0;

	while (source_next(in->source, &rec)) {
		store_take(in->store, &rec);
		in->is_dirty = true;
		if (++n % LOOK_EVERY == 0 && now_ns() - in->published_ns >= PUBLISH_NS)
			publish(in, false);
	}
	store_end(in->store);
	publish(in, true);
	return NULL;
}

struct ingest *
ingest_new(const struct ingest_options *options)
{
	struct ingest *in = xzalloc(sizeof(*in));

	if (options)
		in->options = *options;
	in->store = store_new(in->options.budget_bytes);
	store_seal_apart(in->store);
	if (in->options.can_wait)
		store_set_patience(in->store, PATIENCE_S);
	pthread_mutex_init(&in->lock, NULL);
	return in;
}

void
ingest_idle(void *ctx)
{
	struct ingest *in = ctx;

	if (in->is_dirty)
		publish(in, false);
}

int
ingest_start(struct ingest *in, struct source *source, struct err *err)
{
	sigset_t all, old;
	int rc;

	in->source = source;
	store_set_source(in->store, source);
	/* Signals are for the threads of whoever started this one. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&in->thread, NULL, run, in);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc)
		return err_set(err, -rc, "cannot start a thread: %s", strerror(rc));
	in->has_thread = true;
	return 0;
}

struct store *
ingest_store(const struct ingest *in)
{
	return in->store;
}

void
ingest_progress(struct ingest *in, struct ingest_progress *out)
{
	pthread_mutex_lock(&in->lock);
	*out = in->progress;
	pthread_mutex_unlock(&in->lock);
}

void
ingest_stop(struct ingest *in)
{
	if (in->source)
		source_cancel(in->source);
}

void
ingest_wait(struct ingest *in)
{
	if (!in->has_thread || in->was_joined)
		return;
	pthread_join(in->thread, NULL);
	in->was_joined = true;
}

void
ingest_free(struct ingest *in)
{
	if (!in)
		return;
	ingest_stop(in);
	ingest_wait(in);
	store_free(in->store);
	source_close(in->source);
	pthread_mutex_destroy(&in->lock);
	free(in);
}
