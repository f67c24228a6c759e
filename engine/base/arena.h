/*
 * arena - memory for all that is built together and dies together.
 *
 * Embedded: zeroes are an empty arena. Nothing is freed alone.
 */
#ifndef ENGINE_BASE_ARENA_H
#define ENGINE_BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *blocks;
	char *at;
	char *end;
	size_t block_len;		/* bytes of the next block, if more than a page */
};

/* LEN zero bytes, aligned for anything. They live as long as the arena. */
void *arena_alloc(struct arena *a, size_t len);
/* The same, but not cleared. */
void *arena_alloc_raw(struct arena *a, size_t len);

/* Copies of S (LEN bytes, a NUL is added). */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);

/* All that FROM has lives as long as A from now on; FROM is empty then. */
void arena_take(struct arena *a, struct arena *from);

/* Free all of it; the arena may be used again. */
void arena_fini(struct arena *a);

#endif
