/*
 * overview - what happened in all of a capture, as tiles: how much of what, and when.
 *
 * Each tile has a filter or a measure, a number, and bars over time. Choosing one opens
 * its view on its busiest time.
 */
#ifndef UI_OVERVIEW_H
#define UI_OVERVIEW_H

#include <stddef.h>
#include <stdint.h>

#include "ui/action.h"

struct app;

/* What was chosen. Texts are static. */
struct overview_choice {
	const char *view;		/* id */
	const char *filter;		/* besides what is in force; NULL: none */
	const char *sort;		/* a column of the view; NULL: its own */
	uint64_t from_ns, to_ns;	/* the busiest time */
};

typedef void overview_chosen(void *owner, const struct overview_choice *c);

/* Show what N FILTERS want, which are copied. CHOSEN is called once the overview is
 * closed; when nothing is chosen, never. */
void overview_open(struct app *a, const char *const *filters, size_t n,
		   overview_chosen *chosen, void *owner);

/* All that a tile can ask for, for tests: what tile I chooses, and its filter. NULL: there
 * is no such tile. */
const char *overview_tile(size_t i, struct overview_choice *c, const char **filter);

/* What its keys do, for the manual. */
extern const struct action overview_actions[];
extern const size_t n_overview_actions;

#endif
