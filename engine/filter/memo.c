#include "engine/filter/memo.h"

#include <stdlib.h>

#include "engine/base/mem.h"

#define STAMP_MAX INT32_MAX		/* they share a number with the answer */

void
memo_forget(struct memo_age *age, const struct eval *ev)
{
	const struct world_age *now = world_age(ev->world);
	bool learned = now->generation != age->seen.generation || ev->world != age->world;

	age->world = ev->world;
	age->now = now;
	age->seen = *now;
	/* Stamps that were used long ago only matter when they come back. */
	if (learned)
		age->stamp = age->stamp % STAMP_MAX + 1;
	age->lineage_stamp = age->lineage_stamp % STAMP_MAX + 1;
}

struct memo *
memo_new(enum field_entity entity)
{
	struct memo *m = xzalloc(sizeof(*m));

	m->entity = entity;
	return m;
}

void
memo_free(struct memo *m)
{
	free(m);
}
