/*
 * offer - whether there is anything that a view could show.
 *
 * That is asked of what there are few of, containers and spans, not of each event: a
 * menu wants to know it for all views at once.
 */
#ifndef ENGINE_QUERY_OFFER_H
#define ENGINE_QUERY_OFFER_H

#include <stdbool.h>

struct operand;
struct snapshot;
struct view;

/* May a view need O? */
bool offer_can_tell(const struct operand *o);

/* Has one of the fields that V needs a value, for some container that SNAP knows, or for
 * some event of it that marks a span? Also when it needs none. */
bool offer_has_needs(const struct view *v, const struct snapshot *snap);

#endif
