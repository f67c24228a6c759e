/*
 * dig_line - one event as a line in columns.
 *
 * Each thread that makes lines has one of its own.
 */
#ifndef UI_DIG_LINE_H
#define UI_DIG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/text.h"
#include "ui/grid.h"
#include "ui/style.h"

struct cursor;
struct operand;

#define DIG_COLUMNS 11

/* Embedded; its operands are parsed by dig_line_init(). */
struct dig_line {
	struct operand *operands[DIG_COLUMNS];
	/* What is shown: which of all columns, and how. */
	unsigned n_cols;
	bool is_narrow;
	size_t which[DIG_COLUMNS], n_shown;
	struct grid_column shown[DIG_COLUMNS];
	/* The event whose cells these are. */
	uint64_t number;		/* UINT64_MAX: none */
	uint64_t thread;		/* its thread, as rows name one */
	struct text cells[DIG_COLUMNS];	/* by column, of those that are shown */
	enum style style;		/* of those that are about the call */
};

void dig_line_init(struct dig_line *l);
void dig_line_fini(struct dig_line *l);

/* What is chosen of all columns. */
struct dig_choice {
	bool is_relative;		/* times since the first event, not of the day */
	bool has_containers;
	unsigned n_cols;		/* of the terminal; 0: it is for a file */
};

void dig_line_choose(struct dig_line *l, const struct dig_choice *c);

/* Make the cells of event NUMBER, which C can go to, unless they are there. */
void dig_line_load(struct dig_line *l, struct cursor *c, uint64_t number);

/* The text and the style of shown column I, of the event that was loaded. */
const struct text *dig_line_cell(const struct dig_line *l, size_t i, enum style *s);

/* Append the event that was loaded as a line of a file; "-" is what has no value. */
void dig_line_put(const struct dig_line *l, struct text *t);

#endif
