/*
 * keepsakes - what was found out about versions, or the rows of chunks, kept for whoever asks
 * next.
 *
 * A keepsake is anything that its maker can free; the store knows its name, how old it
 * is, and what it takes. Whoever borrows one gives it back: it does not change, and
 * stays meanwhile. Those that were not borrowed for longest go when there are too many.
 * Functions are for any thread.
 */
#ifndef ENGINE_STORE_KEEPSAKES_H
#define ENGINE_STORE_KEEPSAKES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/event/event.h"

struct keepsakes;

/* What one is about: two with one name and one age say the same. */
struct keepsake_name {
	struct span name;		/* bytes, copied */
	uint64_t age, slots_age;	/* of a snapshot: learned, slots_age */
	uint64_t chunk;			/* the rows of the one that begins with this event; 0 */
};

/* The caller owns it. MAX_BYTES: what all of them may take; MAX: how many there may be. */
struct keepsakes *keepsakes_new(size_t max_bytes, size_t max);
/* All were given back. NULL is fine. */
void keepsakes_free(struct keepsakes *k);

/* What is kept under NAME, or NULL. It is to be given back. */
void *keepsakes_borrow(struct keepsakes *k, const struct keepsake_name *name);
void keepsakes_give_back(struct keepsakes *k, void *thing);

/* Keep THING, of BYTES, in the place of what has that name; it is lent to the caller at
 * once. FREE is called when nobody needs it. Of what is about chunks, others with that name
 * but for the chunk do not make room for it: then it goes when it is given back. */
void keepsakes_put(struct keepsakes *k, const struct keepsake_name *name, void *thing,
		   size_t bytes, void (*free)(void *thing));

/* Forget what is about chunks before event FIRST, and take none of that any more. */
void keepsakes_forget(struct keepsakes *k, uint64_t first);

/* That they take. */
uint64_t keepsakes_bytes(struct keepsakes *k);

#endif
