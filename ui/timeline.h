/*
 * timeline - a time as a strip of two rows: how much happened when, and a window.
 *
 *	events/s ▁▁▂▂▃▅▇█▇▅▃▂▁▁▁▂▂▃▃×▃▂▂▁▁▁▁ peak 9.1k
 *	10:01:53 ├─── 2.136 s ───┤            10:02:05
 *
 * The caller fills the struct in; the time belongs to the columns between the label
 * and the peak, all of equal length.
 */
#ifndef UI_TIMELINE_H
#define UI_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/canvas.h"

#define TIMELINE_ROWS 2

struct timeline {
	const char *label;		/* what is counted */
	const char *peak;		/* how much is the most, in words */
	const char *from_text, *to_text;	/* when it starts and ends */
	const char *window_text;	/* how long the window is */
	uint64_t from_ns, to_ns;
	const double *values;		/* of N slices of equal length */
	const bool *is_lost;		/* were events lost in the slice? NULL: in none */
	size_t n;
	uint64_t window_from_ns, window_to_ns;
	bool has_cursor;		/* keys act on it */
	uint64_t cursor_ns;
};

void timeline_draw(const struct timeline *l, struct area a);

/* How many columns the time has in N_COLS. */
unsigned timeline_columns(const struct timeline *l, unsigned n_cols);

/* At which time the column COL of the area begins, one before the strip being its
 * start. False: the column is beside it. */
bool timeline_time(const struct timeline *l, unsigned n_cols, unsigned col, uint64_t *ns);

#endif
