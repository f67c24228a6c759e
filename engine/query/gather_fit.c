#include "engine/query/gather_inside.h"
#include "engine/query/term.h"

/*
 * What sums can tell. A group of rows has one thread version, one code, and, by descriptor, one
 * version of that; those that failed have one result. So whatever depends on no more is the same
 * for all of them, and may be asked of one; of results and durations sums have what they add up
 * to.
 */

/* What is asked of sums. */
struct asking {
	struct gather *g;
	uint64_t flags;			/* of the cursor's row */
	bool by_fd;			/* rows of a group have the same descriptor, or none */
	struct gather_needs *needs;
};

/* Do descriptors decide what T says, and those of a group have the same? Names of some rows
 * stand in their bytes. */
static bool
is_of_same_fd(struct asking *a, const struct term *t)
{
	enum term_how how = term_how(t);

	if (!a->by_fd || (how != TERM_BY_FD && how != TERM_BY_PAIR))
		return false;
	if (a->flags & ROW_NEEDS_BYTES && term_needs_bytes(term_operand(t)))
		return false;
	a->needs->fds = true;
	return true;
}

/* Do kinds of descriptors alone decide what T says? */
static bool
is_of_fd_kind(struct asking *a, const struct term *t)
{
	if (term_how(t) != TERM_BY_FD || !a->g->cursor->snap->knows_kinds ||
	    !term_is_of_fd_kind(term_operand(t)))
		return false;
	a->needs->fds = true;
	return true;
}

static bool
is_of_fd(struct asking *a, const struct term *t)
{
	return is_of_fd_kind(a, t) || is_of_same_fd(a, t);
}

static bool
is_total(enum view_aggregation how)
{
	return how == VIEW_SUM || how == VIEW_RATE || how == VIEW_AVG || how == VIEW_CHANGE;
}

/* Does the result alone decide what T says of the cursor's row, which failed? Those of a group
 * failed all with one result. */
static bool
is_of_failure(const struct asking *a, const struct term *t)
{
	return a->flags & ROW_FAILED && term_is_of_result(t, cursor_kind(a->g->cursor));
}

static bool
fits_sift(struct asking *a, const struct sift *s)
{
	return sift_is_alike(s, a->g->cursor, a->by_fd, &a->needs->fds);
}

/* Can the sums tell what STEP adds up to? */
static bool
fits_step(struct asking *a, const struct gather_step *step)
{
	const struct tally_how *how = &a->g->how[step->column];
	const struct term *term = a->g->terms[step->column];

	if (!step->is_sure && !fits_sift(a, a->g->only[step->column]))
		return false;
	if (step->add == GATHER_ONE || step->add == GATHER_EVENT || step->add == GATHER_LAST)
		return true;
	if (how->type == T_DOUBLE && is_total(how->aggregation))
		return false;
	if (gather_is_spread(how->aggregation) && step->source == KIND_SPAN) {
		if (how->type == T_INT || how->type == T_DOUBLE)
			return false;
		a->needs->spans = true;
		return true;
	}
	if (step->source == KIND_RESULT || step->source == KIND_SPAN)
		return how->aggregation != VIEW_DISTINCT && !gather_is_spread(how->aggregation);
	return step->source == KIND_CONSTANT || term_how(term) == TERM_BY_THREAD ||
	       is_of_fd(a, term) || is_of_failure(a, term);
}

/* Is KEY the same for all rows of a group of KIND? */
static bool
fits_key(struct asking *a, const struct key *key, uint32_t of_kind)
{
	if (key->by == COL_THREAD)
		return true;
	if (key->by == COL_FD && key->entity) {
		a->needs->fds |= a->by_fd;
		return a->by_fd;
	}
	if (key->by == COLUMNS && (of_kind || is_of_failure(a, key->term)))
		return true;
	return is_of_fd(a, key->term);
}

/* Can they tell all that is asked about rows of KIND? */
static bool
fits(struct asking *a, const struct gather_kind *kind)
{
	const struct gather *g = a->g;

	for (size_t i = 0; i < g->n_sifts; i++)
		if (kind->sifts >> i & 1 && !fits_sift(a, g->sifts[i]))
			return false;
	for (size_t i = 0; i < g->plan->n_keys; i++)
		if (!fits_key(a, &g->keys[i], kind->key[i]))
			return false;
	for (size_t i = 0; i < kind->n_steps; i++)
		if (!fits_step(a, &kind->steps[i]))
			return false;
	return true;
}

enum gather_fit
gather_fit(struct gather *g, const struct gather_kind *kind, struct gather_needs *needs)
{
	struct asking a = {
		.g = g, .flags = cursor_value(g->cursor, COL_FLAGS), .needs = needs,
		.by_fd = !cursor_value(g->cursor, COL_KIND),
	};

	if (!kind->steps)
		return GATHER_SUMS_DO_NOT;
	if (fits(&a, kind))
		return GATHER_SUMS_FIT;
	if (a.by_fd)
		return GATHER_SUMS_DO_NOT;
	a.by_fd = true;
	return fits(&a, kind) ? GATHER_SUMS_FIT_BY_FD : GATHER_SUMS_DO_NOT;
}
