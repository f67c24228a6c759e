#include "engine/filter/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/operand.h"
#include "engine/filter/expr.h"
#include "engine/filter/filter.h"
#include "engine/filter/operator.h"

struct parser {
	struct scan *scan;
	const struct settle *with;
	struct checks *checks;
	unsigned depth;
};

static struct expr *parse_or(struct parser *p);

static struct expr *
new_expr(struct parser *p, enum expr_kind kind)
{
	struct expr *e = arena_alloc(p->scan->arena, sizeof(*e));

	e->kind = kind;
	return e;
}

/* An operand that starts here. Its own errors count from its start. */
static struct operand *
take_operand(struct parser *p)
{
	struct scan *s = p->scan;
	struct err err = { 0 };
	size_t len = 0;
	struct operand *o = operand_parse(s->at, &len, &err);

	if (!o) {
		scan_refuse(s, s->at + err.at, "%s", err.text);
		return NULL;
	}
	s->at += len;
	return o;
}

/* The name of a field goes on behind it: it is another one. */
static int
refuse_longer_name(struct parser *p, const char *start)
{
	size_t len = scan_name_len(start);
	const struct field *near = field_nearest(start, len);

	if (!near || strlen(near->name) > 100)
		return scan_refuse_word(p->scan, start, "unknown field `%s`");
	scan_refuse_word(p->scan, start, "unknown field `%s`, did you mean `");
	if (p->scan->err) {
		char *why = p->scan->err->text;

		strncat(why, near->name, ERR_TEXT_MAX - strlen(why) - 1);
		strncat(why, "`?", ERR_TEXT_MAX - strlen(why) - 1);
	}
	return -EINVAL;
}

/* `and` or `or`, where something to compare must stand. */
static bool
is_connective(const char *at)
{
	size_t len = scan_name_len(at);

	return (len == 3 && !memcmp(at, "and", 3)) || (len == 2 && !memcmp(at, "or", 2));
}

static int
parse_left(struct parser *p, struct check *c)
{
	const char *start = p->scan->at;

	c->at = (int)(start - p->scan->text);
	if (*start == '!')
		return scan_refuse(p->scan, start, "expected a field, `not` or `(`; `!` is "
				   "written `not`");
	if (*start && (!scan_is_name(*start) || is_connective(start)))
		return scan_refuse_word(p->scan, start, "expected a field, `not` or `(`, "
					"not `%s`");
	if (!*start)
		return scan_refuse(p->scan, start, "expected a field, `not` or `(`");
	c->left = take_operand(p);
	if (!c->left)
		return -EINVAL;
	if (scan_is_name(*p->scan->at))
		return refuse_longer_name(p, start);
	return 0;
}

/* What is an operator in other languages, but reads as one and a value here. */
static int
refuse_lookalike(const struct scan *s, const struct check *c)
{
	static const struct {
		const char *other, *ours;
	} words[] = { { "=<", "<=" }, { "=>", ">=" }, { "<>", "!=" }, { "=~", "~" } };
	bool is_text = operand_type(c->left) == T_STR;

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (!strncmp(s->at, words[i].other, 2) && (!is_text || words[i].other[0] == '<'))
			return scan_refuse(s, s->at, "`%s` is written `%s`", words[i].other,
					   words[i].ours);
	return 0;
}

static int
parse_operator(struct parser *p, struct check *c)
{
	struct scan *s = p->scan;
	const struct filter_operator *near;
	size_t len;

	scan_blanks(s);
	c->op_at = (int)(s->at - s->text);
	c->op = operator_find(s->at);
	if (c->op && refuse_lookalike(s, c) < 0)
		return -EINVAL;
	if (c->op) {
		s->at += strlen(c->op->name);
		return 0;
	}
	if (!*s->at)
		return scan_refuse(s, s->at, "expected an operator, such as = or exists");
	len = scan_name_len(s->at);
	near = len ? operator_nearest(s->at, len) : NULL;
	if (near)
		return scan_refuse(s, s->at, "unknown operator `%.*s`, did you mean `%s`?",
				   (int)(len < 48 ? len : 48), s->at, near->name);
	return scan_refuse_word(s, s->at, "expected an operator, such as = or contains, "
				"not `%s`");
}

/* Whether a transformer is called here. */
static bool
is_call(const char *at)
{
	for (size_t i = 0; i < n_transformers; i++) {
		size_t len = strlen(transformers[i].name);

		if (!strncmp(at, transformers[i].name, len) && at[len] == '(')
			return true;
	}
	return false;
}

/* val(FIELD), behind its bracket. */
static int
take_val(struct parser *p, struct check *c)
{
	struct scan *s = p->scan;
	const char *start;

	scan_blanks(s);
	start = s->at;
	if (is_call(s->at))
		return scan_refuse(s, s->at, "val() takes a field; a transformer needs no val()");
	c->right = take_operand(p);
	if (!c->right)
		return -EINVAL;
	if (scan_is_name(*s->at))
		return refuse_longer_name(p, start);
	scan_blanks(s);
	if (!scan_char(s, ')'))
		return scan_refuse(s, s->at, "expected `)` to end val()");
	c->right_is_val = true;
	return 0;
}

/* Take an operand on the right side, if there is one: 1, else 0. */
static int
take_right(struct parser *p, struct check *c)
{
	struct scan *s = p->scan;
	int rc;

	c->right_at = (int)(s->at - s->text);
	if (!strncmp(s->at, "val(", 4)) {
		s->at += 4;
		rc = take_val(p, c);
		return rc < 0 ? rc : 1;
	}
	if (!is_call(s->at))
		return 0;
	c->right = take_operand(p);
	return c->right ? 1 : -EINVAL;
}

static void
add_constant(struct check *c, size_t *cap, struct constant **list, struct word word)
{
	xgrow(list, cap, c->n_constants + 1, sizeof((*list)[0]));
	(*list)[c->n_constants++] = (struct constant){ .word = word };
}

/* The values up to ")", into *LIST. */
static int
take_elements(struct parser *p, struct check *c, struct constant **list)
{
	struct scan *s = p->scan;
	size_t cap = 0;
	struct word word;
	int rc;

	scan_blanks(s);
	if (scan_char(s, ')'))
		return 0;
	for (;;) {
		scan_blanks(s);
		rc = scan_value(s, true, &word);
		if (rc < 0)
			return rc;
		add_constant(c, &cap, list, word);
		scan_blanks(s);
		if (scan_char(s, ')'))
			return 0;
		if (!scan_char(s, ','))
			return scan_refuse(s, s->at, "expected `,` or `)` behind a value");
	}
}

/* ( value, value ... ) */
static int
parse_list(struct parser *p, struct check *c)
{
	struct scan *s = p->scan;
	struct constant *list = NULL;
	int rc;

	scan_blanks(s);
	if (!scan_char(s, '('))
		return scan_refuse(s, s->at, "expected a list such as (a, b)");
	rc = take_elements(p, c, &list);
	if (rc == 0 && list) {
		c->constants = arena_alloc(s->arena, c->n_constants * sizeof(list[0]));
		memcpy(c->constants, list, c->n_constants * sizeof(list[0]));
	}
	if (rc < 0)
		c->n_constants = 0;
	free(list);
	return rc;
}

/* The word of a modifier with a list behind it. */
static bool
take_modifier(struct parser *p, struct check *c)
{
	struct scan *s = p->scan;
	const char *start = s->at;

	for (unsigned i = MODIFIER_ONEOF; i < MODIFIERS; i++) {
		if (!scan_keyword(s, modifier_names[i]))
			continue;
		scan_blanks(s);
		if (*s->at == '(') {
			c->modifier = (enum modifier)i;
			return true;
		}
		s->at = start;
	}
	return false;
}

static int
parse_value(struct parser *p, struct check *c)
{
	struct scan *s = p->scan;
	bool is_apart = scan_is_blank(*s->at);
	int rc;

	scan_blanks(s);
	if (is_apart && take_modifier(p, c))
		return parse_list(p, c);
	rc = take_right(p, c);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	c->constants = arena_alloc(s->arena, sizeof(c->constants[0]));
	rc = scan_value(s, false, &c->constants[0].word);
	if (rc < 0)
		return rc;
	c->n_constants = 1;
	return 0;
}

static int
parse_set(struct parser *p, struct check *c)
{
	int rc;

	scan_blanks(p->scan);
	rc = take_right(p, c);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	return parse_list(p, c);
}

static struct expr *
parse_check(struct parser *p)
{
	struct expr *e = new_expr(p, EXPR_CHECK);
	struct check *c = &e->check;
	struct checks *all = p->checks;
	int rc;

	xgrow(&all->list, &all->cap, all->n + 1, sizeof(all->list[0]));
	all->list[all->n++] = c;
	rc = parse_left(p, c);
	if (rc == 0)
		rc = parse_operator(p, c);
	if (rc == 0 && c->op->how->takes == TAKES_VALUE)
		rc = parse_value(p, c);
	else if (rc == 0 && c->op->how->takes == TAKES_LIST)
		rc = parse_set(p, c);
	if (rc == 0)
		rc = check_settle(c, p->with);
	return rc < 0 ? NULL : e;
}

static struct expr *
parse_brackets(struct parser *p)
{
	struct scan *s = p->scan;
	const char *start = s->at++;
	struct expr *e;

	if (p->depth == FILTER_DEPTH_MAX) {
		scan_refuse(s, start, "more than %d brackets in each other", FILTER_DEPTH_MAX);
		return NULL;
	}
	p->depth++;
	e = parse_or(p);
	p->depth--;
	if (!e)
		return NULL;
	if (!scan_char(s, ')')) {
		scan_refuse(s, s->at, *s->at ? "expected `and`, `or` or `)`" :
			    "expected `)`: a bracket is not closed");
		return NULL;
	}
	return e;
}

static struct expr *
parse_not(struct parser *p)
{
	struct scan *s = p->scan;
	bool negated = false;
	struct expr *e, *outer;

	for (scan_blanks(s); scan_keyword(s, "not"); scan_blanks(s))
		negated = !negated;
	e = *s->at == '(' ? parse_brackets(p) : parse_check(p);
	if (!e || !negated)
		return e;
	outer = new_expr(p, EXPR_NOT);
	outer->first = e;
	return outer;
}

/* Operands of KIND, which WORD joins, each parsed by PARSE_ONE. */
static struct expr *
parse_joined(struct parser *p, enum expr_kind kind, const char *word,
	     struct expr *(*parse_one)(struct parser *))
{
	struct expr *e = parse_one(p), *all, **last;

	if (!e)
		return NULL;
	scan_blanks(p->scan);
	if (!scan_keyword(p->scan, word))
		return e;
	all = new_expr(p, kind);
	all->first = e;
	last = &e->next;
	do {
		e = parse_one(p);
		if (!e)
			return NULL;
		*last = e;
		last = &e->next;
		scan_blanks(p->scan);
	} while (scan_keyword(p->scan, word));
	return all;
}

static struct expr *
parse_and(struct parser *p)
{
	return parse_joined(p, EXPR_AND, "and", parse_not);
}

static struct expr *
parse_or(struct parser *p)
{
	return parse_joined(p, EXPR_OR, "or", parse_and);
}

/* Something stands behind a whole filter. */
static int
refuse_rest(const struct scan *s)
{
	static const struct {
		const char *other, *ours;
	} words[] = {
		{ "&&", "and" }, { "||", "or" }, { "&", "and" }, { "|", "or" },
		{ "AND", "and" }, { "OR", "or" }, { "And", "and" }, { "Or", "or" },
	};

	if (*s->at == ')')
		return scan_refuse(s, s->at, "this `)` closes no bracket");
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (!strncmp(s->at, words[i].other, strlen(words[i].other)))
			return scan_refuse(s, s->at, "expected `and` or `or`; `%s` is written "
					   "`%s`", words[i].other, words[i].ours);
	return scan_refuse_word(s, s->at, "expected `and` or `or`, not `%s`; a value with "
				"blanks or brackets in it needs quotes");
}

struct expr *
parse_filter(struct scan *scan, const struct settle *with, struct checks *checks)
{
	struct parser p = { .scan = scan, .with = with, .checks = checks };
	struct expr *e = parse_or(&p);

	if (!e)
		return NULL;
	if (*scan->at) {
		refuse_rest(scan);
		return NULL;
	}
	return e;
}
