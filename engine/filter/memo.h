/*
 * memo - answers about entities, remembered by their version.
 *
 * A version never changes, so that what was found out of it once holds until
 * something is learned: then everything is forgotten, at no cost. A memo is a
 * small table; an answer that others pushed out is found out again.
 */
#ifndef ENGINE_FILTER_MEMO_H
#define ENGINE_FILTER_MEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/field/field.h"

struct memo;

/* What the answers of all memos of a filter hold for. Embedded: zeroes. */
struct memo_age {
	const struct world *world;
	uint64_t generation;
	uint64_t lineage;
	uint32_t stamp;			/* counts what was learned */
	uint32_t lineage_stamp;		/* and changes of any process as well */
};

/* Is EV of another age than the event before it? Then forget. */
void memo_refresh(struct memo_age *age, const struct eval *ev);

/* For answers that depend on an ENTITY, which is not ENT_NONE. Owned. */
struct memo *memo_new(enum field_entity entity);
void memo_free(struct memo *m);		/* NULL is fine */

/* Where the answer for EV's entity is, or will be; NULL: it has no version. */
uint64_t *memo_slot(struct memo *m, const struct eval *ev);

/* What is to stand in the slot for EV, but for its lowest bit, the answer. */
uint64_t memo_key(const struct memo *m, const struct memo_age *age, const struct eval *ev);

#endif
