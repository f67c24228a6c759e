#include "ui/dig_line.h"

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/field/clock.h"
#include "engine/field/operand.h"
#include "engine/query/cursor.h"
#include "engine/store/store.h"
#include "ui/canvas.h"

/* What is shown of an event, from left to right. */
static const struct {
	const char *field;
	struct grid_column column;
} columns[DIG_COLUMNS] = {
	{ "evt.num", { "#", 9, true } },
	{ "evt.time", { "TIME", 18, false } },
	{ "evt.reltime", { "SINCE START", 18, true } },
	{ "evt.cpu", { "CPU", 3, true } },
	{ "container.name", { "CONTAINER", 12, false } },
	{ "proc.name", { "PROCESS", 15, false } },
	{ "thread.tid", { "TID", 7, true } },
	{ "evt.dir", { "D", 1, false } },
	{ "evt.type", { "EVENT", 13, false } },
	{ "evt.latency.human", { "LATENCY", 8, true } },
	{ "evt.args", { "ARGUMENTS", 0, false } },
};
#define ROOMY_COLS 120			/* from here on names of calls stand whole */
#define WHOLE_COLS 24

enum { AT_TIME = 1, AT_SINCE = 2, AT_CONTAINER = 4, AT_EVENT = 8, AT_LATENCY = 9 };

void
dig_line_init(struct dig_line *l)
{
	struct err err = { 0 };

	*l = (struct dig_line){ .number = UINT64_MAX };
	for (size_t i = 0; i < DIG_COLUMNS; i++) {
		size_t len;

		l->operands[i] = operand_parse(columns[i].field, &len, &err);
		if (!l->operands[i])
			die("a column that is one is none: %s", err.text);
	}
}

void
dig_line_fini(struct dig_line *l)
{
	for (size_t i = 0; i < DIG_COLUMNS; i++) {
		operand_free(l->operands[i]);
		text_fini(&l->cells[i]);
	}
}

void
dig_line_choose(struct dig_line *l, bool is_relative, bool has_containers)
{
	l->number = UINT64_MAX;
	l->n_shown = 0;
	for (size_t i = 0; i < DIG_COLUMNS; i++) {
		if (i == (is_relative ? AT_TIME : AT_SINCE) ||
		    (i == AT_CONTAINER && !has_containers))
			continue;
		l->which[l->n_shown] = i;
		l->shown[l->n_shown++] = columns[i].column;
	}
}

void
dig_line_fit(struct dig_line *l, unsigned n_cols)
{
	unsigned width = n_cols < ROOMY_COLS ? columns[AT_EVENT].column.width_cols : WHOLE_COLS;

	for (size_t k = 0; k < l->n_shown; k++)
		if (l->which[k] == AT_EVENT)
			l->shown[k].width_cols = width;
}

void
dig_line_load(struct dig_line *l, struct cursor *c, uint64_t number)
{
	const struct eval *ev;
	uint64_t flags;

	if (l->number == number)
		return;
	l->number = number;
	cursor_go_to(c, number);
	ev = cursor_eval(c, CURSOR_EVENT);
	flags = cursor_value(c, COL_FLAGS);
	l->style = flags & ROW_FAILED ? STYLE_ERROR : flags & ROW_READS ? STYLE_READ
		   : flags & ROW_WRITES ? STYLE_WRITE : STYLE_TEXT;
	for (size_t k = 0; k < l->n_shown; k++) {
		size_t i = l->which[k];
		struct value v;

		l->cells[i].len = 0;
		if (i == AT_LATENCY && !(flags & ROW_HAS_SPAN))
			continue;
		if (!operand_get(l->operands[i], ev, &v))
			continue;
		if (i == AT_SINCE)
			clock_span(v.u, &l->cells[i]);
		else
			operand_text(l->operands[i], &v, ev->render, &l->cells[i]);
	}
}

const struct text *
dig_line_cell(const struct dig_line *l, size_t i, enum style *s)
{
	if (l->which[i] >= AT_EVENT)
		*s = l->style;
	return &l->cells[l->which[i]];
}

void
dig_line_put(const struct dig_line *l, struct text *t)
{
	for (size_t i = 0; i < l->n_shown; i++) {
		const struct text *cell = &l->cells[l->which[i]];
		const struct grid_column *c = &l->shown[i];
		size_t n = canvas_columns((struct span){ (const uint8_t *)cell->p, cell->len });

		for (size_t k = n ? n : 1; c->is_right && k < c->width_cols; k++)
			text_char(t, ' ');
		text_bytes(t, cell->len ? cell->p : "-", cell->len ? cell->len : 1);
		for (size_t k = n ? n : 1; !c->is_right && k < c->width_cols; k++)
			text_char(t, ' ');
		text_char(t, i + 1 < l->n_shown ? ' ' : '\n');
	}
}
