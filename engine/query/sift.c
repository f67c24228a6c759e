#include "engine/query/sift.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/filter/operator.h"
#include "engine/filter/types.h"
#include "engine/filter/zone.h"
#include "engine/field/operand.h"
#include "engine/query/at_hand.h"
#include "engine/query/facts.h"
#include "engine/query/known.h"
#include "engine/query/sift_node.h"
#include "engine/query/term.h"
#include "engine/store/marks.h"
#include "engine/world/world.h"

static unsigned
cost_of(enum term_how how)
{
	static const unsigned costs[] = {
		[TERM_BY_THREAD] = 3, [TERM_BY_FD] = 4, [TERM_BY_KIND] = 6,
		[TERM_BY_PAIR] = 20, [TERM_BY_LINEAGE] = 60,
		[TERM_BY_TIME] = 2, [TERM_BY_NUMBER] = 2, [TERM_BY_ROW] = 300,
		[TERM_BY_EVENT] = 1000,
	};

	return costs[how];
}

static enum term_how
how_of_check(const struct check *c)
{
	enum term_how how = term_how_of(c->left), right;

	if (!c->right)
		return how;
	right = term_how_of(c->right);
	if (how == right && (how == TERM_BY_THREAD || how == TERM_BY_FD))
		return how;
	return how == TERM_BY_EVENT || right == TERM_BY_EVENT ? TERM_BY_EVENT : TERM_BY_ROW;
}

/* The text of the operand of C, as a term of its own. */
static struct term *
term_of(const struct check *c)
{
	struct text t = { 0 };
	struct term *term;

	operand_print(c->left, &t);
	text_char(&t, '\0');
	term = term_new(t.p, NULL);
	text_fini(&t);
	return term;
}

/* Ways to ask that a term knows. */
static bool
has_term(enum term_how how)
{
	return how == TERM_BY_KIND || how == TERM_BY_PAIR || how == TERM_BY_LINEAGE;
}

static bool
is_of_tracers(const struct check *c)
{
	const struct field_use *use = operand_field(c->left);

	return use && !strncmp(use->field->name, "span.", 5);
}

/* Who has the number of a thread is one, with or without an event. */
static bool
is_of_tid(const struct check *c)
{
	const struct field_use *use = operand_field(c->left);

	return use && !strcmp(use->field->name, "thread.tid");
}

/* Does C ask of threads alone, whichever event they have? */
static bool
is_of_thread(const struct check *c)
{
	return how_of_check(c) == TERM_BY_THREAD && operand_scope(c->left) == OF_ENTITY &&
	       (!c->right || operand_scope(c->right) == OF_ENTITY);
}

static struct sift_node *
check_node(const struct expr *e)
{
	const struct check *c = &e->check;
	struct sift_node *n = xzalloc(sizeof(*n));

	n->kind = EXPR_CHECK;
	n->use = FACTS_MAX;
	n->expr = e;
	n->check = c;
	n->how = c->is_of_event ? TERM_BY_TIME : how_of_check(c);
	n->needs_bytes = term_needs_bytes(c->left) || c->right;
	n->is_of_writes = term_is_of_writes(c->left);
	/* What one of two says of a descriptor is not what both say of a row. */
	if (c->right && (n->is_of_writes || term_is_of_writes(c->right))) {
		n->is_of_writes = false;
		n->how = TERM_BY_ROW;
	}
	n->is_of_tracers = is_of_tracers(c);
	n->is_of_tid = is_of_tid(c);
	n->is_of_thread = !c->is_of_event && is_of_thread(c);
	n->cost = n->is_of_tracers ? 1 : cost_of(n->how);
	for (uint16_t id = 0; c->types && id < EVENT_TYPES; id++)
		n->by_type[id] = (uint8_t)types_verdict(c->types, id, 0);
	if (c->types)
		n->cost = 1;
	else if (has_term(n->how) && operand_many(c->left) == FIELD_ONE)
		n->term = term_of(c);
	if (n->how == TERM_BY_EVENT && !c->right)
		n->at_hand = at_hand_new(c->left);
	if (has_term(n->how) && !n->term)
		n->how = TERM_BY_ROW;
	return n;
}

/* Put KID among the kids of N, by what it costs. */
static void
add_kid(struct sift_node *n, struct sift_node *kid)
{
	struct sift_node **at = &n->first;

	while (*at && (*at)->cost <= kid->cost)
		at = &(*at)->next;
	kid->next = *at;
	*at = kid;
	n->cost += kid->cost;
}

/* Which slots decide what the check of N says. */
static enum column_id
by_of_check(const struct sift_node *n)
{
	if (n->check->types || check_is_never(n->check) || n->is_of_tracers || n->is_of_writes)
		return COLUMNS;
	return n->how == TERM_BY_THREAD ? COL_THREAD : n->how == TERM_BY_FD ? COL_FD : COLUMNS;
}

static struct sift_node *
node_of(const struct expr *e, const struct sift *of)
{
	struct sift_node *n;

	if (e->kind == EXPR_CHECK) {
		n = check_node(e);
		n->of = of;
		n->by = by_of_check(n);
		return n;
	}
	n = xzalloc(sizeof(*n));
	n->of = of;
	n->kind = e->kind;
	n->expr = e;
	for (const struct expr *kid = e->first; kid; kid = kid->next)
		add_kid(n, node_of(kid, of));
	n->by = n->first ? n->first->by : COLUMNS;
	for (const struct sift_node *kid = n->first; kid; kid = kid->next) {
		n->needs_bytes |= kid->needs_bytes;
		if (kid->by != n->by)
			n->by = COLUMNS;
	}
	for (struct sift_node *kid = n->first; kid; kid = kid->next)
		kid->is_part = n->by != COLUMNS;
	return n;
}

static void
node_free(struct sift_node *n)
{
	while (n) {
		struct sift_node *next = n->next;

		node_free(n->first);
		sift_node_drop_answers(n);
		free(n->by_kind);
		term_free(n->term);
		at_hand_free(n->at_hand);
		known_free(n->known);
		known_free(n->of_bytes);
		free(n);
		n = next;
	}
}

/* Let what costs much in N be kept for the next query, and so what N says: it may cost
 * less, but of rows that it does not want nothing else need be asked. Is there any? */
static bool
keep_answers(struct sift_node *n, bool is_top, const struct filter_options *options)
{
	bool costs = n->kind == EXPR_CHECK && !n->check->types && !check_is_never(n->check) &&
		     (n->how == TERM_BY_EVENT || n->how == TERM_BY_ROW);

	if (n->kind == EXPR_CHECK && n->is_of_tracers)
		costs = false;
	if (n->kind == EXPR_CHECK && n->by == COL_FD && n->needs_bytes)
		n->of_bytes = known_new(n->expr, options);
	for (struct sift_node *kid = n->first; kid; kid = kid->next)
		costs |= keep_answers(kid, false, options);
	if (costs && (is_top || n->kind == EXPR_CHECK))
		n->known = known_new(n->expr, options);
	return costs;
}

struct sift *
sift_new(const char *text, const struct filter_options *options, struct err *err)
{
	struct filter *f = filter_compile(text, options, err);
	struct sift *s;

	if (!f)
		return NULL;
	s = xzalloc(sizeof(*s));
	s->filter = f;
	if (options)
		s->options = *options;
	s->top = node_of(filter_expr(f), s);
	keep_answers(s->top, true, options);
	return s;
}

void
sift_free(struct sift *s)
{
	if (!s)
		return;
	node_free(s->top);
	filter_free(s->filter);
	free(s);
}

/* Do versions of descriptors alone decide what N says? */
static bool
has_facts(const struct sift_node *n)
{
	return n->kind == EXPR_CHECK && n->how == TERM_BY_FD && !n->is_of_writes &&
	       !n->check->types && !n->check->right && !n->check->seek &&
	       operand_many(n->check->left) == FIELD_ONE;
}

static void
start(struct sift_node *n, struct cursor *c)
{
	if (n->by == COL_FD)
		sift_node_have_answers(n, c);
	else
		for (struct sift_node *kid = n->first; kid; kid = kid->next)
			start(kid, c);
}

void
sift_start(struct sift *s, struct cursor *c)
{
	sift_node_find_kinds(s->top, c);
	start(s->top, c);
}

static void
want_facts(struct sift_node *n, struct facts_list *l, bool is_worth)
{
	if (has_facts(n)) {
		n->use = facts_want(l, n->check->left, is_worth);
		/* Which kind it is can be seen without. */
		if (n->use < FACTS_MAX && !term_is_of_fd_kind(n->check->left))
			l->uses[n->use].is_seen = true;
	}
	for (struct sift_node *kid = n->first; kid; kid = kid->next)
		want_facts(kid, l, is_worth);
}

void
sift_want_facts(struct sift *s, struct facts_list *l, bool is_worth)
{
	want_facts(s->top, l, is_worth);
}

static void
use_facts(struct sift_node *n, const struct facts_list *l)
{
	if (has_facts(n))
		n->facts = facts_of(l, n->check->left);
	for (struct sift_node *kid = n->first; kid; kid = kid->next)
		use_facts(kid, l);
}

void
sift_use_facts(struct sift *s, const struct facts_list *l)
{
	use_facts(s->top, l);
}

void
sift_put_name(const struct sift *s, const struct cursor *c, struct text *name)
{
	known_put_name(s->top->expr, &s->options, c, name);
}

bool
sift_wants_type(const struct sift *s, uint16_t id)
{
	return filter_wants_type(s->filter, id);
}

/* Rows ---------------------------------------------------------------- */

static bool
ask(const struct sift_node *n, struct cursor *c, enum cursor_level level)
{
	const struct eval *ev = cursor_eval(c, level);

	return n->check->types ? types_match(n->check->types, n->check, ev) :
				 check_holds(n->check, ev);
}

/* What N says of the descriptor with ID in its facts. */
static bool
ask_fact(const struct sift_node *n, uint32_t id)
{
	return id != FACTS_NONE && check_value(n->check, bag_get(&n->facts->values, id - 1));
}

static bool
find_slot(const struct sift_node *n, struct cursor *c, uint32_t slot)
{
	const struct fd_version *v;

	if (facts_id(n->facts, slot))
		return ask_fact(n, facts_id(n->facts, slot));
	if (n->is_of_fd_kind) {
		v = store_fd_version(c->snap->store, slot);
		if (v && v->known)
			return n->fd_kinds >> v->kind & 1;
	}
	if (n->how == TERM_BY_FD && !n->is_of_writes && cursor_fd(c, slot))
		return check_holds(n->check, &c->ev);
	if (n->is_of_thread && cursor_thread_light(c, slot))
		return check_holds(n->check, &c->ev);
	return ask(n, c, CURSOR_LIGHT);
}

static bool
ask_slot(struct sift_node *n, struct cursor *c, uint32_t slot)
{
	/* Whoever it is a part of remembers what all say. */
	if (n->is_part)
		return find_slot(n, c, slot);
	sift_node_have_answers(n, c);
	return sift_answer(n, slot) == SIFT_UNKNOWN ?
	       sift_note(n, slot, find_slot(n, c, slot)) :
	       sift_answer(n, slot) == SIFT_WANTED;
}

/* What N says of C's row, whose descriptor has its name in the row's bytes. */
static bool
ask_bytes(struct sift_node *n, struct cursor *c)
{
	bool yes;

	if (!n->of_bytes)
		return ask(n, c, CURSOR_NAMED);
	if (!known_get(n->of_bytes, c, &yes)) {
		yes = ask(n, c, CURSOR_NAMED);
		known_put(n->of_bytes, c, yes);
	}
	return yes;
}

static bool
ask_fd(struct sift_node *n, struct cursor *c)
{
	uint32_t slot = (uint32_t)cursor_value(c, COL_FD);

	if (n->needs_bytes && cursor_value(c, COL_FLAGS) & ROW_NEEDS_BYTES)
		return ask_bytes(n, c);
	if (n->is_of_writes && (!slot || !(cursor_value(c, COL_FLAGS) & ROW_WRITES)))
		slot = 0;		/* all of these say the same */
	else if (!slot)
		return false;
	return ask_slot(n, c, slot);
}

/* What the type of the row says, and its call, where it has none of its own. */
static enum verdict
verdict_of(const struct sift_node *n, struct cursor *c)
{
	struct combined of = { .type = (uint16_t)cursor_value(c, COL_TYPE) };

	if (n->by_type[of.type] != VERDICT_MAYBE)
		return n->by_type[of.type];
	of.flags = (uint16_t)cursor_value(c, COL_FLAGS);
	of.call = (uint16_t)cursor_value(c, COL_CALL);
	return sift_node_type(n, &of);
}

static bool
ask_type(struct sift_node *n, struct cursor *c)
{
	enum verdict verdict = verdict_of(n, c);

	return verdict == VERDICT_MAYBE ? ask(n, c, CURSOR_LIGHT) : verdict == VERDICT_YES;
}

static bool
ask_value(const struct sift_node *n, bool there, const struct value *v)
{
	return there && check_value(n->check, v);
}

/* Can events of TYPE mark a span? */
static bool
may_mark(uint64_t type)
{
	return type == EV_WRITE_X || type == EV_TRACER_E;
}

static bool
lacks_tracer(const struct sift_node *n, struct cursor *c)
{
	return n->is_of_tracers && (!may_mark(cursor_value(c, COL_TYPE)) ||
				    !marks_has(c->snap->store, cursor_number(c)));
}

static bool
ask_event(struct sift_node *n, struct cursor *c)
{
	const struct eval *ev;

	switch (n->at_hand ? at_hand_look(n->at_hand, c, &ev) : AT_HAND_NOT) {
	case AT_HAND_HERE:
		return check_holds(n->check, ev);
	case AT_HAND_NOTHING:
		return false;
	default:
		return ask(n, c, n->check->right ? CURSOR_EVENT : term_level(n->check->left));
	}
}

static bool
check_row(struct sift_node *n, struct cursor *c)
{
	struct value v = { 0 };

	if (n->check->types)
		return ask_type(n, c);
	if (check_is_never(n->check) || lacks_tracer(n, c))
		return false;
	switch (n->how) {
	case TERM_BY_THREAD:
		return ask_slot(n, c, (uint32_t)cursor_value(c, COL_THREAD));
	case TERM_BY_FD:
		return ask_fd(n, c);
	case TERM_BY_PAIR:
	case TERM_BY_LINEAGE:
	case TERM_BY_KIND:
		return ask_value(n, term_get(n->term, c, &v), &v);
	case TERM_BY_NUMBER:
		v.u = cursor_number(c);
		return ask_value(n, true, &v);
	case TERM_BY_TIME:
		v.u = cursor_value(c, COL_TIME);
		v.u -= n->check->whole_seconds ? v.u % NS_PER_S : 0;
		return ask_value(n, true, &v);
	case TERM_BY_EVENT:
		return ask_event(n, c);
	default:
		return ask(n, c, CURSOR_ROW);
	}
}

static bool
find_out(struct sift_node *n, struct cursor *c)
{
	bool ends = n->kind == EXPR_OR;

	if (n->kind == EXPR_CHECK)
		return check_row(n, c);
	if (n->kind == EXPR_NOT)
		return !sift_node_row(n->first, c);
	for (struct sift_node *kid = n->first; kid; kid = kid->next)
		if (sift_node_row(kid, c) == ends)
			return ends;
	return !ends;
}

/* The same of what slots decide. */
static bool
find_by_slot(struct sift_node *n, struct cursor *c)
{
	uint32_t slot = (uint32_t)cursor_value(c, n->by);

	if (n->is_part || (n->by == COL_FD && n->needs_bytes &&
			   cursor_value(c, COL_FLAGS) & ROW_NEEDS_BYTES))
		return find_out(n, c);
	sift_node_have_answers(n, c);
	if (sift_answer(n, slot) == SIFT_UNKNOWN)
		return sift_note(n, slot, find_out(n, c));
	return sift_answer(n, slot) == SIFT_WANTED;
}

bool
sift_node_row(struct sift_node *n, struct cursor *c)
{
	bool yes;

	if (n->by != COLUMNS && n->kind != EXPR_CHECK)
		return find_by_slot(n, c);
	if (!n->known)
		return find_out(n, c);
	if (!known_get(n->known, c, &yes)) {
		yes = find_out(n, c);
		known_put(n->known, c, yes);
	}
	return yes;
}

bool
sift_row(struct sift *s, struct cursor *c)
{
	return sift_node_row(s->top, c);
}

void
sift_add_unwanted(struct sift *s, struct cursor *c, uint64_t *mask)
{
	if (s->top->known)
		known_add_unwanted(s->top->known, c, mask);
	if (s->top->kind != EXPR_AND)
		return;
	for (struct sift_node *kid = s->top->first; kid; kid = kid->next)
		if (kid->known)
			known_add_unwanted(kid->known, c, mask);
}

void
sift_refuse(struct sift *s, struct cursor *c)
{
	if (s->top->known)
		known_put(s->top->known, c, false);
}

bool
sift_needs_bytes(const struct sift *s)
{
	return s->top->needs_bytes;
}

bool
sift_keeps(const struct sift *s)
{
	return s->top->known != NULL;
}

/* Kinds of rows --------------------------------------------------------- */

/* Does what N compares need only be there? */
static bool
asks_presence(const struct sift_node *n)
{
	return n->check->op->how->takes == TAKES_NOTHING && n->check->many == FIELD_ONE;
}

/* Does N compare what the kind of a descriptor decides, which is a part of that of a row? */
static bool
is_of_fd_kind(const struct sift_node *n, const struct cursor *c)
{
	return n->by == COL_FD && !n->check->right && c->snap->knows_kinds &&
	       term_is_of_fd_kind(n->check->left);
}

static enum sift_verdict
check_kind(struct sift_node *n, struct cursor *c)
{
	enum verdict verdict;
	struct value v;
	bool there;

	if (n->check->types) {
		verdict = verdict_of(n, c);
		return verdict == VERDICT_MAYBE ? SIFT_MAYBE :
		       verdict == VERDICT_YES ? SIFT_YES : SIFT_NO;
	}
	if (check_is_never(n->check))
		return SIFT_NO;
	if (n->is_of_tracers)
		return may_mark(cursor_value(c, COL_TYPE)) ? SIFT_MAYBE : SIFT_NO;
	if (is_of_fd_kind(n, c))
		return ask_fd(n, c) ? SIFT_YES : SIFT_NO;
	if (n->how != TERM_BY_KIND)
		return SIFT_MAYBE;
	if (asks_presence(n) && term_has_value(n->term, cursor_kind(c)))
		return SIFT_YES;
	if (!term_is_constant(n->term, cursor_kind(c), &there, &v))
		return SIFT_MAYBE;
	return there && check_value(n->check, &v) ? SIFT_YES : SIFT_NO;
}

enum sift_verdict
sift_node_kind(struct sift_node *n, struct cursor *c)
{
	enum sift_verdict ends = n->kind == EXPR_AND ? SIFT_NO : SIFT_YES, one;
	enum sift_verdict all = n->kind == EXPR_AND ? SIFT_YES : SIFT_NO;

	if (n->kind == EXPR_CHECK)
		return check_kind(n, c);
	if (n->kind == EXPR_NOT) {
		one = sift_node_kind(n->first, c);
		return one == SIFT_YES ? SIFT_NO : one == SIFT_NO ? SIFT_YES : one;
	}
	for (struct sift_node *kid = n->first; kid; kid = kid->next) {
		one = sift_node_kind(kid, c);
		if (one == ends)
			return one;
		all = one == SIFT_MAYBE ? one : all;
	}
	return all;
}

enum sift_verdict
sift_kind(const struct sift *s, struct cursor *c)
{
	return sift_node_kind(s->top, c);
}

/* Entities ------------------------------------------------------------ */

/* Can what N compares be asked of the entity in EV? */
static bool
is_of_entity(const struct sift_node *n, const struct eval *ev)
{
	if (n->is_of_tid)
		return ev->thread;
	switch (operand_scope(n->check->left) == OF_ENTITY ? operand_entity(n->check->left) :
							     ENT_NONE) {
	case ENT_THREAD:
		return ev->thread;
	case ENT_PROCESS:
	case ENT_LINEAGE:
		return ev->proc;
	case ENT_FD:
		return ev->fd;
	case ENT_CONTAINER:
		return ev->proc || ev->container;
	default:
		return false;
	}
}

static enum sift_verdict
check_entity(const struct sift_node *n, struct cursor *c)
{
	bool asks_fd = operand_scope(n->check->left) == OF_ENTITY;

	if (is_of_entity(n, &c->ev) && !n->check->right)
		return check_holds(n->check, &c->ev) ? SIFT_YES : SIFT_NO;
	return asks_fd ? SIFT_NEEDS_EVENT : SIFT_MAYBE;
}

static enum sift_verdict
node_entity(struct sift_node *n, struct cursor *c)
{
	enum sift_verdict all = n->kind == EXPR_AND ? SIFT_YES : SIFT_NO, one;

	if (n->kind == EXPR_CHECK)
		return check_entity(n, c);
	if (n->kind == EXPR_NOT) {
		one = node_entity(n->first, c);
		return one == SIFT_YES ? SIFT_NO : one == SIFT_NO ? SIFT_YES : one;
	}
	for (struct sift_node *kid = n->first; kid; kid = kid->next) {
		one = node_entity(kid, c);
		if (n->kind == EXPR_AND ? one == SIFT_NO : one == SIFT_YES)
			return one;
		if (n->kind == EXPR_AND && one > all)
			all = one;
		else if (n->kind == EXPR_OR && one != SIFT_NO && (all == SIFT_NO || one < all))
			all = one;
	}
	return all;
}

enum sift_verdict
sift_entity(struct sift *s, struct cursor *c)
{
	return node_entity(s->top, c);
}
