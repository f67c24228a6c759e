#include "ui/ask.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/across.h"
#include "engine/store/store.h"
#include "ui/heatmap.h"
#include "ui/row_id.h"
#include "ui/worker.h"

struct ask {
	struct ask_of of;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	/* Under the mutex: */
	struct question waiting;	/* .id 0: none */
	struct answer ready;		/* .id 0: none */
	uint64_t running;		/* id; 0: none */
	const struct view *const *views;	/* that are to be prepared */
	size_t n_views;
	bool is_over;
	struct query_watch watch;	/* of the running one */
};

void
answer_done(struct answer *a)
{
	table_free(a->table);
	snapshot_free(a->snap);
	free(a->slices.counts);
	free(a->slices.is_lost);
	free(a->spectrum.counts);
	*a = (struct answer){ 0 };
}

static void
tell(const struct ask *a)
{
	uint64_t one = 1;

	if (write(a->of.wake_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		die("the interface cannot be woken");
}

static void
question_fini(struct question *q)
{
	arena_fini(&q->arena);
	*q = (struct question){ 0 };
}

/* What takes long is shown as far as it is. */
struct showing {
	struct ask *ask;
	const struct question *q;
};

static void
show_part(void *ctx, struct table *t)
{
	const struct showing *s = ctx;
	struct ask *a = s->ask;
	struct answer part = { .id = s->q->id, .view = s->q->view, .table = t, .is_first = true };

	pthread_mutex_lock(&a->mutex);
	if (atomic_load(&a->watch.cancel)) {
		answer_done(&part);
	} else {
		answer_done(&a->ready);
		a->ready = part;
		tell(a);
	}
	pthread_mutex_unlock(&a->mutex);
}

static void
answer_table(struct ask *a, const struct question *q, const struct snapshot *snap,
	     struct answer *out)
{
	struct query query = {
		.view = q->view, .variant = q->variant, .filters = q->filters,
		.n_filters = q->n_filters, .from_ns = q->from_ns, .to_ns = q->to_ns,
		.sort = q->sort, .sort_descending = q->sort_descending, .is_flat = q->is_flat,
		.rows_first = q->rows_first, .crew = a->of.crew, .style = a->of.style,
		.options = a->of.options, .watch = &a->watch,
	};
	struct text times = { 0 };
	const char **filters = xreallocarray(NULL, q->n_filters + 1, sizeof(*filters));

	for (size_t i = 0; i < q->n_filters; i++)
		filters[i] = q->filters[i];
	query.filters = filters;
	if (q->to_ns) {
		across_set(snap, &query, &times);
		if (times.len)
			filters[query.n_filters++] = times.p;
		/* 0 would be "to the last one". */
		if (!query.end)
			query.end = 1;
	}
	a->watch.partial = q->wants_parts ? show_part : NULL;
	a->watch.ctx = &(struct showing){ a, q };
	out->table = query_run(snap, &query, &out->err);
	free(filters);
	text_fini(&times);
	a->watch.partial = NULL;
	out->view = q->view;
	if (!out->table || !q->seeks)
		return;
	/* Not in the thread that must not wait. */
	out->is_sought = true;
	out->sought = q->sought;
	out->sought_at = row_find(out->table, q->sought);
}

static void
answer_slices(struct ask *a, const struct question *q, const struct snapshot *snap,
	      struct answer *out)
{
	struct slices_question question = {
		.filters = q->filters, .n_filters = q->n_filters, .style = a->of.style,
		.options = a->of.options, .crew = a->of.crew, .cancel = &a->watch.cancel,
		.measure = q->measure, .rows_of = q->rows_of,
	};
	struct slices s = { .n = q->n_slices };

	if (!slices_bounds(snap, &s.from_ns, &s.to_ns))
		return;
	s.counts = xreallocarray(NULL, s.n, sizeof(*s.counts));
	s.is_lost = xreallocarray(NULL, s.n, sizeof(*s.is_lost));
	out->slices = s;
	if (slices_count(snap, &question, &out->slices, &out->err) < 0)
		out->slices.n = 0;
}

static void
answer_spectrum(struct ask *a, const struct question *q, const struct snapshot *snap,
		struct answer *out)
{
	struct slices_question question = {
		.filters = q->filters, .n_filters = q->n_filters, .style = a->of.style,
		.options = a->of.options, .crew = a->of.crew, .cancel = &a->watch.cancel,
		.span = q->span,
	};
	struct spectrum s = { q->from_ns, q->to_ns, q->n_slices, q->n_bins, NULL, NULL };
	uint64_t *least = xreallocarray(NULL, s.n_bins, sizeof(*least));

	if (s.to_ns || slices_bounds(snap, &s.from_ns, &s.to_ns)) {
		for (unsigned i = 0; i < q->n_bins; i++)
			least[i] = heatmap_latency(i, q->n_bins);
		s.least = least;
		s.counts = xreallocarray(NULL, s.n * s.n_bins, sizeof(*s.counts));
		if (slices_spectrum(snap, &question, &s, &out->err) < 0)
			s.n = 0;
		s.least = NULL;
		out->spectrum = s;
	}
	free(least);
}

static void
answer(struct ask *a, const struct question *q, struct answer *out)
{
	struct snapshot *snap = store_snapshot(a->of.store);

	*out = (struct answer){ .id = q->id };
	if (q->view) {
		answer_table(a, q, snap, out);
	} else if (q->n_bins) {
		answer_spectrum(a, q, snap, out);
	} else {
		answer_slices(a, q, snap, out);
	}
	if (q->rows_first)
		out->snap = snap;
	else
		snapshot_free(snap);
}

/* With the mutex held, and as long as nobody asks. */
static void
prepare(struct ask *a)
{
	const struct query query = { .style = a->of.style, .options = a->of.options,
				     .watch = &a->watch };
	const struct view *const *views = a->views;
	struct snapshot *snap;
	size_t n = a->n_views;

	a->n_views = 0;
	atomic_store(&a->watch.cancel, false);
	pthread_mutex_unlock(&a->mutex);
	snap = store_snapshot(a->of.store);
	query_prepare(snap, &query, views, n);
	snapshot_free(snap);
	pthread_mutex_lock(&a->mutex);
	if (atomic_load(&a->watch.cancel))
		a->n_views = n;
}

static void *
work(void *ctx)
{
	struct ask *a = ctx;

	pthread_mutex_lock(&a->mutex);
	while (!a->is_over) {
		struct question q = a->waiting;
		struct answer out;

		if (!q.id) {
			if (a->n_views)
				prepare(a);
			else
				pthread_cond_wait(&a->changed, &a->mutex);
			continue;
		}
		a->waiting = (struct question){ 0 };
		a->running = q.id;
		atomic_store(&a->watch.cancel, false);
		atomic_store(&a->watch.n_done, 0);
		atomic_store(&a->watch.n_all, 0);
		pthread_mutex_unlock(&a->mutex);
		answer(a, &q, &out);
		question_fini(&q);
		pthread_mutex_lock(&a->mutex);
		a->running = 0;
		if (atomic_load(&a->watch.cancel)) {
			answer_done(&out);
			continue;
		}
		answer_done(&a->ready);
		a->ready = out;
		tell(a);
	}
	pthread_mutex_unlock(&a->mutex);
	return NULL;
}

struct ask *
ask_new(const struct ask_of *of)
{
	struct ask *a = xzalloc(sizeof(*a));

	a->of = *of;
	pthread_mutex_init(&a->mutex, NULL);
	pthread_cond_init(&a->changed, NULL);
	worker_start(&a->thread, work, a);
	return a;
}

void
ask_free(struct ask *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->mutex);
	a->is_over = true;
	atomic_store(&a->watch.cancel, true);
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->mutex);
	pthread_join(a->thread, NULL);
	question_fini(&a->waiting);
	answer_done(&a->ready);
	pthread_cond_destroy(&a->changed);
	pthread_mutex_destroy(&a->mutex);
	free(a);
}

void
ask_put(struct ask *a, struct question *q)
{
	pthread_mutex_lock(&a->mutex);
	question_fini(&a->waiting);
	a->waiting = *q;
	*q = (struct question){ 0 };
	atomic_store(&a->watch.cancel, true);
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->mutex);
}

void
ask_prepare(struct ask *a, const struct view *const *views, size_t n)
{
	pthread_mutex_lock(&a->mutex);
	a->views = views;
	a->n_views = n;
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->mutex);
}

void
ask_cancel(struct ask *a)
{
	pthread_mutex_lock(&a->mutex);
	question_fini(&a->waiting);
	atomic_store(&a->watch.cancel, true);
	pthread_mutex_unlock(&a->mutex);
}

bool
ask_is_busy(struct ask *a)
{
	bool is_busy;

	pthread_mutex_lock(&a->mutex);
	is_busy = a->waiting.id || (a->running && !atomic_load(&a->watch.cancel));
	pthread_mutex_unlock(&a->mutex);
	return is_busy;
}

double
ask_progress(struct ask *a)
{
	uint64_t all = atomic_load(&a->watch.n_all);

	return all ? (double)atomic_load(&a->watch.n_done) / (double)all : 0;
}

bool
ask_take(struct ask *a, struct answer *out)
{
	bool is_any;

	pthread_mutex_lock(&a->mutex);
	is_any = a->ready.id != 0;
	if (is_any) {
		*out = a->ready;
		a->ready = (struct answer){ 0 };
	}
	pthread_mutex_unlock(&a->mutex);
	return is_any;
}
