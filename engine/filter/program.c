#include "engine/filter/program.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/field/operand.h"
#include "engine/field/seek.h"
#include "engine/filter/expr.h"
#include "engine/filter/filter.h"
#include "engine/filter/memo.h"
#include "engine/filter/operator.h"
#include "engine/filter/types.h"
#include "engine/world/world.h"

#define MEMOS_MAX 256			/* 32 KiB each; then each event is asked */

enum { YES = -1, NO = -2 };		/* where the last step leads to */

struct step {
	const struct check *check;	/* NULL: follow the steps from INNER */
	struct memo *memo;		/* owned; NULL: ask each time */
	struct range range;		/* of CHECK */
	int inner;
	int yes, no;
};

struct program {
	struct step *steps;		/* each leads to one before it */
	size_t n, cap;
	int first;
	size_t n_memos;
	struct memo_age age;
	bool in_group;			/* making what one memo answers */
	uint8_t verdict[EVENT_TYPES];	/* enum verdict */
};

/* How much it costs to ask, in about the time of comparing two numbers. */
enum cost {
	COST_TYPE = 1, COST_NUMBER = 3, COST_MEMO = 4, COST_TEXT = 20, COST_WALK = 60,
	COST_PAYLOAD = 1000,
};

/* On which entity alone C depends, ENT_NONE: on more than one. */
static enum field_entity
entity_of_check(const struct check *c)
{
	enum field_entity entity;

	if (c->is_of_event || operand_scope(c->left) != OF_ENTITY)
		return ENT_NONE;
	entity = operand_entity(c->left);
	if (c->right && (operand_scope(c->right) != OF_ENTITY ||
			 operand_entity(c->right) != entity))
		return ENT_NONE;
	return entity;
}

static enum field_entity
entity_of(const struct expr *e)
{
	enum field_entity entity;

	if (e->kind == EXPR_CHECK)
		return entity_of_check(&e->check);
	entity = entity_of(e->first);
	for (const struct expr *kid = e->first->next; kid && entity; kid = kid->next)
		if (entity_of(kid) != entity)
			entity = ENT_NONE;
	return entity;
}

/* A number that stands in the entity is got as quickly as an answer about it. */
static bool
is_number(const struct check *c)
{
	return operand_field(c->left) && !c->right && c->many == FIELD_ONE &&
	       c->type != T_STR && c->type != T_DATA && operand_entity(c->left) != ENT_LINEAGE;
}

static unsigned
cost_of_operand(const struct operand *o)
{
	switch (operand_scope(o)) {
	case OF_PAYLOAD:
		return COST_PAYLOAD;
	case OF_ROW:
		return operand_type(o) == T_STR ? COST_TEXT : COST_NUMBER;
	default:
		return operand_entity(o) == ENT_LINEAGE ? COST_WALK : COST_TEXT;
	}
}

static unsigned
cost_of_check(const struct check *c)
{
	unsigned cost;

	if (c->types)
		return COST_TYPE;
	if (c->is_of_event || is_number(c))
		return operand_scope(c->left) == OF_PAYLOAD ? COST_PAYLOAD : COST_NUMBER;
	if (entity_of_check(c))
		return COST_MEMO;
	cost = cost_of_operand(c->left);
	if (c->right)
		cost += cost_of_operand(c->right);
	return cost + (c->op->how->flags & HOW_REGEX ? COST_TEXT : 0);
}

static unsigned
cost_of(const struct expr *e)
{
	unsigned cost = 0;

	if (e->kind == EXPR_CHECK)
		return cost_of_check(&e->check);
	if (e->kind != EXPR_NOT && entity_of(e))
		return COST_MEMO;
	for (const struct expr *kid = e->first; kid && cost < UINT32_MAX / 2; kid = kid->next)
		cost += cost_of(kid);
	return cost;
}

/* Add STEP, if it decides anything: its place. */
static int
add_step(struct program *p, const struct step *step)
{
	if (step->yes == step->no)
		return step->yes;
	xgrow(&p->steps, &p->cap, p->n + 1, sizeof(p->steps[0]));
	p->steps[p->n] = *step;
	return (int)p->n++;
}

static bool
wants_memo(const struct program *p, enum field_entity entity)
{
	return entity && !p->in_group && p->n_memos < MEMOS_MAX;
}

static struct memo *
new_memo(struct program *p, enum field_entity entity)
{
	p->n_memos++;
	return memo_new(entity);
}

static int
emit_check(struct program *p, const struct check *c, int yes, int no)
{
	struct step step = { .check = c, .range = c->range, .yes = yes, .no = no };
	enum field_entity entity = entity_of_check(c);

	if (check_is_never(c))
		return no;
	if (yes != no && !is_number(c) && wants_memo(p, entity))
		step.memo = new_memo(p, entity);
	return add_step(p, &step);
}

/* One operand of "and" or "or", to be put in order. */
struct operand_of {
	const struct expr *e;
	unsigned cost;
	size_t place;
};

static int
order_by_cost(const void *a, const void *b)
{
	const struct operand_of *x = a, *y = b;

	if (x->cost != y->cost)
		return x->cost < y->cost ? -1 : 1;
	return x->place < y->place ? -1 : 1;
}

/* The operands of E, the cheapest first: *N in a new array. */
static struct operand_of *
ordered(const struct expr *e, size_t *n)
{
	struct operand_of *list = NULL;
	size_t cap = 0;

	*n = 0;
	for (const struct expr *kid = e->first; kid; kid = kid->next) {
		xgrow(&list, &cap, *n + 1, sizeof(list[0]));
		list[*n] = (struct operand_of){ kid, cost_of(kid), *n };
		++*n;
	}
	qsort(list, *n, sizeof(list[0]), order_by_cost);
	return list;
}

static int emit(struct program *p, const struct expr *e, int yes, int no);

static int
emit_joined(struct program *p, const struct expr *e, int yes, int no)
{
	size_t n;
	struct operand_of *list = ordered(e, &n);
	int next = e->kind == EXPR_AND ? yes : no;

	while (n--)
		next = e->kind == EXPR_AND ? emit(p, list[n].e, next, no) :
					     emit(p, list[n].e, yes, next);
	free(list);
	return next;
}

/* Add the steps of E, which lead to YES or NO: the first of them, or where they
 * lead when it needs none. */
static int
emit(struct program *p, const struct expr *e, int yes, int no)
{
	struct step step = { .yes = yes, .no = no };
	enum field_entity entity;

	if (e->kind == EXPR_CHECK)
		return emit_check(p, &e->check, yes, no);
	if (e->kind == EXPR_NOT)
		return emit(p, e->first, no, yes);
	entity = entity_of(e);
	if (yes == no || !wants_memo(p, entity))
		return emit_joined(p, e, yes, no);
	p->in_group = true;
	step.inner = emit_joined(p, e, YES, NO);
	p->in_group = false;
	step.memo = new_memo(p, entity);
	return add_step(p, &step);
}

static bool
has_param(uint16_t id, struct span name)
{
	const struct event_type *type = &event_types[id];

	for (size_t i = 0; i < type->n_params; i++)
		if (strlen(type->params[i].name) == name.len &&
		    !memcmp(type->params[i].name, name.p, name.len))
			return true;
	return false;
}

/* Have events of type ID, or the events that their calls were entered by, the parameter
 * that USE names? */
static bool
may_have_param(const struct field_use *use, uint16_t id)
{
	if (!use->arg_name.len)
		return (uint32_t)use->index < event_types[id].n_params;
	return has_param(id, use->arg_name) || (id && has_param(id - 1, use->arg_name)) ||
	       (id == EV_EXECVE_19_X && has_param(EV_EXECVEAT_E, use->arg_name));
}

/* Do events of type ID lack what O is made of? */
static bool
is_missing_in(const struct operand *o, uint16_t id)
{
	const struct field_use *use = operand_field(o);

	if (use && use->field->arg & ARG_PARAM)
		return !may_have_param(use, id);
	if (use && use->field->may_have && !use->field->may_have(id))
		return true;
	return use && use->field->own_param &&
	       event_type_param(&event_types[id], use->field->own_param) < 0;
}

static enum verdict
verdict_of_check(const struct check *c, uint16_t id, uint16_t code)
{
	if (check_is_never(c) || is_missing_in(c->left, id) ||
	    (c->seek && !seek_in_type(c->seek, id)))
		return VERDICT_NO;
	return c->types ? types_verdict(c->types, id, code) : VERDICT_MAYBE;
}

/* What the type ID alone says of E; of a generic event CODE too, unless it is 0. */
static enum verdict
verdict_of(const struct expr *e, uint16_t id, uint16_t code)
{
	enum verdict ends = e->kind == EXPR_AND ? VERDICT_NO : VERDICT_YES, one;
	enum verdict all = e->kind == EXPR_AND ? VERDICT_YES : VERDICT_NO;

	if (e->kind == EXPR_CHECK)
		return verdict_of_check(&e->check, id, code);
	if (e->kind == EXPR_NOT) {
		one = verdict_of(e->first, id, code);
		return one == VERDICT_MAYBE ? one :
		       one == VERDICT_YES ? VERDICT_NO : VERDICT_YES;
	}
	for (const struct expr *kid = e->first; kid && all != ends; kid = kid->next) {
		one = verdict_of(kid, id, code);
		if (one == ends || one == VERDICT_MAYBE)
			all = one;
	}
	return all;
}

struct program *
program_new(const struct expr *e)
{
	struct program *p = xzalloc(sizeof(*p));

	p->first = emit(p, e, YES, NO);
	for (uint16_t id = 0; id < EVENT_TYPES; id++)
		p->verdict[id] = (uint8_t)verdict_of(e, id, 0);
	return p;
}

void
program_free(struct program *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++)
		memo_free(p->steps[i].memo);
	free(p->steps);
	free(p);
}

static bool follow(struct program *p, int at, const struct eval *ev);

static bool
ask(struct program *p, const struct step *step, const struct eval *ev)
{
	if (!step->check)
		return follow(p, step->inner, ev);
	return step->check->types ? types_match(step->check->types, step->check, ev) :
				    check_holds(step->check, ev);
}

/* What is not in a memo. Out of line, so that the usual way stays short. */
static __attribute__((noinline)) bool
ask_and_note(struct program *p, const struct step *step, const struct eval *ev, uint64_t *slot,
	     uint64_t key)
{
	bool yes = ask(p, step, ev);

	*slot = key | yes;
	return yes;
}

static inline bool
ask_memo(struct program *p, const struct step *step, const struct eval *ev)
{
	uint64_t key = memo_key(step->memo, &p->age, ev), *slot;

	if (!key)
		return ask(p, step, ev);
	slot = memo_slot(step->memo, key);
	return (*slot & ~1ull) == key ? *slot & 1 : ask_and_note(p, step, ev, slot, key);
}

static inline bool
ask_step(struct program *p, const struct step *step, const struct eval *ev)
{
	if (step->memo)
		return ask_memo(p, step, ev);
	if (step->range.get)
		return check_range(&step->range, ev);
	return ask(p, step, ev);
}

static inline bool
walk(struct program *p, int at, const struct eval *ev)
{
	while (at >= 0) {
		const struct step *step = &p->steps[at];

		at = ask_step(p, step, ev) ? step->yes : step->no;
	}
	return at == YES;
}

static bool
follow(struct program *p, int at, const struct eval *ev)
{
	return walk(p, at, ev);
}

bool
program_run(struct program *p, const struct eval *ev)
{
	uint16_t id = ev->m->ev->id;

	if (id < EVENT_TYPES && p->verdict[id] != VERDICT_MAYBE)
		return p->verdict[id] == VERDICT_YES;
	if (p->n_memos)
		memo_refresh(&p->age, ev);
	return walk(p, p->first, ev);
}

bool
program_wants_type(const struct program *p, uint16_t id)
{
	return id >= EVENT_TYPES || p->verdict[id] != VERDICT_NO;
}

bool
program_could_be(const struct expr *e, uint16_t id, uint16_t code)
{
	return id >= EVENT_TYPES || verdict_of(e, id, code) != VERDICT_NO;
}
