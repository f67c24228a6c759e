#include "engine/filter/memo.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/world/world.h"

#define SLOTS 4096			/* a power of two */
#define STAMP_MAX INT32_MAX		/* they share a number with the answer */

/* A slot has the version, the stamp and the answer: 32, 31 bits and 1. */
struct memo {
	enum field_entity entity;
	uint64_t slots[SLOTS];
};

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

static uint32_t
version_of(const struct memo *m, const struct eval *ev)
{
	switch (m->entity) {
	case ENT_THREAD:
		return ev->m->thread_version;
	case ENT_PROCESS:
	case ENT_LINEAGE:
		return ev->m->proc_version;
	case ENT_FD:
		return ev->m->fd_version;
	case ENT_CONTAINER:
		return ev->container + 1;
	default:
		return 0;
	}
}

uint64_t *
memo_slot(struct memo *m, const struct eval *ev)
{
	uint32_t version = version_of(m, ev);

	return version ? &m->slots[version % SLOTS] : NULL;
}

uint64_t
memo_key(const struct memo *m, const struct memo_age *age, const struct eval *ev)
{
	uint32_t stamp = m->entity == ENT_LINEAGE ? age->lineage_stamp : age->stamp;

	return (uint64_t)version_of(m, ev) << 32 | (uint64_t)stamp << 1;
}
