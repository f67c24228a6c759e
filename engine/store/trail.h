/*
 * trail - what changed of one thing, by position.
 *
 * Entries are only appended, in the order of their positions. One thread appends,
 * others may look at the same time: when a trail has to move, the old place is left
 * to the graveyard until nobody can look there any more. Every entry begins with its position, a
 * uint64_t; all entries of a trail have one size, which callers pass.
 */
#ifndef ENGINE_STORE_TRAIL_H
#define ENGINE_STORE_TRAIL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct grave;

struct trail_block {
	_Atomic uint32_t n;
	uint32_t cap;
	uint64_t bytes;			/* that it takes */
	uint64_t entries[];
};

/* Embedded: zeroes are an empty trail. */
struct trail {
	_Atomic(struct trail_block *) block;
};

/* Append *ENTRY, of SIZE bytes (a multiple of 8). */
void trail_append(struct trail *t, struct grave *grave, const void *entry, size_t size);
/* The same, but several may have one position. */
void trail_push(struct trail *t, struct grave *grave, const void *entry, size_t size);
/* Forget what is at POSITION and behind it: the thing is at its end. */
void trail_end(struct trail *t, struct grave *grave, uint64_t position, size_t size);

/* Forget what nobody needs who looks at POSITION or later. */
void trail_cut(struct trail *t, struct grave *grave, uint64_t position, size_t size);

/* Forget what is at POSITION and before it. */
void trail_drop(struct trail *t, struct grave *grave, uint64_t position, size_t size);
/* Let *ENTRY stand for all that is at its position and before it. */
void trail_rebase(struct trail *t, struct grave *grave, const void *entry, size_t size);

/* At the end of the thing: leave all of it to GRAVE. */
void trail_leave(struct trail *t, struct grave *grave);
/* Free it at once. */
void trail_fini(struct trail *t, struct grave *grave);

/* The entry that held at POSITION, the last one that is not behind it; NULL: there
 * was none yet. */
const void *trail_at(const struct trail *t, uint64_t position, size_t size);

/* The same; at *NEXT the one behind it, or NULL. */
const void *trail_around(const struct trail *t, uint64_t position, size_t size,
			 const void **next);

/* All entries, in their order; at *N how many there are. */
static inline const void *
trail_all(const struct trail *t, size_t *n)
{
	const struct trail_block *b = atomic_load_explicit(&t->block, memory_order_acquire);

	*n = b ? atomic_load_explicit(&b->n, memory_order_acquire) : 0;
	return b ? b->entries : NULL;
}

#endif
