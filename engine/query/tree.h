/*
 * tree - rows of a table as a tree: children stand below their parents.
 */
#ifndef ENGINE_QUERY_TREE_H
#define ENGINE_QUERY_TREE_H

#include <stddef.h>

struct group;
struct making;
struct table_row;

struct tree {
	struct table_row *rows;		/* in the order that children of one parent have */
	const struct group *const *groups;	/* what they are made of */
	size_t n;
};

/* Give the rows of T the order, the parents and the levels of a tree, as the view says:
 * N_THREADS do, each with its own of MAKINGS. */
void tree_make(struct making *makings, unsigned n_threads, struct tree *t);

#endif
