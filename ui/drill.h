/*
 * drill - the way from the first view to the one that is seen, and back.
 *
 * Each step is a level: a view with its filter, its order and what was selected in
 * it. Going down makes the selected row a condition of all levels below; going back
 * finds a level as it was left. Conditions are written in the filter language, with
 * every byte of a value that could be taken for something else as \xNN.
 */
#ifndef UI_DRILL_H
#define UI_DRILL_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/grid.h"

struct arena;
struct clock;
struct err;
struct table;
struct text;
struct view;
struct view_set;

#define DRILL_LEVELS_MAX 64
#define DRILL_FILTERS_MAX (2 * DRILL_LEVELS_MAX + 1)

struct drill_level {
	const struct view *view;
	struct view *own;		/* the same, when it is the level's alone */
	char *filter;			/* what somebody typed; NULL: none */
	/* Which row was gone into; NULL: none, another view was chosen instead. */
	char *condition;
	char *label;			/* what that row is called */
	char *field;			/* what it was selected by, for view_applies() */
	struct grid grid;
	const char *sort;		/* name of a column of the view */
	bool is_descending;
	bool is_flat;			/* its rows are not shown as a tree */
};

/* How somebody sorted a view, for the next time that it is shown. */
struct drill_order {
	const struct view *view;
	const char *sort;
	bool is_descending;
};

#define DRILL_ORDERS_MAX 64		/* views whose order is remembered */

/* Embedded: zeroes, then drill_start(). */
struct drill {
	struct drill_level levels[DRILL_LEVELS_MAX];
	size_t n;
	struct view **left;		/* views that were a level's own: tables have them still */
	size_t n_left, cap_left;
	struct drill_order orders[DRILL_ORDERS_MAX];
	size_t n_orders;
};

void drill_start(struct drill *d, const struct view *v);
void drill_fini(struct drill *d);

struct drill_level *drill_now(struct drill *d);

/* Go into ROW of T, the table of the present level, with the view that shows what is
 * in it. False: there is none, or no level more; *err says so. */
bool drill_down(struct drill *d, const struct view_set *views, const struct table *t,
		size_t row, struct err *err);

/* Show V in place of the present view, which is found again by going back. */
void drill_switch(struct drill *d, const struct view *v);

/* Go back one level, or to level N. False: there is none. */
bool drill_back(struct drill *d);
void drill_to(struct drill *d, size_t n);

/* Take the row that was gone into at level N out of the path: what is seen is no more
 * limited to it. The levels stay. */
void drill_forget(struct drill *d, size_t n);

/* Let the present level be sorted by COLUMN; the other way when it is already. Its view is
 * sorted so wherever it is shown next. */
void drill_sort(struct drill *d, const char *column);

/* Let L be sorted by COLUMN, in any case: up (1), down (-1), or (0) as its kind is mostly
 * wanted. NULL, or one that its view has not: it stays as it is. */
void drill_order(struct drill_level *l, const char *column, int way);

void drill_set_filter(struct drill_level *l, const char *text);

/* All conditions of the present level but its view's own: at most DRILL_FILTERS_MAX,
 * borrowed. How many. */
size_t drill_filters(const struct drill *d, const char **out);

/* The field of the last row that was gone into; "": none. */
const char *drill_field(const struct drill *d);

/* What ROW of T is called. Owned by the caller. */
char *drill_label(const struct table *t, size_t row);

/* Append the condition that selects ROW of T; false: nothing does. */
bool drill_condition(const struct table *t, size_t row, struct text *out);

/* Append the condition that selects what a cell has. False: it cannot be asked. */
bool drill_cell_condition(const struct table *t, size_t row, size_t column, struct text *out);

#endif
