/*
 * pushdown - what of a filter the kernel can decide.
 *
 * Events that the filter refuses by their type, and events of threads that it refuses
 * by their name or container, need not be sent at all. The filter is asked of the
 * others as ever, so nothing else changes.
 */
#ifndef UI_CLI_PUSHDOWN_H
#define UI_CLI_PUSHDOWN_H

#include <stdbool.h>

#include "probe/demand.h"

struct filter;
struct text;

struct pushdown_options {
	const struct filter *filter;	/* NULL: none */
	bool all_events;		/* even what it refuses is counted */
	bool no_state;			/* what it refuses is not needed for the state */
	const char *cgroup;		/* or NULL */
	bool switches, page_faults;	/* even if the filter does not ask for them by name */
};

/* Embedded: pushdown_init(). It borrows the filter. */
struct pushdown {
	struct demand demand;
	const struct filter *filter;
};

void pushdown_init(struct pushdown *p, const struct pushdown_options *options);

/* Append in words for a person what it leaves to the kernel, of which COUNT tells. */
void pushdown_tell(const struct pushdown *p, const struct demand_count *count,
		   struct text *t);

#endif
