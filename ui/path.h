/*
 * path - the way from the first view to what is seen, on a line: what was gone into, and
 * where, each part of which can be clicked.
 *
 * Where not all of it fits, the last parts are those that are shown.
 */
#ifndef UI_PATH_H
#define UI_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/canvas.h"
#include "ui/drill.h"

struct key;

#define PATH_PARTS_MAX (2 * DRILL_LEVELS_MAX + 1)
#define PATH_HERE SIZE_MAX		/* no level: where one is */

struct path_part {
	const char *words;		/* borrowed while it is drawn */
	size_t level;			/* of a struct drill */
	bool is_row;			/* what was gone into there, and not its view */
	unsigned col, n_cols;		/* where it was drawn; 0 columns: it was not */
};

/* Embedded: zeroes. */
struct path {
	struct path_part parts[PATH_PARTS_MAX];
	size_t n;
	unsigned row;			/* of the screen */
};

/* What screens over a table have of it: all of it is borrowed. */
struct path_way {
	const struct drill *drill;	/* NULL: there is none */
	void (*go)(void *owner, size_t level);	/* end all that is above, and go back to it */
	void *owner;
};

/* Let P be the levels of D that were gone into, and (HAS_LAST) the view of the last one. */
void path_start(struct path *p, const struct drill *d, bool has_last);

/* Add a part. */
void path_add(struct path *p, const char *words, size_t level, bool is_row);

/* Draw as much as fits on the one row of LINE. How many columns were taken. */
unsigned path_draw(struct path *p, struct area line);

/* The part of a level that K, with a button of the mouse, presses; NULL: none. */
const struct path_part *path_pressed(const struct path *p, const struct key *k);

#endif
