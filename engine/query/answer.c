#include "engine/query/answer.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/source.h"
#include "engine/query/crew.h"
#include "engine/query/gather.h"
#include "engine/query/order.h"

#define LEVELS_MAX 4096			/* of a tree */

struct answer {
	struct table table;		/* first: it is one */
	struct arena arena;		/* of rows, totals */
	struct arena *arenas;		/* of cells, one a thread that made some; owned */
	unsigned n_arenas;
	const struct view_column *columns[COLUMNS_MAX];
	struct table_row *rows;
};

/* What rows are made of: groups, or events of a list. Each thread has its own. */
struct making {
	struct answer *a;
	struct gather *g;		/* that terms are asked with */
	const struct gather *all;	/* whose groups and keys these are */
	struct arena *arena;		/* of cells */
	double seconds;
};

/* Cells ----------------------------------------------------------------- */

static bool
is_text(enum value_type type)
{
	return type == T_STR || type == T_DATA;
}

/* Set *CELL to V, of TYPE; texts are copied. */
static void
put_value(struct making *m, struct cell *cell, enum value_type type, const struct value *v)
{
	cell->state = CELL_KNOWN;
	cell->value = *v;
	if (is_text(type))
		cell->value.s.p = (const uint8_t *)
			arena_strndup(m->arena, (const char *)v->s.p, v->s.len);
}

/* Let the cursor stand on the entity INDEX of KIND, as of the window's end. */
static bool
look_at_entity(struct gather *g, enum view_entity kind, uint32_t index)
{
	const struct store *s = g->plan->snap->store;
	const struct kept_process *p;
	const struct kept_thread *t;
	uint64_t last = g->plan->end - 1, to;

	switch (kind) {
	case VIEW_PROCESS:
		p = store_process(s, index);
		to = p ? atomic_load_explicit(&p->to, memory_order_relaxed) : 0;
		return p && cursor_process(g->cursor, p, to <= last ? to - 1 : last);
	case VIEW_THREAD:
		t = store_thread(s, index);
		to = t ? atomic_load_explicit(&t->to, memory_order_relaxed) : 0;
		return t && cursor_thread(g->cursor, t, to <= last ? to - 1 : last);
	case VIEW_CONTAINER:
		cursor_container(g->cursor, index, last);
		return true;
	default:
		return false;
	}
}

/* The entity that GROUP is about, where there is only one; of what kind it is. */
static enum view_entity
look_at_own(struct gather *g, const struct group *group)
{
	for (size_t i = 0; i < g->plan->n_keys; i++) {
		enum view_entity kind = g->keys[i].entity;

		if (kind && kind != VIEW_DESCRIPTOR)
			return look_at_entity(g, kind, group->keys[i] - 1) ? kind :
									     VIEW_NO_ENTITY;
	}
	return VIEW_NO_ENTITY;
}

static bool
value_of_event(struct gather *g, struct term *term, uint64_t number, struct value *out)
{
	cursor_go_to(g->cursor, number);
	return term_get(term, g->cursor, out);
}

static uint64_t
time_of_event(struct gather *g, uint64_t number)
{
	cursor_go_to(g->cursor, number);
	return cursor_value(g->cursor, COL_TIME);
}

/* What TERM is for one of the entities of GROUP (the host is called so only where there
 * is a process), or else for its last event. */
static bool
value_of_member(struct gather *g, const struct group *group, struct term *term,
		struct value *out)
{
	if (group->kind && look_at_entity(g, group->kind, group->entity) &&
	    term_ask(term, g->cursor, out))
		return true;
	return group->last && value_of_event(g, term, group->last, out);
}

/* What TERM is for the row of GROUP. Of a process or a thread nothing else is asked: what
 * it had and lost is no longer so. */
static bool
value_of_group(struct gather *g, const struct group *group, struct term *term,
	       struct value *out)
{
	enum view_entity own = look_at_own(g, group);

	if (own && term_ask(term, g->cursor, out))
		return true;
	return own != VIEW_PROCESS && own != VIEW_THREAD && value_of_member(g, group, term, out);
}

static bool
key_value(struct making *m, const struct group *group, size_t i, struct value *out)
{
	struct gather *g = m->g;
	const struct key *key = &g->keys[i];

	if (!key->entity) {
		*out = *bag_get(&m->all->keys[i].bag, group->keys[i]);
		return true;
	}
	if (key->entity != VIEW_DESCRIPTOR && look_at_entity(g, key->entity, group->keys[i] - 1) &&
	    term_ask(key->term, g->cursor, out))
		return true;
	return value_of_member(g, group, key->term, out);
}

static bool
event_column(struct making *m, const struct group *group, size_t i, struct value *out)
{
	struct gather *g = m->g;
	const struct tally *t = gather_tally(g, group, i);
	uint64_t ns;

	switch (g->how[i].aggregation) {
	case VIEW_FIRST:
	case VIEW_LAST:
		return t->n && g->terms[i] && value_of_event(g, g->terms[i], t->at, out);
	case VIEW_AGE:
		if (!t->n)
			return false;
		ns = time_of_event(g, t->at);
		out->u = g->plan->to_ns > ns ? g->plan->to_ns - ns : 0;
		return true;
	default:
		return tally_result(t, &g->how[i], m->seconds, out);
	}
}

/* V is of the type that was tallied; columns that are shown as doubles get one. */
static void
put_cell(struct making *m, struct cell *cell, size_t i, const struct value *v)
{
	const struct view_column *c = m->g->plan->columns[i];
	enum value_type type = m->g->terms[i] ? term_type(m->g->terms[i]) : T_UINT;
	struct value shown = *v;
	bool is_mean = c->aggregation == VIEW_AVG || c->aggregation == VIEW_RATE ||
		       c->source == VIEW_FROM_CPU || c->across == VIEW_AVG;

	if (c->type == T_DOUBLE && type != T_DOUBLE && !is_mean)
		shown.d = type == T_INT ? (double)v->i : (double)v->u;
	put_value(m, cell, is_text(type) && is_text(c->type) ? type : c->type, &shown);
}

/* Histories that are rates come as changes. */
static bool
history_column(struct making *m, const struct group *group, size_t i, struct value *out)
{
	const struct view_column *c = m->g->plan->columns[i];
	const struct tally *t = gather_tally(m->g, group, i);
	enum value_type type = m->g->how[i].type;

	if (!t->n || !tally_result(t, &m->g->how[i], 1, out))
		return false;
	if (c->aggregation != VIEW_RATE)
		return true;
	if (m->seconds <= 0)
		return false;
	if (c->across != VIEW_AVG && type != T_DOUBLE)
		out->d = type == T_INT ? (double)out->i : (double)out->u;
	out->d /= m->seconds;
	return true;
}

static void
fill_cell(struct making *m, const struct group *group, size_t i, struct cell *cell)
{
	const struct view_column *c = m->g->plan->columns[i];
	struct gather *g = m->g;
	struct value v;
	bool known;

	if (i < g->plan->n_keys)
		known = key_value(m, group, i, &v);
	else if (c->source == VIEW_FROM_EVENTS)
		known = event_column(m, group, i, &v);
	else if (c->source == VIEW_FROM_ENTITY)
		known = g->terms[i] && value_of_group(g, group, g->terms[i], &v);
	else
		known = !(group->unknown >> i & 1) && history_column(m, group, i, &v);
	if (known)
		put_cell(m, cell, i, &v);
}

/* Are events missing before one of FIRST .. LAST? Of the state only: such as change what
 * is known of the system. */
static bool
has_loss(const struct snapshot *snap, uint64_t first, uint64_t last, bool of_state)
{
	size_t low = 0, high = snap->n_losses;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (snapshot_loss(snap, mid)->position < first)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < snap->n_losses && snapshot_loss(snap, low)->position <= last; low++)
		if (!of_state || snapshot_loss(snap, low)->class != LOSS_OF_DATA)
			return true;
	return false;
}

/* When an entity was there, to its end or the window's, and the event that last told what
 * it is. */
struct life {
	uint64_t from, last, told;
};

/* False: INDEX is none of a process or thread. */
static bool
find_life(const struct plan *plan, enum view_entity kind, uint32_t index, struct life *l)
{
	const struct kept_process *p;
	const struct kept_thread *t;
	const struct kept_step *step;
	uint64_t to;

	if (kind == VIEW_THREAD) {
		t = store_thread(plan->snap->store, index);
		p = t ? atomic_load_explicit(&t->proc, memory_order_acquire) : NULL;
		to = t ? atomic_load_explicit(&t->to, memory_order_relaxed) : 0;
		l->from = t ? t->from : 0;
	} else {
		p = kind == VIEW_PROCESS ? store_process(plan->snap->store, index) : NULL;
		to = p ? atomic_load_explicit(&p->to, memory_order_relaxed) : 0;
		l->from = p ? p->from : 0;
	}
	if (!p)
		return false;
	/* Also what is missing behind the last event. */
	l->last = to < plan->end ? to - 1 : plan->end - (plan->end < plan->snap->end);
	step = trail_at(&p->versions, l->last, sizeof(*step));
	l->told = step ? step->from : l->from;
	return true;
}

/* What losses do to a row. */
struct doubt {
	bool of_events;			/* some may be missing */
	bool of_state;			/* it may be another than what is known */
};

/* Is each row one process or thread? */
static bool
is_of_one(const struct gather *g)
{
	for (size_t i = 0; i < g->plan->n_keys; i++)
		if (g->keys[i].entity == VIEW_PROCESS || g->keys[i].entity == VIEW_THREAD)
			return true;
	return false;
}

/* A row of values is between its first and its last event, that of a process or thread
 * as long as it lived; others that have processes are always. */
static struct doubt
doubt_of(const struct gather *g, const struct group *group)
{
	const struct plan *plan = g->plan;
	const struct snapshot *snap = plan->snap;
	enum view_entity kind = group->kind;
	uint32_t index = group->entity;
	struct life l;
	struct doubt d = { false, false };

	if (!snap->n_losses || plan->end <= plan->first)
		return d;
	for (size_t i = 0; i < plan->n_keys; i++)
		if (g->keys[i].entity == VIEW_PROCESS || g->keys[i].entity == VIEW_THREAD) {
			kind = g->keys[i].entity;
			index = group->keys[i] - 1;
		}
	d.of_events = group->is_unsure ||
		      (group->n && has_loss(snap, group->first + 1, group->last, false));
	d.of_state = group->is_unsure;
	if (plan->q->view->rows == VIEW_ROWS_ENTITIES && !is_of_one(g)) {
		d.of_events |= has_loss(snap, plan->first,
					plan->end - (plan->end < snap->end), false);
	} else if (find_life(plan, kind, index, &l)) {
		d.of_state |= has_loss(snap, l.told + 1, l.last, true) && !group->n;
		d.of_events |= has_loss(snap, l.from >= plan->first ? l.from + 1 : plan->first,
					l.last, false);
	}
	return d;
}

static void
fill_row(struct making *m, const struct group *group, struct table_row *row)
{
	const struct plan *plan = m->g->plan;
	struct cell *cells = arena_alloc(m->arena, plan->n_columns * sizeof(*cells));
	struct doubt doubt = doubt_of(m->g, group);

	for (size_t i = 0; i < plan->n_columns; i++) {
		fill_cell(m, group, i, &cells[i]);
		if (cells[i].state == CELL_KNOWN && i >= plan->n_keys &&
		    (plan->columns[i]->source == VIEW_FROM_EVENTS ? doubt.of_events :
								    doubt.of_state))
			cells[i].state = CELL_UNSURE;
	}
	*row = (struct table_row){ .cells = cells, .entity = group->entity,
				   .parent = SIZE_MAX };
	for (size_t i = 0; i < plan->n_keys; i++)
		if (m->g->keys[i].entity)
			row->entity = group->keys[i] - 1;
}

/* Lists ----------------------------------------------------------------- */

static void
fill_event_cell(struct making *m, uint64_t number, size_t i, struct cell *cell)
{
	const struct view_column *c = m->g->plan->columns[i];
	struct gather *g = m->g;
	struct value v;
	uint64_t ns;

	cursor_go_to(g->cursor, number);
	if (g->only[i] && !sift_row(g->only[i], g->cursor))
		return;
	if (c->aggregation == VIEW_AGE) {
		ns = cursor_value(g->cursor, COL_TIME);
		v.u = g->plan->to_ns > ns ? g->plan->to_ns - ns : 0;
		put_value(m, cell, T_SPAN, &v);
	} else if (!g->terms[i]) {
		v.u = 1;
		put_value(m, cell, T_UINT, &v);
	} else if (term_get(g->terms[i], g->cursor, &v)) {
		put_value(m, cell, term_type(g->terms[i]), &v);
	}
}

/* Does column I say who did it, or on what? */
static bool
is_of_somebody(const struct gather *g, size_t i)
{
	enum field_scope scope = g->terms[i] ? operand_scope(term_operand(g->terms[i])) : OF_ROW;

	return scope == OF_ENTITY || scope == OF_HISTORY;
}

static void
fill_event(struct making *m, uint64_t number, struct table_row *row)
{
	size_t n = m->g->plan->n_columns;
	struct cell *cells = arena_alloc(m->arena, n * sizeof(*cells));
	bool unsure;

	cursor_go_to(m->g->cursor, number);
	unsure = cursor_value(m->g->cursor, COL_FLAGS) & ROW_UNSURE;
	for (size_t i = 0; i < n; i++) {
		fill_event_cell(m, number, i, &cells[i]);
		if (unsure && cells[i].state == CELL_KNOWN && is_of_somebody(m->g, i))
			cells[i].state = CELL_UNSURE;
	}
	*row = (struct table_row){ .cells = cells, .parent = SIZE_MAX };
}

/* Order ----------------------------------------------------------------- */

/* By the column SORT; NULL: as the view says. */
static struct ordering
ordering_of(const struct table *t, const char *sort, bool descending)
{
	const struct view *v = t->view;
	struct ordering o = { t, t->n_columns, v->sort_descending };

	for (size_t i = 0; i < t->n_columns; i++)
		if (sort ? !strcmp(t->columns[i]->name, sort) :
			      v->sort_column < v->n_columns &&
			      t->columns[i] == &v->columns[v->sort_column])
			o.column = i;
	if (sort)
		o.descending = descending;
	return o;
}

/* Trees ----------------------------------------------------------------- */

/* The rows by the value of their first key. */
struct family {
	struct bag keys;
	size_t *rows;			/* by id - 1 */
	size_t *first, *next;		/* kids of each row, in their order; SIZE_MAX */
};

static void
place_rows(struct answer *a, const struct family *f, struct table_row *out)
{
	/* Without recursion: what is made up may be deep. */
	size_t stack[LEVELS_MAX], depth = 0, n = a->table.n_rows, at = 0;
	size_t *where = xreallocarray(NULL, n, sizeof(*where));

	stack[0] = f->first[n];
	while (at < n) {
		size_t r = stack[depth];

		if (r == SIZE_MAX) {
			if (!depth)
				break;
			depth--;
			continue;
		}
		stack[depth] = f->next[r];
		out[at] = a->rows[r];
		out[at].level = (unsigned)depth;
		where[r] = at;
		out[at].parent = a->rows[r].parent == SIZE_MAX ? SIZE_MAX :
				 where[a->rows[r].parent];
		at++;
		if (depth + 1 < LEVELS_MAX)
			stack[++depth] = f->first[r];
	}
	a->table.n_rows = at;
	free(where);
}

/* Would it make a ring, or too deep a tree, to put ROW below PARENT? */
static bool
makes_ring(const struct answer *a, size_t row, size_t parent)
{
	unsigned level = 1;

	for (; parent != SIZE_MAX && level < LEVELS_MAX; parent = a->rows[parent].parent, level++)
		if (parent == row)
			return true;
	return parent != SIZE_MAX;
}

static void
find_parents(struct making *m, struct family *f, const struct group *const *groups)
{
	struct answer *a = m->a;
	struct term *term = term_new(m->g->plan->q->view->parent.text, NULL);
	size_t n = a->table.n_rows;
	uint32_t known;			/* ids of rows; what is put later is of none */
	struct value v;

	f->keys.type = term_type(m->g->keys[0].term);
	for (size_t i = 0; i < n; i++) {
		const struct cell *cell = &a->rows[i].cells[0];
		uint32_t id = cell->state ? bag_put(&f->keys, &cell->value) : 0;

		if (id)
			f->rows[id - 1] = i;
	}
	known = f->keys.n;
	for (size_t i = 0; term && i < n; i++) {
		uint32_t id;

		if (!value_of_group(m->g, groups[i], term, &v))
			continue;
		id = bag_put(&f->keys, &v);
		if (id <= known && !makes_ring(a, i, f->rows[id - 1]))
			a->rows[i].parent = f->rows[id - 1];
	}
	term_free(term);
}

/* Put children below their parents; among them the order stays. */
static void
make_tree(struct making *m, const struct group *const *groups)
{
	struct answer *a = m->a;
	size_t n = a->table.n_rows;
	struct family f = { 0 };
	struct table_row *out = arena_alloc(&a->arena, (n + 1) * sizeof(*out));

	f.rows = xreallocarray(NULL, n + 1, sizeof(*f.rows));
	f.first = xreallocarray(NULL, n + 1, sizeof(*f.first));
	f.next = xreallocarray(NULL, n + 1, sizeof(*f.next));
	find_parents(m, &f, groups);
	for (size_t i = 0; i <= n; i++)
		f.first[i] = SIZE_MAX;
	for (size_t i = n; i--;) {
		size_t parent = a->rows[i].parent == SIZE_MAX ? n : a->rows[i].parent;

		f.next[i] = f.first[parent];
		f.first[parent] = i;
	}
	place_rows(a, &f, out);
	a->rows = out;
	bag_fini(&f.keys);
	free(f.rows);
	free(f.first);
	free(f.next);
}

/* Totals ---------------------------------------------------------------- */

/* Peaks are of different times, and so together of none. */
static bool
adds_up(const struct view_column *c)
{
	if (c->aggregation == VIEW_MIN || c->aggregation == VIEW_MAX)
		return false;
	if (c->source == VIEW_FROM_HISTORY || c->source == VIEW_FROM_CPU)
		return c->across == VIEW_SUM;
	return c->source == VIEW_FROM_EVENTS &&
	       (c->aggregation == VIEW_COUNT || c->aggregation == VIEW_SUM ||
		c->aggregation == VIEW_RATE);
}

static void
add_totals(struct answer *a)
{
	struct table *t = &a->table;
	struct cell *totals = arena_alloc(&a->arena, (t->n_columns + 1) * sizeof(*totals));

	for (size_t i = 0; i < t->n_columns; i++) {
		const struct view_column *c = t->columns[i];

		for (size_t k = 0; adds_up(c) && !is_text(c->type) && k < t->n_rows; k++) {
			const struct cell *cell = &a->rows[k].cells[i];

			if (cell->state == CELL_MISSING)
				continue;
			if (totals[i].state != CELL_UNSURE)
				totals[i].state = cell->state;
			if (c->type == T_DOUBLE)
				totals[i].value.d += cell->value.d;
			else
				totals[i].value.u += cell->value.u;
		}
	}
	t->totals = totals;
}

/* The table --------------------------------------------------------------- */

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
	if (g->plan->q->view->only_new && group->before)
		return false;
	return group->n || group->entity;
}

/* Rows in the making, before they are sorted. */
struct filling {
	struct making *makings;		/* one a thread */
	const struct gather *all;
	struct table_row *rows;		/* of events of a list first, then of groups */
	const struct group **groups;	/* the rows' groups; NULL: of a list */
	size_t n;
	unsigned n_threads;
};

#define CELLS_LEN (2u << 20)		/* where there are more, they come in such pieces */
#define ROWS_EACH 256u			/* with fewer of them a thread does not pay */

static void
fill_part(void *ctx, unsigned number)
{
	struct filling *f = ctx;
	struct making *m = &f->makings[number];
	size_t to = f->n * (number + 1) / f->n_threads;

	for (size_t i = f->n * number / f->n_threads; i < to; i++) {
		if (f->groups[i])
			fill_row(m, f->groups[i], &f->rows[i]);
		else
			fill_event(m, f->all->list[i], &f->rows[i]);
	}
}

/* Which rows there are to be. */
static void
find_rows(struct filling *f)
{
	const struct gather *g = f->all;
	size_t most = g->n_list + g->n_groups + 1;

	f->rows = xreallocarray(NULL, most, sizeof(*f->rows));
	f->groups = xreallocarray(NULL, most, sizeof(*f->groups));
	for (f->n = 0; f->n < g->n_list; f->n++)
		f->groups[f->n] = NULL;
	for (size_t i = 0; i < g->n_groups; i++)
		if (is_row(g, &g->groups[i]))
			f->groups[f->n++] = &g->groups[i];
}

/* Make the cells of all rows. */
static void
fill_rows(struct answer *a, struct filling *f, struct gather *const *gathers, unsigned n)
{
	const struct plan *plan = f->all->plan;
	double seconds = (double)(plan->to_ns - plan->from_ns) / 1e9;

	f->n_threads = n < 1 + f->n / ROWS_EACH ? n : (unsigned)(1 + f->n / ROWS_EACH);
	f->makings = xreallocarray(NULL, f->n_threads, sizeof(*f->makings));
	a->arenas = xzalloc(f->n_threads * sizeof(*a->arenas));
	a->n_arenas = f->n_threads;
	for (unsigned i = 0; i < f->n_threads; i++) {
		if (f->n * plan->n_columns * sizeof(struct cell) / f->n_threads > CELLS_LEN)
			a->arenas[i].block_len = CELLS_LEN;
		gathers[i]->cursor->is_sparse = true;
		f->makings[i] = (struct making){ a, gathers[i], f->all, &a->arenas[i], seconds };
	}
	crew_run(f->n_threads, fill_part, f);
}

/* Put the rows of F into their order. */
static void
sort_rows(struct answer *a, struct filling *f)
{
	const struct plan *plan = f->all->plan;
	const struct group **groups = xreallocarray(NULL, f->n + 1, sizeof(*groups));
	struct ordering o = ordering_of(&a->table, plan->q->sort, plan->q->sort_descending);
	uint32_t *order = NULL;

	if (!plan->is_list || o.column < a->table.n_columns)
		order = order_rows(&o, f->rows, f->n, f->n_threads);
	a->table.n_rows = f->n;
	a->rows = arena_alloc(&a->arena, (f->n + 1) * sizeof(*a->rows));
	for (size_t i = 0; i < f->n; i++) {
		a->rows[i] = f->rows[order ? order[i] : i];
		groups[i] = f->groups[order ? order[i] : i];
	}
	if (plan->q->view->parent.operand && plan->n_keys && !plan->q->is_flat)
		make_tree(&f->makings[0], groups);
	free(order);
	free(groups);
}

struct table *
answer_new(struct gather *const *gathers, unsigned n)
{
	const struct gather *g = gathers[0];
	const struct plan *plan = g->plan;
	struct answer *a = xzalloc(sizeof(*a));
	struct filling f = { .all = g };
	struct table *t = &a->table;

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
	t->is_partial = g->was_cut;
	find_rows(&f);
	fill_rows(a, &f, gathers, n);
	sort_rows(a, &f);
	t->rows = a->rows;
	for (unsigned i = 0; i < n; i++)
		t->n_unread += gathers[i]->cursor->n_unread;
	add_totals(a);
	free(f.makings);
	free(f.rows);
	free(f.groups);
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

bool
answer_sort(struct table *t, const char *sort, bool descending)
{
	struct answer *a = (struct answer *)t;
	struct ordering o = ordering_of(t, sort, descending);

	/* Events in their order, and trees, are made from more than there is in a table. */
	if (t->view->parent.operand || (view_is_list(t->view) && o.column == t->n_columns))
		return false;
	put_in_order(a, &o);
	return true;
}

void
answer_free(struct table *t)
{
	struct answer *a = (struct answer *)t;

	if (!a)
		return;
	for (unsigned i = 0; i < a->n_arenas; i++)
		arena_fini(&a->arenas[i]);
	free(a->arenas);
	arena_fini(&a->arena);
	free(a);
}
