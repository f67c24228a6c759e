#include "engine/query/totals.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/query/cells.h"
#include "engine/query/crew.h"
#include "engine/query/gather.h"

enum how {
	ADD_NUMBERS,
	ADD_DOUBLES,
	ADD_RATES,			/* whole numbers, which are divided in the end */
};

/* A column that is added up. */
struct sum {
	size_t column;
	enum how how;
	bool is_tallied;		/* see add_tally() */
	double *values;			/* by row, of doubles: what is missing is 0 */
};

/* What one thread has of one column. */
struct part {
	uint64_t sum;
	bool is_known, is_unsure;
};

struct adding {
	struct making *makings;
	const struct making_of *of;
	size_t n;
	struct sum sums[COLUMNS_MAX];
	size_t n_sums;
	struct part (*parts)[COLUMNS_MAX];	/* by thread */
	unsigned n_parts;
};

/* The same for a column of events that are counted, or whose whole numbers are added up:
 * their tally has it. */
static void
add_tally(const struct making *m, const struct group *group, const struct sum *sum,
	  struct part *to)
{
	const struct tally *t = gather_tally(m->g, group, sum->column);
	const struct tally_how *how = &m->g->how[sum->column];

	if (how->aggregation == VIEW_COUNT) {
		to->sum += t->n;
		to->is_known = true;
	} else if (t->n || how->type != T_SPAN) {
		to->sum += t->sum.u;
		to->is_known = true;
	}
}

/* Add what row I of A has in the column of SUM. */
static void
add_cell(const struct adding *a, struct making *m, const struct sum *sum, size_t i,
	 struct part *to)
{
	const struct making_of *of = &a->of[i];
	struct cell cell;

	cells_fill_one(m, of, sum->column, &cell);
	if (cell.state == CELL_MISSING)
		return;
	to->is_known = true;
	if (m->g->plan->snap->n_losses && !to->is_unsure)
		to->is_unsure = cells_is_unsure(m, of, sum->column);
	if (sum->how == ADD_DOUBLES)
		sum->values[i] = cell.value.d;
	else if (sum->how == ADD_RATES)
		to->sum += gather_tally(m->g, of->group, sum->column)->sum.u;
	else
		to->sum += cell.value.u;
}

static void
add_part(void *ctx, unsigned number)
{
	struct adding *a = ctx;
	struct making m = a->makings[number];
	struct part *to = a->parts[number];
	size_t end = a->n * (number + 1) / a->n_parts;

	m.arena = NULL;
	for (size_t i = a->n * number / a->n_parts; i < end; i++)
		for (size_t k = 0; k < a->n_sums; k++)
			if (a->sums[k].is_tallied)
				add_tally(&m, a->of[i].group, &a->sums[k], &to[k]);
			else
				add_cell(a, &m, &a->sums[k], i, &to[k]);
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Rounding depends on the order: that of sizes is always the same. */
static double
add_doubles(double *values, size_t n)
{
	double sum = 0;

	qsort(values, n, sizeof(*values), by_size);
	for (size_t i = 0; i < n; i++)
		sum += values[i];
	return sum;
}

static enum how
how_to_add(const struct gather *g, size_t column)
{
	const struct view_column *c = g->plan->columns[column];

	if (c->type != T_DOUBLE)
		return ADD_NUMBERS;
	return !g->plan->is_list && c->source == VIEW_FROM_EVENTS &&
	       c->aggregation == VIEW_RATE && g->how[column].type != T_DOUBLE ? ADD_RATES :
										ADD_DOUBLES;
}

static void
find_sums(struct adding *a)
{
	const struct gather *g = a->makings[0].g;

	for (size_t i = 0; i < g->plan->n_columns; i++) {
		struct sum *sum = &a->sums[a->n_sums];

		if (!cells_add_up(g->plan->columns[i]))
			continue;
		*sum = (struct sum){ .column = i, .how = how_to_add(g, i) };
		sum->is_tallied = sum->how != ADD_DOUBLES && !g->plan->is_list &&
				  g->plan->columns[i]->source == VIEW_FROM_EVENTS &&
				  !g->plan->snap->n_losses && a->makings[0].seconds > 0;
		if (sum->how == ADD_DOUBLES)
			sum->values = xzalloc((a->n + 1) * sizeof(*sum->values));
		a->n_sums++;
	}
}

/* What column number K of those that are added up comes to. */
static void
finish(const struct adding *a, size_t k, struct cell *out)
{
	const struct making *m = &a->makings[0];
	const struct sum *sum = &a->sums[k];
	struct part all = { .sum = 0 };

	for (unsigned i = 0; i < a->n_parts; i++) {
		all.sum += a->parts[i][k].sum;
		all.is_known |= a->parts[i][k].is_known;
		all.is_unsure |= a->parts[i][k].is_unsure;
	}
	if (!all.is_known)
		return;
	out->state = all.is_unsure ? CELL_UNSURE : CELL_KNOWN;
	if (sum->how == ADD_DOUBLES)
		out->value.d = add_doubles(sum->values, a->n);
	else if (sum->how == ADD_NUMBERS)
		out->value.u = all.sum;
	else if (m->g->how[sum->column].type == T_INT)
		out->value.d = (double)(int64_t)all.sum / m->seconds;
	else
		out->value.d = (double)all.sum / m->seconds;
}

void
totals_add(struct making *makings, unsigned n_threads, const struct making_of *of, size_t n,
	   struct cell *out)
{
	struct adding a = { .makings = makings, .of = of, .n = n, .n_parts = n_threads };

	a.parts = xzalloc(n_threads * sizeof(*a.parts));
	find_sums(&a);
	if (a.n_sums)
		crew_run(makings[0].g->plan->q->crew, n_threads, add_part, &a);
	for (size_t k = 0; k < a.n_sums; k++) {
		finish(&a, k, &out[a.sums[k].column]);
		free(a.sums[k].values);
	}
	free(a.parts);
}
