/*
 * row_reader - what all columns have in one row after the other.
 *
 * Whoever asks for a few rows of a pack goes through all of them mostly, so its columns are
 * unpacked at once then; who asks here and there pays for one row.
 */
#ifndef ENGINE_STORE_ROW_READER_H
#define ENGINE_STORE_ROW_READER_H

#include <stdint.h>

struct chunk;
struct row_reader;

/* The caller owns it. */
struct row_reader *row_reader_new(void);
void row_reader_free(struct row_reader *r);	/* NULL is fine */

/* Set v[id] to what column ID of C has in row ROW, but for COL_KIND. */
void row_reader_get(struct row_reader *r, const struct chunk *c, uint32_t row, uint64_t *v);

#endif
