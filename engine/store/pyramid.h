/*
 * pyramid - what the rows of neighbouring chunks add up to.
 *
 * The sums (sums.h) of so many chunks in a row, of one section, become those of a node, and
 * nodes become greater ones, level by level. A node tells of its rows what its chunks would:
 * where threads live long it has hardly more groups than one of them. Where it has more than
 * half as many as all of them it would not pay: then there is none. With sums by descriptor it is
 * the same, once all of its chunks have some.
 *
 * Each node is kept by the last of its chunks, and goes with the first.
 */
#ifndef ENGINE_STORE_PYRAMID_H
#define ENGINE_STORE_PYRAMID_H

#include <stddef.h>
#include <stdint.h>

#include "engine/store/chunk.h"

struct sums;

#define PYRAMID_FAN 16u			/* so many become one */
#define PYRAMID_PAYS 2u			/* and have at least so many groups for each of its own */

struct pyramid_node {
	uint64_t first, end;		/* its events: first .. end - 1 */
	uint32_t section;
	uint32_t n_chunks;
	struct combined *combined;	/* owned: what SUMS_CODE stands for */
	uint32_t n_combined;
	struct sums *sums;		/* owned; its SUMS_FIRST and SUMS_LAST count from FIRST */
	struct sums *by_fd;		/* the same by descriptor; NULL: there is none */
	size_t bytes;			/* that all of it takes */
};

void pyramid_node_free(struct pyramid_node *node);	/* NULL is fine */

/* Where nodes are made. */
struct pyramid;

/* FAN, PYRAMID_FAN at most, and PAYS are other ones in tests. The caller owns it. */
struct pyramid *pyramid_new(unsigned fan, unsigned pays);
void pyramid_free(struct pyramid *p);	/* NULL is fine */
size_t pyramid_bytes(const struct pyramid *p);

/* C, which was sealed and which nobody has seen yet, follows the one before: it gets the nodes
 * that end with it. What was added is looked at until it is forgotten. */
void pyramid_add(struct pyramid *p, struct chunk *c);

/* Free the nodes of C, which nobody has seen yet, that begin before event FIRST: what they begin
 * with was forgotten since it was added. */
void pyramid_trim(struct chunk *c, uint64_t first);

/* Events before FIRST are about to be forgotten: no node will begin there. Any thread. */
void pyramid_forget(struct pyramid *p, uint64_t first);

/* The node of level LEVEL, below CHUNK_NODES, that ends with C; NULL: there is none. It may be
 * gone the next time. */
static inline const struct pyramid_node *
pyramid_node_of(const struct chunk *c, unsigned level)
{
	return atomic_load_explicit(&c->nodes[level], memory_order_relaxed);
}

/* That all nodes of C take. */
size_t pyramid_bytes_of(const struct chunk *c);

#endif
