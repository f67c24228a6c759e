#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/event/event_type.h"
#include "engine/field/operand.h"
#include "engine/filter/filter.h"
#include "engine/query/query.h"
#include "engine/store/recall.h"
#include "engine/store/store.h"
#include "engine/world/world.h"
#include "tests/prop/naive.h"

#define MOST 9e18			/* nobody has more; what is made up has, and wraps */

static bool
is_near(double a, double b, double tolerance)
{
	return fabs(a - b) <= tolerance * fmax(fabs(a), fabs(b)) + 1e-9;
}

static bool
is_text(enum value_type type)
{
	return type == T_STR || type == T_DATA;
}

static void
wrong(struct naive *n, const char *what, const char *column, const char *row)
{
	if (!n->n_wrong++)
		printf("# %s: %s%s%s%s%s\n", n->view->id, what, column ? ", column " : "",
		       column ? column : "", row ? ", row " : "", row ? row : "");
}

/* Column I of ROW is GOT, and should not be. */
static void
wrong_cell(struct naive *n, const char *what, size_t i, const struct naive_row *row,
	   const struct cell *got)
{
	const struct naive_cell *cell = &row->cells[i];
	struct text t = { 0 };

	if (got->state)
		value_text(&got->value, n->columns[i]->type, U_NONE, 80, &t);
	text_fmt(&t, "%s of %zu values:", got->state ? "" : "nothing", cell->n);
	for (size_t k = 0; k < cell->n && k < 8 && !n->n_wrong; k++) {
		text_char(&t, ' ');
		value_text(&cell->values[k], n->columns[i]->source == VIEW_FROM_CPU ?
			   T_DOUBLE : naive_type(n, i), U_NONE, 80, &t);
	}
	if (!n->n_wrong)
		printf("# %.*s\n", (int)t.len, t.p);
	text_fini(&t);
	wrong(n, what, n->columns[i]->name, row->key);
}

static int
by_size(const void *a, const void *b, void *type)
{
	return naive_order(*(enum value_type *)type, a, b);
}

/* The values of CELL in their order, to be freed. */
static struct value *
sort_values(const struct naive_cell *cell, enum value_type type)
{
	struct value *sorted = xmalloc((cell->n + 1) * sizeof(*sorted));

	if (cell->n)			/* VALUES may be NULL then */
		memcpy(sorted, cell->values, cell->n * sizeof(*sorted));
	qsort_r(sorted, cell->n, sizeof(*sorted), by_size, &type);
	return sorted;
}

/* Of many values percentiles may be wrong by half a step of eight an octave. */
static bool
is_percentile(const struct naive_cell *cell, enum value_type type, unsigned percent,
	      const struct value *got)
{
	size_t rank = (cell->n * percent + 99) / 100;
	struct value *sorted = sort_values(cell, type), want;

	want = sorted[rank ? rank - 1 : 0];
	free(sorted);
	if (cell->n <= 16)
		return !naive_order(type, &want, got);
	return fabs(naive_number(type, &want) - naive_number(type, got)) <=
	       0.045 * fabs(naive_number(type, &want)) +
	       (type != T_DOUBLE && naive_number(type, got) > 15);
}

static size_t
count_distinct(const struct naive_cell *cell, enum value_type type)
{
	struct value *sorted = sort_values(cell, type);
	size_t n_distinct = 0;

	for (size_t i = 0; i < cell->n; i++)
		n_distinct += !i || naive_order(type, &sorted[i - 1], &sorted[i]);
	free(sorted);
	return n_distinct;
}

static const struct value *
extreme(const struct naive_cell *cell, enum value_type type, bool least)
{
	const struct value *best = cell->values;

	for (size_t k = 1; k < cell->n; k++) {
		int o = naive_order(type, &cell->values[k], best);

		if (least ? o < 0 : o > 0)
			best = &cell->values[k];
	}
	return best;
}

static double
sum_of(const struct naive *n, const struct naive_cell *cell, size_t i, enum value_type type)
{
	double sum = n->operands[i] ? 0 : (double)cell->count;

	for (size_t k = 0; n->operands[i] && k < cell->n; k++)
		sum += naive_number(type, &cell->values[k]);
	return sum;
}

static bool
is_value(enum value_type type, const struct naive_cell *cell, const struct value *want,
	 const struct cell *got)
{
	if (!cell->n)
		return got->state == CELL_MISSING;
	return got->state && !naive_order(type, want, &got->value);
}

static bool
is_right_event(const struct naive *n, const struct naive_cell *cell, size_t i,
	       const struct cell *got)
{
	const struct view_column *c = n->columns[i];
	enum value_type type = naive_type(n, i);
	double seconds = (double)(n->t->to_ns - n->t->from_ns) / 1e9;
	uint64_t age;

	switch (c->aggregation) {
	case VIEW_COUNT:
		return got->state && got->value.u == (n->operands[i] ? cell->n : cell->count);
	case VIEW_SUM:
		return got->state ? is_near(sum_of(n, cell, i, type),
					    naive_number(c->type, &got->value), 1e-9) : !cell->n;
	case VIEW_AVG:
		return got->state ? cell->n && is_near(sum_of(n, cell, i, type) / (double)cell->n,
						       got->value.d, 1e-9) : !cell->n;
	case VIEW_RATE:
		return got->state ? is_near(sum_of(n, cell, i, type) / seconds, got->value.d,
					    1e-9) : !cell->n || seconds <= 0;
	case VIEW_MIN: case VIEW_MAX:
		return is_value(type, cell, extreme(cell, type, c->aggregation == VIEW_MIN), got);
	case VIEW_DISTINCT:
		return got->state && got->value.u == count_distinct(cell, type);
	case VIEW_P50: case VIEW_P95: case VIEW_P99:
		if (!cell->n)
			return got->state == CELL_MISSING;
		return got->state && is_percentile(cell, type, c->aggregation == VIEW_P50 ? 50 :
						   c->aggregation == VIEW_P95 ? 95 : 99,
						   &got->value);
	case VIEW_FIRST:
		return is_value(type, cell, cell->values, got);
	case VIEW_LAST:
		return is_value(type, cell, cell->n ? &cell->values[cell->n - 1] : NULL, got);
	case VIEW_AGE:
		if (!cell->n)
			return got->state == CELL_MISSING;
		age = recall_event(n->recall, cell->events[cell->n - 1], NULL)->ev->ts_ns;
		age = n->t->to_ns > age ? n->t->to_ns - age : 0;
		return got->state && got->value.u == age;
	default:
		return false;
	}
}

/* Of a history or CPU time. */
static bool
is_right_across(const struct naive *n, const struct naive_cell *cell, size_t i,
		const struct cell *got)
{
	const struct view_column *c = n->columns[i];
	bool is_cpu = c->source == VIEW_FROM_CPU, is_change = c->aggregation == VIEW_CHANGE ||
							      c->aggregation == VIEW_RATE;
	enum value_type type = is_cpu ? T_DOUBLE :
			       is_change && naive_type(n, i) != T_DOUBLE ? T_INT : naive_type(n, i);
	double seconds = (double)(n->t->to_ns - n->t->from_ns) / 1e9, want;

	/* Who is met in the middle is known from there on. */
	if (cell->is_vague)
		return true;
	if (cell->is_partial)
		return got->state == CELL_MISSING;
	if (!cell->n || (c->aggregation == VIEW_RATE && seconds <= 0))
		return got->state == CELL_MISSING;
	if (!got->state)
		return false;
	if (is_text(type))
		return !naive_order(type, extreme(cell, type, c->across == VIEW_MIN), &got->value);
	want = sum_of(n, cell, i, type);
	if (fabs(want) > MOST)
		return true;
	if (c->across == VIEW_AVG)
		want /= (double)cell->n;
	else if (c->across == VIEW_MIN || c->across == VIEW_MAX)
		want = naive_number(type, extreme(cell, type, c->across == VIEW_MIN));
	if (c->aggregation == VIEW_RATE)
		want /= seconds;
	return is_near(want, naive_number(c->across == VIEW_AVG && !is_cpu ? T_DOUBLE : c->type,
				    &got->value), 1e-9);
}

/* Any of the row's entities, or else its last event, says what it is called. */
static bool
is_right_entity(struct naive *n, const struct naive_row *row, size_t i, const struct cell *got)
{
	const struct naive_cell *cell = &row->cells[i];
	enum value_type type = naive_type(n, i);
	struct value v;

	for (size_t k = 0; k < cell->n; k++)
		if (got->state && !naive_order(type, &cell->values[k], &got->value))
			return true;
	if (!row->last || cell->is_own)
		return !cell->n && !got->state;
	eval_moment(&n->ev, recall_event(n->recall, row->last, NULL));
	if (!naive_get(n, i, &v))
		return !cell->n && !got->state;
	return got->state && !naive_order(type, &v, &got->value);
}

static bool
is_right(struct naive *n, const struct naive_row *row, size_t i, const struct cell *got)
{
	switch (n->columns[i]->source) {
	case VIEW_FROM_EVENTS:
		return is_right_event(n, &row->cells[i], i, got);
	case VIEW_FROM_ENTITY:
		return is_right_entity(n, row, i, got);
	default:
		return is_right_across(n, &row->cells[i], i, got);
	}
}

/* Which entity of KIND has number ENTITY in tables? */
static uint32_t
id_of(const struct naive *n, enum view_entity kind, uint32_t entity)
{
	switch (kind) {
	case VIEW_PROCESS:
		return store_process(n->snap->store, entity)->id;
	case VIEW_THREAD:
		return store_thread(n->snap->store, entity)->id;
	default:
		return entity;
	}
}

/* The row of N that ROW of the table is; NULL: none. */
static struct naive_row *
find_row(struct naive *n, const struct table_row *row)
{
	n->key.len = 0;
	for (size_t i = 0; i < n->n_keys; i++) {
		enum view_entity kind = n->columns[i]->key_entity;

		if (kind)
			text_fmt(&n->key, "#%u|", id_of(n, kind, row->entity));
		else
			naive_put_key(&n->key, n->columns[i]->type, &row->cells[i].value);
	}
	return map_get(&n->rows, hash_bytes(n->key.p, n->key.len, 7));
}

/* Is the row wanted in the table? Idle entities are, unless a condition is in the way:
 * which of them it lets pass is not said here. */
static bool
is_row(const struct naive *n, const struct naive_row *row)
{
	if (n->view->only_new && row->is_old)
		return false;
	if (n->view->rows == VIEW_ROWS_ENTITIES && n->view->entity == VIEW_DESCRIPTOR)
		return row->n_events || row->is_idle;
	return row->n_events || (n->view->rows == VIEW_ROWS_ENTITIES && !n->n_filters);
}

static bool
may_be_row(const struct naive *n, const struct naive_row *row)
{
	if (n->view->rows == VIEW_ROWS_ENTITIES && n->view->entity == VIEW_DESCRIPTOR)
		return is_row(n, row) || row->may_be_idle;
	return is_row(n, row) || n->view->rows == VIEW_ROWS_ENTITIES;
}

/* Is the entity of the row SHOWN there at POSITION? Rows of several always are. */
static bool
is_there(const struct naive *n, const struct table_row *shown, uint64_t position)
{
	const struct kept_process *p;
	const struct kept_thread *t;

	for (size_t i = 0; i < n->n_keys; i++) {
		switch (n->columns[i]->key_entity) {
		case VIEW_PROCESS:
			p = store_process(n->snap->store, shown->entity);
			return position > p->from && position < p->to;
		case VIEW_THREAD:
			t = store_thread(n->snap->store, shown->entity);
			return position > t->from && position < t->to;
		default:
			break;
		}
	}
	return n->view->rows == VIEW_ROWS_ENTITIES;
}

/* Are events of ROW missing, or may some be another row's, as UNSURE says? */
static bool
is_in_doubt(const struct naive *n, const struct naive_row *row, const struct table_row *shown,
	    bool unsure)
{
	for (size_t i = 0; i < n->snap->n_losses; i++) {
		uint64_t at = snapshot_loss(n->snap, i)->position;
		bool is_before_end = at < n->end + (n->end == n->snap->end);

		unsure |= row->n_events && at > row->first_event && at <= row->last;
		unsure |= at >= n->first && is_before_end && is_there(n, shown, at);
	}
	return unsure;
}

static bool
is_rightly_sure(const struct naive *n, const struct naive_row *row,
		const struct table_row *shown, const struct cell *cell)
{
	return cell->state == CELL_KNOWN ? !is_in_doubt(n, row, shown, row->is_unsure) :
	       cell->state == CELL_UNSURE ? is_in_doubt(n, row, shown, row->may_be_unsure) :
	       true;
}

static void
compare_groups(struct naive *n)
{
	const struct table *t = n->t;
	uint64_t key;
	void *value;

	for (size_t k = 0; k < t->n_rows; k++) {
		struct naive_row *row = find_row(n, table_row(t, k));

		if (!row || !may_be_row(n, row)) {
			wrong(n, "there is no such row", NULL, n->key.p);
			continue;
		}
		if (row->is_seen)
			wrong(n, "twice there", NULL, row->key);
		row->is_seen = true;
		for (size_t i = n->n_keys; i < n->n_columns; i++)
			if (!is_right(n, row, i, &table_row(t, k)->cells[i]))
				wrong_cell(n, "wrong", i, row, &table_row(t, k)->cells[i]);
			else if (n->columns[i]->source == VIEW_FROM_EVENTS &&
				 !is_rightly_sure(n, row, table_row(t, k),
						  &table_row(t, k)->cells[i]))
				wrong(n, "wrongly sure or unsure", n->columns[i]->name, row->key);
	}
	for (size_t at = 0; map_next(&n->rows, &at, &key, &value);)
		if (is_row(n, value) && !((struct naive_row *)value)->is_seen)
			wrong(n, "missing", NULL, ((struct naive_row *)value)->key);
}

/* Lists ----------------------------------------------------------------- */

/* Calls that are entered at the end: by the thread's id, its last event that is of a
 * call, if that entered one. */
static bool
is_pending(struct naive *n, uint64_t event)
{
	const struct moment *m = recall_row(n->recall, event);
	uint32_t thread = m->thread ? m->thread->id : 0;

	if (!thread || m->ev->type->source != ES_SYSCALL || event_id_is_exit(m->ev->id))
		return false;
	for (uint32_t i = 1; i < n->snap->n_threads; i++) {
		const struct kept_thread *t = store_thread(n->snap->store, i);

		if (t && t->id == thread && t->to < n->end)
			return false;
	}
	for (uint64_t k = event + 1; k < n->end; k++) {
		m = recall_row(n->recall, k);
		if (m->thread && m->thread->id == thread &&
		    (m->ev->type->source == ES_SYSCALL || !strcmp(m->ev->type->name, "procexit")))
			return false;
	}
	return true;
}

static bool
is_right_of_list(struct naive *n, size_t i, const struct cell *got)
{
	enum value_type type = naive_type(n, i);
	uint64_t age = n->t->to_ns > n->ev.m->ev->ts_ns ? n->t->to_ns - n->ev.m->ev->ts_ns : 0;
	struct value v;

	if (n->only[i] && !filter_match(n->only[i], &n->ev))
		return !got->state;
	if (n->columns[i]->aggregation == VIEW_AGE)
		return got->state && got->value.u == age;
	if (!n->operands[i])
		return got->state && got->value.u == 1;
	if (!naive_get(n, i, &v))
		return !got->state;
	return got->state && !naive_order(type, &v, &got->value);
}

/* The row of the table that is not seen yet and is that of EV, looked for from FROM on;
 * n_rows: none. */
static size_t
find_in_list(struct naive *n, const bool *seen, size_t from)
{
	for (size_t j = 0; j < n->t->n_rows; j++) {
		size_t k = (from + j) % n->t->n_rows, i;

		for (i = 0; !seen[k] && i < n->n_columns; i++)
			if (!is_right_of_list(n, i, &table_row(n->t, k)->cells[i]))
				break;
		if (!seen[k] && i == n->n_columns)
			return k;
	}
	return n->t->n_rows;
}

static void
compare_list(struct naive *n)
{
	bool pending = n->view->rows == VIEW_ROWS_PENDING;
	bool *seen = xzalloc(n->t->n_rows + 1);
	size_t n_seen = 0, at = 0;
	char event[32];

	for (uint64_t k = pending ? n->snap->first : n->first; k < n->end; k++) {
		const struct moment *m;

		if (pending && !is_pending(n, k))
			continue;
		m = recall_event(n->recall, k, NULL);
		eval_moment(&n->ev, m);
		if (m->is_internal || m->is_state_only || !naive_wants(n))
			continue;
		at = find_in_list(n, seen, at + 1);
		snprintf(event, sizeof(event), "%" PRIu64, k);
		if (at == n->t->n_rows)
			wrong(n, "missing", NULL, event);
		else
			seen[at] = true;
		n_seen++;
	}
	if (n_seen != n->t->n_rows)
		wrong(n, "more or fewer rows", NULL, NULL);
	free(seen);
}

/* Totals ---------------------------------------------------------------- */

static bool
adds_up(const struct view_column *c)
{
	if (c->source == VIEW_FROM_EVENTS)
		return c->aggregation == VIEW_COUNT || c->aggregation == VIEW_SUM ||
		       c->aggregation == VIEW_RATE;
	return (c->source == VIEW_FROM_HISTORY || c->source == VIEW_FROM_CPU) &&
	       c->across == VIEW_SUM && c->aggregation != VIEW_MAX &&
	       c->aggregation != VIEW_MIN;
}

static void
compare_totals(struct naive *n)
{
	for (size_t i = 0; i < n->n_columns; i++) {
		const struct view_column *c = n->columns[i];
		const struct cell *total = &n->t->totals[i];
		bool is_any = false;
		double sum = 0;

		for (size_t k = 0; k < n->t->n_rows; k++) {
			const struct cell *cell = &table_row(n->t, k)->cells[i];

			is_any |= cell->state != CELL_MISSING;
			if (cell->state && !is_text(c->type))
				sum += naive_number(c->type, &cell->value);
		}
		if (fabs(sum) > MOST)
			continue;
		if (!adds_up(c) || !is_any ? total->state :
		    !total->state || !is_near(sum, naive_number(c->type, &total->value), 1e-9))
			wrong(n, "the total", c->name, NULL);
	}
}

/* The rows stand in the order of the column by which the view sorts. */
static void
compare_order(struct naive *n)
{
	const struct table *t = n->t;
	size_t by = t->n_columns;

	for (size_t i = 0; i < t->n_columns; i++)
		if (n->view->sort_column < n->view->n_columns &&
		    t->columns[i] == &n->view->columns[n->view->sort_column])
			by = i;
	for (size_t k = 1; by < t->n_columns && k < t->n_rows; k++) {
		const struct cell *a = &table_row(t, k - 1)->cells[by];
		const struct cell *b = &table_row(t, k)->cells[by];
		int o = a->state && b->state ?
			naive_order(t->columns[by]->type, &a->value, &b->value) : 0;

		/* Rows of trees stand below their parents, and what is missing comes last. */
		if (n->view->parent.operand)
			break;
		if ((!a->state && b->state) || (n->view->sort_descending ? o < 0 : o > 0))
			wrong(n, "out of order", t->columns[by]->name, NULL);
	}
}

size_t
naive_compare(const struct snapshot *snap, const struct query *q, const struct table *t)
{
	struct naive n;
	size_t n_wrong;

	naive_init(&n, snap, q, t);
	if (view_is_list(n.view) || n.view->rows == VIEW_ROWS_PENDING) {
		compare_list(&n);
	} else {
		naive_take(&n);
		compare_groups(&n);
	}
	compare_totals(&n);
	compare_order(&n);
	n_wrong = n.n_wrong;
	naive_fini(&n);
	return n_wrong;
}
