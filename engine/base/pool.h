/*
 * pool - objects of one size that come and go by the million.
 *
 * What is given back is given out again, so that a steady state allocates
 * nothing. Embedded: zeroes with SIZE set are an empty pool.
 */
#ifndef ENGINE_BASE_POOL_H
#define ENGINE_BASE_POOL_H

#include <stddef.h>

#include "engine/base/arena.h"

struct pool {
	size_t size;			/* of one object, at least a pointer's */
	size_t n;			/* given out */
	void *free;			/* list of those given back */
	struct arena arena;
};

/* An object of zeroes. */
void *pool_get(struct pool *p);
void pool_put(struct pool *p, void *object);

/* Free all objects, those given out as well. */
void pool_fini(struct pool *p);

#endif
