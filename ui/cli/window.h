/*
 * window - the part of a capture that --from and --to mean.
 */
#ifndef UI_CLI_WINDOW_H
#define UI_CLI_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/cli/when.h"

struct snapshot;

struct window {
	struct when from, to;		/* WHEN_NEVER: as far as there is something */
};

/* The times of all that SNAP has. */
void window_ends(const struct snapshot *snap, uint64_t *first_ns, uint64_t *last_ns);

/* Does W mean the same whatever else is read? */
bool window_is_fixed(const struct window *w);

/* The times of W in SNAP. False: it ends before it begins. */
bool window_times(const struct window *w, const struct snapshot *snap, uint64_t *from_ns,
		  uint64_t *to_ns);

#endif
