#include "ui/describe.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/field.h"
#include "engine/field/operand.h"
#include "ui/pager.h"

#define NAME_COLS 28
#define VALUE_MAX 2000			/* bytes of a value that are shown */
#define DATA_MAX 4096			/* of the data */
#define HEX_ROW 16

static bool
is_shown(const struct field *f)
{
	return !(f->arg & ARG_NEEDED) &&
	       !(f->flags & (FIELD_TABLE_ONLY | FIELD_FILTER_ONLY | FIELD_OLD)) &&
	       f->scope != OF_STREAM && f->type != T_DATA;
}

static void
put_title(const char *title, struct pager *p)
{
	pager_add(p, STYLE_TEXT, 0, "");
	pager_add(p, STYLE_TITLE, 0, title);
}

/* Append the field NAME, after *TITLE if it is the first below that; nothing when it has no
 * value. */
static void
put_field(const char *name, const struct eval *ev, const char **title, struct pager *p)
{
	struct text t = { 0 };
	struct operand *o;
	struct value v;
	size_t len;

	o = operand_parse(name, &len, NULL);
	if (o && operand_get(o, ev, &v)) {
		operand_text(o, &v, ev->render, &t);
		if (t.len > VALUE_MAX)
			t.len = VALUE_MAX;
		text_char(&t, '\0');
		/* What is empty, false or nought says nothing that its absence does not. */
		if (t.len > 1 && strcmp(t.p, "false")) {
			if (*title)
				put_title(*title, p);
			*title = NULL;
			pager_add_row(p, NAME_COLS, name, t.p);
		}
	}
	operand_free(o);
	text_fini(&t);
}

/* "0010  47 45 54 20 2f 62 61 72  20 48 54 54 50 2f 31 2e   GET /bar HTTP/1." */
static void
put_hex_row(struct span data, size_t at, struct pager *p)
{
	size_t n = data.len - at < HEX_ROW ? data.len - at : HEX_ROW;
	struct text t = { 0 };

	text_fmt(&t, "%04zx ", at);
	for (size_t i = 0; i < HEX_ROW; i++) {
		if (i == HEX_ROW / 2)
			text_char(&t, ' ');
		if (i < n)
			text_fmt(&t, " %02x", data.p[at + i]);
		else
			text_str(&t, "   ");
	}
	text_str(&t, "   ");
	text_dots(&t, data.p + at, n);
	text_char(&t, '\0');
	pager_add(p, STYLE_TEXT, 0, t.p);
	text_fini(&t);
}

static void
put_data(const struct eval *ev, struct pager *p)
{
	size_t len;
	struct operand *o = operand_parse("evt.buffer", &len, NULL);
	struct value v;

	if (o && operand_get(o, ev, &v) && v.s.len) {
		struct span data = v.s;

		put_title("Data", p);
		data.len = data.len < DATA_MAX ? data.len : DATA_MAX;
		for (size_t at = 0; at < data.len; at += HEX_ROW)
			put_hex_row(data, at, p);
	}
	operand_free(o);
}

/* What one wants to know first; all of these are said again among the others. */
static const char *const first[] = {
	"evt.time", "evt.type", "evt.dir", "evt.args", "evt.res", "evt.latency.human", "fd.name",
	"proc.name", "proc.cmdline", "proc.pid", "thread.tid", "user.name", "container.name",
};

void
describe_event(const struct eval *ev, struct pager *p)
{
	const char *title = NULL;

	for (size_t i = 0; i < ARRAY_LEN(first); i++)
		put_field(first[i], ev, &title, p);
	put_data(ev, p);
	for (size_t d = 0; d < n_domains; d++) {
		/* Several tables may have one name, and one heading. */
		if (!d || strcmp(domains[d]->name, domains[d - 1]->name) != 0)
			title = domains[d]->doc;
		for (size_t i = 0; i < domains[d]->n_fields; i++)
			if (is_shown(&domains[d]->fields[i]))
				put_field(domains[d]->fields[i].name, ev, &title, p);
	}
}
