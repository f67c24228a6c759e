#include "engine/query/cpu_line.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "engine/base/err.h"
#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/query/cpu.h"
#include "engine/query/crew.h"
#include "engine/query/cursor.h"
#include "engine/query/sift.h"
#include "engine/query/slices.h"
#include "engine/query/tally.h"
#include "engine/query/term.h"
#include "engine/query/view.h"
#include "engine/store/store.h"

#define WORKERS_MAX 16u
#define THREADS_EACH 256u		/* with fewer of them a worker does not pay */

struct line;

/* Who looks at threads, and adds up what they used. */
struct worker {
	struct line *line;
	struct cursor *cursor;
	struct sift **sifts;		/* all must hold */
	size_t n_sifts;
	struct term **terms;		/* of the keys of rows */
	double *ns;			/* of each slice */
	bool is_known;			/* of one thread at least */
};

struct line {
	const struct slices_question *q;
	struct cpu_window window;
	size_t n_slices;
	struct worker workers[WORKERS_MAX];
	unsigned n;
	/* By index of the thread: is it wanted, which several workers may find out; in which
	 * row it is, as a number, 0: in none. .rows NULL: there are no rows. */
	uint8_t *is_wanted;
	uint64_t *rows;
	size_t n_keys;			/* of rows */
	bool needs_cursor;		/* a key is more than the thread, or its process */
	pthread_mutex_t mutex;		/* guards */
	struct bag *bags;		/* values of each key */
};

static bool
is_cancelled(const struct line *l)
{
	return l->q->cancel && atomic_load_explicit(l->q->cancel, memory_order_relaxed);
}

/* The part of ALL that worker NUMBER of N has, from *FIRST to before *END. */
static void
part_of(uint32_t all, unsigned number, unsigned n, uint32_t *first, uint32_t *end)
{
	*first = (uint32_t)((uint64_t)all * number / n);
	*end = (uint32_t)((uint64_t)all * (number + 1) / n);
}

/* Was T there, and is it known whose it is? At *LAST the last event that shows it. */
static bool
has_lived(const struct line *l, const struct kept_thread *t, uint64_t *last)
{
	const struct kept_process *p = t ? atomic_load_explicit(&t->proc,
								memory_order_acquire) : NULL;
	uint64_t to;

	if (!p)
		return false;
	to = atomic_load_explicit(&t->to, memory_order_relaxed);
	if (t->from >= l->window.end || to <= l->window.first)
		return false;
	*last = (to < l->window.end ? to : l->window.end) - 1;
	/* Whose it is may have been learned only later. */
	return p->from <= *last;
}

/* Rows ------------------------------------------------------------------ */

/* Has a row of V what its threads used, and more than one of them? */
static bool
has_rows(const struct view *v)
{
	return v && v->rows == VIEW_ROWS_ENTITIES && v->entity != VIEW_DESCRIPTOR &&
	       v->entity != VIEW_THREAD;
}

/* The value of key I for the thread that W's cursor stands on, as a number; 0: it has none. */
static uint32_t
value_of_key(struct worker *w, size_t i)
{
	struct line *l = w->line;
	struct value v;
	uint32_t id;

	if (operand_scope(term_operand(w->terms[i])) != OF_ENTITY ||
	    !term_ask(w->terms[i], w->cursor, &v))
		return 0;
	pthread_mutex_lock(&l->mutex);
	id = bag_put(&l->bags[i], &v);
	pthread_mutex_unlock(&l->mutex);
	return id;
}

/* The row that T is in, as a number; 0: it is in none. The cursor stands on it, if it need. */
static uint64_t
row_of(struct worker *w, const struct kept_thread *t)
{
	const struct line *l = w->line;
	uint64_t row = 1;
	uint32_t key;

	for (size_t i = 0; i < l->n_keys && row; i++) {
		switch (l->q->rows_of->columns[i].key_entity) {
		case VIEW_THREAD:
			key = t->index + 1;
			break;
		case VIEW_PROCESS:
			key = atomic_load_explicit(&t->proc, memory_order_acquire)->index + 1;
			break;
		case VIEW_CONTAINER:
			key = w->cursor->ev.container + 1;
			break;
		default:
			key = value_of_key(w, i);
		}
		row = key ? hash_u64(key, row) : 0;
	}
	return row;
}

static void
start_rows(struct line *l)
{
	const struct view *v = l->q->rows_of;

	l->n_keys = v->n_keys;
	l->bags = xzalloc(v->n_keys * sizeof(*l->bags));
	l->rows = xzalloc((l->window.snap->n_threads + 1u) * sizeof(*l->rows));
	for (size_t i = 0; i < v->n_keys; i++)
		l->needs_cursor |= v->columns[i].key_entity != VIEW_THREAD &&
				   v->columns[i].key_entity != VIEW_PROCESS;
}

/* Who is wanted --------------------------------------------------------- */

/* Do the conditions allow who the cursor stands on? What asks events allows anybody. */
static bool
allows(const struct worker *w)
{
	for (size_t i = 0; i < w->n_sifts; i++)
		if (sift_entity(w->sifts[i], w->cursor) == SIFT_NO)
			return false;
	return true;
}

static void
want(struct line *l, uint32_t index)
{
	__atomic_store_n(&l->is_wanted[index], 1, __ATOMIC_RELAXED);
}

static bool
is_wanted(const struct line *l, uint32_t index)
{
	return __atomic_load_n(&l->is_wanted[index], __ATOMIC_RELAXED);
}

/* Each thread as it was last. */
static void
look_at_threads(void *ctx, unsigned number)
{
	struct worker *w = (struct worker *)ctx + number;
	struct line *l = w->line;
	const struct snapshot *snap = l->window.snap;
	uint32_t i, end;
	uint64_t last;

	part_of(snap->n_threads, number, l->n, &i, &end);
	for (; i < end && !is_cancelled(l); i++) {
		const struct kept_thread *t = store_thread(snap->store, i);

		if (!has_lived(l, t, &last))
			continue;
		if ((w->n_sifts || l->needs_cursor) && !cursor_thread(w->cursor, t, last))
			continue;
		if (l->rows)
			l->rows[i] = row_of(w, t);
		if (allows(w))
			want(l, i);
	}
}

/* Others as they were before, when there were events of them. */
static void
look_at_versions(void *ctx, unsigned number)
{
	struct worker *w = (struct worker *)ctx + number;
	struct line *l = w->line;
	const struct snapshot *snap = l->window.snap;
	uint32_t i, end;
	uint64_t last;

	part_of(snap->n_thread_versions, number, l->n, &i, &end);
	for (; i < end && !is_cancelled(l); i++) {
		const struct thread_version *v = store_thread_version(snap->store, i);

		if (v && has_lived(l, v->of, &last) && v->of->index < snap->n_threads &&
		    !is_wanted(l, v->of->index) &&
		    cursor_thread_version(w->cursor, i, last) && allows(w))
			want(l, v->of->index);
	}
}

/* Let all be wanted who are in one row with somebody who is, and nobody who is in none. */
static void
want_rows(struct line *l)
{
	uint32_t n = l->window.snap->n_threads;
	struct map rows = { 0 };

	for (uint32_t i = 0; i < n; i++)
		if (l->is_wanted[i] && l->rows[i])
			map_put(&rows, l->rows[i], l);
	for (uint32_t i = 0; i < n; i++)
		l->is_wanted[i] = l->rows[i] && map_get(&rows, l->rows[i]);
	map_fini(&rows);
}

/* Adding up ------------------------------------------------------------- */

static void
add(void *ctx, unsigned number)
{
	struct worker *w = (struct worker *)ctx + number;
	struct line *l = w->line;
	const struct snapshot *snap = l->window.snap;
	struct cpu_room room = { 0 };
	uint32_t i, end;
	uint64_t last;

	part_of(snap->n_threads, number, l->n, &i, &end);
	for (; i < end && !is_cancelled(l); i++) {
		const struct kept_thread *t = store_thread(snap->store, i);

		if (is_wanted(l, i) && has_lived(l, t, &last))
			w->is_known |= cpu_add_slices(t, &l->window, &room, l->n_slices, w->ns);
	}
	cpu_room_fini(&room);
}

/* Workers --------------------------------------------------------------- */

static int
start_worker(struct worker *w, struct line *l, struct err *err)
{
	const struct slices_question *q = l->q;

	w->line = l;
	w->cursor = cursor_new(l->window.snap, q->style);
	w->ns = xzalloc(l->n_slices * sizeof(*w->ns));
	w->sifts = xzalloc((q->n_filters + 1) * sizeof(*w->sifts));
	w->terms = xzalloc((l->n_keys + 1) * sizeof(*w->terms));
	while (w->n_sifts < q->n_filters) {
		struct sift *s = sift_new(q->filters[w->n_sifts], q->options, err);

		if (!s)
			return err->code;
		w->sifts[w->n_sifts++] = s;
	}
	for (size_t i = 0; i < l->n_keys; i++) {
		w->terms[i] = term_new(q->rows_of->columns[i].of.text, err);
		if (!w->terms[i])
			return err->code;
		l->bags[i].type = term_type(w->terms[i]);
	}
	return 0;
}

static void
end_worker(struct worker *w)
{
	for (size_t i = 0; i < w->n_sifts; i++)
		sift_free(w->sifts[i]);
	for (size_t i = 0; w->terms && i < w->line->n_keys; i++)
		term_free(w->terms[i]);
	free(w->sifts);
	free(w->terms);
	free(w->ns);
	cursor_free(w->cursor);
}

static unsigned
count_workers(const struct snapshot *snap, const struct slices_question *q)
{
	unsigned n = crew_size(q->crew), most = 1 + snap->n_threads / THREADS_EACH;

	if (n > WORKERS_MAX)
		n = WORKERS_MAX;
	return n < most ? n : most;
}

static int
count(struct line *l, struct slices *out, struct err *err)
{
	const struct slices_question *q = l->q;
	int code = 0;

	for (unsigned i = 0; i < l->n && !code; i++)
		code = start_worker(&l->workers[i], l, err);
	if (code)
		return code;
	crew_run(q->crew, l->n, look_at_threads, l->workers);
	if (q->n_filters)
		crew_run(q->crew, l->n, look_at_versions, l->workers);
	if (l->rows)
		want_rows(l);
	crew_run(q->crew, l->n, add, l->workers);
	for (unsigned i = 0; i < l->n; i++) {
		out->is_known |= l->workers[i].is_known;
		for (size_t k = 0; k < l->n_slices; k++)
			out->counts[k] += l->workers[i].ns[k];
	}
	return is_cancelled(l) ? -ECANCELED : 0;
}

int
cpu_line_count(const struct snapshot *snap, const struct slices_question *q,
	       struct slices *out, struct err *err)
{
	struct line l = {
		.q = q, .n_slices = out->n, .n = count_workers(snap, q),
		.window = { snap, snap->first, snap->end, out->from_ns, out->to_ns },
		.mutex = PTHREAD_MUTEX_INITIALIZER,
	};
	int code;

	l.is_wanted = xzalloc((snap->n_threads + 1u) * sizeof(*l.is_wanted));
	if (has_rows(q->rows_of))
		start_rows(&l);
	out->is_known = false;
	code = count(&l, out, err);
	for (unsigned i = 0; i < l.n; i++)
		end_worker(&l.workers[i]);
	for (size_t i = 0; i < l.n_keys; i++)
		bag_fini(&l.bags[i]);
	free(l.bags);
	free(l.rows);
	free(l.is_wanted);
	pthread_mutex_destroy(&l.mutex);
	return code;
}
