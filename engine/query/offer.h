/*
 * offer - whether there is anything that a view could show.
 */
#ifndef ENGINE_QUERY_OFFER_H
#define ENGINE_QUERY_OFFER_H

#include <stdbool.h>

struct snapshot;
struct view;

/* Has one of the fields that V needs a value for some container that SNAP knows? Also
 * when it needs none. */
bool offer_has_needs(const struct view *v, const struct snapshot *snap);

#endif
