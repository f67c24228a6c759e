/*
 * slab - memory in pieces of some sizes that come and go by the million.
 *
 * Sizes are rounded up to the next of SLAB_SIZES, and what is given back is given out again
 * for the same size. Larger pieces are malloc()'s. One thread uses it. Embedded: zeroes are
 * an empty slab.
 */
#ifndef ENGINE_BASE_SLAB_H
#define ENGINE_BASE_SLAB_H

#include <stddef.h>

#include "engine/base/arena.h"

#define SLAB_SIZES 32u

struct slab {
	struct arena arena;
	size_t bytes;			/* of all that was ever given out of ARENA */
	void *free[SLAB_SIZES];		/* lists of those given back */
};

/* The bytes of a piece that has room for LEN. */
size_t slab_round(size_t len);

/* A piece of LEN bytes, of which slab_round(LEN) may be used. Not cleared. */
void *slab_get(struct slab *s, size_t len);
/* P is of LEN bytes, by either of these numbers. */
void slab_put(struct slab *s, void *p, size_t len);

/* Free all pieces but those that are malloc()'s, which are to be given back before. */
void slab_fini(struct slab *s);

#endif
