#include "engine/query/answer.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/query/cells.h"
#include "engine/query/firsts.h"
#include "engine/query/front.h"
#include "engine/query/order.h"
#include "engine/query/totals.h"
#include "engine/query/tree.h"

#define CELLS_LEN (2u << 20)		/* where there are more, they come in such pieces */
#define ROWS_EACH 256u			/* with fewer of them a thread does not pay */
#define BLOCK_ROWS 64u			/* of a list, when one of them is wanted */

struct answer {
	struct table table;		/* first: it is one */
	struct arena arena;		/* of rows, totals */
	struct arena *arenas;		/* of cells, one a thread that made some; owned */
	unsigned n_threads;
	const struct view_column *columns[COLUMNS_MAX];
	struct table_row *rows;		/* owned; those without cells are still to be made */
	/* As long as there are some: */
	struct inquiry *inquiry;	/* owned; NULL: all are made */
	struct making *makings;		/* one a thread */
	struct making_of *of;		/* what rows are made of, by their numbers */
	uint32_t *numbers;		/* of the first rows in their order; NULL: all by number */
	size_t n_placed;		/* rows of which it is known what they are made of */
	struct ordering ordering;
};

void
inquiry_free(struct inquiry *q)
{
	if (!q)
		return;
	for (unsigned i = 0; i < q->n; i++)
		gather_free(q->gathers[i]);
	facts_fini(&q->facts);
	firsts_give_back(q->firsts);
	free(q);
}

/* Order ----------------------------------------------------------------- */

/* By the column SORT; NULL: as the view says. */
static struct ordering
ordering_of(const struct table *t, const char *sort, bool descending)
{
	const struct view *v = t->view;
	struct ordering o = { t, t->n_columns, v->sort_descending, NULL };

	for (size_t i = 0; i < t->n_columns; i++)
		if (sort ? !strcmp(t->columns[i]->name, sort) :
			      v->sort_column < v->n_columns &&
			      t->columns[i] == &v->columns[v->sort_column])
			o.column = i;
	if (sort)
		o.descending = descending;
	return o;
}

/* Do the rows stand in the order of their numbers? */
static bool
is_by_number(const struct answer *a)
{
	return a->inquiry->plan.is_list && a->ordering.column == a->table.n_columns;
}

static bool
is_tree(const struct plan *plan)
{
	return plan->q->view->parent.operand && plan->n_keys && !plan->q->is_flat;
}

/* What rows are made of --------------------------------------------------- */

static uint64_t
count_lost(const struct plan *plan)
{
	uint64_t n = 0;

	for (size_t i = 0; i < plan->snap->n_losses; i++) {
		const struct store_loss *loss = snapshot_loss(plan->snap, i);

		/* Behind the last one, too. */
		if (loss->position >= plan->first &&
		    loss->position < plan->end + (plan->end == plan->snap->end))
			n += loss->count ? loss->count : 1;
	}
	return n;
}

/* Is GROUP a row? */
static bool
is_row(const struct gather *g, const struct group *group)
{
	const struct firsts *firsts = g->plan->firsts;

	if (g->plan->q->view->only_new &&
	    (firsts ? !firsts_has(firsts, group->first) : group->before))
		return false;
	return group->n || group->entity;
}

/* Which rows there are to be. */
static void
find_rows(struct answer *a)
{
	const struct gather *g = a->inquiry->gathers[0];
	size_t n = 0;

	a->of = xreallocarray(NULL, g->n_list + g->n_groups + 1, sizeof(*a->of));
	for (size_t i = 0; i < g->n_list; i++)
		a->of[n++] = (struct making_of){ NULL, g->list[i] };
	for (size_t i = 0; i < g->n_groups; i++)
		if (is_row(g, &g->groups[i]))
			a->of[n++] = (struct making_of){ &g->groups[i], 0 };
	a->table.n_rows = n;
	a->rows = xzalloc((n + 1) * sizeof(*a->rows));
	a->table.rows = a->rows;
}

/* Have something to make them with. */
static void
start_making(struct answer *a)
{
	struct inquiry *q = a->inquiry;
	const struct plan *plan = &q->plan;
	size_t n = a->table.n_rows, most = 1 + n / ROWS_EACH;
	double seconds = (double)(plan->to_ns - plan->from_ns) / 1e9;

	a->n_threads = q->n < most ? q->n : (unsigned)most;
	a->makings = xreallocarray(NULL, a->n_threads, sizeof(*a->makings));
	a->arenas = xzalloc(a->n_threads * sizeof(*a->arenas));
	for (unsigned i = 0; i < a->n_threads; i++) {
		cursor_be_sparse(q->gathers[i]->cursor);
		a->makings[i] = (struct making){ q->gathers[i], q->gathers[0], &a->arenas[i],
						 seconds };
	}
}

/* Rows ------------------------------------------------------------------ */

/* Rows that are made, each thread a part of them. */
struct filling {
	const struct answer *a;
	struct table_row *rows;
	const uint32_t *numbers;	/* what they are made of; NULL: the first ones */
	size_t n;
	unsigned n_parts;
};

static void
fill_part(void *ctx, unsigned part)
{
	const struct filling *f = ctx;
	size_t end = f->n * (part + 1) / f->n_parts;

	for (size_t i = f->n * part / f->n_parts; i < end; i++)
		if (!f->rows[i].cells)
			cells_fill_row(&f->a->makings[part],
				       &f->a->of[f->numbers ? f->numbers[i] : i], &f->rows[i]);
}

/* Make those of the N ROWS that have no cells, out of what has these NUMBERS. */
static void
fill(const struct answer *a, struct table_row *rows, const uint32_t *numbers, size_t n)
{
	struct filling f = { a, rows, numbers, n, (unsigned)(1 + n / ROWS_EACH) };

	f.n_parts = f.n_parts < a->n_threads ? f.n_parts : a->n_threads;
	crew_run(a->inquiry->q.crew, f.n_parts, fill_part, &f);
}

/* All rows are made, and in their order. */
static void
finish(struct answer *a)
{
	for (unsigned i = 0; i < a->inquiry->n; i++)
		if (a->inquiry->gathers[i])
			a->table.n_unread += a->inquiry->gathers[i]->cursor->n_unread;
	inquiry_free(a->inquiry);
	a->inquiry = NULL;
	free(a->makings);
	free(a->of);
	free(a->numbers);
	a->makings = NULL;
	a->of = NULL;
	a->numbers = NULL;
}

/* Make a tree of the rows, which stand in the order of NUMBERS (NULL: of their own). */
static void
make_tree(struct answer *a, const uint32_t *numbers)
{
	const struct group **groups;
	struct tree t = { a->rows, NULL, a->table.n_rows };

	if (!is_tree(&a->inquiry->plan))
		return;
	groups = xreallocarray(NULL, t.n + 1, sizeof(*groups));
	for (size_t i = 0; i < t.n; i++)
		groups[i] = a->of[numbers ? numbers[i] : i].group;
	t.groups = groups;
	tree_make(a->makings, a->n_threads, &t);
	a->table.n_rows = t.n;
	free(groups);
}

/* Make all rows that are not made, and sort them. */
static void
make_all(struct answer *a)
{
	size_t n = a->table.n_rows;
	uint32_t *numbers = NULL;
	struct table_row *rows;

	if (a->makings[0].arena->block_len == 0 &&
	    n * a->table.n_columns * sizeof(struct cell) / a->n_threads > CELLS_LEN)
		for (unsigned i = 0; i < a->n_threads; i++)
			a->arenas[i].block_len = CELLS_LEN;
	rows = xzalloc((n + 1) * sizeof(*rows));
	for (size_t i = 0; i < a->n_placed; i++)
		rows[a->numbers ? a->numbers[i] : i] = a->rows[i];
	fill(a, rows, NULL, n);
	if (!is_by_number(a))
		numbers = order_rows(&a->ordering, rows, n, a->n_threads);
	for (size_t i = 0; i < n; i++)
		a->rows[i] = rows[numbers ? numbers[i] : i];
	make_tree(a, numbers);
	free(rows);
	free(numbers);
	finish(a);
}

/* Make the first rows alone. False: that takes as much as all. */
static bool
make_front(struct answer *a)
{
	size_t n = a->table.n_rows, want = a->inquiry->q.rows_first, n_front;
	struct front f = { &a->ordering, a->makings, a->n_threads, a->of, n };
	uint32_t *found, *order;
	struct table_row *rows;

	if (!want || n <= 2 * want || is_tree(&a->inquiry->plan))
		return false;
	if (is_by_number(a)) {
		a->n_placed = n;
		fill(a, a->rows, NULL, want);
		return true;
	}
	found = xreallocarray(NULL, n, sizeof(*found));
	n_front = front_find(&f, want, found);
	if (!n_front) {
		free(found);
		return false;
	}
	rows = xzalloc(n_front * sizeof(*rows));
	fill(a, rows, found, n_front);
	order = order_rows(&a->ordering, rows, n_front, 1);
	a->numbers = xreallocarray(NULL, n_front, sizeof(*a->numbers));
	for (size_t i = 0; i < n_front; i++) {
		a->numbers[i] = found[order[i]];
		a->rows[i] = rows[order[i]];
	}
	a->n_placed = n_front;
	free(found);
	free(rows);
	free(order);
	return true;
}

/* Make at least ROW. */
static void
make_row(struct answer *a, size_t row)
{
	size_t first = row / BLOCK_ROWS * BLOCK_ROWS, n = a->n_placed - first;

	if (row >= a->n_placed || a->numbers) {
		make_all(a);
		return;
	}
	n = n < BLOCK_ROWS ? n : BLOCK_ROWS;
	for (size_t i = first; i < first + n; i++)
		if (!a->rows[i].cells)
			cells_fill_row(&a->makings[0], &a->of[i], &a->rows[i]);
}

void
answer_make(const struct table *t, size_t row)
{
	/* It is not the table's content that changes. */
	struct answer *a = (struct answer *)(uintptr_t)t;

	if (row >= t->n_rows)
		row = t->n_rows;
	if (a->inquiry && row == t->n_rows)
		make_all(a);
	else if (a->inquiry)
		make_row(a, row);
}

/* A row that is looked for among those that are not made, each thread in a part. */
struct searching {
	const struct answer *a;
	table_is_fn *is;
	const void *ctx;
	atomic_bool is_found;
	unsigned n_parts;
};

static void
search_part(void *ctx, unsigned part)
{
	struct searching *s = ctx;
	const struct answer *a = s->a;
	struct making m = a->makings[part];
	size_t n = a->table.n_rows, end = n * (part + 1) / s->n_parts;
	struct cell cells[COLUMNS_MAX];
	struct table_row row;

	m.arena = NULL;
	for (size_t i = n * part / s->n_parts; i < end && !atomic_load(&s->is_found); i++) {
		cells_fill_keys(&m, &a->of[i], cells, &row);
		if (s->is(&a->table, &row, s->ctx))
			atomic_store(&s->is_found, true);
	}
}

size_t
answer_find(const struct table *t, table_is_fn *is, const void *ctx)
{
	const struct answer *a = (const struct answer *)t;
	struct searching s = { .a = a, .is = is, .ctx = ctx };
	size_t i = 0;

	while (i < t->n_rows && t->rows[i].cells && !is(t, &t->rows[i], ctx))
		i++;
	if (i == t->n_rows)
		return SIZE_MAX;
	if (t->rows[i].cells)
		return i;
	s.n_parts = a->n_threads;
	crew_run(a->inquiry->q.crew, s.n_parts, search_part, &s);
	if (!s.is_found)
		return SIZE_MAX;
	for (; i < t->n_rows; i++)
		if (is(t, table_row(t, i), ctx))
			return i;
	return SIZE_MAX;
}

/* The table --------------------------------------------------------------- */

/* What is only of use while rows are gathered. Whoever asked may be gone, too. */
static void
stay(struct answer *a)
{
	struct query *q = &a->inquiry->q;

	q->filters = NULL;
	q->n_filters = 0;
	q->sort = NULL;
	q->watch = NULL;
	a->inquiry->facts.cancel = NULL;
	for (unsigned i = 0; i < a->inquiry->n; i++)
		gather_shrink(a->inquiry->gathers[i]);
}

struct table *
answer_new(struct inquiry *q)
{
	const struct plan *plan = &q->plan;
	struct answer *a = xzalloc(sizeof(*a));
	struct table *t = &a->table;
	struct cell *totals = arena_alloc(&a->arena, (plan->n_columns + 1) * sizeof(*totals));

	a->inquiry = q;
	memcpy(a->columns, plan->columns, sizeof(a->columns));
	t->view = plan->q->view;
	t->columns = a->columns;
	t->n_columns = plan->n_columns;
	t->from_ns = plan->from_ns;
	t->to_ns = plan->to_ns;
	if (plan->end > plan->first) {
		t->first_event = plan->first;
		t->last_event = plan->end - 1;
	}
	t->n_lost = count_lost(plan);
	t->is_partial = q->gathers[0]->was_cut;
	t->totals = totals;
	a->ordering = ordering_of(t, plan->q->sort, plan->q->sort_descending);
	a->ordering.crew = plan->q->crew;
	find_rows(a);
	start_making(a);
	totals_add(a->makings, a->n_threads, a->of, t->n_rows, totals);
	if (make_front(a))
		stay(a);
	else
		make_all(a);
	return t;
}

static void
put_in_order(struct answer *a, const struct ordering *o)
{
	size_t n = a->table.n_rows;
	uint32_t *order = order_rows(o, a->rows, n, 1);
	struct table_row *rows = xreallocarray(NULL, n + 1, sizeof(*rows));

	for (size_t i = 0; i < n; i++)
		rows[i] = a->rows[order[i]];
	memcpy(a->rows, rows, n * sizeof(*rows));
	free(rows);
	free(order);
}

/* Forget the order of the rows, and cells with it: they are made again. */
static void
forget_rows(struct answer *a)
{
	memset(a->rows, 0, a->n_placed * sizeof(*a->rows));
	free(a->numbers);
	a->numbers = NULL;
	a->n_placed = 0;
	for (unsigned i = 0; i < a->n_threads; i++) {
		arena_fini(&a->arenas[i]);
		a->arenas[i] = (struct arena){ 0 };
	}
}

bool
answer_sort(struct table *t, const char *sort, bool descending)
{
	struct answer *a = (struct answer *)t;
	struct ordering o = ordering_of(t, sort, descending);

	/* Events in their order, and trees, are made from more than there is in a table. */
	if (t->view->parent.operand || (view_is_list(t->view) && o.column == t->n_columns))
		return false;
	if (!a->inquiry) {
		put_in_order(a, &o);
		return true;
	}
	forget_rows(a);
	o.crew = a->inquiry->q.crew;
	a->ordering = o;
	if (!make_front(a))
		make_all(a);
	return true;
}

void
answer_free(struct table *t)
{
	struct answer *a = (struct answer *)t;

	if (!a)
		return;
	if (a->inquiry)
		finish(a);
	for (unsigned i = 0; i < a->n_threads; i++)
		arena_fini(&a->arenas[i]);
	free(a->arenas);
	free(a->rows);
	arena_fini(&a->arena);
	free(a);
}
