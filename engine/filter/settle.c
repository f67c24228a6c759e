#include "engine/filter/check.h"

#include <errno.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/field/operand.h"
#include "engine/field/seek.h"
#include "engine/filter/filter.h"
#include "engine/filter/literal.h"
#include "engine/filter/operator.h"
#include "engine/filter/paths.h"
#include "engine/filter/possible.h"
#include "engine/filter/regex.h"
#include "engine/filter/set.h"
#include "engine/filter/types.h"

#define SET_MIN 5			/* fewer constants are tried one by one */
#define BIT(type) (1u << (type))

/* Refuse with WHY, whose first "%s" becomes O as it is written. */
static int
refuse_operand(const struct settle *with, int at, const struct operand *o, const char *why)
{
	const char *place = strstr(why, "%s");
	struct text t = { 0 }, raw = { 0 };

	operand_print(o, &raw);
	text_bytes(&t, why, (size_t)(place - why));
	text_safe(&t, raw.p, raw.len);
	text_str(&t, place + 2);
	text_char(&t, '\0');
	scan_refuse(with->scan, with->scan->text + at, "%s", t.p);
	text_fini(&raw);
	text_fini(&t);
	return -EINVAL;
}

static unsigned
field_flags(const struct operand *o)
{
	const struct field_use *use = operand_field(o);

	return use ? use->field->flags : 0;
}

static int
settle_operand(const struct settle *with, const struct operand *o, int at)
{
	if (operand_scope(o) == OF_STREAM || field_flags(o) & FIELD_OUTPUT_ONLY)
		return refuse_operand(with, at, o, "`%s` depends on what was shown before, so "
				      "that no filter can use it");
	return 0;
}

/* The operator does not compare such values: name those that do. */
static int
refuse_type(const struct check *c, const struct settle *with)
{
	struct text why = { 0 };

	text_fmt(&why, "`%s` does not compare `%%s`, which is %s%s; try", c->op->name,
		 c->many == FIELD_LIST ? "a list: " : "", value_type_name(c->type));
	for (size_t i = 0; i < n_filter_operators; i++) {
		const struct filter_operator *op = &filter_operators[i];
		bool fits = op->types & BIT(c->type) &&
			    (c->many != FIELD_LIST || op->how->flags & HOW_LISTS);

		if (fits && !op->how->same_as)
			text_fmt(&why, " %s", op->name);
	}
	text_char(&why, '\0');
	refuse_operand(with, c->op_at, c->left, why.p);
	text_fini(&why);
	return -EINVAL;
}

/* Fields like evt.around have one question only, which "=" asks. */
static int
settle_at_most(struct check *c, const struct settle *with)
{
	bool is_equal = c->op->how->test == operator_equals && !c->modifier && !c->right;

	if (!is_equal)
		return refuse_operand(with, c->op_at, c->left, "expected = and a number: `%s` "
				      "compares with nothing else");
	c->is_at_most = true;
	return 0;
}

static int
settle_left(struct check *c, const struct settle *with)
{
	bool takes_times = c->op->types & BIT(T_TIME) && !c->right;

	c->type = operand_type(c->left);
	c->unit = operand_unit(c->left);
	c->many = operand_many(c->left);
	c->zone = with->zone;
	if (takes_times && (c->unit == U_CLOCK || c->unit == U_CLOCK_S) && c->type == T_STR) {
		c->type = T_TIME;
		c->is_of_event = true;
		c->whole_seconds = c->unit == U_CLOCK_S;
	}
	if (!(c->op->types & BIT(c->type)))
		return refuse_type(c, with);
	if (c->many == FIELD_LIST && !(c->op->how->flags & HOW_LISTS))
		return refuse_type(c, with);
	if (c->modifier && !(c->op->how->flags & HOW_MODIFIERS))
		return scan_refuse(with->scan, with->scan->text + c->op_at,
				   "`%s` takes no %s", c->op->name, modifier_names[c->modifier]);
	if (field_flags(c->left) & FIELD_AT_MOST && settle_at_most(c, with) < 0)
		return -EINVAL;
	return settle_operand(with, c->left, c->at);
}

static int
settle_right(const struct check *c, const struct settle *with, int at)
{
	const struct operand *both[] = { c->left, c->right };

	if (!(c->op->how->flags & HOW_RIGHT))
		return scan_refuse(with->scan, with->scan->text + at,
				   "`%s` compares with constants only", c->op->name);
	for (size_t i = 0; i < 2; i++) {
		if (field_flags(both[i]) & FIELD_PLAIN || operand_type(both[i]) == T_NET ||
		    operand_many(both[i]) == FIELD_ENDS || operand_many(both[i]) == FIELD_ANCESTORS)
			return refuse_operand(with, i ? at : c->at, both[i],
					      "`%s` compares with constants only");
	}
	if (operand_type(c->right) != c->type)
		return scan_refuse(with->scan, with->scan->text + at, "expected %s to compare "
				   "with, not %s", value_type_name(c->type),
				   value_type_name(operand_type(c->right)));
	if (operand_many(c->right) != c->many)
		return scan_refuse(with->scan, with->scan->text + at,
				   "a list compares with a list, one value with one");
	return settle_operand(with, c->right, at);
}

static int
settle_regex(struct constant *k, const struct settle *with)
{
	struct err err = { 0 };
	const char *at = with->scan->text + k->word.at;

	k->regex = regex_compile(k->v.s, &err);
	if (k->regex)
		return 0;
	/* Escapes in quotes make bytes fewer, so that places cannot be told. */
	return scan_refuse(with->scan, k->word.is_quoted ? at : at + err.at, "%s", err.text);
}

/* Names of hosts are found by those that the filter has. K may be NULL. */
static int
settle_host(const struct check *c, const struct constant *k, const struct settle *with)
{
	bool is_name = k && c->op->how->flags & HOW_NAMES;
	const char *why = NULL;

	if (with->options && with->options->host)
		why = with->options->host(with->options->ctx, is_name ? k->word.p : NULL);
	return why ? scan_refuse(with->scan, with->scan->text + (k ? k->word.at : c->at), "%s",
				 why) : 0;
}

static int
settle_constant(struct check *c, struct constant *k, const struct settle *with)
{
	const struct filter_options *options = with->options;
	struct literal as = {
		.type = c->type, .unit = c->unit, .is_hex = c->op->how->flags & HOW_HEX,
		.only_clock = c->is_of_event, .whole_seconds = c->whole_seconds,
		.service_port = options ? options->service_port : NULL, .zone = with->zone,
		.arena = with->scan->arena,
	};
	int rc = literal_read(&as, &k->word, &k->v, &k->is_time_of_day, with->scan->err);

	if (rc < 0)
		return rc;
	if (c->type == T_STR || c->type == T_DATA)
		k->find = find_of(k->v.s);
	if (c->unit == U_HOST && settle_host(c, k, with) < 0)
		return -EINVAL;
	return c->op->how->flags & HOW_REGEX ? settle_regex(k, with) : 0;
}

/* Does the type of an event decide? Then the answers can be known before. */
static bool
asks_for_type(const struct check *c)
{
	const struct field_use *use = operand_field(c->left);

	return use && types_decide(use->field->name);
}

static void
make_paths(struct check *c)
{
	c->paths = paths_new();
	for (size_t i = 0; i < c->n_constants; i++)
		paths_add(c->paths, c->constants[i].v.s);
	paths_finish(c->paths);
}

static void
make_set(struct check *c)
{
	for (size_t i = 0; i < c->n_constants; i++)
		if (c->constants[i].is_time_of_day)
			return;
	c->set = set_new(c->type, c->n_constants);
	for (size_t i = 0; i < c->n_constants; i++)
		set_add(c->set, &c->constants[i].v);
}

/* What a number may be, to stand in one of ORDERS to K. */
static struct range
range_of(unsigned orders, uint64_t k)
{
	struct range never = { .low = 0, .span = UINT64_MAX, .outside = true };

	switch (orders) {
	case ORDER_LESS:
		return k ? (struct range){ .low = 0, .span = k - 1 } : never;
	case ORDER_LESS | ORDER_EQUAL:
		return (struct range){ .low = 0, .span = k };
	case ORDER_MORE:
		return k < UINT64_MAX ? (struct range){ .low = k + 1, .span = UINT64_MAX - k - 1 } :
					never;
	case ORDER_MORE | ORDER_EQUAL:
		return (struct range){ .low = k, .span = UINT64_MAX - k };
	default:
		return (struct range){ .low = k, .span = 0, .outside = orders != ORDER_EQUAL };
	}
}

/* Most comparisons are of a number that the event has with one constant: they
 * need no more than this. */
static void
make_range(struct check *c)
{
	const struct field_use *use = operand_field(c->left);
	bool is_number = c->type == T_INT || c->type == T_UINT || c->type == T_SPAN ||
			 c->type == T_TIME;
	uint64_t bias = c->type == T_INT ? (uint64_t)1 << 63 : 0;

	if (!use || !use->field->get || !is_number || c->many != FIELD_ONE || c->modifier ||
	    c->is_at_most || c->is_of_event || c->n_constants != 1 ||
	    c->constants[0].is_time_of_day || !c->op->how->orders)
		return;
	c->range = range_of(c->op->how->orders, c->constants[0].v.u ^ bias);
	c->range.bias = bias;
	c->range.get = use->field->get;
}

int
check_settle(struct check *c, const struct settle *with)
{
	int rc = settle_left(c, with);

	if (rc < 0)
		return rc;
	if (c->right)
		return settle_right(c, with, c->right_at);
	if (c->unit == U_HOST && !c->n_constants && settle_host(c, NULL, with) < 0)
		return -EINVAL;
	for (size_t i = 0; i < c->n_constants; i++) {
		rc = settle_constant(c, &c->constants[i], with);
		if (rc < 0)
			return rc;
	}
	make_range(c);
	if (field_flags(c->left) & FIELD_ALL_ARGS && c->op->how->flags & HOW_HOLDS && !c->modifier)
		c->seek = seek_new(c->constants[0].v.s);
	if (c->op->how->flags & HOW_PATHS)
		make_paths(c);
	else if (c->op->how->takes == TAKES_LIST && c->n_constants >= SET_MIN &&
		 set_takes(c->type))
		make_set(c);
	rc = possible_check(c, with);
	if (rc == 0 && asks_for_type(c))
		c->types = types_new(c);
	return rc;
}
