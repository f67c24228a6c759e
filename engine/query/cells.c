#include "engine/query/cells.h"

#include <string.h>

#include "engine/event/source.h"
#include "engine/query/gather.h"

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
	if (is_text(type) && m->arena)
		cell->value.s.p = (const uint8_t *)
			arena_strndup(m->arena, (const char *)v->s.p, v->s.len);
}

/* Let the cursor stand on the entity INDEX of KIND, as of the window's end; of a descriptor it
 * is the slot of the version. */
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
	case VIEW_DESCRIPTOR:
		return cursor_fd(g->cursor, index);
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
	return term_get_once(term, g->cursor, out);
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
bool
cells_ask_group(struct gather *g, const struct group *group, struct term *term,
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
	const struct tally *t;
	uint64_t ns, last;

	if (gather_is_last(g, i)) {
		last = gather_last(g, group, i);
		return last && g->terms[i] && value_of_event(g, g->terms[i], last - 1, out);
	}
	t = gather_tally(g, group, i);
	switch (g->how[i].aggregation) {
	case VIEW_FIRST:
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
		known = g->terms[i] && cells_ask_group(g, group, g->terms[i], &v);
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
doubt_of_group(const struct gather *g, const struct group *group)
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

static struct doubt
doubt_of(struct making *m, const struct making_of *of)
{
	bool unsure;

	if (of->group)
		return doubt_of_group(m->g, of->group);
	cursor_go_to(m->g->cursor, of->event);
	unsure = cursor_value(m->g->cursor, COL_FLAGS) & ROW_UNSURE;
	return (struct doubt){ false, unsure };
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

/* Rows ------------------------------------------------------------------ */

/* Is what column I has to be doubted? */
static bool
is_doubtful(const struct gather *g, const struct making_of *of, size_t i, struct doubt d)
{
	if (!of->group)
		return d.of_state && is_of_somebody(g, i);
	if (i < g->plan->n_keys)
		return false;
	return g->plan->columns[i]->source == VIEW_FROM_EVENTS ? d.of_events : d.of_state;
}

static void
fill(struct making *m, const struct making_of *of, size_t i, struct doubt d, struct cell *cell)
{
	if (of->group)
		fill_cell(m, of->group, i, cell);
	else
		fill_event_cell(m, of->event, i, cell);
	if (cell->state == CELL_KNOWN && is_doubtful(m->g, of, i, d))
		cell->state = CELL_UNSURE;
}

void
cells_fill_one(struct making *m, const struct making_of *of, size_t column, struct cell *out)
{
	*out = (struct cell){ .state = CELL_MISSING };
	fill(m, of, column, (struct doubt){ false, false }, out);
}

/* ROW is of OF, with these CELLS. */
static void
put_row(const struct making *m, const struct making_of *of, const struct cell *cells,
	struct table_row *row)
{
	*row = (struct table_row){ .cells = cells, .parent = SIZE_MAX };
	if (!of->group)
		return;
	row->entity = of->group->entity;
	for (size_t i = 0; i < m->g->plan->n_keys; i++)
		if (m->g->keys[i].entity)
			row->entity = of->group->keys[i] - 1;
}

void
cells_fill_keys(struct making *m, const struct making_of *of, struct cell *cells,
		struct table_row *row)
{
	const struct plan *plan = m->g->plan;

	memset(cells, 0, plan->n_columns * sizeof(*cells));
	for (size_t i = 0; i < plan->n_keys; i++)
		cells_fill_one(m, of, i, &cells[i]);
	put_row(m, of, cells, row);
}

bool
cells_is_unsure(struct making *m, const struct making_of *of, size_t column)
{
	return is_doubtful(m->g, of, column, doubt_of(m, of));
}

void
cells_fill_row(struct making *m, const struct making_of *of, struct table_row *row)
{
	const struct plan *plan = m->g->plan;
	struct cell *cells = arena_alloc(m->arena, plan->n_columns * sizeof(*cells));
	struct doubt doubt = doubt_of(m, of);

	for (size_t i = 0; i < plan->n_columns; i++)
		fill(m, of, i, doubt, &cells[i]);
	put_row(m, of, cells, row);
}

/* Peaks are of different times, and so together of none. */
bool
cells_add_up(const struct view_column *c)
{
	if (c->aggregation == VIEW_MIN || c->aggregation == VIEW_MAX)
		return false;
	if (c->type == T_STR || c->type == T_DATA)
		return false;
	if (c->source == VIEW_FROM_HISTORY || c->source == VIEW_FROM_CPU)
		return c->across == VIEW_SUM;
	return c->source == VIEW_FROM_EVENTS &&
	       (c->aggregation == VIEW_COUNT || c->aggregation == VIEW_SUM ||
		c->aggregation == VIEW_RATE);
}
