#include "engine/field/format.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/field/field.h"
#include "engine/field/format_part.h"

/* Put what T has behind START into quotes, if it must be. */
static void
quote(struct text *t, size_t start)
{
	size_t n_quotes = 0, more;
	bool must = false;
	char *to;

	for (size_t i = start; i < t->len; i++) {
		char c = t->p[i];

		n_quotes += c == '"';
		must |= c == '"' || c == ',' || c == '\n' || c == '\r';
	}
	if (!must)
		return;
	more = n_quotes + 2;
	text_room(t, more);
	to = t->p + t->len + more;
	*--to = '"';
	for (size_t i = t->len; i > start; i--) {
		*--to = t->p[i - 1];
		if (*to == '"')
			*--to = '"';
	}
	*--to = '"';
	t->len += more;
}

bool
format_csv(const struct format *f, const struct eval *ev, struct text *t)
{
	size_t start = t->len;
	bool is_first = true;

	for (size_t i = 0; i < f->n_parts; i++) {
		struct operand *o = f->parts[i].operand;
		struct value v;
		size_t at;

		if (!o)
			continue;
		if (!is_first)
			text_char(t, ',');
		is_first = false;
		at = t->len;
		if (operand_get(o, ev, &v)) {
			operand_text(o, &v, ev->render, t);
		} else if (!f->shows_missing) {
			t->len = start;
			return false;
		}
		quote(t, at);
	}
	return true;
}

void
format_csv_head(const struct format *f, struct text *t)
{
	bool is_first = true;

	for (size_t i = 0; i < f->n_parts; i++) {
		size_t at;

		if (!f->parts[i].operand)
			continue;
		if (!is_first)
			text_char(t, ',');
		is_first = false;
		at = t->len;
		operand_print(f->parts[i].operand, t);
		quote(t, at);
	}
}
