/*
 * front - which rows of a table come first, without sorting the others.
 *
 * Whoever looks at a table sees a few of its rows. To find these, only the column that it is
 * sorted by is asked of all rows; others are asked of those that are equal there.
 */
#ifndef ENGINE_QUERY_FRONT_H
#define ENGINE_QUERY_FRONT_H

#include <stddef.h>
#include <stdint.h>

struct making;
struct making_of;
struct ordering;

struct front {
	const struct ordering *o;
	struct making *makings;		/* one a thread */
	unsigned n_threads;
	const struct making_of *of;	/* what the rows are made of */
	size_t n;
};

/* The WANT rows of F that come first, and what is hard to tell from the last of them: their
 * numbers, from low to high, at ROWS, which has room for all. How many these are; 0: it
 * takes less to sort all. */
size_t front_find(const struct front *f, size_t want, uint32_t *rows);

#endif
