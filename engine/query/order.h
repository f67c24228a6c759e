/*
 * order - rows of a table, sorted.
 *
 * Most comparisons are of one number a row, which is made of the cell that the table is
 * sorted by; whole rows are compared where these are equal. Several threads sort a part
 * each.
 */
#ifndef ENGINE_QUERY_ORDER_H
#define ENGINE_QUERY_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cell;
struct crew;
struct table;
struct table_row;

struct ordering {
	const struct table *t;
	size_t column;			/* n_columns: the first ones decide */
	bool descending;
	struct crew *crew;		/* that sorts; NULL: threads of its own */
};

/* A number for CELL of COLUMN: a row with a lesser one stands before others; with the same,
 * either may. */
uint64_t order_key(const struct ordering *o, size_t column, const struct cell *cell);

/* The same for the first of the LEN bytes at P, of texts of COLUMN. */
uint64_t order_bytes_key(const struct ordering *o, size_t column, const uint8_t *p, size_t len);

/* Where ROWS, which are N, stand in that order: their indexes, in a new array, which the
 * caller owns. What is equal stays as it is. N_THREADS may be 1. */
uint32_t *order_rows(const struct ordering *o, const struct table_row *rows, size_t n,
		     unsigned n_threads);

#endif
