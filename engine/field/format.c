#include "engine/field/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/field.h"
#include "engine/field/render.h"

#define WIDTH_MAX 10000
#define MISSING "<NA>"
#define ESC '\033'

/* Words, or one field. */
struct part {
	const char *words;		/* NULL: the field */
	size_t len;
	struct field_use use;
	uint32_t width;			/* bytes of the field; 0: as many as it has */
};

struct format {
	struct arena arena;
	struct part *parts;
	size_t n_parts, cap_parts;
	bool shows_missing;
	bool has_escape;
};

static struct part *
new_part(struct format *f)
{
	xgrow(&f->parts, &f->cap_parts, f->n_parts + 1, sizeof(f->parts[0]));
	f->parts[f->n_parts] = (struct part){ 0 };
	return &f->parts[f->n_parts++];
}

/* What stands for backslash and C, or 0. */
static char
escaped(char c)
{
	static const char from[] = "nte\\", to[] = "\n\t\033\\";
	const char *at = c ? strchr(from, c) : NULL;

	return at ? to[at - from] : 0;
}

/* Take the words at AT, up to the next field. Where they end. */
static const char *
take_words(struct format *f, const char *at)
{
	size_t most = strcspn(at, "%"), n = 0;
	char *words = arena_alloc(&f->arena, most + 1);
	const char *end = at + most;
	struct part *part;

	while (at < end) {
		char c = *at == '\\' ? escaped(at[1]) : 0;

		words[n++] = c ? c : *at;
		at += c ? 2 : 1;
	}
	f->has_escape |= memchr(words, ESC, n) != NULL;
	part = new_part(f);
	part->words = words;
	part->len = n;
	return end;
}

/* Take the field at AT, which is right behind its "%". Where it ends, or NULL. */
static const char *
take_field(struct format *f, const char *at, struct err *err)
{
	struct part *part;
	struct field_use use;
	uint32_t width = 0;
	int len;

	for (; *at >= '0' && *at <= '9'; at++) {
		width = width * 10 + (uint32_t)(*at - '0');
		if (width > WIDTH_MAX) {
			err_set(err, -EINVAL, "a width is at most %d", WIDTH_MAX);
			return NULL;
		}
	}
	if (!*at) {
		err_set(err, -EINVAL, "a field must follow the %%");
		return NULL;
	}
	len = field_parse(at, &use, err);
	if (len < 0)
		return NULL;
	part = new_part(f);
	part->use = use;
	part->width = width;
	return at + len;
}

struct format *
format_compile(const char *pattern, struct err *err)
{
	struct format *f = xzalloc(sizeof(*f));
	const char *copy = arena_strdup(&f->arena, pattern);
	const char *at = copy, *next;

	if (!*at) {
		err_set(err, -EINVAL, "the format is empty");
		goto fail;
	}
	if (*at == '*') {
		f->shows_missing = true;
		at++;
	}
	for (; *at; at = next) {
		next = *at == '%' ? take_field(f, at + 1, err) : take_words(f, at);
		if (next)
			continue;
		if (err)
			err->at = (int)(at - copy);
		goto fail;
	}
	return f;

fail:
	format_free(f);
	return NULL;
}

void
format_free(struct format *f)
{
	if (!f)
		return;
	arena_fini(&f->arena);
	free(f->parts);
	free(f);
}

/* Cut or fill what T has behind START to WIDTH bytes; a character is not cut
 * in two. */
static void
fit(struct text *t, size_t start, size_t width)
{
	if (t->len - start > width) {
		t->len = start + width;
		while (t->len > start && ((uint8_t)t->p[t->len] & 0xC0) == 0x80)
			t->len--;
	}
	while (t->len - start < width)
		text_char(t, ' ');
}

/* The values of a list stand side by side. */
static void
put_value(const struct part *part, const struct eval *ev, const struct value *v,
	  struct text *t)
{
	enum value_type type = field_type(&part->use);
	enum value_unit unit = part->use.field->unit;
	enum field_many many = field_many(&part->use);

	if (many == FIELD_ONE) {
		value_text(v, type, unit, ev->render->data_max, t);
		return;
	}
	for (size_t i = 0; i < v->list.n; i++) {
		if (i)
			text_char(t, many == FIELD_ANCESTORS ? ' ' : ',');
		value_text(&v->list.v[i], type, unit, ev->render->data_max, t);
	}
}

bool
format_line(const struct format *f, const struct eval *ev, struct text *t)
{
	size_t start = t->len;

	for (size_t i = 0; i < f->n_parts; i++) {
		const struct part *part = &f->parts[i];
		struct value v;
		size_t at = t->len;

		if (part->words) {
			text_bytes(t, part->words, part->len);
			continue;
		}
		if (field_get(&part->use, ev, &v)) {
			put_value(part, ev, &v, t);
		} else if (f->shows_missing) {
			text_str(t, MISSING);
		} else {
			t->len = start;
			return false;
		}
		if (part->width)
			fit(t, at, part->width);
	}
	return true;
}

bool
format_has_escape(const struct format *f)
{
	return f->has_escape;
}
