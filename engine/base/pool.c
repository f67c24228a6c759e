#include "engine/base/pool.h"

#include <string.h>

void *
pool_get(struct pool *p)
{
	void *object = p->free;

	p->n++;
	if (!object)
		return arena_alloc(&p->arena, p->size);
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
