#include "engine/filter/check.h"

#include "engine/event/event.h"
#include "engine/field/operand.h"
#include "engine/field/seek.h"
#include "engine/filter/filter.h"
#include "engine/filter/operator.h"
#include "engine/filter/paths.h"
#include "engine/filter/regex.h"
#include "engine/filter/set.h"
#include "engine/filter/types.h"
#include "engine/filter/zone.h"
#include "engine/world/world.h"

const char *const modifier_names[MODIFIERS] = { "", "oneof", "anyof", "allof" };

void
check_fini(struct check *c)
{
	operand_free(c->left);
	operand_free(c->right);
	for (size_t i = 0; i < c->n_constants; i++)
		regex_free(c->constants[i].regex);
	set_free(c->set);
	paths_free(c->paths);
	seek_free(c->seek);
	types_free(c->types);
}

uint64_t
check_limits_hit(const struct check *c)
{
	uint64_t n = 0;

	for (size_t i = 0; i < c->n_constants; i++)
		if (c->constants[i].regex)
			n += regex_limits_hit(c->constants[i].regex);
	return n;
}

bool
check_is_never(const struct check *c)
{
	bool wants_constants = c->op->how->takes == TAKES_LIST || c->modifier;

	return wants_constants && !c->right && !c->n_constants;
}

/* V, or the same with bytes that C functions take: texts that are empty may
 * stand nowhere. */
static const struct value *
solid(const struct value *v, enum value_type type)
{
	static const struct value empty = { .s = { (const uint8_t *)"", 0 } };

	return (type == T_STR || type == T_DATA) && !v->s.p ? &empty : v;
}

/* One value, one constant. */
static bool
passes(const struct check *c, const struct constant *k, const struct value *v)
{
	struct value of_day;

	if (c->is_at_most)
		return v->u <= k->v.u;
	if (!k->is_time_of_day)
		return c->op->how->test(solid(v, c->type), k, c->type);
	of_day.u = zone_time_of_day(c->zone, v->u);
	return c->op->how->test(&of_day, k, c->type);
}

/* All values of the operand, one constant. */
static bool
all_pass(const struct check *c, const struct constant *k, const struct value *v)
{
	bool wants_all = c->many == FIELD_ENDS && c->op->how->quorum == QUORUM_ENDS;

	if (c->many == FIELD_ONE)
		return passes(c, k, v);
	for (size_t i = 0; i < v->list.n; i++)
		if (passes(c, k, &v->list.v[i]) != wants_all)
			return !wants_all;
	return wants_all && v->list.n;
}

/* One value, is it one of the constants? */
static bool
is_listed(const struct check *c, const struct value *v)
{
	v = solid(v, c->type);
	if (c->paths)
		return paths_match(c->paths, v->s);
	if (c->set)
		return set_has(c->set, v);
	for (size_t i = 0; i < c->n_constants; i++) {
		const struct constant *k = &c->constants[i];
		struct value of_day = { 0 };

		if (k->is_time_of_day)
			of_day.u = zone_time_of_day(c->zone, v->u);
		if (operator_equal(k->is_time_of_day ? &of_day : v, &k->v, c->type))
			return true;
	}
	return false;
}

static bool
are_listed(const struct check *c, const struct value *v)
{
	bool wants_all = c->many == FIELD_LIST && c->op->how->quorum == QUORUM_ALL;

	if (c->many == FIELD_ONE)
		return is_listed(c, v);
	for (size_t i = 0; i < v->list.n; i++)
		if (is_listed(c, &v->list.v[i]) != wants_all)
			return !wants_all;
	return wants_all && v->list.n;
}

/* How many constants V passes against; it stops where the rest cannot matter. */
static bool
passes_modified(const struct check *c, const struct value *v)
{
	size_t n = 0, most = c->modifier == MODIFIER_ANYOF ? 1 : 2;

	if (c->modifier == MODIFIER_ALLOF) {
		for (size_t i = 0; i < c->n_constants; i++)
			if (!all_pass(c, &c->constants[i], v))
				return false;
		return c->n_constants;
	}
	for (size_t i = 0; i < c->n_constants && n < most; i++)
		n += all_pass(c, &c->constants[i], v);
	return n == 1;
}

bool
check_value(const struct check *c, const struct value *v)
{
	switch (c->op->how->takes) {
	case TAKES_NOTHING:
		return c->many == FIELD_ONE || v->list.n;
	case TAKES_LIST:
		return are_listed(c, v);
	default:
		return c->modifier ? passes_modified(c, v) : all_pass(c, &c->constants[0], v);
	}
}

static bool
has_value(const struct value_list *list, const struct value *v, enum value_type type)
{
	for (size_t i = 0; i < list->n; i++)
		if (operator_equal(v, solid(&list->v[i], type), type))
			return true;
	return false;
}

/* Two operands. Lists are only compared with lists, by "in" and its like. */
static bool
check_right(const struct check *c, const struct value *v, const struct value *right)
{
	bool wants_all = c->op->how->quorum == QUORUM_ALL;
	struct constant k = { 0 };

	if (c->many == FIELD_ONE) {
		k.v = *solid(right, c->type);
		if (c->type == T_STR || c->type == T_DATA)
			k.find = find_of(k.v.s);
		v = solid(v, c->type);
		return c->op->how->test ? c->op->how->test(v, &k, c->type) :
					  operator_equal(v, &k.v, c->type);
	}
	for (size_t i = 0; i < v->list.n; i++)
		if (has_value(&right->list, solid(&v->list.v[i], c->type), c->type) != wants_all)
			return !wants_all;
	return wants_all && v->list.n;
}

bool
check_holds(const struct check *c, const struct eval *ev)
{
	struct value v, right;

	if (c->range.get)
		return check_range(&c->range, ev);
	if (c->is_of_event) {
		v.u = ev->m->ev->ts_ns;
		v.u -= c->whole_seconds ? v.u % NS_PER_S : 0;
		return check_value(c, &v);
	}
	if (c->seek && !seek_in_event(c->seek, ev))
		return false;
	if (!operand_get(c->left, ev, &v))
		return false;
	if (!c->right)
		return check_value(c, &v);
	return operand_get(c->right, ev, &right) && check_right(c, &v, &right);
}
