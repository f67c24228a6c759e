/*
 * reproduce - the command lines that show again what is on the screen.
 */
#ifndef UI_REPRODUCE_H
#define UI_REPRODUCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/query/view.h"

struct clock;
struct text;

struct reproduce {
	const char *source;		/* options of the source, for a shell; "" */
	enum view_variant variant;
	const char *view;		/* id */
	const char *const *filters;	/* all hold */
	size_t n_filters;
	uint64_t from_ns, to_ns;	/* the window; 0, 0: all of a capture */
	const char *sort;		/* NULL: the view's own order */
	bool is_descending;
	struct clock *clock;		/* for times of day */
};

/* Append the command that opens the explorer so. */
void reproduce_explorer(const struct reproduce *r, struct text *t);

/* Append the command that prints the same table. */
void reproduce_table(const struct reproduce *r, struct text *t);

#endif
