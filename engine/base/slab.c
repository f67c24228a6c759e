#include "engine/base/slab.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

/* Steps of 64 bytes, and behind these four steps from each power of two to the next. */
#define STEP 64u
#define N_STEPS 16u
#define STEPS_END (STEP * N_STEPS)	/* 1024 */
#define LEN_MAX ((size_t)STEPS_END << (SLAB_SIZES - N_STEPS) / 4)

/* It takes about a half more each time, up to so many bytes at once. */
#define BLOCK_LEN_MAX ((size_t)4 << 20)

/* Which of the sizes LEN has; SLAB_SIZES: it is larger than all. */
static unsigned
size_of(size_t len)
{
	unsigned top, quarter;

	if (len <= STEPS_END)
		return len ? (unsigned)((len - 1) / STEP) : 0;
	if (len > LEN_MAX)
		return SLAB_SIZES;
	top = 63 - (unsigned)__builtin_clzll(len - 1);
	quarter = (unsigned)((len - 1) >> (top - 2) & 3);
	return N_STEPS + (top - 10) * 4 + quarter;
}

static size_t
bytes_of(unsigned size)
{
	unsigned over = size - N_STEPS;

	if (size < N_STEPS)
		return (size + 1) * STEP;
	return ((size_t)STEPS_END << over / 4) / 4 * (5 + over % 4);
}

size_t
slab_round(size_t len)
{
	unsigned size = size_of(len);

	return size < SLAB_SIZES ? bytes_of(size) : len;
}

void *
slab_get(struct slab *s, size_t len)
{
	unsigned size = size_of(len);
	void *p;

	if (size == SLAB_SIZES)
		return xmalloc(len);
	p = s->free[size];
	if (p) {
		memcpy(&s->free[size], p, sizeof(p));
		return p;
	}
	s->arena.block_len = s->bytes / 2 < BLOCK_LEN_MAX ? s->bytes / 2 : BLOCK_LEN_MAX;
	s->bytes += bytes_of(size);
	return arena_alloc_raw(&s->arena, bytes_of(size));
}

void
slab_put(struct slab *s, void *p, size_t len)
{
	unsigned size = size_of(len);

	if (size == SLAB_SIZES) {
		free(p);
		return;
	}
	memcpy(p, &s->free[size], sizeof(p));
	s->free[size] = p;
}

void
slab_fini(struct slab *s)
{
	arena_fini(&s->arena);
	*s = (struct slab){ 0 };
}
