#include "engine/field/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/field.h"
#include "engine/field/format_part.h"
#include "engine/field/render.h"

#define WIDTH_MAX 10000
#define MISSING "<NA>"
#define ESC '\033'

static struct format_part *
new_part(struct format *f)
{
	xgrow(&f->parts, &f->cap_parts, f->n_parts + 1, sizeof(f->parts[0]));
	f->parts[f->n_parts] = (struct format_part){ 0 };
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
	struct format_part *part;

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

/* Take the field at *AT, which is right behind its "%", and move *AT behind it.
 * False with *AT where something is wrong. */
static bool
take_field(struct format *f, const char **at, struct err *err)
{
	const struct field_use *use;
	struct format_part *part;
	struct operand *o;
	uint32_t width = 0;
	size_t len;

	for (; **at >= '0' && **at <= '9'; ++*at) {
		width = width * 10 + (uint32_t)(**at - '0');
		if (width > WIDTH_MAX)
			return err_set(err, -EINVAL, "a width is at most %d", WIDTH_MAX) >= 0;
	}
	if (!**at)
		return err_set(err, -EINVAL, "a field must follow the %%") >= 0;
	o = operand_parse(*at, &len, err);
	if (!o) {
		*at += err->at;
		return false;
	}
	part = new_part(f);
	part->operand = o;
	part->width = width;
	use = operand_field(o);
	if (use && use->field->flags & FIELD_FILTER_ONLY)
		return err_set(err, -EINVAL, "field `%s` is for filters only: it stands for "
			       "several others", use->field->name) >= 0;
	*at += len;
	return true;
}

struct format *
format_compile(const char *pattern, struct err *err)
{
	struct format *f = xzalloc(sizeof(*f));
	const char *copy = arena_strdup(&f->arena, pattern), *at = copy;
	struct err why = { 0 };
	bool fits = true;

	if (!*at) {
		err_set(err, -EINVAL, "the format is empty");
		goto fail;
	}
	if (*at == '*') {
		f->shows_missing = true;
		at++;
	}
	while (*at && fits) {
		if (*at != '%') {
			at = take_words(f, at);
			continue;
		}
		at++;
		fits = take_field(f, &at, &why);
	}
	if (!fits) {
		why.at = (int)(at - copy);
		if (err)
			*err = why;
		goto fail;
	}
	format_sort_members(f);
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
	for (size_t i = 0; i < f->n_parts; i++)
		operand_free(f->parts[i].operand);
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

bool
format_line(const struct format *f, const struct eval *ev, struct text *t)
{
	size_t start = t->len;

	for (size_t i = 0; i < f->n_parts; i++) {
		const struct format_part *part = &f->parts[i];
		size_t at = t->len;
		struct value v;

		if (part->words) {
			text_bytes(t, part->words, part->len);
			continue;
		}
		if (operand_get(part->operand, ev, &v)) {
			operand_text(part->operand, &v, ev->render, t);
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

size_t
format_fields(const struct format *f)
{
	return f->n_members;
}

bool
format_has_escape(const struct format *f)
{
	return f->has_escape;
}
