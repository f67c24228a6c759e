#include "engine/query/entities.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/query/cpu.h"
#include "engine/query/crew.h"
#include "engine/query/gather.h"
#include "engine/query/open_fds.h"

/* An entity that lived in the window. */
struct lived {
	enum view_entity kind;
	uint32_t index;
	const struct kept_process *p;	/* NULL: a thread */
	const struct kept_thread *t;
	uint64_t first, last;		/* events of the window for which it was there */
	bool is_gone;			/* before the window's end */
};

/* Was it there in the window? Then L says when. */
static bool
find_life(const struct plan *plan, uint64_t from, uint64_t to, struct lived *l)
{
	uint64_t first = plan->first, end = plan->end;

	/* When nothing happens, everybody is still there: who was at the event before. */
	if (end <= first) {
		if (first <= plan->snap->first)
			return false;
		end = first--;
	}
	if (from >= end || to <= first)
		return false;
	l->first = from > first ? from : first;
	l->is_gone = to < end;
	l->last = l->is_gone ? to - 1 : end - 1;
	return l->first <= l->last;
}

static bool
next_process(const struct gather *g, uint32_t index, struct lived *l)
{
	const struct kept_process *k = store_process(g->plan->snap->store, index);

	*l = (struct lived){ .kind = VIEW_PROCESS, .index = index, .p = k };
	return k && find_life(g->plan, k->from,
			      atomic_load_explicit(&k->to, memory_order_relaxed), l);
}

static bool
next_thread(const struct gather *g, uint32_t index, struct lived *l)
{
	const struct kept_thread *k = store_thread(g->plan->snap->store, index);

	*l = (struct lived){ .kind = VIEW_THREAD, .index = index, .t = k };
	return k && find_life(g->plan, k->from,
			      atomic_load_explicit(&k->to, memory_order_relaxed), l);
}

/* Let the cursor stand on it, as of POSITION. */
static bool
look_at(struct gather *g, const struct lived *l, uint64_t position)
{
	const struct kept_process *p = l->p;

	if (l->t)
		p = atomic_load_explicit(&l->t->proc, memory_order_acquire);
	g->process_index = p ? p->index : 0;
	return l->t ? cursor_thread(g->cursor, l->t, position) :
		      cursor_process(g->cursor, l->p, position);
}

/* The same, where the keys have to be asked; those that are processes and threads are
 * known without. */
static bool
look_for_keys(struct gather *g, const struct lived *l)
{
	const struct kept_process *p = l->p;

	for (size_t i = 0; i < g->plan->n_keys; i++)
		if (g->keys[i].entity != VIEW_PROCESS && g->keys[i].entity != VIEW_THREAD)
			return look_at(g, l, l->last);
	if (l->t)
		p = atomic_load_explicit(&l->t->proc, memory_order_acquire);
	g->process_index = p ? p->index : 0;
	/* Whose thread it is may have been learned only later. */
	return p && p->from <= l->last;
}

/* Rows ---------------------------------------------------------------- */

enum sift_verdict
entities_verdict(struct gather *g)
{
	enum sift_verdict all = SIFT_YES;

	for (size_t i = 0; i < g->n_sifts; i++) {
		enum sift_verdict one = sift_entity(g->sifts[i], g->cursor);

		if (one == SIFT_NO)
			return one;
		all = one > all ? one : all;
	}
	return all;
}

/* What conditions say of all processes (or threads): each thread asks of a part. */
struct judging {
	struct gather *const *gathers;	/* one a thread */
	unsigned n;
	enum view_entity kind;
	uint32_t n_entities;		/* indexes are below it */
	uint8_t *verdicts;		/* by index: enum sift_verdict */
};

/* Was the entity INDEX there in the window? Then L says who it is. */
static bool
next_entity(const struct gather *g, enum view_entity kind, uint32_t index, struct lived *l)
{
	return kind == VIEW_THREAD ? next_thread(g, index, l) : next_process(g, index, l);
}

static void
judge_part(void *ctx, unsigned number)
{
	const struct judging *j = ctx;
	struct gather *g = j->gathers[number];
	uint32_t end = (uint32_t)((uint64_t)j->n_entities * (number + 1) / j->n);
	struct lived l;

	for (uint32_t i = (uint32_t)((uint64_t)j->n_entities * number / j->n); i < end; i++)
		j->verdicts[i] = (uint8_t)(next_entity(g, j->kind, i, &l) &&
					   look_at(g, &l, l.last) ? entities_verdict(g) :
								      SIFT_NO);
}

/* Of L the conditions say VERDICT: have its row, if it is to have one. */
static void
add_row(struct gather *g, const struct lived *l, enum sift_verdict verdict)
{
	uint32_t keys[KEYS_MAX];
	struct group *group;

	if (verdict == SIFT_NO || !look_for_keys(g, l) ||
	    !gather_entity_keys(g, l->kind, l->index, keys))
		return;
	group = verdict == SIFT_NEEDS_EVENT ? gather_find(g, keys) : gather_group(g, keys);
	if (!group)
		return;
	group->kind = l->kind;
	group->entity = l->index;
}

static void
add_descriptors(struct gather *g)
{
	struct open_fds *o = open_fds_new(g);
	struct lived l;

	for (uint32_t i = 1; i < g->plan->snap->n_processes; i++)
		if (next_process(g, i, &l))
			open_fds_add(o, l.p, l.first, l.last);
	open_fds_free(o);
}

void
entities_add_rows(struct gather *const *gathers, unsigned n)
{
	struct gather *g = gathers[0];
	const struct view *v = g->plan->q->view;
	const struct snapshot *snap = g->plan->snap;
	struct judging j = { gathers, n, v->entity == VIEW_THREAD ? VIEW_THREAD : VIEW_PROCESS,
			     0, NULL };
	struct lived l;

	if (v->rows != VIEW_ROWS_ENTITIES)
		return;
	if (v->entity == VIEW_DESCRIPTOR) {
		add_descriptors(g);
		return;
	}
	j.n_entities = j.kind == VIEW_THREAD ? snap->n_threads : snap->n_processes;
	if (g->n_sifts) {
		j.verdicts = xmalloc(j.n_entities + 1u);
		crew_run(g->plan->q->crew, n, judge_part, &j);
	}
	for (uint32_t i = 1; i < j.n_entities; i++)
		if (next_entity(g, j.kind, i, &l))
			add_row(g, &l, j.verdicts ? j.verdicts[i] : SIFT_YES);
	free(j.verdicts);
}

/* Histories ----------------------------------------------------------- */

static bool
value_at(struct gather *g, const struct lived *l, struct term *term, uint64_t position,
	 struct value *out)
{
	return look_at(g, l, position) && term_ask(term, g->cursor, out);
}

/* The greatest (or least) value of a term so far. */
struct extreme {
	struct gather *g;
	const struct lived *l;
	struct term *term;
	bool least, found;
	struct value *out;
};

/* Look at POSITION as well. */
static void
extreme_at(struct extreme *x, uint64_t position)
{
	struct value v;
	int order;

	if (position < x->l->first || position > x->l->last ||
	    !value_at(x->g, x->l, x->term, position, &v))
		return;
	order = x->found ? value_order(term_type(x->term), &v, x->out) : 0;
	if (!x->found || (x->least ? order < 0 : order > 0))
		*x->out = v;
	x->found = true;
}

/* Where T changes, between FIRST and LAST. */
static void
extreme_of_thread(struct extreme *x, const struct kept_thread *t, uint64_t first, uint64_t last)
{
	size_t n, low = 0, high;
	const struct kept_thread_state *states = trail_all(&t->states, &n);

	for (high = n; low < high;) {
		size_t mid = low + (high - low) / 2;

		if (states[mid].from < first)
			low = mid + 1;
		else
			high = mid;
	}
	for (size_t i = low; i < n && states[i].from <= last; i++)
		extreme_at(x, states[i].from);
}

/* The memory of a process is that of its first thread, of whom there may have been
 * several. */
static void
extreme_of_leaders(struct extreme *x)
{
	const struct store *s = x->g->plan->snap->store;
	const struct lived *l = x->l;
	const struct kept_thread *t = NULL;

	while (l->p->pid >= 0 &&
	       (t = store_thread_within(s, l->p->pid, l->first, l->last, t)))
		if (atomic_load_explicit(&t->proc, memory_order_acquire) == l->p)
			extreme_of_thread(x, t, l->first, l->last);
}

/* What is open changes with each step of a table. */
static void
extreme_of_process(struct extreme *x)
{
	size_t n;
	const struct kept_process_state *states = trail_all(&x->l->p->states, &n);

	for (size_t i = 0; i < n; i++) {
		uint64_t first = states[i].from, last = i + 1 < n ? states[i + 1].from - 1 :
								    x->l->last, position;

		extreme_at(x, first);
		if (first < x->l->first)
			first = x->l->first;
		if (last > x->l->last)
			last = x->l->last;
		if (first <= last && states[i].table &&
		    store_table_extreme(states[i].table, first, last, x->least, &position))
			extreme_at(x, position);
	}
	extreme_of_leaders(x);
}

/* The greatest (or least) value that TERM had while L lived in the window. */
static bool
extreme(struct gather *g, const struct lived *l, struct term *term, bool least,
	struct value *out)
{
	struct extreme x = { g, l, term, least, false, out };

	extreme_at(&x, l->first);
	if (l->t)
		extreme_of_thread(&x, l->t, l->first, l->last);
	else
		extreme_of_process(&x);
	return x.found;
}

/* How much more it is at the end of the window. What only ever grows was counted in
 * another way before it became less: lists of processes count what threads did that have
 * ended. */
static bool
change(struct gather *g, const struct lived *l, struct term *term, bool grows,
       struct value *out)
{
	struct value before;

	if (!value_at(g, l, term, l->first, &before) || !value_at(g, l, term, l->last, out))
		return false;
	if (term_type(term) == T_DOUBLE) {
		out->d -= before.d;
		return true;
	}
	if (grows && out->u < before.u) {
		struct value last = *out;

		extreme(g, l, term, true, &before);
		*out = last;
	}
	out->u -= before.u;
	return true;
}

static bool
grows(const struct view_column *c)
{
	const struct field_use *use = c->of.operand ? operand_field(c->of.operand) : NULL;

	return use && use->field->flags & FIELD_GROWS;
}

static bool
history(struct gather *g, const struct lived *l, const struct view_column *c,
	struct term *term, struct value *out)
{
	switch (c->aggregation) {
	case VIEW_FIRST:
		return value_at(g, l, term, l->first, out);
	case VIEW_MAX:
		return extreme(g, l, term, false, out);
	case VIEW_MIN:
		return extreme(g, l, term, true, out);
	case VIEW_CHANGE:
	case VIEW_RATE:
		return change(g, l, term, grows(c), out);
	default:
		return value_at(g, l, term, l->last, out);
	}
}

/* CPU time -------------------------------------------------------------- */

static enum cpu_part
part_of(const struct view_column *c)
{
	const struct field_use *use = c->of.operand ? operand_field(c->of.operand) : NULL;
	const char *name = use ? use->field->name : "";

	return !strcmp(name, "thread.cpu.user") ? CPU_USER :
	       !strcmp(name, "thread.cpu.system") ? CPU_SYSTEM : CPU_ALL;
}

/* The share of the window that thread T was on a CPU, in percent. */
static enum cpu_knowledge
cpu_share(const struct kept_thread *t, const struct plan *plan, enum cpu_part part,
	  double *percent)
{
	const struct cpu_window window = { plan->snap, plan->first, plan->end, plan->from_ns,
					   plan->to_ns };
	struct cpu_room room = { 0 };
	enum cpu_knowledge known;
	double ns;

	if (plan->to_ns <= plan->from_ns)
		return CPU_UNKNOWN;
	known = cpu_used(t, &window, part, &room, &ns);
	cpu_room_fini(&room);
	*percent = 100 * ns / (double)(plan->to_ns - plan->from_ns);
	return known;
}

/* Columns --------------------------------------------------------------- */

static enum cpu_knowledge
column_value(struct gather *g, const struct lived *l, size_t i, struct value *out)
{
	const struct view_column *c = g->plan->columns[i];

	if (c->source == VIEW_FROM_CPU)
		return l->t ? cpu_share(l->t, g->plan, part_of(c), &out->d) : CPU_UNKNOWN;
	return history(g, l, c, g->terms[i], out) ? CPU_KNOWN : CPU_UNKNOWN;
}

static bool
is_of(const struct view_column *c, enum view_entity kind)
{
	if (c->source == VIEW_FROM_CPU)
		return kind == VIEW_THREAD;
	return c->source == VIEW_FROM_HISTORY && c->entity == kind;
}

/* Is the row that of the entity whose number column C has, or of its process? */
static bool
is_own(const struct plan *plan, const struct view_column *c)
{
	for (size_t i = 0; i < plan->n_keys; i++)
		if (plan->columns[i]->key_entity == c->entity ||
		    (plan->columns[i]->key_entity == VIEW_PROCESS && c->entity == VIEW_THREAD))
			return true;
	return false;
}

/* Has an entity that is gone at the window's end a value of column C? */
static bool
outlasts(const struct plan *plan, const struct view_column *c)
{
	return c->source == VIEW_FROM_CPU || c->aggregation != VIEW_LAST || is_own(plan, c);
}

/* It has nothing, which is known where it had something: sums are 0 then, not blank. */
static bool
has_left(const struct gather *g, size_t i, struct value *v)
{
	const struct view_column *c = g->plan->columns[i];

	if (c->across != VIEW_SUM || c->type == T_STR)
		return false;
	*v = (struct value){ .u = 0 };
	return true;
}

static bool
has_histories(const struct plan *plan, enum view_entity kind)
{
	for (size_t i = plan->n_keys; i < plan->n_columns; i++)
		if (is_of(plan->columns[i], kind))
			return true;
	return false;
}

/* Who adds histories to the groups of INTO: one of N, each to groups of its own. */
struct adding {
	struct gather *const *gathers;	/* each asks with its own; the first one is INTO */
	unsigned n;
};

/* Are all keys numbers of processes and threads? Then nobody puts new ones. */
static bool
has_plain_keys(const struct gather *g)
{
	for (size_t i = 0; i < g->plan->n_keys; i++)
		if (g->keys[i].entity != VIEW_PROCESS && g->keys[i].entity != VIEW_THREAD)
			return false;
	return g->plan->n_keys;
}

static void
add_histories(const struct adding *a, unsigned number, const struct lived *l)
{
	struct gather *g = a->gathers[number];
	const struct plan *plan = g->plan;
	uint32_t keys[KEYS_MAX];
	struct group *group;

	if (!look_for_keys(g, l) || !gather_entity_keys(g, l->kind, l->index, keys) ||
	    keys[0] % a->n != number)
		return;
	group = gather_find(a->gathers[0], keys);
	for (size_t i = plan->n_keys; group && i < plan->n_columns; i++) {
		enum cpu_knowledge known;
		struct value v;

		if (!is_of(plan->columns[i], l->kind))
			continue;
		known = column_value(g, l, i, &v);
		if (known == CPU_IN_PART)
			group->unknown |= 1ull << i;
		else if (known == CPU_KNOWN && (!l->is_gone || outlasts(plan, plan->columns[i]) ||
					  has_left(g, i, &v)))
			tally_add(gather_tally(g, group, i), &g->how[i], &v, l->last);
	}
}

static void
add_all(void *ctx, unsigned number)
{
	const struct adding *a = ctx;
	const struct gather *g = a->gathers[number];
	const struct snapshot *snap = g->plan->snap;
	struct lived l;

	if (has_histories(g->plan, VIEW_PROCESS))
		for (uint32_t i = 1; i < snap->n_processes; i++)
			if (next_process(g, i, &l))
				add_histories(a, number, &l);
	if (has_histories(g->plan, VIEW_THREAD))
		for (uint32_t i = 1; i < snap->n_threads; i++)
			if (next_thread(g, i, &l))
				add_histories(a, number, &l);
}

void
entities_add_histories(struct gather *const *gathers, unsigned n)
{
	struct adding a = { gathers, has_plain_keys(gathers[0]) ? n : 1 };

	crew_run(gathers[0]->plan->q->crew, a.n, add_all, &a);
}
