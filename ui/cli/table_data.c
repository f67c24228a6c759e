#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/show.h"
#include "engine/query/table.h"
#include "engine/query/view.h"
#include "ui/cli/json_out.h"
#include "ui/cli/output.h"
#include "ui/cli/table_out.h"

/* Tables for programs: CSV and JSON. */

static size_t
count_rows(const struct table *t, const struct table_look *look)
{
	return look->rows_max && look->rows_max < t->n_rows ? look->rows_max : t->n_rows;
}

static bool
is_unsure(const struct table *t, const struct cell *cells)
{
	for (size_t i = 0; i < t->n_columns; i++)
		if (cells[i].state == CELL_UNSURE)
			return true;
	return false;
}

/* Append WORD as a value of CSV. */
static void
put_csv(struct text *to, const struct text *word)
{
	bool must = false;

	for (size_t i = 0; i < word->len; i++)
		must |= strchr("\",\r\n", word->p[i]) != NULL;
	if (!must) {
		text_bytes(to, word->p, word->len);
		return;
	}
	text_char(to, '"');
	for (size_t i = 0; i < word->len; i++) {
		if (word->p[i] == '"')
			text_char(to, '"');
		text_char(to, word->p[i]);
	}
	text_char(to, '"');
}

static void
put_csv_head(const struct table *t, struct text *to)
{
	struct text word = { 0 };

	for (size_t i = 0; i < t->n_columns; i++) {
		const struct view_column *c = t->columns[i];

		if (c->is_hidden)
			continue;
		word.len = 0;
		text_str(&word, c->name);
		if (*show_unit(c))
			text_fmt(&word, " (%s)", show_unit(c));
		put_csv(to, &word);
		text_char(to, ',');
	}
	text_str(to, "UNSURE\n");
	text_fini(&word);
}

void
table_csv(const struct table *t, const struct table_look *look, struct output *out)
{
	size_t n = count_rows(t, look);
	struct text word = { 0 };

	put_csv_head(t, &out->text);
	for (size_t row = 0; row < n && output_settle(out); row++) {
		const struct cell *cells = table_row(t, row)->cells;

		for (size_t i = 0; i < t->n_columns; i++) {
			if (t->columns[i]->is_hidden)
				continue;
			word.len = 0;
			show_exact(t->columns[i], &cells[i], &word);
			put_csv(&out->text, &word);
			text_char(&out->text, ',');
		}
		text_str(&out->text, is_unsure(t, cells) ? "yes\n" : "no\n");
	}
	text_fini(&word);
}

/* A cell as a JSON value: null, a number, true, false or a text. */
static void
put_json(struct json_out *j, const struct view_column *c, const struct cell *cell,
	 struct text *word)
{
	word->len = 0;
	show_exact(c, cell, word);
	if (cell->state == CELL_MISSING || (c->type == T_DOUBLE && !word->len)) {
		json_null(j, c->name);
	} else if (show_is_number(c) || c->type == T_TIME || c->type == T_BOOL) {
		json_key(j, c->name);
		text_bytes(j->t, word->p, word->len);
	} else if (c->type == T_STR) {
		json_span(j, c->name, cell->value.s);
	} else {
		json_span(j, c->name, (struct span){ (const uint8_t *)word->p, word->len });
	}
}

static void
put_json_cells(struct json_out *j, const struct table *t, const struct cell *cells,
	       struct text *word)
{
	for (size_t i = 0; i < t->n_columns; i++)
		if (!t->columns[i]->is_hidden)
			put_json(j, t->columns[i], &cells[i], word);
}

static void
put_json_columns(struct json_out *j, const struct table *t)
{
	json_open(j, "columns", '[');
	for (size_t i = 0; i < t->n_columns; i++) {
		const struct view_column *c = t->columns[i];

		if (c->is_hidden)
			continue;
		json_open(j, NULL, '{');
		json_str(j, "name", c->name);
		json_str(j, "unit", show_unit(c));
		json_str(j, "meaning", c->description);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
put_json_rows(struct json_out *j, const struct table *t, size_t n, struct output *out)
{
	struct text word = { 0 };

	json_open(j, "rows", '[');
	for (size_t row = 0; row < n && output_settle(out); row++) {
		json_open(j, NULL, '{');
		put_json_cells(j, t, table_row(t, row)->cells, &word);
		if (t->view->parent.operand)
			json_u64(j, "level", table_row(t, row)->level);
		json_bool(j, "unsure", is_unsure(t, table_row(t, row)->cells));
		json_close(j, '}');
	}
	json_close(j, ']');
	text_fini(&word);
}

void
table_json(const struct table *t, const struct table_look *look, struct output *out)
{
	struct json_out j = { .t = &out->text };
	struct text word = { 0 };

	json_open(&j, NULL, '{');
	json_str(&j, "view", t->view->id);
	json_u64(&j, "from_ns", t->from_ns);
	json_u64(&j, "to_ns", t->to_ns);
	json_u64(&j, "first_event", t->first_event);
	json_u64(&j, "last_event", t->last_event);
	json_u64(&j, "lost_events", t->n_lost);
	json_bool(&j, "partial", t->is_partial);
	json_u64(&j, "n_rows", t->n_rows);	/* of which --limit may leave out some */
	put_json_columns(&j, t);
	put_json_rows(&j, t, count_rows(t, look), out);
	if (t->totals) {
		json_open(&j, "totals", '{');
		put_json_cells(&j, t, t->totals, &word);
		json_close(&j, '}');
	}
	json_close(&j, '}');
	text_char(&out->text, '\n');
	text_fini(&word);
}
