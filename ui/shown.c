#include "ui/shown.h"

#include "engine/query/show.h"

#define REST_COLS 20			/* of a column that would have the rest but is not last */

/* Is half of what C shows none? Numbers of ports and addresses, and what makes the row. */
static bool
is_whole(const struct view_column *c)
{
	return c->type == T_IP || c->unit == U_PORT || c->aggregation == VIEW_KEY;
}

struct grid_column
shown_column(const struct column_choice *list, size_t n, size_t i)
{
	const struct view_column *c = list[i].column;
	unsigned width = list[i].width_cols;

	/* Only the last one can have what is left of the line. */
	for (size_t k = i + 1; k < n && !width; k++)
		width = list[k].is_shown ? REST_COLS : 0;
	return (struct grid_column){
		.title = c->name, .width_cols = width, .is_whole = is_whole(c),
		.is_right = width && (show_is_number(c) || c->type == T_TIME),
	};
}

size_t
shown_trunk(const struct grid_column *columns, size_t n)
{
	size_t trunk = 0;

	for (size_t i = 0; i < n; i++)
		if (!columns[i].is_right)
			trunk = i;
	return trunk;
}
