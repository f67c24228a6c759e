#include <errno.h>
#include <string.h>
#include <time.h>

#include "engine/base/mem.h"
#include "engine/store/bitmaps.h"
#include "engine/store/inside.h"
#include "engine/store/keepsakes.h"
#include "engine/store/marks.h"
#include "engine/store/payload.h"
#include "engine/store/pyramid.h"

/*
 * Forgetting. The oldest chunks go until a sixteenth of the budget is free; then
 * one sweep finds what is left without a use: marked is what is alive, what a row
 * that is kept names, and what these lead to. Sweeping looks at all versions, so it
 * is done for many chunks at once.
 *
 * What an old snapshot may still look at waits in the graveyard, and is a part of what
 * the store takes: what was forgotten, and what was replaced, open chunks by sealed ones and
 * bytes by packed ones. Readers that have to wait for a cpu would so make it grow as fast as
 * events come: a writer that can wait lets them finish first. One that cannot, or that
 * waited for long enough, forgets what is too much besides, since to forget more makes no
 * room; and as many rows as come, as long as versions of those that went have to stay.
 */
#define SLACK 16u			/* a part of the budget */

static size_t
bytes_of_chunk(const struct chunk *c)
{
	return c->bytes + chunk_sums_bytes(c) + pyramid_bytes_of(c) +
	       (c->payload && !c->has_lent ? payload_bytes(c->payload) : 0);
}

/* Drop the nodes that begin before event FIRST, and end later. */
static void
drop_nodes(struct store *s, uint64_t first)
{
	for (size_t i = 0; i < s->n_chunks; i++) {
		struct chunk *c = s->chunks[i];

		for (unsigned k = 0; k < CHUNK_NODES && c->first >= first; k++) {
			struct pyramid_node *node = c->nodes[k];

			if (!node || node->first >= first)
				continue;
			atomic_store_explicit(&c->nodes[k], NULL, memory_order_relaxed);
			grave_put(&s->grave, GRAVE_NODE, node, node->bytes);
		}
	}
}

/* Drop chunks from the front, about BYTES of them. */
static void
drop_chunks(struct store *s, uint64_t bytes)
{
	size_t n = 0;
	uint64_t freed = 0;

	/* Neither the open one nor one that is being packed. */
	while (n + 1 < s->n_chunks && freed < bytes && s->chunks[n]->is_sealed)
		freed += bytes_of_chunk(s->chunks[n++]);
	if (!n)
		return;
	pyramid_forget(s->pyramid, s->chunks[n]->first);
	drop_nodes(s, s->chunks[n]->first);
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < n; i++)
		grave_put(&s->grave, GRAVE_CHUNK, s->chunks[i], bytes_of_chunk(s->chunks[i]));
	s->n_forgotten += s->chunks[n]->first - s->first;
	s->first = s->chunks[n]->first;
	for (size_t i = n; i < s->n_chunks; i++)
		s->chunks[i - n] = s->chunks[i];
	s->n_chunks -= n;
	pthread_mutex_unlock(&s->lock);
	bitmaps_forget(s->bitmaps, s->first);
	keepsakes_forget(s->sheets, s->first);
}

/* The first event that somebody may still ask for. */
static uint64_t
first_wanted(struct store *s)
{
	uint64_t first;

	pthread_mutex_lock(&s->lock);
	first = s->first;
	for (const struct snapshot *snap = s->snapshots; snap; snap = snap->next)
		if (snap->first < first)
			first = snap->first;
	pthread_mutex_unlock(&s->lock);
	return first;
}

/* Marking ------------------------------------------------------------- */

static bool
is_over(const _Atomic uint64_t *to, uint64_t first)
{
	return atomic_load_explicit(to, memory_order_relaxed) <= first;
}

static void
mark_table(struct kept_table *t)
{
	for (; t && !t->is_marked; t = atomic_load_explicit(&t->above, memory_order_relaxed))
		t->is_marked = true;
}

/* K is kept: so are its versions and tables. */
static void
mark_process(struct store *s, struct kept_process *k, uint64_t first)
{
	const struct kept_process_state *states;
	const struct kept_step *steps;
	size_t n;

	if (k->is_marked)
		return;
	k->is_marked = true;
	trail_cut(&k->versions, &s->grave, first, sizeof(*steps));
	trail_cut(&k->states, &s->grave, first, sizeof(*states));
	steps = trail_all(&k->versions, &n);
	for (size_t i = 0; i < n; i++) {
		struct process_version *v = slots_get(&s->process_versions, steps[i].slot);

		if (v)
			v->is_marked = true;
	}
	states = trail_all(&k->states, &n);
	for (size_t i = 0; i < n; i++)
		mark_table(states[i].table);
}

static void
mark_thread_version(struct store *s, const struct thread_version *v, uint64_t first)
{
	struct process_version *pv = slots_get(&s->process_versions, v->process);

	if (!v->of)
		return;
	v->of->is_marked = true;
	pv->is_marked = true;
	mark_process(s, pv->of, first);
	mark_process(s, atomic_load_explicit(&v->of->proc, memory_order_relaxed), first);
}

static bool
is_wanted(const struct thread_version *v, uint64_t first)
{
	return v->last >= first ||
	       (v->of && v->of->slot == v->slot && !is_over(&v->of->to, first));
}

static void
mark(struct store *s, uint64_t first)
{
	for (uint32_t i = 1; i < s->processes.n; i++) {
		struct kept_process *k = slots_get(&s->processes, i);

		if (k && !is_over(&k->to, first))
			mark_process(s, k, first);
	}
	for (uint32_t i = 1; i < s->thread_versions.n; i++) {
		struct thread_version *v = slots_get(&s->thread_versions, i);

		if (v && is_wanted(v, first))
			mark_thread_version(s, v, first);
	}
}

/* The tables, children before those above them. */
static void
cut_tables(struct store *s, uint64_t first)
{
	for (unsigned depth = TABLE_DEPTH_MAX + 1; depth--;)
		for (uint32_t i = 1; i < s->tables.n; i++) {
			struct kept_table *t = slots_get(&s->tables, i);

			if (t && t->is_marked && t->depth == depth)
				table_cut(s, t, first);
		}
}

static void
mark_slot(struct store *s, uint32_t slot)
{
	struct fd_version *v = slots_get(&s->fd_versions, slot & ~TABLE_CLOSED);

	if (v)
		v->is_marked = true;
}

static void
mark_descriptors(struct store *s)
{
	for (uint32_t i = 1; i < s->tables.n; i++) {
		struct kept_table *t = slots_get(&s->tables, i);
		const struct table_step *steps;
		const struct table_base *bases;
		size_t n;

		if (!t || !t->is_marked)
			continue;
		steps = trail_all(&t->steps, &n);
		for (size_t k = 0; k < n; k++)
			mark_slot(s, steps[k].slot);
		bases = trail_all(&t->bases, &n);
		for (size_t k = 0; k < n; k++)
			for (uint32_t e = 0; e < bases[k].n; e++)
				mark_slot(s, bases[k].entries[e].slot);
	}
}

/* Sweeping ------------------------------------------------------------ */

static void
sweep_tables(struct store *s)
{
	for (uint32_t i = 1; i < s->tables.n; i++) {
		struct kept_table *t = slots_get(&s->tables, i);

		if (!t || t->is_gone)
			continue;
		if (!t->is_marked) {
			t->is_gone = true;
			table_leave(s, t);
			continue;
		}
		t->is_marked = false;
	}
}

static void
sweep_descriptors(struct store *s, uint64_t first)
{
	for (uint32_t i = 1; i < s->fd_versions.n; i++) {
		struct fd_version *v = slots_get(&s->fd_versions, i);

		if (!v || v->is_gone)
			continue;
		if (v->is_marked || v->last >= first) {
			v->is_marked = false;
			continue;
		}
		v->is_gone = true;
		if (v->known)
			ids_del(&s->version_slots, v->id);
		else
			map_del(&s->number_of, (uint64_t)v->num);
		grave_put(&s->grave, GRAVE_FD_VERSION, v, 0);
	}
	memset(s->cache, 0, sizeof(s->cache));
}

static void
sweep_thread_versions(struct store *s, uint64_t first)
{
	for (uint32_t i = 1; i < s->thread_versions.n; i++) {
		struct thread_version *v = slots_get(&s->thread_versions, i);

		if (!v || v->is_gone || is_wanted(v, first))
			continue;
		v->is_gone = true;
		if (v->of)
			ids_del(&s->version_slots, v->id);
		else
			map_del(&s->stray_of, v->key);
		grave_put(&s->grave, GRAVE_THREAD_VERSION, v, 0);
	}
}

static void
unlink_thread(struct store *s, const struct kept_thread *k)
{
	_Atomic(struct kept_thread *) *at = &s->by_tid[bucket_of(k->tid)];
	struct kept_thread *other;

	while ((other = atomic_load_explicit(at, memory_order_relaxed))) {
		if (other == k) {
			atomic_store_explicit(at, atomic_load_explicit(&k->next_of_tid,
								       memory_order_relaxed),
					      memory_order_release);
			return;
		}
		at = &other->next_of_tid;
	}
}

static void
unlink_process(struct store *s, const struct kept_process *k)
{
	_Atomic(struct kept_process *) *at = &s->by_pid[bucket_of(k->pid)];
	struct kept_process *other;

	while ((other = atomic_load_explicit(at, memory_order_relaxed))) {
		if (other == k) {
			atomic_store_explicit(at, atomic_load_explicit(&k->next_of_pid,
								       memory_order_relaxed),
					      memory_order_release);
			return;
		}
		at = &other->next_of_pid;
	}
}

static void
sweep_threads(struct store *s, uint64_t first)
{
	for (uint32_t i = 1; i < s->threads.n; i++) {
		struct kept_thread *k = slots_get(&s->threads, i);

		if (!k || k->is_gone)
			continue;
		if (k->is_marked || !is_over(&k->to, first)) {
			k->is_marked = false;
			trail_cut(&k->states, &s->grave, first, sizeof(struct kept_thread_state));
			trail_cut(&k->execs, &s->grave, first, sizeof(struct kept_exec));
			continue;
		}
		k->is_gone = true;
		unlink_thread(s, k);
		grave_put(&s->grave, GRAVE_THREAD, k, 0);
	}
}

static void
sweep_process_versions(struct store *s)
{
	for (uint32_t i = 1; i < s->process_versions.n; i++) {
		struct process_version *v = slots_get(&s->process_versions, i);

		if (!v || v->is_gone)
			continue;
		if (v->is_marked) {
			v->is_marked = false;
			continue;
		}
		v->is_gone = true;
		ids_del(&s->version_slots, v->id);
		grave_put(&s->grave, GRAVE_PROCESS_VERSION, v, 0);
	}
}

static void
sweep_processes(struct store *s)
{
	for (uint32_t i = 1; i < s->processes.n; i++) {
		struct kept_process *k = slots_get(&s->processes, i);

		if (!k || k->is_gone)
			continue;
		if (k->is_marked) {
			k->is_marked = false;
			continue;
		}
		k->is_gone = true;
		if (k->pid >= 0)
			unlink_process(s, k);
		grave_put(&s->grave, GRAVE_PROCESS, k, 0);
	}
}

/* Forget what nobody needs who asks for FIRST and later. */
static void
sweep(struct store *s, uint64_t first)
{
	mark(s, first);
	cut_tables(s, first);
	mark_descriptors(s);
	sweep_tables(s);
	sweep_descriptors(s, first);
	sweep_thread_versions(s, first);
	sweep_threads(s, first);
	sweep_process_versions(s);
	sweep_processes(s);
	trail_cut(&s->lineage, &s->grave, first, sizeof(struct lineage_step));
	marks_cut(s, first);
	append_cut(s, first);
}

/* The budget ---------------------------------------------------------- */

static uint64_t
total(const struct store *s)
{
	struct store_size size;
	uint64_t sum = 0;

	store_size(s, &size);
	for (unsigned kind = 0; kind < STORE_KINDS; kind++)
		sum += size.bytes[kind];
	return sum;
}

/* That chunks take which were not forgotten: sealed ones, which can be, or the others. */
static uint64_t
bytes_of_rows(const struct store *s, bool are_sealed)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s->n_chunks; i++)
		if (s->chunks[i]->is_sealed == are_sealed)
			sum += bytes_of_chunk(s->chunks[i]);
	return sum;
}

/* How much of ROWS bytes has to go so that there are as many as when the budget was kept: whole
 * chunks. */
static uint64_t
rows_that_came(const struct store *s, uint64_t rows)
{
	uint64_t first = s->n_chunks ? bytes_of_chunk(s->chunks[0]) : 0;

	return rows >= s->rows_kept + first ? rows - s->rows_kept - first + 1 : 0;
}

/* Does somebody look at what was forgotten the last time, so that what only that needs is there,
 * too? Entities are buried in two steps, each of which takes an epoch. */
static bool
is_needed(const struct store *s)
{
	return s->swept < s->first || grave_holds(&s->grave, s->swept_epoch + 1);
}

/* Would there be more room if those that look at something let go of it? */
static bool
is_held(const struct store *s)
{
	return is_needed(s) || s->grave.bytes > s->budget_bytes / SLACK;
}

/* Forget what only those need who ask for what was dropped. */
static void
sweep_what_is_due(struct store *s)
{
	uint64_t first = first_wanted(s);

	if (first == s->swept)
		return;
	s->swept = first;
	s->swept_epoch = s->grave.epoch;
	sweep(s, first);
}

/* Wait until the oldest snapshot is gone, as long as there is patience with it. False:
 * there is none. */
static bool
wait_for_oldest(struct store *s)
{
	struct snapshot *oldest;
	struct timespec until;
	uint64_t number;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += s->patience_s;
	pthread_mutex_lock(&s->lock);
	oldest = store_oldest(s);
	number = oldest ? oldest->number : 0;
	while (oldest && oldest->number == number && !oldest->is_slow) {
		s->is_waiting = true;
		if (pthread_cond_timedwait(&s->was_freed, &s->lock, &until) == ETIMEDOUT)
			break;
		oldest = store_oldest(s);
	}
	s->is_waiting = false;
	if (oldest && oldest->number == number)
		oldest->is_slow = true;
	else
		oldest = NULL;
	pthread_mutex_unlock(&s->lock);
	return !oldest;
}

/* Free what nobody looks at any more; wait for others where that is not enough. What is
 * taken then. */
static uint64_t
let_go(struct store *s)
{
	uint64_t used;

	do {
		store_end_epoch(s);
		sweep_what_is_due(s);
		used = total(s);
	} while (used > s->budget_bytes + s->budget_bytes / SLACK && is_held(s) &&
		 wait_for_oldest(s));
	return used;
}

/* How much ROWS bytes of rows, of USED in all, have to be less so that WANTED become free: with
 * rows go versions that only they need. Some of these stay, so that it is not all in proportion. */
static uint64_t
rows_in(const struct store *s, uint64_t wanted, uint64_t rows, uint64_t used)
{
	double part = 2 * (double)rows / (double)(used - bytes_of_rows(s, false));

	return part < 1 ? (uint64_t)(part * (double)wanted) : wanted;
}

void
evict(struct store *s)
{
	uint64_t budget = s->budget_bytes, used, rows;

	/* Nothing much can have changed since. */
	if (s->next - s->checked < CHUNK_ROWS / 16)
		return;
	s->checked = s->next;
	used = total(s);
	if (used > budget && is_held(s))
		used = let_go(s);
	/* What waits goes by itself, whatever is forgotten. */
	used -= s->grave.bytes;
	rows = bytes_of_rows(s, true);
	if (used <= budget) {
		s->rows_kept = rows > s->rows_kept ? rows : s->rows_kept;
		return;
	}
	/* To forget more than what came would not make it less. */
	if (is_needed(s)) {
		drop_chunks(s, rows_that_came(s, rows));
		sweep_what_is_due(s);
		return;
	}
	drop_chunks(s, rows_in(s, used - budget + budget / SLACK, rows, used));
	sweep_what_is_due(s);
	s->rows_kept = bytes_of_rows(s, true);
	let_go(s);
}
