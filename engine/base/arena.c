#include "engine/base/arena.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

#define BLOCK_LEN 4096

struct arena_block {
	struct arena_block *next;
	_Alignas(max_align_t) char bytes[];
};

void *
arena_alloc_raw(struct arena *a, size_t len)
{
	const size_t align = _Alignof(max_align_t);
	size_t whole = (len + align - 1) & ~(align - 1);
	void *p;

	if (whole > (size_t)(a->end - a->at)) {
		size_t least = a->block_len > BLOCK_LEN ? a->block_len : BLOCK_LEN;
		size_t size = whole > least ? whole : least;
		struct arena_block *b = xmalloc(sizeof(*b) + size);

		mem_large(b, sizeof(*b) + size);
		b->next = a->blocks;
		a->blocks = b;
		a->at = b->bytes;
		a->end = b->bytes + size;
	}
	p = a->at;
	a->at += whole;
	return p;
}

void *
arena_alloc(struct arena *a, size_t len)
{
	return memset(arena_alloc_raw(a, len), 0, len);
}

char *
arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = arena_alloc(a, len + 1);

	if (len)			/* S may be NULL then */
		memcpy(p, s, len);
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

void
arena_take(struct arena *a, struct arena *from)
{
	struct arena_block **end = &from->blocks;

	/* New things go to the block of A that has room. */
	while (*end)
		end = &(*end)->next;
	*end = a->blocks;
	if (!a->blocks) {
		a->at = from->at;
		a->end = from->end;
	}
	a->blocks = from->blocks;
	*from = (struct arena){ 0 };
}

void
arena_fini(struct arena *a)
{
	struct arena_block *b, *next;

	for (b = a->blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	*a = (struct arena){ 0 };
}
