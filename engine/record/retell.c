#include "engine/record/retell.h"

#include <stdlib.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/cpu_time.h"
#include "engine/event/event.h"
#include "engine/event/source.h"
#include "engine/record/restate.h"
#include "engine/store/recall.h"
#include "engine/store/store.h"
#include "engine/world/world.h"

struct retell {
	void (*record)(void *ctx, const struct record *rec);
	void *ctx;
	const struct snapshot *snap;
	struct recall *recall;		/* of SNAP */
	uint64_t first;			/* event of the section that was begun */
	uint64_t section;		/* the first event of the store's section; 0: none yet */
	size_t loss;			/* the next one to be told */
};

struct retell *
retell_new(void (*record)(void *ctx, const struct record *rec), void *ctx)
{
	struct retell *t = xzalloc(sizeof(*t));

	t->record = record;
	t->ctx = ctx;
	return t;
}

void
retell_free(struct retell *t)
{
	if (!t)
		return;
	recall_free(t->recall);
	free(t);
}

void
retell_look(struct retell *t, const struct snapshot *snap)
{
	recall_free(t->recall);
	t->recall = snap ? recall_new(snap) : NULL;
	t->snap = snap;
}

static void
tell_event(const struct retell *t, const struct event *ev)
{
	struct record rec = { .kind = RECORD_EVENT, .ev = *ev };

	t->record(t->ctx, &rec);
}

/* How long threads ran ------------------------------------------------------ */

static bool
is_exact(const struct kept_thread_state *s)
{
	return s->cpu_user_ns || s->cpu_system_ns;
}

static struct cpu_time
time_of(const struct kept_thread_state *s)
{
	if (is_exact(s))
		return (struct cpu_time){ .user_ns = s->cpu_user_ns,
					  .system_ns = s->cpu_system_ns };
	return (struct cpu_time){ .user_ns = s->cpu_user * CPU_TIME_TICK_NS,
				  .system_ns = s->cpu_system * CPU_TIME_TICK_NS };
}

/* The state at event NUMBER of who leads the process of K, and has its size; NULL: it is not
 * known. */
static const struct kept_thread_state *
leader_at(const struct retell *t, const struct kept_thread *k, uint64_t number)
{
	const struct kept_process *p = atomic_load_explicit(&k->proc, memory_order_acquire);
	const struct kept_thread *leader =
		p ? store_find_thread(t->snap->store, p->pid, number) : NULL;

	return leader ? trail_at(&leader->states, number, sizeof(struct kept_thread_state)) :
			NULL;
}

/* What a process sample of K, whose state at event NUMBER is S, has no room for. */
static void
tell_exact(const struct retell *t, const struct kept_thread *k, uint64_t number, uint64_t ns,
	   const struct kept_thread_state *s)
{
	const struct kept_thread_state *leader = leader_at(t, k, number);
	struct cpu_time time = time_of(s);
	struct text bytes = { 0 };
	struct event ev;

	/* Who has hardly run yet has a size. */
	if (!is_exact(s) && (s->cpu_user || s->cpu_system))
		return;
	time.has_faults = true;
	time.pf_major = s->pfmajor;
	time.pf_minor = s->pfminor;
	if (leader && leader->vmsize_kb) {
		time.has_memory = true;
		time.vmsize_kb = leader->vmsize_kb;
		time.vmrss_kb = leader->vmrss_kb;
		time.vmswap_kb = leader->vmswap_kb;
	}
	cpu_time_event(k->tid, ns, &time, &bytes, &ev);
	tell_event(t, &ev);
	text_fini(&bytes);
}

static void
tell_sample(const struct retell *t, const struct kept_thread *k,
	    const struct kept_thread_state *s)
{
	struct cpu_time time = time_of(s);
	struct text bytes = { 0 };
	struct event ev;

	tell_exact(t, k, s->from, s->ts_ns, s);
	cpu_sample_event(k->tid, s->ts_ns, &time, &bytes, &ev);
	tell_event(t, &ev);
	text_fini(&bytes);
}

/* The state of K in which it was last looked at before event NUMBER, or, with IS_NEXT, first
 * at it or behind it. NULL: there is none. */
static const struct kept_thread_state *
find_sample(const struct kept_thread *k, uint64_t number, bool is_next)
{
	size_t n;
	const struct kept_thread_state *all = trail_all(&k->states, &n), *found = NULL;
	uint32_t seen = 0;

	for (size_t i = 0; i < n; i++) {
		bool is_new = all[i].n_samples != seen && all[i].ts_ns;

		seen = all[i].n_samples;
		if (is_new && is_next && all[i].from >= number)
			return &all[i];
		if (all[i].from >= number)
			break;
		if (is_new && !is_next)
			found = &all[i];
	}
	return found;
}

/* Of all threads that lived at event NUMBER. */
static void
tell_samples(const struct retell *t, uint64_t number, bool is_next)
{
	for (uint32_t i = 1; i < t->snap->n_threads; i++) {
		const struct kept_thread *k = store_thread(t->snap->store, i);
		const struct kept_thread_state *s;

		if (!k || k->from >= number ||
		    atomic_load_explicit(&k->to, memory_order_relaxed) <= number)
			continue;
		s = find_sample(k, number, is_next);
		if (s)
			tell_sample(t, k, s);
	}
}

void
retell_end(struct retell *t, uint64_t end)
{
	tell_samples(t, end, true);
}

/* Sections ------------------------------------------------------------------ */

static void
tell_restated(void *ctx, const struct record *rec)
{
	const struct retell *t = ctx;

	t->record(t->ctx, rec);
}

static uint64_t
time_of_event(const struct retell *t, uint64_t number)
{
	return recall_light(t->recall, number)->ev->ts_ns;
}

void
retell_begin(struct retell *t, uint64_t number)
{
	static const struct restate_ops ops = { .record = tell_restated };
	const struct store_section *section = snapshot_section(t->snap, number);
	uint64_t ns = time_of_event(t, number);
	struct record rec = { .kind = RECORD_SECTION };

	t->first = number;
	while (t->loss < t->snap->n_losses && snapshot_loss(t->snap, t->loss)->position < number)
		t->loss++;
	t->section = section->first;
	rec.section = (struct section_record){ .name = section->name, .major = 1, .minor = 2 };
	t->record(t->ctx, &rec);
	recall_before(t->recall, number);
	restate_tables(recall_world(t->recall), &ops, t, RESTATE_NO_ANCESTORS);
	restate_events(recall_world(t->recall), ns, &ops, t);
	tell_samples(t, number, false);
}

/* Events -------------------------------------------------------------------- */

/* What was lost before event NUMBER, and was not told yet. */
static void
tell_losses(struct retell *t, uint64_t number)
{
	for (; t->loss < t->snap->n_losses; t->loss++) {
		const struct store_loss *l = snapshot_loss(t->snap, t->loss);
		struct record rec = { .kind = RECORD_LOSS };

		if (l->position > number)
			return;
		rec.loss = (struct loss_record){ .count = l->count, .from_ns = l->from_ns,
						 .to_ns = l->to_ns, .cpu = l->cpu,
						 .class = l->class };
		t->record(t->ctx, &rec);
	}
}

/* What had no number and came before event NUMBER, behind the one before it. */
static void
tell_unnumbered(const struct retell *t, uint64_t number)
{
	const struct event *ev;

	for (size_t i = 0; (ev = recall_unnumbered(t->recall, number, i)); i++) {
		struct event again = *ev;

		again.dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
		tell_event(t, &again);
	}
}

/* How many rows before that of event NUMBER the one of its enter event is. */
static uint64_t
rows_back(const struct retell *t, uint64_t number)
{
	const struct chunk *c = t->snap->chunks[snapshot_chunk(t->snap, number)].c;

	return chunk_get(c, COL_BACK, (uint32_t)(number - c->first));
}

/* The enter event of exit M, if it is none of those that are told. */
static void
tell_enter(const struct retell *t, const struct moment *m)
{
	uint64_t back = event_id_is_exit(m->ev->id) ? rows_back(t, m->num) : 0;
	const struct event *enter;
	struct event ev;

	if (!back || (back != BACK_ASIDE && m->num - back >= t->first))
		return;
	enter = moment_enter(m);
	if (enter) {
		ev = *enter;
	} else if (m->has_latency) {
		/* It was forgotten, but for when it was. */
		ev = *m->ev;
		ev.id = m->ev->id & (uint16_t)~1;
		ev.type = &event_types[ev.id];
		ev.ts_ns -= m->latency_ns;
		ev.n_params = 0;
	} else {
		return;
	}
	ev.dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
	tell_event(t, &ev);
}

/* M, a process sample, has no exact time. */
static void
tell_exact_before(const struct retell *t, const struct moment *m)
{
	const struct kept_thread *k = store_find_thread(t->snap->store, m->ev->tid, m->num);
	const struct kept_thread_state *s = k ? trail_at(&k->states, m->num, sizeof(*s)) : NULL;

	if (s)
		tell_exact(t, k, m->num, m->ev->ts_ns, s);
}

int
retell_event(struct retell *t, uint64_t number, struct err *err)
{
	const struct store_section *section = snapshot_section(t->snap, number);
	const struct moment *m;
	struct err why = { 0 };
	struct event ev;

	if (section->first != t->section)
		retell_begin(t, number);
	tell_losses(t, number);
	tell_unnumbered(t, number);
	m = recall_event(t->recall, number, &why);
	tell_enter(t, m);
	if (m->ev->id == EV_PROCINFO_E)
		tell_exact_before(t, m);
	ev = *m->ev;
	/* What completed the tables of its section does that here, where they were told. */
	if (m->is_internal && ev.type->category != EC_INTERNAL)
		ev.dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
	tell_event(t, &ev);
	if (why.code)
		*err = why;
	return why.code;
}
