/*
 * table - the answer to a query: rows of cells, with what they add up to.
 *
 * A table is a snapshot: it belongs to who asked and does not change. Its
 * columns are those of the view in one variant, in the view's order, hidden keys
 * included. Texts in cells came from outside and are shown as such.
 */
#ifndef ENGINE_QUERY_TABLE_H
#define ENGINE_QUERY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/field/value.h"

struct view;
struct view_column;

enum cell_state {
	CELL_MISSING,			/* there is no value: blank, never 0 */
	CELL_KNOWN,
	CELL_UNSURE,			/* a loss touched it: a value, marked with "?" */
};

struct cell {
	enum cell_state state;
	struct value value;		/* of the column's type */
};

struct table_row {
	const struct cell *cells;	/* one a column; NULL: it is not made yet */
	uint32_t entity;		/* id of the entity whose row it is; 0: none */
	size_t parent;			/* row of its parent; SIZE_MAX: none, or no tree */
	unsigned level;			/* how many parents it has in this table */
};

struct table {
	const struct view *view;
	const struct view_column *const *columns;
	size_t n_columns;
	const struct table_row *rows;	/* sorted; children below parents in a tree. See
					 * table_row() */
	size_t n_rows;
	const struct cell *totals;	/* one a column; missing where a sum means nothing */
	/* The window: (from, to] in time, and the events in it. */
	uint64_t from_ns, to_ns;
	uint64_t first_event, last_event;	/* numbers; 0: no event is in it */
	uint64_t n_lost;		/* events that are missing in it */
	size_t n_summed;		/* chunks of which not all rows were looked at, */
	size_t n_in_nodes;		/* and those whose sums were not, either (pyramid.h); */
	size_t n_by_fd;			/* of both those with answers by descriptor */
	uint64_t n_unread;		/* times that bytes could not be read again */
	bool is_partial;		/* it was stopped before its end */
};

/* Make ROW of T, and maybe others; n_rows: all of them. What was got of others stays. */
void table_make(const struct table *t, size_t row);

/* Is ROW of T the one that is looked for? Its cells have the keys; others may be missing. */
typedef bool table_is_fn(const struct table *t, const struct table_row *row, const void *ctx);

/* The row that IS says so of, which several threads may ask; SIZE_MAX: none. Rows that are
 * not made yet stay so, unless it is one of them. */
size_t table_find(const struct table *t, table_is_fn *is, const void *ctx);

/* Row I of T, of which rows may be made only when they are asked for: by the owner, and by
 * one thread at a time. Borrowed until the table is sorted. */
static inline const struct table_row *
table_row(const struct table *t, size_t i)
{
	if (!t->rows[i].cells)
		table_make(t, i);
	return &t->rows[i];
}

#endif
