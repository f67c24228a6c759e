#include "engine/field/operand.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/field/render.h"
#include "engine/field/transform.h"

#define LIST_MAX 1023			/* bytes of a list as text */

void
operand_free(struct operand *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->n_args; i++)
		operand_free(o->args[i]);
	free(o->args);
	free(o->items);
	text_fini(&o->own);
	text_fini(&o->aside);
	free(o);
}

enum value_type
operand_type(const struct operand *o)
{
	return o->type;
}

enum value_unit
operand_unit(const struct operand *o)
{
	return o->unit;
}

enum field_many
operand_many(const struct operand *o)
{
	return o->many;
}

enum field_scope
operand_scope(const struct operand *o)
{
	return o->scope;
}

enum field_entity
operand_entity(const struct operand *o)
{
	return o->entity;
}

const struct field_use *
operand_field(const struct operand *o)
{
	return o->kind == OPERAND_FIELD ? &o->use : NULL;
}

/* Fields put texts together in the scratch of EV, and lists in its list. Ask O's
 * with O's own memory in their place, so that they stay when another field is
 * asked. */
static bool
get_kept(struct operand *o, const struct eval *ev, struct value *out)
{
	struct text lent = *ev->scratch;
	struct eval own;
	bool has;

	*ev->scratch = o->own;
	if (o->many == FIELD_ONE) {
		has = field_get(&o->use, ev, out);
	} else {
		own = *ev;
		own.list = o->items;
		has = field_get(&o->use, &own, out);
	}
	o->own = *ev->scratch;
	*ev->scratch = lent;
	return has;
}

bool
operand_get(struct operand *o, const struct eval *ev, struct value *out)
{
	switch (o->kind) {
	case OPERAND_FIELD:
		return o->keeps ? get_kept(o, ev, out) : field_get(&o->use, ev, out);
	case OPERAND_CONSTANT:
		out->s = (struct span){ (const uint8_t *)o->own.p, o->own.len };
		return true;
	case OPERAND_LIST:
		return transform_list(o, ev, out);
	case OPERAND_CALL:
		return transform_run(o, ev, out);
	}
	return false;
}

static void
put_one(const struct operand *o, const struct value *v, const struct render *r,
	struct text *t)
{
	if (o->type == T_STR && o->unit == U_HARMLESS)
		text_bytes(t, v->s.p, v->s.len);
	else if (o->type == T_STR)
		render_text(r, v->s, t);
	else if (o->type == T_DATA)
		data_text(&r->data, v->s, t);
	else
		value_text(v, o->type, o->unit, r->data.dots_max, t);
}

/* Cut T to LEN bytes, between two characters. */
static void
cut(struct text *t, size_t len)
{
	while (len && ((uint8_t)t->p[len] & 0xC0) == 0x80)
		len--;
	t->len = len;
}

void
operand_text(const struct operand *o, const struct value *v, struct render *r, struct text *t)
{
	bool has_brackets = o->many != FIELD_ANCESTORS;
	size_t start = t->len;

	if (o->many == FIELD_ONE) {
		put_one(o, v, r, t);
		return;
	}
	if (has_brackets)
		text_char(t, '(');
	for (size_t i = 0; i < v->list.n && t->len - start < LIST_MAX; i++) {
		if (i)
			text_char(t, has_brackets ? ',' : ' ');
		put_one(o, &v->list.v[i], r, t);
	}
	if (t->len - start > LIST_MAX - 1)
		cut(t, start + LIST_MAX - 1);
	if (has_brackets)
		text_char(t, ')');
}

/* In quotes, so that it can be parsed again. */
static void
print_constant(const struct operand *o, struct text *t)
{
	text_char(t, '"');
	for (size_t i = 0; i < o->own.len; i++) {
		uint8_t c = (uint8_t)o->own.p[i];

		if (c < 0x20 || c >= 0x7F) {
			text_fmt(t, "\\x%02x", c);
			continue;
		}
		if (c == '"' || c == '\\')
			text_char(t, '\\');
		text_char(t, (char)c);
	}
	text_char(t, '"');
}

void
operand_print(const struct operand *o, struct text *t)
{
	switch (o->kind) {
	case OPERAND_FIELD:
		text_bytes(t, o->source.p, o->source.len);
		return;
	case OPERAND_CONSTANT:
		print_constant(o, t);
		return;
	case OPERAND_CALL:
		text_str(t, o->call->name);
		break;
	case OPERAND_LIST:
		break;
	}
	text_char(t, '(');
	for (size_t i = 0; i < o->n_args; i++) {
		if (i)
			text_str(t, ", ");
		operand_print(o->args[i], t);
	}
	text_char(t, ')');
	if (o->letter)
		text_fmt(t, "[%c]", o->letter);
}
