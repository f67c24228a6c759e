#include "engine/filter/values.h"

#include <string.h>

#include "engine/field/operand.h"
#include "engine/filter/expr.h"
#include "engine/filter/operator.h"

/* Is the check about FIELD, as it is? */
static bool
is_about(const struct check *c, const char *field)
{
	const struct field_use *use = operand_field(c->left);

	return use && !c->right && c->many == FIELD_ONE && c->type == T_STR &&
	       !strcmp(use->field->name, field);
}

static bool
has_text(const struct filter_values *v, struct span s)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->list[i].len == s.len && !memcmp(v->list[i].p, s.p, s.len))
			return true;
	return false;
}

/* Add S. False when there is no room. */
static bool
add(struct filter_values *v, struct span s)
{
	if (has_text(v, s))
		return true;
	if (v->n == FILTER_VALUES_MAX)
		return false;
	v->list[v->n++] = s;
	return true;
}

static bool
is_named(const struct check *c, const char *name)
{
	return !strcmp(c->op->how->same_as ? c->op->how->same_as : c->op->name, name);
}

static bool
values_of_check(const struct check *c, const char *field, struct filter_values *out)
{
	bool is_list = is_named(c, "in") || is_named(c, "intersects"), is_not = is_named(c, "!=");

	*out = (struct filter_values){ .are_excluded = is_not };
	if (!is_about(c, field) || (!is_list && !is_not && !is_named(c, "=")))
		return false;
	/* One of several that it may not be is no such thing. */
	if (c->modifier && (is_not || c->modifier == MODIFIER_ALLOF))
		return false;
	for (size_t i = 0; i < c->n_constants; i++)
		if (!add(out, c->constants[i].v.s))
			return false;
	return out->n;
}

/* Of a negation: all but what the check names. */
static bool
values_of_not(const struct expr *e, const char *field, struct filter_values *out)
{
	if (e->kind == EXPR_NOT)
		return values_of(e->first, field, out);
	if (e->kind != EXPR_CHECK || !values_of_check(&e->check, field, out) ||
	    (e->check.modifier && e->check.modifier != MODIFIER_ANYOF))
		return false;
	out->are_excluded = !out->are_excluded;
	return true;
}

/* What one says that says anything; rather what there is than what there is not. */
static bool
values_of_and(const struct expr *e, const char *field, struct filter_values *out)
{
	struct filter_values one;
	bool found = false;

	for (const struct expr *kid = e->first; kid; kid = kid->next) {
		if (!values_of(kid, field, &one) || (found && one.are_excluded))
			continue;
		*out = one;
		found = true;
		if (!one.are_excluded)
			break;
	}
	return found;
}

/* All must say something, and it is all that they name. */
static bool
values_of_or(const struct expr *e, const char *field, struct filter_values *out)
{
	struct filter_values one;

	*out = (struct filter_values){ 0 };
	for (const struct expr *kid = e->first; kid; kid = kid->next) {
		if (!values_of(kid, field, &one) || one.are_excluded)
			return false;
		for (size_t i = 0; i < one.n; i++)
			if (!add(out, one.list[i]))
				return false;
	}
	return true;
}

bool
values_of(const struct expr *e, const char *field, struct filter_values *out)
{
	switch (e->kind) {
	case EXPR_CHECK:
		return values_of_check(&e->check, field, out);
	case EXPR_NOT:
		return values_of_not(e->first, field, out);
	case EXPR_AND:
		return values_of_and(e, field, out);
	case EXPR_OR:
		return values_of_or(e, field, out);
	}
	return false;
}
