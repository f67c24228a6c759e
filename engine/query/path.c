#include "engine/query/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/base/utf8.h"
#include "engine/field/field.h"
#include "engine/query/table.h"
#include "engine/query/view.h"

void
path_quote(const void *value, size_t len, struct text *t)
{
	const uint8_t *at = value, *end = at + len;

	text_char(t, '"');
	while (at < end) {
		uint32_t c;
		size_t n = utf8_decode(at, (size_t)(end - at), &c);

		if (!n || !utf8_is_harmless(c)) {
			text_fmt(t, "\\x%02x", *at++);
			continue;
		}
		if (c == '"' || c == '\\')
			text_char(t, '\\');
		text_bytes(t, at, n);
		at += n;
	}
	text_char(t, '"');
}

/* How many bytes at S are "FIELD", when a "=" follows; the "=" is at *EQUALS. */
static size_t
field_at(const char *s, size_t *equals)
{
	struct field_use use;
	int n = field_parse(s, &use, NULL);
	size_t at;

	if (n <= 0)
		return 0;
	at = (size_t)n + strspn(s + n, " ");
	if (s[at] != '=')
		return 0;
	*equals = at;
	return (size_t)n;
}

/* Where the next part begins behind S, or the end. */
static const char *
next_part(const char *s)
{
	size_t equals;

	for (; (s = strchr(s, '/')); s++)
		if (field_at(s + 1, &equals))
			return s;
	return NULL;
}

/* How many bytes at S are a value in quotes, when the next part or the end follows; else 0. */
static size_t
quoted_at(const char *s)
{
	const char *at = s + 1;
	size_t equals;

	if (*s != '"' && *s != '\'')
		return 0;
	while (*at && *at != *s)
		at += *at == '\\' && at[1] ? 2 : 1;
	if (!*at++)
		return 0;
	return !*at || (*at == '/' && field_at(at + 1, &equals)) ? (size_t)(at - s) : 0;
}

static void
add_part(struct path *p, const char *field, size_t field_len, struct span value, bool is_quoted)
{
	struct text filter = { 0 };

	text_bytes(&filter, field, field_len);
	text_str(&filter, " = ");
	if (is_quoted)
		text_bytes(&filter, value.p, value.len);
	else
		path_quote(value.p, value.len, &filter);
	xgrow(&p->parts, &p->cap, p->n + 1, sizeof(*p->parts));
	p->parts[p->n++] = (struct path_part){
		xstrndup(field, field_len), xstrndup(filter.p, filter.len),
	};
	text_fini(&filter);
}

/* Why there is no "FIELD=" at S. */
static int
refuse(const char *text, const char *s, struct err *err)
{
	struct field_use use;
	int n = field_parse(s, &use, err);

	if (n >= 0)
		err_set(err, -EINVAL, "a `=` and a value must follow the field");
	if (err)
		err->at = (int)(s - text) + (n > 0 ? n : err->at);
	return -EINVAL;
}

int
path_read(struct path *p, const char *text, struct err *err)
{
	const char *s = text;

	while (s && *s) {
		const char *value, *end;
		size_t equals = 0, len = field_at(s, &equals), quoted;

		if (!len)
			return refuse(text, s, err);
		if (p->n == PATH_PARTS_MAX)
			return err_set(err, -E2BIG, "more than %d parts", PATH_PARTS_MAX);
		value = s + equals + 1;
		quoted = quoted_at(value);
		end = next_part(value + quoted);
		add_part(p, s, len, (struct span){ (const uint8_t *)value,
			 end ? (size_t)(end - value) : strlen(value) }, quoted > 0);
		s = end ? end + 1 : NULL;
	}
	return 0;
}

void
path_fini(struct path *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->parts[i].field);
		free(p->parts[i].filter);
	}
	free(p->parts);
	*p = (struct path){ 0 };
}

void
path_condition(const struct view_column *c, const struct cell *cell, struct text *t)
{
	struct text value = { 0 };

	text_str(t, c->select.text);
	text_str(t, " = ");
	if (c->type == T_STR || c->type == T_DATA) {
		path_quote(cell->value.s.p, cell->value.s.len, t);
		return;
	}
	if (c->type == T_DOUBLE)
		text_fmt(&value, "%.17g", cell->value.d);
	else
		value_text(&cell->value, c->type, U_NONE, 0, &value);
	path_quote(value.p, value.len, t);
	text_fini(&value);
}
