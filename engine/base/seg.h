/*
 * seg - an array that grows without moving.
 *
 * One thread makes room; others may read elements of which they were told
 * afterwards (through a lock or a release), while it goes on growing. Part K has
 * SEG_FIRST << K elements, so that an index needs no table of parts that would
 * have to grow itself. Embedded: zeroes with SIZE set are an empty array.
 */
#ifndef ENGINE_BASE_SEG_H
#define ENGINE_BASE_SEG_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "engine/base/mem.h"

#define SEG_SHIFT 8
#define SEG_FIRST ((size_t)1 << SEG_SHIFT)
#define SEG_PARTS 32

struct seg {
	size_t size;			/* of one element */
	unsigned n_parts;		/* the writer's */
	char *parts[SEG_PARTS];
};

/* Element I, which must have been made room for. */
static inline void *
seg_at(const struct seg *s, size_t i)
{
	size_t up = i + SEG_FIRST;
	unsigned top = 63 - (unsigned)__builtin_clzll(up);

	return s->parts[top - SEG_SHIFT] + (up - ((size_t)1 << top)) * s->size;
}

/* How many elements there is room for. */
static inline size_t
seg_cap(const struct seg *s)
{
	return (SEG_FIRST << s->n_parts) - SEG_FIRST;
}

/* Make room for N elements; new ones are zeroes. */
static inline void
seg_room(struct seg *s, size_t n)
{
	while (seg_cap(s) < n) {
		if (s->n_parts == SEG_PARTS)
			die("an array of more than %zu elements", seg_cap(s));
		s->parts[s->n_parts] = xzalloc((SEG_FIRST << s->n_parts) * s->size);
		s->n_parts++;
	}
}

static inline size_t
seg_bytes(const struct seg *s)
{
	return seg_cap(s) * s->size;
}

static inline void
seg_fini(struct seg *s)
{
	for (unsigned k = 0; k < s->n_parts; k++)
		free(s->parts[k]);
	s->n_parts = 0;
}

#endif
