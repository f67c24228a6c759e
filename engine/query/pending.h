/*
 * pending - calls that were entered and have not returned.
 *
 * What counts is the newest event of each thread that enters a call, returns from one, or ends
 * the thread: all rows up to the end of the window may have it.
 */
#ifndef ENGINE_QUERY_PENDING_H
#define ENGINE_QUERY_PENDING_H

struct gather;

/* Let G take the enter event of each call that its plan's window ends in the middle of, with up
 * to N threads of the query's crew. */
void pending_gather(struct gather *g, unsigned n);

#endif
