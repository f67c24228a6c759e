/*
 * shown - the columns of a view as columns of a grid.
 */
#ifndef UI_SHOWN_H
#define UI_SHOWN_H

#include <stddef.h>

#include "ui/columns.h"
#include "ui/grid.h"

/* Column I of the N at LIST, in their order; titles are borrowed from the view. */
struct grid_column shown_column(const struct column_choice *list, size_t n, size_t i);

/* Which of the N COLUMNS is the main one, which has the tree and most text: the last text.
 * 0: there is none. */
size_t shown_trunk(const struct grid_column *columns, size_t n);

#endif
