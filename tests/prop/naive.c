#include "tests/prop/naive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/event/cpu_time.h"
#include "engine/event/event.h"
#include "engine/field/operand.h"
#include "engine/filter/expr.h"
#include "engine/filter/filter.h"
#include "engine/query/query.h"
#include "engine/store/recall.h"
#include "engine/store/store.h"
#include "engine/world/world.h"

/* Making one ------------------------------------------------------------ */

static struct filter *
compile(const char *text)
{
	struct err err = { 0 };
	struct filter *f = filter_compile(text, NULL, &err);

	if (!f)
		die("%s: %s", text, err.text);
	return f;
}

/* Are they of the same values? */
static bool
is_alike(const struct view_column *a, const struct view_column *b)
{
	return a == b || (a->of.operand && b->of.operand && !strcmp(a->of.text, b->of.text) &&
			  a->source == b->source && a->entity == b->entity);
}

static void
make_columns(struct naive *n)
{
	const struct view *v = n->view;
	enum view_variant variant = n->q->variant ? n->q->variant : VIEW_PLAIN;

	for (size_t i = 0; i < v->n_columns; i++) {
		const struct view_column *c = &v->columns[i];
		size_t len, at = n->n_columns;

		if (!view_shows(c, variant))
			continue;
		n->n_keys += i < v->n_keys;
		n->columns[at] = c;
		n->operands[at] = c->of.operand ? operand_parse(c->of.text, &len, NULL) : NULL;
		n->only[at] = c->only.filter ? compile(c->only.text) : NULL;
		while (!is_alike(n->columns[n->alike[at]], c))
			n->alike[at]++;
		n->n_columns++;
	}
}

void
naive_init(struct naive *n, const struct snapshot *snap, const struct query *q,
	   const struct table *t)
{
	memset(n, 0, sizeof(*n));
	n->snap = snap;
	n->q = q;
	n->t = t;
	n->view = q->view;
	n->first = q->first > snap->first ? q->first : snap->first;
	n->end = q->end && q->end < snap->end ? q->end : snap->end;
	if (n->view->filter.filter)
		n->filters[n->n_filters++] = compile(n->view->filter.text);
	for (size_t i = 0; i < q->n_filters; i++)
		n->filters[n->n_filters++] = compile(q->filters[i]);
	make_columns(n);
	n->recall = recall_new(snap);
	clock_init(&n->clock, NULL);
	render_init(&n->render, recall_world(n->recall), &n->clock);
	n->ev = (struct eval){ .world = recall_world(n->recall), .render = &n->render,
			       .scratch = &n->scratch, .list = n->list,
			       .first_ns = snap->sections[0].first_ns };
}

void
naive_fini(struct naive *n)
{
	uint64_t key;
	void *value;

	for (size_t at = 0; map_next(&n->rows, &at, &key, &value);) {
		struct naive_row *row = value;

		for (size_t i = 0; i < n->n_columns; i++) {
			free(row->cells[i].values);
			free(row->cells[i].events);
		}
		free(row);
	}
	map_fini(&n->rows);
	free(n->uses);
	for (size_t i = 0; i < n->n_columns; i++) {
		operand_free(n->operands[i]);
		filter_free(n->only[i]);
	}
	for (size_t i = 0; i < n->n_filters; i++)
		filter_free(n->filters[i]);
	arena_fini(&n->arena);
	render_fini(&n->render);
	recall_free(n->recall);
	text_fini(&n->scratch);
	text_fini(&n->key);
}

/* Values ---------------------------------------------------------------- */

static bool
is_text(enum value_type type)
{
	return type == T_STR || type == T_DATA;
}

/* The value of operand I, with its bytes where they stay; lists as text. */
bool
naive_get(struct naive *n, size_t i, struct value *out)
{
	struct operand *o = n->operands[i];
	struct text t = { 0 };
	struct value v;

	if (!operand_get(o, &n->ev, &v))
		return false;
	*out = v;
	if (operand_many(o) != FIELD_ONE)
		operand_text(o, &v, &n->render, &t);
	else if (is_text(operand_type(o)))
		text_bytes(&t, v.s.p, v.s.len);
	else
		return true;
	out->s = (struct span){ (const uint8_t *)arena_strndup(&n->arena, t.p ? t.p : "", t.len),
				t.len };
	text_fini(&t);
	return true;
}

enum value_type
naive_type(const struct naive *n, size_t i)
{
	if (!n->operands[i])
		return T_UINT;
	return operand_many(n->operands[i]) != FIELD_ONE ? T_STR : operand_type(n->operands[i]);
}

double
naive_number(enum value_type type, const struct value *v)
{
	return type == T_DOUBLE ? v->d : type == T_INT ? (double)v->i :
	       type == T_BOOL ? v->b : (double)v->u;
}

/* By the order of their type; texts by their bytes. */
int
naive_order(enum value_type type, const struct value *a, const struct value *b)
{
	size_t len;
	int c;

	switch (type) {
	case T_STR: case T_DATA:
		len = a->s.len < b->s.len ? a->s.len : b->s.len;
		c = len ? memcmp(a->s.p, b->s.p, len) : 0;
		return c ? c : (a->s.len > b->s.len) - (a->s.len < b->s.len);
	case T_DOUBLE:
		return (a->d > b->d) - (a->d < b->d);
	case T_INT:
		return (a->i > b->i) - (a->i < b->i);
	case T_BOOL:
		return a->b - b->b;
	case T_IP: case T_NET:
		c = a->ip.is_v6 - b->ip.is_v6;
		return c ? c : memcmp(a->ip.bytes, b->ip.bytes, a->ip.is_v6 ? 16 : 4);
	default:
		return (a->u > b->u) - (a->u < b->u);
	}
}

void
naive_put_key(struct text *t, enum value_type type, const struct value *v)
{
	if (is_text(type))
		text_bytes(t, v->s.p, v->s.len);
	else
		value_text(v, type, U_NONE, 80, t);
	text_char(t, '|');
}

/* Rows ------------------------------------------------------------------ */

static bool
is_counted(const struct moment *m)
{
	const struct event_type *type = m->ev->type;

	if (m->is_internal || m->is_state_only || type->source == ES_ITER)
		return false;
	if (type->source == ES_METAEVENT && m->ev->id != EV_TRACER_E)
		return false;
	return type->source != ES_SYSCALL || event_id_is_exit(m->ev->id);
}

bool
naive_wants(struct naive *n)
{
	for (size_t i = 0; i < n->n_filters; i++)
		if (!filter_match(n->filters[i], &n->ev))
			return false;
	return true;
}

static struct naive_row *
row_of(struct naive *n)
{
	uint64_t hash = hash_bytes(n->key.p, n->key.len, 7);
	struct naive_row *row = map_get(&n->rows, hash);

	if (row)
		return row;
	row = xzalloc(sizeof(*row) + n->n_columns * sizeof(row->cells[0]));
	row->key = arena_strndup(&n->arena, n->key.p ? n->key.p : "", n->key.len);
	map_put(&n->rows, hash, row);
	n->n_rows++;
	return row;
}

/* Append which ENTITY the event in EV is of, as a key. False: of none. */
static bool
put_entity(struct naive *n, enum view_entity entity)
{
	const struct moment *m = n->ev.m;

	if (entity == VIEW_DESCRIPTOR) {
		const struct descriptor *fd = m ? m->fd : n->ev.fd;

		if (fd)
			text_fmt(&n->key, "#%u|", fd->id);
		return fd;
	}
	/* What happened to nobody that is known may have happened in a container. */
	if (entity == VIEW_CONTAINER) {
		text_fmt(&n->key, "#%u|", n->ev.container);
		return true;
	}
	if (entity == VIEW_THREAD ? !n->ev.thread : !n->ev.proc)
		return false;
	text_fmt(&n->key, "#%u|", entity == VIEW_THREAD ? n->ev.thread->id : n->ev.proc->id);
	return true;
}

/* Make N's key of what EV stands on. False: it has none. */
static bool
make_key(struct naive *n)
{
	struct value v;

	n->key.len = 0;
	for (size_t i = 0; i < n->n_keys; i++) {
		if (n->columns[i]->key_entity) {
			if (!put_entity(n, n->columns[i]->key_entity))
				return false;
			continue;
		}
		if (!naive_get(n, i, &v))
			return false;
		naive_put_key(&n->key, naive_type(n, i), &v);
	}
	return true;
}

static void
add_value(struct naive_cell *cell, const struct value *v, uint64_t event)
{
	xgrow(&cell->values, &cell->cap, cell->n + 1, sizeof(*v));
	xgrow(&cell->events, &cell->cap_events, cell->n + 1, sizeof(event));
	cell->events[cell->n] = event;
	cell->values[cell->n++] = *v;
}

/* Does the event count for any column? */
static bool
add_columns(struct naive *n, struct naive_row *row, uint64_t event)
{
	bool counts = false;
	struct value v;

	for (size_t i = n->n_keys; i < n->n_columns; i++) {
		struct naive_cell *cell = &row->cells[i];

		if (n->columns[i]->source != VIEW_FROM_EVENTS ||
		    (n->only[i] && !filter_match(n->only[i], &n->ev)))
			continue;
		cell->count++;
		if (!n->operands[i])
			v.u = event;
		else if (!naive_get(n, i, &v))
			continue;
		add_value(cell, &v, event);
		counts = true;
	}
	return counts;
}

static void
take_event(struct naive *n, uint64_t event)
{
	const struct moment *m = recall_event(n->recall, event, NULL);
	struct naive_row *row;

	eval_moment(&n->ev, m);
	if (!is_counted(m) || !naive_wants(n) || !make_key(n))
		return;
	row = row_of(n);
	if (event < n->first) {
		row->is_old = true;
		return;
	}
	row->first_event = row->n_events++ ? row->first_event : event;
	row->last = event;
	row->may_be_unsure |= m->is_unsure;
	row->is_unsure |= add_columns(n, row, event) && m->is_unsure;
}

/* Entities -------------------------------------------------------------- */

/* A process or a thread, for the part of the window for which it was there. */
struct being {
	enum view_entity kind;
	const struct kept_process *p;
	const struct kept_thread *t;
	uint64_t first, last;
	bool is_gone;			/* before the window's end */
};

static bool
find_life(const struct naive *n, uint64_t from, uint64_t to, struct being *b)
{
	uint64_t first = n->first, end = n->end;

	/* Nothing happens: whoever was there at the event before is there. */
	if (end <= first) {
		if (first <= n->snap->first)
			return false;
		end = first--;
	}
	b->first = from > first ? from : first;
	b->is_gone = to < end;
	b->last = b->is_gone ? to - 1 : end - 1;
	return from < end && to > first && b->first <= b->last;
}

/* Let N's EV stand on B as of POSITION. A process has its first thread's names. */
static bool
stand_on(struct naive *n, const struct being *b, uint64_t position)
{
	const struct kept_thread *t = b->t;

	n->ev.m = NULL;
	n->ev.thread = NULL;
	n->ev.proc = NULL;
	n->ev.fd = NULL;
	n->ev.container = 0;
	if (!t && b->p->pid >= 0) {
		t = store_find_thread(n->snap->store, b->p->pid, position);
		if (t && t->proc != b->p)
			t = NULL;
	}
	if (t)
		n->ev.thread = recall_thread(n->recall, t, position);
	if (n->ev.thread)
		n->ev.proc = n->ev.thread->proc;
	else if (!b->t)
		n->ev.proc = recall_process_at(n->recall, b->p, position);
	if (n->ev.proc)
		n->ev.container = n->ev.proc->container;
	return n->ev.proc;
}

static bool
is_growing(const struct naive *n, size_t i)
{
	const struct field_use *use = operand_field(n->operands[i]);

	return use && use->field->flags & FIELD_GROWS;
}

/* The values that a being had of one operand. */
struct bygone {
	struct value first, last, least, most;
	bool has_first, has_last, is_any;
};

/* What there was at another position; NULL: nothing. */
static void
note_bygone(struct bygone *p, enum value_type type, bool is_first, const struct value *v)
{
	p->has_last = v;
	if (!v)
		return;
	if (is_first)
		p->first = *v;
	p->has_first |= is_first;
	p->last = *v;
	if (!p->is_any || naive_order(type, v, &p->least) < 0)
		p->least = *v;
	if (!p->is_any || naive_order(type, v, &p->most) > 0)
		p->most = *v;
	p->is_any = true;
}

static bool
is_history_of(const struct naive *n, size_t i, const struct being *b)
{
	return n->columns[i]->source == VIEW_FROM_HISTORY && n->columns[i]->entity == b->kind;
}

/* All values that B had, for the first column of each operand that asks for them: those of
 * every position, though most change nothing. */
static void
find_bygones(struct naive *n, const struct being *b, struct bygone *bygones)
{
	size_t asked[NAIVE_COLUMNS], n_asked = 0;
	struct value v;

	for (size_t i = n->n_keys; i < n->n_columns; i++)
		if (is_history_of(n, i, b) && n->alike[i] == i) {
			bygones[i] = (struct bygone){ .is_any = false };
			asked[n_asked++] = i;
		}
	for (uint64_t k = b->first; n_asked && k <= b->last; k++) {
		bool is_there = stand_on(n, b, k);

		for (size_t at = 0; at < n_asked; at++)
			note_bygone(&bygones[asked[at]], naive_type(n, asked[at]), k == b->first,
				  is_there && naive_get(n, asked[at], &v) ? &v : NULL);
	}
}

/* What column I makes of the values P. */
static bool
history(const struct naive *n, const struct bygone *p, size_t i, struct value *out)
{
	enum value_type type = naive_type(n, i);
	struct value first = p->first;

	switch (n->columns[i]->aggregation) {
	case VIEW_FIRST:
		*out = first;
		return p->has_first;
	case VIEW_MAX:
		*out = p->most;
		return p->is_any;
	case VIEW_MIN:
		*out = p->least;
		return p->is_any;
	case VIEW_CHANGE: case VIEW_RATE:
		if (!p->has_first || !p->has_last)
			return false;
		if (is_growing(n, i) && naive_order(type, &p->last, &first) < 0)
			first = p->least;
		*out = p->last;
		if (type == T_DOUBLE)
			out->d -= first.d;
		else
			out->u -= first.u;
		return true;
	default:
		*out = p->last;
		return p->has_last;
	}
}

/* What a sample, event M, tells; exactly where that was told before it. */
static struct naive_use
sample_of(const struct naive *n, const struct moment *m)
{
	struct naive_use use = { .is_sample = true };
	const struct kept_thread *t = store_find_thread(n->snap->store, m->thread->tid, m->num);
	const struct kept_thread_state *state =
		t ? trail_at(&t->states, m->num, sizeof(*state)) : NULL;
	uint64_t user, system;

	use.is_exact = state && (state->cpu_user_ns || state->cpu_system_ns);
	if (use.is_exact) {
		use.user_ns = (double)state->cpu_user_ns;
		use.system_ns = (double)state->cpu_system_ns;
	} else if (event_u64(m->ev, 0, &user) && event_u64(m->ev, 1, &system)) {
		use.user_ns = (double)user * CPU_TIME_TICK_NS;
		use.system_ns = (double)system * CPU_TIME_TICK_NS;
	} else {
		use.is_sample = false;
	}
	return use;
}

/* What all events tell of CPU time, for all threads at once. */
static void
find_uses(struct naive *n)
{
	int64_t next_on[UINT16_MAX + 1];	/* by CPU: to whom its newest switch was */

	n->has_uses = true;
	memset(next_on, 0xff, sizeof(next_on));
	for (uint64_t k = n->snap->first; k < n->snap->end; k++) {
		const struct moment *m = recall_event(n->recall, k, NULL);
		struct naive_use use = { 0 };

		if (m->exec_ns && m->thread)
			use.is_unsure = next_on[m->ev->cpu] != m->thread->tid;
		if (m->ev->id == EV_SCHEDSWITCH_6_E || m->ev->id == EV_SCHEDSWITCH_1_E) {
			next_on[m->ev->cpu] = -1;
			event_i64(m->ev, 0, &next_on[m->ev->cpu]);
		}
		if (!m->thread)
			continue;
		if (m->ev->id == EV_PROCINFO_E)
			use = sample_of(n, m);
		if (!use.is_sample && !m->exec_ns)
			continue;
		use.event = k;
		use.ts_ns = m->ev->ts_ns;
		use.thread = m->thread->id;
		use.ran_ns = (double)m->exec_ns;
		xgrow(&n->uses, &n->cap_uses, n->n_uses + 1, sizeof(use));
		n->uses[n->n_uses++] = use;
	}
}

/* What thread T had used, as its events tell: at most CAP samples. Where the time goes
 * back it stands still. */
static size_t
samples_of(const struct naive *n, const struct kept_thread *t, struct naive_use *list,
	   size_t cap)
{
	size_t n_found = 0;

	if (t->born && t->born_ns)
		list[n_found++] = (struct naive_use){ .ts_ns = t->born_ns };
	for (size_t i = 0; i < n->n_uses && n_found < cap; i++) {
		if (!n->uses[i].is_sample || n->uses[i].thread != t->id ||
		    n->uses[i].event < t->from)
			continue;
		list[n_found] = n->uses[i];
		if (n_found && list[n_found].ts_ns < list[n_found - 1].ts_ns)
			list[n_found].ts_ns = list[n_found - 1].ts_ns;
		n_found++;
	}
	return n_found;
}

static double
used_at(const struct naive_use *list, size_t n, uint64_t ts_ns, bool user, bool system)
{
	double before = 0, after = 0, share = 0;

	for (size_t i = 0; i < n; i++) {
		double used = (user ? list[i].user_ns : 0) +
			      (system ? list[i].system_ns : 0);

		if (list[i].ts_ns <= ts_ns || !i) {
			before = after = used;
			continue;
		}
		share = (double)(ts_ns - list[i - 1].ts_ns) /
			(double)(list[i].ts_ns - list[i - 1].ts_ns);
		after = used;
		break;
	}
	return ts_ns < list[0].ts_ns ? before : before + share * (after - before);
}

/* As switches tell. */
static bool
switched_ns(const struct naive *n, const struct kept_thread *t, double *ns, bool *is_partial)
{
	bool is_any = false, is_unsure = false;
	double ran = 0;

	for (size_t i = 0; i < n->n_uses && n->uses[i].event < n->end; i++) {
		if (n->uses[i].thread != t->id || !(n->uses[i].ran_ns > 0))
			continue;
		is_any = true;
		if (n->uses[i].event >= n->first) {
			ran += n->uses[i].ran_ns;
			is_unsure |= n->uses[i].is_unsure;
		}
	}
	*is_partial = is_unsure;
	if (!is_any || is_unsure)
		return false;
	*ns = ran;
	return true;
}

static bool
cpu(struct naive *n, const struct kept_thread *t, size_t i, struct naive_cell *cell,
    struct value *out)
{
	static struct naive_use list[4096];
	const char *field = n->columns[i]->of.text;
	bool user = strcmp(field, "thread.cpu.system") != 0;
	bool system = strcmp(field, "thread.cpu.user") != 0;
	double window = (double)(n->t->to_ns - n->t->from_ns), ns = 0;
	bool is_partial = false;
	size_t n_samples;

	if (!n->has_uses)
		find_uses(n);
	n_samples = samples_of(n, t, list, ARRAY_LEN(list));
	if (window <= 0)
		return false;
	if (n_samples > 1)
		ns = used_at(list, n_samples, n->t->to_ns, user, system) -
		     used_at(list, n_samples, n->t->from_ns, user, system);
	else if ((!user || !system || !switched_ns(n, t, &ns, &is_partial)) &&
		 (n_samples == 0 || !list[0].is_exact)) {
		cell->is_partial |= is_partial;
		return false;
	}
	out->d = 100 * ns / window;
	return true;
}

/* Is the row of column I's entities one of their own, or of their process? */
static bool
is_own(const struct naive *n, size_t i)
{
	for (size_t k = 0; k < n->n_keys; k++)
		if (n->columns[k]->key_entity == n->columns[i]->entity ||
		    (n->columns[k]->key_entity == VIEW_PROCESS &&
		     n->columns[i]->entity == VIEW_THREAD))
			return true;
	return false;
}

/* Is an entity of KIND the key? */
static bool
is_key(const struct naive *n, enum view_entity kind)
{
	for (size_t k = 0; k < n->n_keys; k++)
		if (n->columns[k]->key_entity == kind)
			return true;
	return false;
}

/* Who is gone has nothing at the end, which is 0 in a sum of its row. */
static bool
has_at_end(const struct naive *n, const struct being *b, size_t i, struct value *v)
{
	const struct view_column *c = n->columns[i];

	if (c->aggregation != VIEW_LAST || !b->is_gone || is_own(n, i))
		return true;
	if (c->across != VIEW_SUM || is_text(naive_type(n, i)))
		return false;
	*v = (struct value){ .u = 0 };
	return true;
}

/* Does B say what its row is called? Containers are known by their processes. */
static bool
is_of_rows(const struct naive *n, const struct being *b)
{
	return n->view->entity == b->kind ||
	       (n->view->entity == VIEW_CONTAINER && b->kind == VIEW_PROCESS);
}

/* What B adds to its row, where that is in the table. */
static void
add_being(struct naive *n, const struct being *b)
{
	struct bygone bygones[NAIVE_COLUMNS];
	struct naive_row *row;
	struct value v;

	if (!stand_on(n, b, b->last) || !make_key(n))
		return;
	row = is_of_rows(n, b) ? row_of(n) :
				 map_get(&n->rows, hash_bytes(n->key.p, n->key.len, 7));
	if (row)
		find_bygones(n, b, bygones);
	for (size_t i = n->n_keys; row && i < n->n_columns; i++) {
		const struct view_column *c = n->columns[i];
		bool known = false;

		if (c->source == VIEW_FROM_CPU)
			known = b->t && cpu(n, b->t, i, &row->cells[i], &v);
		else if (is_history_of(n, i, b) &&
			 !(row->cells[i].is_vague |= !stand_on(n, b, b->first)))
			known = history(n, &bygones[n->alike[i]], i, &v) && has_at_end(n, b, i, &v);
		else if (c->source == VIEW_FROM_ENTITY && is_of_rows(n, b)) {
			known = stand_on(n, b, b->last) && naive_get(n, i, &v);
			row->cells[i].is_own = is_key(n, b->kind);
		}
		if (known)
			add_value(&row->cells[i], &v, b->last);
	}
}

static void
take_processes(struct naive *n)
{
	for (uint32_t i = 1; i < n->snap->n_processes; i++) {
		const struct kept_process *p = store_process(n->snap->store, i);
		struct being b = { .kind = VIEW_PROCESS, .p = p };

		if (p && find_life(n, p->from, p->to, &b))
			add_being(n, &b);
	}
}

static void
take_threads(struct naive *n)
{
	for (uint32_t i = 1; i < n->snap->n_threads; i++) {
		const struct kept_thread *t = store_thread(n->snap->store, i);
		struct being b = { .kind = VIEW_THREAD, .t = t };

		if (t && find_life(n, t->from, t->to, &b))
			add_being(n, &b);
	}
}

/* What conditions say of an entity without an event. */
enum verdict { NO, MAYBE, YES };

static enum verdict
ask_check(const struct check *c, const struct eval *ev)
{
	bool is_there = false;

	if (operand_scope(c->left) != OF_ENTITY || c->right || c->types)
		return MAYBE;
	switch (operand_entity(c->left)) {
	case ENT_FD:
		is_there = ev->fd;
		break;
	case ENT_THREAD:
		is_there = ev->thread;
		break;
	case ENT_PROCESS: case ENT_LINEAGE: case ENT_CONTAINER:
		is_there = ev->proc;
		break;
	default:
		break;
	}
	return !is_there ? MAYBE : check_holds(c, ev) ? YES : NO;
}

static enum verdict
ask_expr(const struct expr *e, const struct eval *ev)
{
	enum verdict all = e->kind == EXPR_AND ? YES : NO, one;

	if (e->kind == EXPR_CHECK)
		return ask_check(&e->check, ev);
	if (e->kind == EXPR_NOT)
		return YES - ask_expr(e->first, ev);
	for (const struct expr *kid = e->first; kid; kid = kid->next) {
		one = ask_expr(kid, ev);
		if (e->kind == EXPR_AND ? one < all : one > all)
			all = one;
	}
	return all;
}

static enum verdict
ask_conditions(const struct naive *n)
{
	enum verdict all = YES, one;

	for (size_t i = 0; i < n->n_filters; i++) {
		one = ask_expr(filter_expr(n->filters[i]), &n->ev);
		all = one < all ? one : all;
	}
	return all;
}

/* What B had open, until when it had it. */
struct opened {
	uint64_t last;
	int64_t num;
};

/* The row of descriptor D, which B had. */
static void
add_opened(struct naive *n, const struct being *b, const struct opened *d)
{
	struct naive_row *row;
	struct descriptor fd;
	enum verdict verdict;
	struct value v;

	if (!stand_on(n, b, d->last))
		return;
	fd = *world_fd(n->ev.proc, d->num);
	n->ev.fd = &fd;
	if (!make_key(n))
		return;
	row = row_of(n);
	verdict = ask_conditions(n);
	row->is_idle |= verdict == YES;
	row->may_be_idle |= verdict != NO;
	for (size_t i = n->n_keys; i < n->n_columns; i++)
		if (n->columns[i]->source == VIEW_FROM_ENTITY && naive_get(n, i, &v))
			add_value(&row->cells[i], &v, d->last);
}

static void
take_opened(struct naive *n, const struct being *b)
{
	struct map by_id = { 0 };
	uint64_t key;
	void *value;

	/* Every position, and all that is open there. */
	for (uint64_t k = b->first; k <= b->last; k++) {
		const struct descriptor *fd;

		if (!stand_on(n, b, k))
			continue;
		for (int64_t num = 0; (fd = world_next_fd(n->ev.proc, &num)); num++) {
			struct opened *d = map_get(&by_id, 1 + (uint64_t)fd->id);

			if (!d)
				map_put(&by_id, 1 + (uint64_t)fd->id,
					d = arena_alloc(&n->arena, sizeof(*d)));
			*d = (struct opened){ k, num };
		}
	}
	for (size_t at = 0; map_next(&by_id, &at, &key, &value);)
		add_opened(n, b, value);
	map_fini(&by_id);
}

static void
take_descriptors(struct naive *n)
{
	for (uint32_t i = 1; i < n->snap->n_processes; i++) {
		const struct kept_process *p = store_process(n->snap->store, i);
		struct being b = { .kind = VIEW_PROCESS, .p = p };

		if (p && find_life(n, p->from, p->to, &b))
			take_opened(n, &b);
	}
}

/* Those that make rows come first. */
static void
take_beings(struct naive *n)
{
	if (n->view->entity == VIEW_THREAD) {
		take_threads(n);
		take_processes(n);
	} else {
		take_processes(n);
		take_threads(n);
	}
}

void
naive_take(struct naive *n)
{
	for (uint64_t k = n->view->only_new ? n->snap->first : n->first; k < n->end; k++)
		take_event(n, k);
	if (n->view->rows == VIEW_ROWS_ENTITIES && n->view->entity == VIEW_DESCRIPTOR)
		take_descriptors(n);
	else if (n->view->rows == VIEW_ROWS_ENTITIES)
		take_beings(n);
}
