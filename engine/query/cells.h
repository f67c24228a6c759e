/*
 * cells - what rows of a table have in their columns, made of groups and of events.
 */
#ifndef ENGINE_QUERY_CELLS_H
#define ENGINE_QUERY_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/query/table.h"

struct arena;
struct gather;
struct group;
struct term;
struct view_column;

/* What cells are made with. Each thread has its own. */
struct making {
	struct gather *g;		/* that terms are asked with */
	const struct gather *all;	/* whose groups and keys these are */
	struct arena *arena;		/* of cells; NULL: texts in them are not copied */
	double seconds;
};

/* What a row is made of. */
struct making_of {
	const struct group *group;	/* NULL: an event of a list, */
	uint64_t event;			/* this one */
};

/* Make ROW, with its cells, out of OF. */
void cells_fill_row(struct making *m, const struct making_of *of, struct table_row *row);

/* Make ROW with the cells of keys alone, at CELLS, which has room for all. Borrowed until the
 * next one, without an arena. */
void cells_fill_keys(struct making *m, const struct making_of *of, struct cell *cells,
		     struct table_row *row);

/* What the row out of OF has in COLUMN, be it sure or not. Without an arena it is borrowed
 * until the next one. */
void cells_fill_one(struct making *m, const struct making_of *of, size_t column,
		    struct cell *out);

/* May what it has there be another than what is known? */
bool cells_is_unsure(struct making *m, const struct making_of *of, size_t column);

/* What TERM is for the row out of GROUP. False: nothing. */
bool cells_ask_group(struct gather *g, const struct group *group, struct term *term,
		     struct value *out);

/* Does what COLUMN has add up to something? */
bool cells_add_up(const struct view_column *c);

#endif
