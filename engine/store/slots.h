/*
 * slots - numbers for versions, small enough for columns.
 *
 * A slot is a 32-bit number that stands for one version as long as a row or a
 * trail names it; then the number is used again. Slot 0 is none. What a slot
 * points to may be replaced by a completed copy: readers take the pointer once.
 */
#ifndef ENGINE_STORE_SLOTS_H
#define ENGINE_STORE_SLOTS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/seg.h"

/* Embedded: slots_init() and slots_fini(). */
struct slots {
	struct seg seg;			/* of atomic pointers */
	uint32_t n;			/* slots are below it */
	uint32_t n_used;
	uint32_t *free;			/* the writer's: numbers that are free */
	size_t n_free, cap_free;
};

static inline void
slots_init(struct slots *s)
{
	s->seg.size = sizeof(_Atomic(void *));
	s->n = 1;
	seg_room(&s->seg, 1);
}

static inline void
slots_fini(struct slots *s)
{
	seg_fini(&s->seg);
	free(s->free);
}

/* NULL: the slot is free. */
static inline void *
slots_get(const struct slots *s, uint32_t slot)
{
	_Atomic(void *) *at = seg_at(&s->seg, slot);

	return atomic_load_explicit(at, memory_order_acquire);
}

static inline void
slots_set(struct slots *s, uint32_t slot, void *p)
{
	_Atomic(void *) *at = seg_at(&s->seg, slot);

	atomic_store_explicit(at, p, memory_order_release);
}

/* A slot for P. */
uint32_t slots_add(struct slots *s, void *p);
/* SLOT is free from here on. */
void slots_del(struct slots *s, uint32_t slot);

static inline size_t
slots_bytes(const struct slots *s)
{
	return seg_bytes(&s->seg) + s->cap_free * sizeof(*s->free);
}

#endif
