#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/query/gather_inside.h"
#include "engine/query/verdicts.h"

/* The value of STEP for the cursor's row. False: none. */
static inline bool
value_of_step(struct gather *g, const struct gather_step *step, struct value *out)
{
	switch (step->source) {
	case KIND_CONSTANT:
		*out = step->value;
		return true;
	case KIND_RESULT:
		out->u = cursor_value(g->cursor, COL_RESULT);
		return true;
	case KIND_SPAN:
		out->u = cursor_value(g->cursor, COL_SPAN);
		return true;
	default:
		return term_get(g->terms[step->column], g->cursor, out);
	}
}

/* Is there one? */
static inline bool
has_value(struct gather *g, const struct gather_step *step)
{
	struct value v;
	uint32_t id;

	if (step->source == GATHER_FACT) {
		id = facts_id(step->facts, (uint32_t)cursor_value(g->cursor, COL_FD));
		if (id)
			return id != FACTS_NONE;
	}
	return value_of_step(g, step, &v);
}

/* Has the descriptor (or thread) of the cursor's row, SLOT, a value for COLUMN? What it is need not
 * be remembered. */
static bool
slot_has_value(struct gather *g, size_t column, uint32_t slot)
{
	struct term *t = g->terms[column];
	bool is_of_fd = g->last_by[column] == COL_FD;
	uint32_t id = is_of_fd ? facts_id(term_facts(t), slot) : 0;
	struct value v;

	if (id)
		return id != FACTS_NONE;
	if (is_of_fd && cursor_fd(g->cursor, slot))
		return term_ask(t, g->cursor, &v);
	return term_get(t, g->cursor, &v);
}

/* FACTS_ASKED, and the bits of columns that show what the last event has and have a value for the
 * cursor's row, which its slot of BY decides. KNOWN remembers it. */
static uint8_t
lasts_of_slot(struct gather *g, enum column_id by, uint8_t *known)
{
	uint32_t slot = (uint32_t)cursor_value(g->cursor, by);
	uint8_t bits = verdicts_get(known, slot);
	const struct fd_version *v;

	if (bits)
		return bits;
	bits = FACTS_ASKED;
	if (by == COL_FD && !slot && !(cursor_value(g->cursor, COL_FLAGS) & ROW_NEEDS_BYTES))
		return bits;
	v = by == COL_FD ? store_fd_version(g->plan->snap->store, slot) : NULL;
	for (size_t i = g->plan->n_keys; i < g->plan->n_columns; i++)
		if (g->last_bit[i] && g->last_by[i] == by && slot_has_value(g, i, slot))
			bits |= g->last_bit[i];
	/* What is no descriptor that is known has what its row has. */
	if (by != COL_FD || (v && v->known))
		verdicts_note(known, slot, bits);
	return bits;
}

static uint8_t
lasts_of_thread(struct gather *g)
{
	if (!g->lasts_of_thread)
		g->lasts_of_thread = xzalloc(1u + g->plan->snap->n_thread_versions);
	return lasts_of_slot(g, COL_THREAD, g->lasts_of_thread);
}

/* Has the cursor's row, of KIND, a value for all columns that show that of the last event? */
static bool
has_all(struct gather *g, const struct gather_kind *kind)
{
	return kind->has_lasts &&
	       (!kind->asks_fd ||
		lasts_of_slot(g, COL_FD, g->lasts_of_fd->answers) == g->all_of_fd) &&
	       (!kind->asks_thread || lasts_of_thread(g) == g->all_of_thread);
}

/* Has it one for STEP, which needs one? */
static bool
has_last(struct gather *g, const struct gather_step *step)
{
	switch (step->by) {
	case COL_FD:
		return lasts_of_slot(g, COL_FD, g->lasts_of_fd->answers) &
		       g->last_bit[step->column];
	case COL_THREAD:
		return lasts_of_thread(g) & g->last_bit[step->column];
	default:
		return has_value(g, step);
	}
}

void
gather_note_last(struct gather *g, struct group *group, size_t place, uint64_t number)
{
	if (!group->lasts)
		group->lasts = arena_alloc(&g->arena, g->n_lasts * sizeof(*group->lasts));
	if (number >= group->lasts[place])
		group->lasts[place] = number + 1;
}

void
gather_add_lasts(struct gather *g, struct group *group, uint64_t number,
		 const struct gather_kind *kind)
{
	if (has_all(g, kind)) {
		if (number >= group->last_all)
			group->last_all = number + 1;
		return;
	}
	for (size_t i = kind->n_sums; i < kind->n_steps; i++) {
		const struct gather_step *step = &kind->steps[i];

		if (!step->is_sure && !sift_row(g->only[step->column], g->cursor))
			continue;
		if (step->add == GATHER_LAST || has_last(g, step))
			gather_note_last(g, group, step->tally, number);
	}
}

#define COUNTED 4096u			/* of COUNTED_EACH: what was added to sets */

/* The value of STEP, a set, for the cursor's row, which the slot SLOT decides, is added to T,
 * GROUP's, unless that was done not long ago. */
static void
add_distinct(struct gather *g, const struct group *group, struct tally *t,
	     const struct gather_step *step)
{
	uint64_t slot = cursor_value(g->cursor, (enum column_id)step->by);
	uint64_t both = (uint64_t)(group - g->groups + 1) << 32 | slot, *at;
	struct value v;

	if (!g->counted)
		g->counted = xzalloc(g->n_tallies * COUNTED * sizeof(*g->counted));
	at = &g->counted[step->tally * COUNTED + hash_mix(both, 0x9E3779B97F4A7C15u) % COUNTED];
	if (*at == both) {
		t->n++;
	} else if (value_of_step(g, step, &v)) {
		tally_add(t, &g->how[step->column], &v, 0);
		*at = both;
	}
}

static void
take_steps(struct gather *g, struct group *group, uint64_t number,
	   const struct gather_kind *kind)
{
	const struct gather_step *step = kind->steps, *end = step + kind->n_sums;

	for (; step < end; step++) {
		struct tally *t = &group->tallies[step->tally];
		const struct tally_how *how = &g->how[step->column];
		struct value v;

		if (!step->is_sure && !sift_row(g->only[step->column], g->cursor))
			continue;
		if (step->add == GATHER_ONE) {
			t->sum.u++;
			t->n++;
			continue;
		}
		if (step->add == GATHER_EVENT) {
			tally_add(t, how, NULL, number);
			continue;
		}
		if (step->by != COLUMNS && how->aggregation == VIEW_DISTINCT) {
			add_distinct(g, group, t, step);
			continue;
		}
		if (!value_of_step(g, step, &v))
			continue;
		if (step->add == GATHER_SUM) {
			t->sum.u += v.u;
			t->n++;
		} else {
			tally_add(t, how, &v, number);
		}
	}
	if (kind->n_sums < kind->n_steps)
		gather_add_lasts(g, group, number, kind);
}

static enum gather_add
add_of(const struct gather *g, size_t i)
{
	const struct tally_how *how = &g->how[i];

	if (gather_is_last(g, i))
		return g->terms[i] ? GATHER_LAST_ASKED : GATHER_LAST;
	if (!g->terms[i])
		return how->aggregation == VIEW_COUNT || tally_has_sum(how->aggregation) ?
		       GATHER_ONE : GATHER_EVENT;
	return tally_has_sum(how->aggregation) && how->type != T_DOUBLE && how->type != T_BOOL ?
	       GATHER_SUM : GATHER_VALUE;
}

/* Adds STEP a one, a constant or the value of a column, always? */
static bool
is_plain(const struct gather_step *step)
{
	return step->is_sure &&
	       (step->add == GATHER_ONE ||
		(step->add == GATHER_SUM &&
		 (step->source == KIND_CONSTANT || step->source == KIND_RESULT ||
		  step->source == KIND_SPAN)));
}

bool
gather_is_of_fd(const struct gather *g, size_t i)
{
	const struct term *t = g->terms[i];

	return t && term_how(t) == TERM_BY_FD && !term_is_of_writes(term_operand(t));
}

/* The slot that decides the value of STEP for rows with FLAGS; COLUMNS: none. */
static enum column_id
slot_of_step(const struct gather *g, const struct gather_step *step, uint64_t flags)
{
	const struct term *t = g->terms[step->column];

	if (!t || (flags & ROW_NEEDS_BYTES && term_needs_bytes(term_operand(t))))
		return COLUMNS;
	if (gather_is_of_fd(g, step->column))
		return COL_FD;
	return term_how(t) == TERM_BY_THREAD ? COL_THREAD : COLUMNS;
}

/* Have what rows of KIND, number NUMBER in its table, add to column I, if it is anything. */
static void
make_step(struct gather *g, struct gather_kind *kind, uint32_t number, unsigned i)
{
	struct gather_step *step = &kind->steps[kind->n_steps];
	uint64_t flags = cursor_value(g->cursor, COL_FLAGS);
	struct term *t = g->terms[i];
	enum kind_source source = KIND_ASK;
	const struct facts *facts = NULL;

	if (t) {
		source = term_source(t, number, &step->value);
		facts = flags & ROW_NEEDS_BYTES ? NULL : term_facts(t);
	}
	if (source == KIND_NONE)
		return;
	step->column = (uint8_t)i;
	step->tally = g->tally_of[i];
	step->source = (uint8_t)source;
	if (facts) {
		step->source = GATHER_FACT;
		step->facts = facts;
	}
	step->by = (uint8_t)slot_of_step(g, step, flags);
	if (gather_is_last(g, i) && !g->last_bit[i])
		step->by = COLUMNS;
	step->add = (uint8_t)add_of(g, i);
	/* Which value it is, is asked in the end. */
	if (t && g->how[i].aggregation == VIEW_FIRST && term_is_always(t, number))
		step->add = GATHER_EVENT;
	if (step->add == GATHER_LAST_ASKED && term_has_value(t, number))
		step->add = GATHER_LAST;
	step->is_sure = !g->only[i] || kind->sure >> i & 1;
	kind->n_steps++;
}

void
gather_make_steps(struct gather *g, struct gather_kind *kind, uint32_t number)
{
	kind->steps = arena_alloc(&g->arena, (g->plan->n_columns + 1) * sizeof(*kind->steps));
	kind->is_plain = true;
	for (unsigned i = 0; i < g->plan->n_columns; i++)
		if (kind->columns >> i & 1 && !gather_is_last(g, i))
			make_step(g, kind, number, i);
	kind->n_sums = kind->n_steps;
	for (unsigned i = 0; i < g->plan->n_columns; i++)
		if (kind->columns >> i & 1 && gather_is_last(g, i))
			make_step(g, kind, number, i);
	for (size_t i = 0; i < kind->n_sums; i++)
		kind->is_plain &= is_plain(&kind->steps[i]);
	kind->has_lasts = kind->n_steps - kind->n_sums == g->n_lasts;
	for (size_t i = kind->n_sums; i < kind->n_steps; i++) {
		const struct gather_step *step = &kind->steps[i];

		kind->has_lasts &= step->is_sure &&
				   (step->add == GATHER_LAST || step->by != COLUMNS);
		kind->asks_fd |= step->by == COL_FD;
		kind->asks_thread |= step->by == COL_THREAD;
	}
}

void
gather_add(struct gather *g, struct group *group, uint64_t number,
	   const struct gather_kind *kind)
{
	if (kind->steps) {
		take_steps(g, group, number, kind);
		return;
	}
	for (uint64_t columns = kind->columns; columns; columns &= columns - 1) {
		unsigned i = (unsigned)__builtin_ctzll(columns);
		const struct value *value = NULL;
		struct value v;

		if (g->only[i] && !(kind->sure >> i & 1) && !sift_row(g->only[i], g->cursor))
			continue;
		if (g->terms[i]) {
			if (!term_get(g->terms[i], g->cursor, &v))
				continue;
			value = &v;
		}
		if (gather_is_last(g, i))
			gather_note_last(g, group, g->tally_of[i], number);
		else
			tally_add(gather_tally(g, group, i), &g->how[i], value, number);
	}
}
