/*
 * totals - what the columns of a table add up to.
 */
#ifndef ENGINE_QUERY_TOTALS_H
#define ENGINE_QUERY_TOTALS_H

#include <stddef.h>

struct cell;
struct making;
struct making_of;

/* Add up the N rows made of OF: N_THREADS do, each with its own of MAKINGS. OUT has a cell
 * for each column, all missing. What it comes to does not depend on the order of rows. */
void totals_add(struct making *makings, unsigned n_threads, const struct making_of *of, size_t n,
		struct cell *out);

#endif
