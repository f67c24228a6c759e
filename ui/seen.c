#include "ui/seen.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/path.h"
#include "engine/query/table.h"
#include "engine/query/view_build.h"
#include "engine/query/view_spec.h"
#include "ui/ask.h"
#include "ui/complete.h"
#include "ui/prompt.h"

#define FIELDS_MAX 200			/* that are remembered as views */
#define ROWS_LOOKED_AT 200000u		/* of a table, at a key */
#define VALUE_BYTES_MAX 200		/* longer ones are of no use to who types */
#define COUNT_NAME "CALLS"

/* A field, and the view that has a row for each of its values. */
struct seen_field {
	char *name;			/* owned */
	struct view *view;		/* owned; NULL: there can be none */
};

struct seen {
	struct ask *ask;
	const struct filter_options *options;
	struct seen_field fields[FIELDS_MAX];
	size_t n_fields;
	uint64_t n_events, asked_events;
	uint64_t id;			/* of the last question */
	const struct view *asked;	/* what it was about */
	struct answer found;
};

struct seen *
seen_new(struct ask *ask, const struct filter_options *options)
{
	struct seen *s = xzalloc(sizeof(*s));

	s->ask = ask;
	s->options = options;
	return s;
}

void
seen_free(struct seen *s)
{
	if (!s)
		return;
	ask_free(s->ask);
	answer_done(&s->found);
	for (size_t i = 0; i < s->n_fields; i++) {
		view_free(s->fields[i].view);
		free(s->fields[i].name);
	}
	free(s);
}

/* The table of the values of FIELD. */
static struct view *
view_of(const char *field, const struct filter_options *options)
{
	struct spec_column columns[] = {
		{ .line = 1, .number = 1, .name = { "VALUE", 1 }, .field = { field, 1 },
		  .aggregation = { "key", 1 } },
		{ .line = 1, .number = 2, .name = { COUNT_NAME, 1 },
		  .aggregation = { "count", 1 } },
	};
	struct view_spec spec = {
		.file = "values", .id = { "values", 1 }, .name = { "Values", 1 },
		.column = columns, .n_columns = ARRAY_LEN(columns),
	};
	struct err err = { 0 };

	return view_build(&spec, options, 0, &err);
}

/* The view of a field; NULL: it has none. */
static const struct view *
find_view(struct seen *s, const struct complete_value *v)
{
	struct seen_field *f;

	for (size_t i = 0; i < s->n_fields; i++)
		if (strlen(s->fields[i].name) == v->field_len &&
		    !memcmp(s->fields[i].name, v->field, v->field_len))
			return s->fields[i].view;
	if (s->n_fields == FIELDS_MAX || !v->field_len)
		return NULL;
	f = &s->fields[s->n_fields++];
	f->name = xstrndup(v->field, v->field_len);
	f->view = view_of(f->name, s->options);
	return f->view;
}

void
seen_refresh(struct seen *s, uint64_t n_events)
{
	s->n_events = n_events;
}

static void
look_for(struct seen *s, const struct view *view)
{
	struct question q = { .id = ++s->id, .view = view, .variant = VIEW_PLAIN,
			      .sort = COUNT_NAME, .sort_descending = true };

	s->asked = view;
	s->asked_events = s->n_events;
	ask_put(s->ask, &q);
}

/* Can S stand in a filter without quotes? */
static bool
is_bare(const char *s, size_t len)
{
	static const char *const words[] = { "and", "or", "not", "in", "exists" };

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) && !strchr("_./:@-+%", s[i]))
			return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i]) == len && !memcmp(words[i], s, len))
			return false;
	return len > 0;
}

/* What was typed of a value, without its quote and escapes. */
static void
put_typed(const struct complete_value *v, struct text *t)
{
	size_t i = v->typed_len && (v->typed[0] == '"' || v->typed[0] == '\'');
	bool is_quoted = i > 0;

	for (; i < v->typed_len; i++) {
		if (is_quoted && v->typed[i] == v->typed[0])
			break;
		i += v->typed[i] == '\\' && i + 1 < v->typed_len;
		text_char(t, v->typed[i]);
	}
}

static void
put_value(const struct view_column *c, const struct cell *cell, struct text *t)
{
	if (c->type == T_STR || c->type == T_DATA)
		text_bytes(t, cell->value.s.p, cell->value.s.len < VALUE_BYTES_MAX ?
			   cell->value.s.len : VALUE_BYTES_MAX + 1);
	else
		value_text(&cell->value, c->type, U_NONE, 0, t);
}

static void
offer_row(const struct table_row *row, const struct text *value, bool is_quoted,
	  struct prompt_candidates *out)
{
	struct text t = { 0 }, count = { 0 };

	if (is_quoted || !is_bare(value->p, value->len))
		path_quote(value->p, value->len, &t);
	else
		text_bytes(&t, value->p, value->len);
	text_char(&t, '\0');
	text_count(&count, row->cells[1].value.u);
	text_str(&count, row->cells[1].value.u == 1 ? " call" : " calls");
	text_char(&count, '\0');
	prompt_offer(out, t.p, count.p);
	text_fini(&t);
	text_fini(&count);
}

static bool
fits(const struct text *value, const struct text *typed, bool is_within)
{
	if (!value->len || value->len > VALUE_BYTES_MAX || value->len <= typed->len)
		return false;
	if (!typed->len)
		return true;
	if (!is_within)
		return !memcmp(value->p, typed->p, typed->len);
	for (size_t i = 0; i + typed->len <= value->len; i++)
		if (!strncasecmp(value->p + i, typed->p, typed->len))
			return true;
	return false;
}

static void
offer_rows(const struct table *t, const struct complete_value *v, bool is_within,
	   struct prompt_candidates *out)
{
	bool is_quoted = v->typed_len && (v->typed[0] == '"' || v->typed[0] == '\'');
	size_t n = t->n_rows < ROWS_LOOKED_AT ? t->n_rows : ROWS_LOOKED_AT;
	struct text typed = { 0 }, value = { 0 };

	put_typed(v, &typed);
	for (size_t i = 0; i < n && out->n < PROMPT_CANDIDATES_MAX; i++) {
		const struct cell *cell = &table_row(t, i)->cells[0];

		value.len = 0;
		if (cell->state == CELL_MISSING)
			continue;
		put_value(t->columns[0], cell, &value);
		if (fits(&value, &typed, is_within))
			offer_row(table_row(t, i), &value, is_quoted, out);
	}
	text_fini(&typed);
	text_fini(&value);
}

void
seen_offer(void *seen, const struct complete_value *v, struct prompt_candidates *out)
{
	struct seen *s = seen;
	const struct view *view = find_view(s, v);

	if (!view)
		return;
	if (s->asked != view || s->asked_events != s->n_events)
		look_for(s, view);
	if (!s->found.table || s->found.view != view)
		return;
	offer_rows(s->found.table, v, false, out);
	if (!out->n && v->typed_len)
		offer_rows(s->found.table, v, true, out);
}

bool
seen_news(struct seen *s)
{
	struct answer got;

	if (!ask_take(s->ask, &got))
		return false;
	answer_done(&s->found);
	s->found = got;
	return got.table != NULL;
}

void
seen_stop(struct seen *s)
{
	/* What was not found is to be looked for again. */
	if (ask_is_busy(s->ask))
		s->asked = NULL;
	ask_cancel(s->ask);
}
