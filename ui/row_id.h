/*
 * row_id - a row of a table as a number, so that it is found again in the next table.
 */
#ifndef UI_ROW_ID_H
#define UI_ROW_ID_H

#include <stddef.h>
#include <stdint.h>

struct table;

/* What row I of T is called: by its entity and its keys, or else by its place. */
uint64_t row_id(const struct table *t, size_t i);

/* The row of T that is called ID; SIZE_MAX: none is. */
size_t row_find(const struct table *t, uint64_t id);

#endif
