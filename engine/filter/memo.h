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

#include "engine/event/event.h"
#include "engine/field/field.h"
#include "engine/world/world.h"

#define MEMO_SLOTS 4096			/* a power of two */

/* A slot has the version, the stamp and the answer: 32, 31 bits and 1. */
struct memo {
	enum field_entity entity;
	uint64_t slots[MEMO_SLOTS];
};

/* What the answers of all memos of a filter hold for. Embedded: zeroes. */
struct memo_age {
	const struct world *world;	/* that was seen; borrowed */
	const struct world_age *now;	/* of it */
	struct world_age seen;
	uint32_t stamp;			/* counts what was learned */
	uint32_t lineage_stamp;		/* and changes of any process as well */
};

/* What is known has changed: answers of before are no more. */
void memo_forget(struct memo_age *age, const struct eval *ev);

/* Is EV of another age than the event before it? Then forget. A filter is run
 * on one world at a time, which lives as long as the filter is run on it. */
static inline void
memo_refresh(struct memo_age *age, const struct eval *ev)
{
	if (ev->world != age->world || age->now->generation != age->seen.generation ||
	    age->now->lineage != age->seen.lineage)
		memo_forget(age, ev);
}

/* For answers that depend on an ENTITY, which is not ENT_NONE. Owned. */
struct memo *memo_new(enum field_entity entity);
void memo_free(struct memo *m);		/* NULL is fine */

/* An event without a descriptor has none of its fields, unless it tells what it
 * failed to open. That is remembered as one version of none. */
static inline uint32_t
memo_fd_version(const struct moment *m)
{
	/* What failed to be connected is called as it would have been. */
	if (m->fd)
		return m->connect_failed ? 0 : m->fd_version;
	return m->has_fd_num || m->ev->type->flags & EF_CREATES_FD ||
	       m->ev->id == EV_CONNECT_X ? 0 : UINT32_MAX;
}

static inline uint32_t
memo_version(const struct memo *m, const struct eval *ev)
{
	switch (m->entity) {
	case ENT_THREAD:
		return ev->m->thread_version;
	case ENT_PROCESS:
	case ENT_LINEAGE:
		return ev->m->proc_version;
	case ENT_FD:
		return memo_fd_version(ev->m);
	case ENT_CONTAINER:
		return ev->container + 1;
	default:
		return 0;
	}
}

/* What is to stand in the slot of EV's entity, but for its lowest bit, the
 * answer. 0: the entity has no version. */
static inline uint64_t
memo_key(const struct memo *m, const struct memo_age *age, const struct eval *ev)
{
	uint64_t version = memo_version(m, ev);
	uint32_t stamp = m->entity == ENT_LINEAGE ? age->lineage_stamp : age->stamp;

	return version ? version << 32 | (uint64_t)stamp << 1 : 0;
}

static inline uint64_t *
memo_slot(struct memo *m, uint64_t key)
{
	return &m->slots[(key >> 32) % MEMO_SLOTS];
}

#endif
