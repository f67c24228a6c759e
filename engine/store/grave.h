/*
 * grave - memory that is to be freed once nobody can look at it any more.
 *
 * The writer puts in what it took out of its structures; each time it publishes,
 * an epoch ends. What was put in during an epoch may be looked at by snapshots of
 * that epoch and of those before: once there are none of these it goes.
 */
#ifndef ENGINE_STORE_GRAVE_H
#define ENGINE_STORE_GRAVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/slab.h"

enum grave_kind {
	GRAVE_MEMORY,			/* free() */
	GRAVE_TRAIL,			/* a piece of TRAILS */
	/* Entities, and versions of descriptors: readers walk their lists, so that first
	 * they leave these, and go one epoch later. */
	GRAVE_PROCESS, GRAVE_THREAD, GRAVE_PROCESS_LEFT, GRAVE_THREAD_LEFT,
	GRAVE_FD_VERSION, GRAVE_FD_VERSION_LEFT,
	GRAVE_PROCESS_VERSION, GRAVE_THREAD_VERSION,
	GRAVE_TABLE, GRAVE_CHUNK, GRAVE_NODE, GRAVE_PAYLOAD, GRAVE_CONTAINERS, GRAVE_USERS,
	GRAVE_KINDS,
};

struct grave_item {
	void *p;
	uint64_t epoch;
	size_t bytes;
	enum grave_kind kind;
};

/* The writer's place for what is forgotten; also of what trails are made.
 * Embedded: zeroes with the functions set; the writer's alone. */
struct grave {
	struct grave_item *items;	/* from HEAD on, in the order of epochs */
	size_t head, n, cap;
	uint64_t epoch;			/* the present one */
	uint64_t bytes;			/* that wait here and are counted nowhere else */
	struct slab trails;		/* trails (trail.h) are made of it */
	uint64_t trail_bytes;		/* that they take */
	/* Free P; memory and trails go by themselves. */
	void (*bury)(void *ctx, enum grave_kind kind, void *p);
	void *ctx;
};

/* BYTES of it are no longer counted elsewhere. */
void grave_put(struct grave *g, enum grave_kind kind, void *p, size_t bytes);

/* Free what only snapshots of before epoch OLDEST could look at. */
void grave_dig(struct grave *g, uint64_t oldest);

/* Is anything here since epoch EPOCH, or for longer? */
bool grave_holds(const struct grave *g, uint64_t epoch);

/* Free all of it, and then what trails are made of. */
void grave_fini(struct grave *g);

#endif
