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
	const char *looks;		/* those that the explorer alone has; "" */
	enum view_variant variant;
	const char *view;		/* id */
	const char *const *filters;	/* all hold */
	size_t n_filters;
	const char *more;		/* holds for the events besides; NULL: nothing does */
	uint64_t from_ns, to_ns;	/* the window; 0, 0: all of a capture */
	uint64_t n_events;		/* that were read of it; 0: all */
	const char *sort;		/* NULL: the view's own order */
	bool is_descending;
	struct clock *clock;		/* for times of day */
	bool is_utc;			/* it shows UTC, wherever we are */
};

/* Append the command that opens the explorer so. */
void reproduce_explorer(const struct reproduce *r, struct text *t);

/* Append the command that prints the same table. */
void reproduce_table(const struct reproduce *r, struct text *t);

/* Append the filter that wants the same events; nothing: all of them. */
void reproduce_filter(const struct reproduce *r, struct text *t);

/* Append the command WORDS, such as "print -A", about the same events. */
void reproduce_events(const struct reproduce *r, const char *words, struct text *t);

#endif
