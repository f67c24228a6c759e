#include "engine/base/pool.h"

#include <string.h>

/* A pool takes about a half more each time, up to so many bytes at once. */
#define BLOCK_LEN_MAX ((size_t)4 << 20)

static void *
new_object(struct pool *p)
{
	size_t half = p->n * p->size / 2;

	p->arena.block_len = half < BLOCK_LEN_MAX ? half : BLOCK_LEN_MAX;
	return arena_alloc(&p->arena, p->size);
}

void *
pool_get(struct pool *p)
{
	void *object = p->free;

	p->n++;
	if (!object)
		return new_object(p);
	memcpy(&p->free, object, sizeof(p->free));
	return memset(object, 0, p->size);
}

void
pool_put(struct pool *p, void *object)
{
	memcpy(object, &p->free, sizeof(p->free));
	p->free = object;
	p->n--;
}

void
pool_fini(struct pool *p)
{
	arena_fini(&p->arena);
	p->free = NULL;
	p->n = 0;
}
