/*
 * grid - a table on the screen: headings, rows, a line of totals.
 *
 * What is in it comes from functions of the caller, for the rows that are seen only;
 * so a table of a million rows costs as much as one of twenty. The first column
 * stays where it is when the others are scrolled; columns that gave way are seen then.
 * The selection belongs to a row, which has an id, and not to a place: it stays on that
 * row in a new table.
 */
#ifndef UI_GRID_H
#define UI_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/canvas.h"
#include "ui/scroll.h"

struct key;
struct text;

#define GRID_COLUMNS_MAX 64

struct grid_column {
	const char *title;
	unsigned width_cols;		/* 0: what is left of the line */
	bool is_right;			/* numbers */
	bool is_whole;			/* as in fit.h */
};

/* What is shown. */
struct grid_data {
	const struct grid_column *columns;
	size_t n_columns;		/* at most GRID_COLUMNS_MAX are shown */
	size_t n_rows;
	size_t sort_column;		/* SIZE_MAX: not sorted by one that is shown */
	bool is_descending;
	const void *ctx;
	/* Append a cell; *S may be changed. */
	void (*cell)(const void *ctx, size_t row, size_t column, struct text *t, enum style *s);
	/* Append the total of a column; NULL: there is no line of them. */
	void (*total)(const void *ctx, size_t column, struct text *t);
	/* Never the same for two rows. */
	uint64_t (*id)(const void *ctx, size_t row);
	/* The row that has this id, SIZE_MAX: none; NULL: rows are gone through. */
	size_t (*find)(const void *ctx, uint64_t id);
	/* How deep a row stands in a tree; NULL: there is none. */
	unsigned (*level)(const void *ctx, size_t row);
	size_t trunk;			/* the column that shows that, and has most text */
	bool fits;			/* where there is little room, others give way to it */
	const char *empty;		/* what is said when there is no row */
};

/* Embedded: zeroes are the start of a table. */
struct grid {
	struct scroll rows;
	size_t first;			/* the first column that is seen behind the fixed one */
	size_t mark;			/* the column that is marked */
	uint64_t selected;		/* id of the selected row */
	bool has_selected;
	const char *search;		/* borrowed; what is highlighted. NULL: nothing */
	/* What was seen so far needed, by column; so columns do not move to and fro. */
	uint16_t needed_cols[GRID_COLUMNS_MAX];
	uint64_t needed_of;		/* of which columns that is */
};

/* What a place on the screen is. */
enum grid_place { GRID_NOTHING, GRID_HEADING, GRID_CELL, GRID_TOTAL };

/* Columns are as wide as what is seen from now on needs. */
void grid_forget_widths(struct grid *g);

/* There is other data: find the selected row in it. ROW_HINT lines are seen. */
void grid_adopt(struct grid *g, const struct grid_data *d, unsigned n_rows);

/* Draw G in A. */
void grid_draw(struct grid *g, const struct grid_data *d, struct area a);

/* Move the selection, the columns or the mark ("<" and ">"). A is where it was
 * drawn. False: K is for somebody else. */
bool grid_key(struct grid *g, const struct grid_data *d, const struct key *k, struct area a);

/* What is at a place of the screen, with its row and column in D. */
enum grid_place grid_at(const struct grid *g, const struct grid_data *d, struct area a,
			const struct key *mouse, size_t found[2]);

/* Select ROW. */
void grid_select(struct grid *g, const struct grid_data *d, size_t row, struct area a);

/* Select ROW, and scroll the columns so that TEXT, which is in it, is seen. */
void grid_show_hit(struct grid *g, const struct grid_data *d, size_t row, const char *text,
		   struct area a);

/* A search for a text, in any case, row by row and round at the ends. */
struct grid_search {
	const char *text;		/* borrowed */
	bool is_backwards;
	size_t at;			/* the row that is looked at next, */
	size_t left;			/* and how many are to be looked at */
};

/* Go on for at most N rows: the row that has it in a cell, and the search is over.
 * SIZE_MAX: none had; all have been looked at once S->left is 0. */
size_t grid_find(const struct grid_data *d, struct grid_search *s, size_t n);

#endif
