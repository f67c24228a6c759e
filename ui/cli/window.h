/*
 * window - the part of a capture that --from and --to mean.
 */
#ifndef UI_CLI_WINDOW_H
#define UI_CLI_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

struct query;
struct snapshot;
struct text;
struct view_wishes;
struct when;

/* The times of all that SNAP has. */
void window_ends(const struct snapshot *snap, uint64_t *first_ns, uint64_t *last_ns);

/* Fill in the window of Q as W wishes it. WATCHED_TO_NS: when one stopped looking; 0: at the
 * last event. TIMES: as of across_set(); Q has its view.
 * Tells, if nothing can be in it, and why. False: it is none, which was told. */
bool window_set(const struct view_wishes *w, const struct snapshot *snap,
		uint64_t watched_to_ns, struct query *q, struct text *times);

/* Do FROM and TO mean the same whatever else is read? */
bool window_is_fixed(const struct when *from, const struct when *to);

/* Their times in SNAP. False: TO is before FROM. */
bool window_times(const struct when *from, const struct when *to, const struct snapshot *snap,
		  uint64_t *from_ns, uint64_t *to_ns);

#endif
