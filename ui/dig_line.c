#include "ui/dig_line.h"

#include <string.h>

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
	unsigned narrow_cols, wide_cols;	/* its width in such a terminal */
} columns[DIG_COLUMNS] = {
	{ "evt.num", { "#", 9, true, false }, 7, 9 },
	{ "evt.time", { "TIME", 18, false, false }, 12, 18 },
	{ "evt.reltime", { "SINCE START", 18, true, false }, 12, 18 },
	{ "evt.cpu", { "CPU", 3, true, false }, 3, 3 },
	{ "container.name", { "CONTAINER", 12, false, false }, 10, 12 },
	{ "proc.name", { "PROCESS", 15, false, false }, 10, 15 },
	{ "thread.tid", { "TID", 7, true, false }, 6, 7 },
	{ "evt.dir", { "D", 1, false, false }, 1, 1 },
	/* Where there is room, names of calls stand whole. */
	{ "evt.type", { "EVENT", 13, false, false }, 10, 24 },
	{ "evt.latency.human", { "LATENCY", 8, true, false }, 7, 8 },
	{ "evt.args", { "ARGUMENTS", 0, false, false }, 0, 0 },
};
enum { AT_TIME = 1, AT_SINCE = 2, AT_CPU = 3, AT_CONTAINER = 4, AT_PROCESS = 5, AT_TID = 6,
       AT_EVENT = 8, AT_LATENCY = 9 };

#define NARROW_COLS 100u		/* a terminal with less is narrow, */
#define WIDE_COLS 120u			/* one with so much is wide */
/* Of nanoseconds a narrow terminal shows so many digits less. */
#define NARROW_CUT_TIME 6u
#define NARROW_CUT_SINCE 3u

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
dig_line_choose(struct dig_line *l, const struct dig_choice *c)
{
	l->number = UINT64_MAX;
	l->n_cols = c->n_cols;
	l->is_narrow = c->n_cols && c->n_cols < NARROW_COLS;
	l->n_shown = 0;
	for (size_t i = 0; i < DIG_COLUMNS; i++) {
		struct grid_column *shown = &l->shown[l->n_shown];

		if (i == (c->is_relative ? AT_TIME : AT_SINCE) ||
		    (i == AT_CONTAINER && !c->has_containers) || (i == AT_CPU && l->is_narrow))
			continue;
		*shown = columns[i].column;
		if (l->is_narrow)
			shown->width_cols = columns[i].narrow_cols;
		else if (c->n_cols >= WIDE_COLS)
			shown->width_cols = columns[i].wide_cols;
		l->which[l->n_shown++] = i;
	}
}

/* Cut cell I, if it is a time, to what there is room for. */
static void
cut_time(struct dig_line *l, size_t i)
{
	size_t n = i == AT_TIME ? NARROW_CUT_TIME : i == AT_SINCE ? NARROW_CUT_SINCE : 0;

	if (l->is_narrow && l->cells[i].len > n)
		l->cells[i].len -= n;
}

void
dig_line_load(struct dig_line *l, struct cursor *c, uint64_t number)
{
	const struct eval *ev;
	bool is_same_thread;
	uint64_t flags;

	if (l->number == number)
		return;
	cursor_go_to(c, number);
	/* Most events are of the thread of the one before. */
	is_same_thread = l->number != UINT64_MAX && cursor_value(c, COL_THREAD) == l->thread;
	l->number = number;
	l->thread = cursor_value(c, COL_THREAD);
	ev = cursor_eval(c, CURSOR_EVENT);
	flags = cursor_value(c, COL_FLAGS);
	l->style = flags & ROW_FAILED ? STYLE_ERROR : flags & ROW_READS ? STYLE_READ
		   : flags & ROW_WRITES ? STYLE_WRITE : STYLE_TEXT;
	for (size_t k = 0; k < l->n_shown; k++) {
		size_t i = l->which[k];
		struct value v;

		if (is_same_thread && i >= AT_CONTAINER && i <= AT_TID)
			continue;
		l->cells[i].len = 0;
		if (i == AT_LATENCY && !(flags & ROW_HAS_SPAN))
			continue;
		if (!operand_get(l->operands[i], ev, &v))
			continue;
		if (i == AT_SINCE)
			clock_span(v.u, &l->cells[i]);
		else
			operand_text(l->operands[i], &v, ev->render, &l->cells[i]);
		cut_time(l, i);
	}
}

const struct text *
dig_line_cell(const struct dig_line *l, size_t i, enum style *s)
{
	if (l->which[i] >= AT_EVENT)
		*s = l->style;
	return &l->cells[l->which[i]];
}

/* How many columns cell I takes. Numbers, times and names of the format are plain ASCII. */
static size_t
columns_of(size_t i, const struct text *cell)
{
	if (i != AT_CONTAINER && i != AT_PROCESS)
		return cell->len;
	return canvas_columns((struct span){ (const uint8_t *)cell->p, cell->len });
}

void
dig_line_put(const struct dig_line *l, struct text *t)
{
	static const struct text none = { .p = (char *)(uintptr_t)"-", .len = 1 };
	size_t most = 0;
	char *to;

	/* Lines are many: there is room for all of one at once. */
	for (size_t i = 0; i < l->n_shown; i++)
		most += l->cells[l->which[i]].len + l->shown[i].width_cols + 2;
	to = text_room(t, most);
	for (size_t i = 0; i < l->n_shown; i++) {
		const struct text *cell = &l->cells[l->which[i]];
		const struct grid_column *c = &l->shown[i];
		size_t n, left;

		cell = cell->len ? cell : &none;
		n = c->width_cols ? columns_of(l->which[i], cell) : 0;
		left = n < c->width_cols ? c->width_cols - n : 0;
		for (size_t k = c->is_right ? left : 0; k; k--)
			*to++ = ' ';
		memcpy(to, cell->p, cell->len);
		to += cell->len;
		for (size_t k = c->is_right ? 0 : left; k; k--)
			*to++ = ' ';
		*to++ = i + 1 < l->n_shown ? ' ' : '\n';
	}
	t->len = (size_t)(to - t->p);
}
