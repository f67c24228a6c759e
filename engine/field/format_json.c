#include "engine/field/format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/field/field.h"
#include "engine/field/format_part.h"
#include "engine/field/render.h"
#include "engine/world/world.h"

static int
by_key(const void *a, const void *b)
{
	const struct format_member *x = a, *y = b;
	size_t len = x->key.len < y->key.len ? x->key.len : y->key.len;
	int order = memcmp(x->key.p, y->key.p, len);

	return order ? order : (x->key.len > y->key.len) - (x->key.len < y->key.len);
}

/* The bytes of T, in the arena of F. */
static struct span
keep(struct format *f, const struct text *t)
{
	return (struct span){ (const uint8_t *)arena_strndup(&f->arena, t->p, t->len), t->len };
}

/* Give each member what stands before its value; a key that repeats is dropped. */
static void
make_keys(struct format *f)
{
	struct text t = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < f->n_members; i++) {
		if (n && !by_key(&f->members[i], &f->members[n - 1]))
			continue;
		f->members[n++] = f->members[i];
	}
	f->n_members = n;
	for (size_t i = 0; i < n; i++) {
		t.len = 0;
		text_char(&t, i ? ',' : '{');
		text_json(&t, f->members[i].key.p, f->members[i].key.len);
		text_char(&t, ':');
		f->members[i].key = keep(f, &t);
	}
	text_fini(&t);
}

void
format_sort_members(struct format *f)
{
	struct text t = { 0 };

	f->members = arena_alloc(&f->arena, (f->n_parts + 1) * sizeof(f->members[0]));
	for (size_t i = 0; i < f->n_parts; i++) {
		struct format_member *member = &f->members[f->n_members];

		if (!f->parts[i].operand)
			continue;
		t.len = 0;
		operand_print(f->parts[i].operand, &t);
		member->key = keep(f, &t);
		member->operand = f->parts[i].operand;
		f->n_members++;
	}
	text_fini(&t);
	qsort(f->members, f->n_members, sizeof(f->members[0]), by_key);
	make_keys(f);
}

/* Append what is in the scratch as a JSON string, and empty it. */
static void
put_scratch(struct text *scratch, struct text *t)
{
	text_json(t, scratch->p, scratch->len);
	scratch->len = 0;
}

static void
put_double(double d, struct text *t)
{
	if (!isfinite(d))
		text_str(t, "null");
	else
		text_fmt(t, "%.15g", d);
}

static void
put_one(const struct operand *o, const struct value *v, const struct eval *ev, struct text *t)
{
	enum value_type type = operand_type(o);
	enum value_unit unit = operand_unit(o);
	struct text *scratch = &ev->render->scratch;

	if (type == T_STR) {
		text_json(t, v->s.p, v->s.len);
	} else if (type == T_BOOL) {
		text_str(t, v->b ? "true" : "false");
	} else if (type == T_DOUBLE) {
		put_double(v->d, t);
	} else if (type == T_INT && unit != U_HEX) {
		text_i64(t, v->i);
	} else if ((type == T_UINT || type == T_TIME || type == T_SPAN) && unit != U_HEX) {
		text_u64(t, v->u);
	} else {
		scratch->len = 0;
		if (type == T_DATA)
			data_text(&ev->render->data, v->s, scratch);
		else
			value_text(v, type, unit, ev->render->data.dots_max, scratch);
		put_scratch(scratch, t);
	}
}

static void
put_value(const struct operand *o, const struct value *v, const struct eval *ev, struct text *t)
{
	if (operand_many(o) == FIELD_ONE) {
		put_one(o, v, ev, t);
		return;
	}
	text_char(t, '[');
	for (size_t i = 0; i < v->list.n; i++) {
		if (i)
			text_char(t, ',');
		put_one(o, &v->list.v[i], ev, t);
	}
	text_char(t, ']');
}

/* Is its value the event's time, which JSON has as a number? */
static bool
is_clock(const struct operand *o)
{
	enum value_unit unit = operand_unit(o);

	return unit == U_CLOCK || unit == U_CLOCK_S || unit == U_CLOCK_UTC;
}

/* Append the value for EV. False when there must be one, and is none. */
static bool
put_member(const struct format *f, struct operand *o, const struct eval *ev, struct text *t)
{
	struct value v;

	if (is_clock(o))
		text_u64(t, ev->m->ev->ts_ns);
	else if (operand_get(o, ev, &v))
		put_value(o, &v, ev, t);
	else if (f->shows_missing)
		text_str(t, "null");
	else
		return false;
	return true;
}

bool
format_json(const struct format *f, const struct eval *ev, struct text *t)
{
	size_t start = t->len;

	if (!f->n_members)
		text_char(t, '{');
	for (size_t i = 0; i < f->n_members; i++) {
		const struct format_member *member = &f->members[i];

		text_bytes(t, member->key.p, member->key.len);
		if (put_member(f, member->operand, ev, t))
			continue;
		t->len = start;
		return false;
	}
	text_char(t, '}');
	return true;
}
