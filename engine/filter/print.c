#include "engine/filter/print.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/base/utf8.h"
#include "engine/field/operand.h"
#include "engine/filter/expr.h"
#include "engine/filter/filter.h"
#include "engine/filter/operator.h"

/* Would W be taken for something else without quotes? */
static bool
needs_quotes(const struct word *w)
{
	if (!w->len || *w->p == '=')
		return true;
	for (size_t i = 0; i < w->len; i++)
		if ((uint8_t)w->p[i] <= ' ' || (uint8_t)w->p[i] >= 0x7F ||
		    strchr("()\"',", w->p[i]))
			return true;
	for (unsigned i = MODIFIER_ONEOF; i < MODIFIERS; i++)
		if (!strcmp(w->p, modifier_names[i]))
			return true;
	return false;
}

static void
print_quoted(const struct word *w, struct text *t)
{
	const uint8_t *at = (const uint8_t *)w->p, *end = at + w->len;

	text_char(t, '"');
	while (at < end) {
		uint32_t c;
		size_t len = utf8_decode(at, (size_t)(end - at), &c);

		if (!len || !utf8_is_harmless(c)) {
			text_fmt(t, "\\x%02x", *at++);
			continue;
		}
		if (c == '"' || c == '\\')
			text_char(t, '\\');
		text_bytes(t, at, len);
		at += len;
	}
	text_char(t, '"');
}

static void
print_word(const struct word *w, struct text *t)
{
	if (needs_quotes(w))
		print_quoted(w, t);
	else
		text_bytes(t, w->p, w->len);
}

static void
print_list(const struct check *c, struct text *t)
{
	text_char(t, '(');
	for (size_t i = 0; i < c->n_constants; i++) {
		if (i)
			text_str(t, ", ");
		print_word(&c->constants[i].word, t);
	}
	text_char(t, ')');
}

static void
print_check(const struct check *c, struct text *t)
{
	const struct filter_how *how = c->op->how;

	operand_print(c->left, t);
	text_char(t, ' ');
	text_str(t, how->same_as ? how->same_as : c->op->name);
	if (how->takes == TAKES_NOTHING)
		return;
	text_char(t, ' ');
	if (c->right) {
		text_str(t, c->right_is_val ? "val(" : "");
		operand_print(c->right, t);
		text_str(t, c->right_is_val ? ")" : "");
		return;
	}
	if (how->takes == TAKES_VALUE && !c->modifier) {
		print_word(&c->constants[0].word, t);
		return;
	}
	if (c->modifier) {
		text_str(t, modifier_names[c->modifier]);
		text_char(t, ' ');
	}
	print_list(c, t);
}

/* E below PARENT, in brackets where it binds looser. */
static void
print_below(const struct expr *e, enum expr_kind parent, struct text *t)
{
	bool brackets = e->kind > parent;

	if (brackets)
		text_char(t, '(');
	print_expr(e, t);
	if (brackets)
		text_char(t, ')');
}

void
print_expr(const struct expr *e, struct text *t)
{
	switch (e->kind) {
	case EXPR_CHECK:
		print_check(&e->check, t);
		break;
	case EXPR_NOT:
		text_str(t, "not ");
		print_below(e->first, EXPR_NOT, t);
		break;
	default:
		for (const struct expr *kid = e->first; kid; kid = kid->next) {
			if (kid != e->first)
				text_str(t, e->kind == EXPR_AND ? " and " : " or ");
			print_below(kid, e->kind, t);
		}
	}
}
