#include "engine/query/pending.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/event/event_type.h"
#include "engine/query/crew.h"
#include "engine/query/gather.h"

/* What an event says of the call that its thread is in. */
enum call { CALL_AS_BEFORE, CALL_ENTERED, CALL_OVER };

/* What one thread finds: it goes through a run of chunks. */
struct run {
	size_t first, end;		/* chunks */
	uint64_t *newest;		/* by slot of a thread version: see note(); 0: none */
};

struct pending {
	const struct plan *plan;
	struct run runs[CREW_MAX];
	unsigned n;
};

/* Does an event of TYPE end its thread? Until the next event that is still there. */
static bool
is_end(uint64_t type)
{
	return type == EV_PROCEXIT_E || type == EV_PROCEXIT_1_E;
}

static enum call
call_of(uint64_t flags, uint64_t type)
{
	if (flags & ROW_ENTER)
		return CALL_ENTERED;
	return flags & ROW_EXIT || is_end(type) ? CALL_OVER : CALL_AS_BEFORE;
}

/* Event NUMBER says CALL of the thread version that NEWEST is of. */
static inline void
note(uint64_t *newest, uint64_t number, enum call call)
{
	*newest = (number + 1) << 1 | (call == CALL_ENTERED);
}

static void
look_at_open(const struct run *r, struct cursor *c, const struct chunk *chunk, uint64_t n)
{
	for (uint32_t row = 0; row < n; row++) {
		enum call call;

		cursor_go(c, chunk, row);
		call = call_of(cursor_value(c, COL_FLAGS), cursor_value(c, COL_TYPE));
		if (call != CALL_AS_BEFORE)
			note(&r->newest[cursor_value(c, COL_THREAD)], chunk->first + row, call);
	}
}

/* The same of a sealed chunk: what its codes say is found out first, in CALLS. */
static void
look_at_sealed(const struct run *r, struct cursor *c, const struct chunk *chunk, uint64_t n,
	       uint8_t *calls)
{
	for (uint32_t i = 0; i < chunk->n_combined; i++)
		calls[i] = (uint8_t)call_of(chunk->combined[i].flags, chunk->combined[i].type);
	for (uint64_t row = 0; row < n; row += PACK_ROWS) {
		uint64_t left = n - row < PACK_ROWS ? n - row : PACK_ROWS;
		const uint64_t *threads;

		cursor_go(c, chunk, (uint32_t)row);
		cursor_load_codes(c);
		threads = cursor_column(c, COL_THREAD);
		for (uint64_t i = 0; i < left; i++) {
			enum call call = calls[c->codes[i]];

			if (call != CALL_AS_BEFORE)
				note(&r->newest[threads[i]], chunk->first + row + i, call);
		}
	}
}

static bool
is_cancelled(const struct plan *plan)
{
	return plan->q->watch && atomic_load(&plan->q->watch->cancel);
}

static void
work(void *ctx, unsigned number)
{
	struct pending *p = ctx;
	const struct plan *plan = p->plan;
	struct run *r = &p->runs[number];
	struct cursor *c = cursor_new(plan->snap, plan->q->style);
	uint8_t *calls = NULL;
	size_t cap = 0;

	r->newest = xzalloc((plan->snap->n_thread_versions + 1u) * sizeof(*r->newest));
	for (size_t i = r->first; i < r->end && !is_cancelled(plan); i++) {
		const struct chunk_view *view = &plan->snap->chunks[i];
		uint64_t n = plan->end - view->c->first < view->n ? plan->end - view->c->first :
								    view->n;

		if (!view->c->combined) {
			look_at_open(r, c, view->c, n);
			continue;
		}
		xgrow(&calls, &cap, view->c->n_combined, sizeof(*calls));
		look_at_sealed(r, c, view->c, n, calls);
	}
	cursor_free(c);
	free(calls);
}

/* What is the newest of each thread, by its index, in a new array. Of runs that come later all
 * is newer. */
static uint64_t *
newest_of_threads(const struct pending *p)
{
	const struct snapshot *snap = p->plan->snap;
	uint64_t *newest = xzalloc((snap->n_threads + 1u) * sizeof(*newest));

	for (uint32_t slot = 1; slot < snap->n_thread_versions; slot++) {
		const struct thread_version *v;
		uint64_t at = 0;

		for (unsigned i = 0; i < p->n; i++)
			at = p->runs[i].newest[slot] > at ? p->runs[i].newest[slot] : at;
		/* Slots that no row here has may be another thread's by now. */
		v = at ? store_thread_version(snap->store, slot) : NULL;
		if (v && v->of && v->of->index < snap->n_threads && at > newest[v->of->index])
			newest[v->of->index] = at;
	}
	return newest;
}

/* Take event NUMBER, if it is wanted. */
static void
take(struct gather *g, uint64_t number)
{
	cursor_go_to(g->cursor, number);
	if (g->wants_type[cursor_value(g->cursor, COL_TYPE)] &&
	    !(cursor_value(g->cursor, COL_FLAGS) & g->skip_flags))
		gather_row(g);
}

void
pending_gather(struct gather *g, unsigned n)
{
	const struct plan *plan = g->plan;
	const struct snapshot *snap = plan->snap;
	struct pending p = { .plan = plan, .n = n };
	size_t n_chunks = 0;
	uint64_t *newest;

	while (n_chunks < snap->n_chunks && snap->chunks[n_chunks].c->first < plan->end)
		n_chunks++;
	p.n = n < n_chunks ? n : n_chunks ? (unsigned)n_chunks : 1;
	for (unsigned i = 0; i < p.n; i++) {
		p.runs[i].first = n_chunks * i / p.n;
		p.runs[i].end = n_chunks * (i + 1) / p.n;
	}
	crew_run(plan->q->crew, p.n, work, &p);
	newest = newest_of_threads(&p);
	for (uint32_t i = 1; i < snap->n_threads; i++) {
		const struct kept_thread *k = newest[i] & 1 ? store_thread(snap->store, i) : NULL;

		if (k && atomic_load_explicit(&k->to, memory_order_relaxed) >= plan->end)
			take(g, (newest[i] >> 1) - 1);
	}
	for (unsigned i = 0; i < p.n; i++)
		free(p.runs[i].newest);
	free(newest);
}
