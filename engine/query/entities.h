/*
 * entities - what rows have from processes and threads, not from events: rows for
 * those that were idle, numbers that change while they stay the same, CPU time.
 */
#ifndef ENGINE_QUERY_ENTITIES_H
#define ENGINE_QUERY_ENTITIES_H

#include "engine/query/sift.h"

struct gather;

/* Rows for all entities that lived in the window, if the view wants that: of the first of N
 * gatherers, one a thread; all are of one plan. */
void entities_add_rows(struct gather *const *gathers, unsigned n);

/* What all conditions say of the entity under the cursor of G. */
enum sift_verdict entities_verdict(struct gather *g);

/* The columns of histories and CPU time, of the rows that the first of N gatherers has, one
 * a thread; all are of one plan. */
void entities_add_histories(struct gather *const *gathers, unsigned n);

#endif
