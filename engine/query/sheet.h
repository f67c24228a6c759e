/*
 * sheet - what one operand that needs bytes says of the rows of the chunk that a cursor is in.
 *
 * Values of rows are numbers of values, of which each different one is there once. They are
 * taken from the store and put back there when the cursor goes on to another chunk, as
 * answers of conditions are (known.h). Only sealed chunks have sheets: their rows stay as
 * they are. A thread has its own.
 */
#ifndef ENGINE_QUERY_SHEET_H
#define ENGINE_QUERY_SHEET_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/field/value.h"
#include "engine/query/cursor.h"

#define SHEET_NUMBERS 65536u		/* all are below it */
#define SHEET_NONE 1u			/* in the place of a number: the row has no value */

struct operand;
struct sheet;

/* Of operand O, which must outlive it, with values of TYPE. The caller owns it. */
struct sheet *sheet_new(const struct operand *o, enum value_type type);
/* Puts back what was found out: the store must be there still. NULL is fine. */
void sheet_free(struct sheet *s);

/* The number of the value of C's row, which is in *OUT: borrowed until one is put, or C is in
 * another chunk. SHEET_NONE: it has none. 0: it is not known. */
uint32_t sheet_get(struct sheet *s, struct cursor *c, struct value *out);
/* C's row has V; NULL: none. */
void sheet_put(struct sheet *s, struct cursor *c, const struct value *v);

/* Numbers mean the same as long as this does not change. */
uint64_t sheet_age(const struct sheet *s);

#endif
