/*
 * canvas - a screen in memory: cells with a character and a style.
 *
 * Screens draw here; ui/term.c copies what changed to the terminal, and tests
 * read it. What is drawn is an area, a rectangle of a canvas: nothing that is
 * drawn in one leaves it. All text may come from outside: bytes that a terminal
 * could obey appear as \xNN, and a character takes the cells that it has.
 */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/reader.h"
#include "ui/style.h"

struct text;


#define CANVAS_MARKS 2			/* combining characters that one cell shows */
#define CANVAS_SIDE_MAX 4096		/* cells; larger terminals are used in part */

struct canvas_cell {
	uint32_t c;			/* 0: the right half of the character before it */
	uint32_t marks[CANVAS_MARKS];	/* 0: none */
	enum style style;
};

/* Embedded: zeroes are a canvas without cells. */
struct canvas {
	unsigned n_rows, n_cols;
	struct canvas_cell *cells;	/* row by row */
	bool is_ascii;			/* nothing but ASCII is drawn */
	bool is_console;		/* nothing that the fonts of the Linux console lack */
	/* Where the terminal's cursor is shown. */
	bool has_cursor;
	unsigned cursor_row, cursor_col;
};

/* A rectangle of CANVAS, which is borrowed. */
struct area {
	struct canvas *canvas;
	unsigned row, col;
	unsigned n_rows, n_cols;
};

enum canvas_align { CANVAS_LEFT, CANVAS_RIGHT };

/* Give C this size; it is blank then. */
void canvas_resize(struct canvas *c, unsigned n_rows, unsigned n_cols);

/* Make all of it blank, without a cursor. */
void canvas_clear(struct canvas *c);

void canvas_fini(struct canvas *c);

/* All of C. */
struct area canvas_area(struct canvas *c);

/* Append row ROW as UTF-8 text without blanks at its end. */
void canvas_row_text(const struct canvas *c, unsigned row, struct text *t);

/* N columns of a row of A, and what lies in A from there; cut to what there is. */
struct area area_line(struct area a, unsigned row, unsigned col, unsigned n_cols);
struct area area_part(struct area a, unsigned row, unsigned col, unsigned n_rows,
		      unsigned n_cols);

/* Draw TEXT of LEN bytes from COL on. The columns that it took. */
unsigned area_bytes(struct area a, unsigned row, unsigned col, enum style s,
		    struct span text);

/* The same for a string. */
unsigned area_text(struct area a, unsigned row, unsigned col, enum style s,
		   const char *text);

/* Draw TEXT over the whole of row 0 of A, at the side that ALIGN says; when it is
 * too long, a mark shows that it was cut. */
void area_fit(struct area a, enum canvas_align align, enum style s, struct span text);

/* Fill A with the character C, of one column. */
void area_fill(struct area a, uint32_t c, enum style s);

/* Give all cells of A another style. */
void area_style(struct area a, enum style s);

/* Show the terminal's cursor there. */
void area_cursor(struct area a, unsigned row, unsigned col);

/* Blank A, with a frame around it and TITLE in its upper edge. What is inside. */
struct area area_frame(struct area a, const char *title);

/* How many columns TEXT takes when it is drawn. */
unsigned canvas_columns(struct span text);

/* The byte of TEXT at which column COL begins, or its length. */
size_t canvas_byte_at(struct span text, unsigned col);

#endif
