/*
 * fd_tree - the descriptors of a table by number, shared until one side changes.
 *
 * A fork copies nothing: both tables point to the same tree, and whoever
 * changes a descriptor first gets the few nodes on the way to it, and the
 * descriptor itself, for its own. So what a capture costs follows from what
 * stands in it, not from the number of forks times the size of a table. This
 * is the one place where things are counted by reference: nodes and
 * descriptors, by the nodes and trees that point to them.
 *
 * A tree has 16 ways at each level, and as many levels as its largest number
 * needs. Numbers are never negative.
 */
#ifndef ENGINE_WORLD_FD_TREE_H
#define ENGINE_WORLD_FD_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/pool.h"

struct descriptor;

#define FD_TREE_BITS 4
#define FD_TREE_WAYS (1u << FD_TREE_BITS)

/* For fd_tree.c, and for what is inline here. */
struct fd_node {
	uint32_t refs;			/* nodes and trees that point here */
	uint32_t n_used;
	void *slots[FD_TREE_WAYS];	/* nodes; at the lowest level descriptors */
};

/* Embedded: zeroes are an empty tree. */
struct fd_tree {
	struct fd_node *root;		/* NULL: empty */
	unsigned levels;
	size_t n;
};

/* Where nodes and descriptors come from, for all trees of a world. Embedded:
 * fd_store_init(), fd_store_fini(). */
struct fd_store {
	struct pool nodes;
	struct pool fds;
	/* Called for a descriptor that no tree has any more; may be NULL. */
	void (*gone)(struct descriptor *fd);
};

void fd_store_init(struct fd_store *store, void (*gone)(struct descriptor *fd));
void fd_store_fini(struct fd_store *store);

/* The descriptor NUM of T, or NULL. Others may have it as well: read only. */
static inline struct descriptor *
fd_tree_get(const struct fd_tree *t, int64_t num)
{
	unsigned shift = t->levels * FD_TREE_BITS;
	void *at = t->root;

	if (num < 0 || (shift < 64 && (uint64_t)num >> shift))
		return NULL;
	while (at && shift) {
		shift -= FD_TREE_BITS;
		at = ((struct fd_node *)at)->slots[(uint64_t)num >> shift &
						   (FD_TREE_WAYS - 1)];
	}
	return at;
}

/* The same, for T alone: what is changed in it changes nowhere else. When it
 * became a copy just now *OLD is what the others keep, else NULL. */
struct descriptor *fd_tree_own(struct fd_store *store, struct fd_tree *t, int64_t num,
			       struct descriptor **old);

/* A descriptor of zeroes under NUM, which must be free. */
struct descriptor *fd_tree_add(struct fd_store *store, struct fd_tree *t, int64_t num);

/* Forget NUM. False when there was none. */
bool fd_tree_del(struct fd_store *store, struct fd_tree *t, int64_t num);

/* Walk in order: the first one whose number is at least *NUM, which becomes its
 * number. NULL: there is none. */
struct descriptor *fd_tree_next(const struct fd_tree *t, int64_t *num);

/* The first number from *NUM on, which becomes it, where A and B do not have the same
 * descriptor. What both share is passed over at once. False: there is none. */
bool fd_tree_differ(const struct fd_tree *a, const struct fd_tree *b, int64_t *num);

/* Make TO, which must be empty, the same as FROM. */
void fd_tree_share(struct fd_tree *to, const struct fd_tree *from);

/* Make T empty. */
void fd_tree_clear(struct fd_store *store, struct fd_tree *t);

#endif
