#include "engine/filter/memo.h"

#include <stdlib.h>

#include "engine/base/mem.h"

#define STAMP_MAX INT32_MAX		/* they share a number with the answer */

void
memo_refresh(struct memo_age *age, const struct eval *ev)
{
	uint64_t generation = world_generation(ev->world), lineage = world_lineage(ev->world);
	bool learned = generation != age->generation || ev->world != age->world;

	if (!learned && lineage == age->lineage)
		return;
	age->world = ev->world;
	age->generation = generation;
	age->lineage = lineage;
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
