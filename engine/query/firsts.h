/*
 * firsts - which events were the first of their keys, kept from one query to the next.
 *
 * A view of what is new (only_new) shows the keys of a window that no event before it has.
 * Of a snapshot that does not grow any more it is found out once, for all keys, which event
 * was the first of each: then the events of a window tell, and none before it is looked at.
 */
#ifndef ENGINE_QUERY_FIRSTS_H
#define ENGINE_QUERY_FIRSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct firsts;
struct gather;
struct snapshot;

/* Will SNAP not grow, as far as can be told? Else nothing is kept. */
bool firsts_are_kept(const struct snapshot *snap);

/* What is kept of what G asks, all conditions and keys, of all events of its snapshot. To be
 * given back, before the store goes. NULL: nothing. */
struct firsts *firsts_borrow(const struct gather *g);
/* Keep it: G has gathered all of these events. To be given back, too. */
struct firsts *firsts_keep(const struct gather *g);
void firsts_give_back(struct firsts *f);	/* NULL is fine */

/* Is EVENT the first of its key? */
bool firsts_has(const struct firsts *f, uint64_t event);

#endif
