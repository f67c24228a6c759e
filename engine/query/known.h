/*
 * known - what one condition said of the rows of the chunk that a cursor is in.
 *
 * Answers that cost much to find out are taken from the store's bitmaps and put back
 * there when the cursor goes on to another chunk. Only sealed chunks have them: their
 * rows stay as they are. A thread has its own.
 */
#ifndef ENGINE_QUERY_KNOWN_H
#define ENGINE_QUERY_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/query/cursor.h"

struct expr;
struct filter_options;
struct known;

/* Of condition E, which must outlive it, compiled with OPTIONS (may be NULL). The caller
 * owns it. */
struct known *known_new(const struct expr *e, const struct filter_options *options);
/* Puts back what was found out: the store must be there still. NULL is fine. */
void known_free(struct known *k);

/* Append a name for condition E: with O and C's style, all that decides what it says. */
void known_put_name(const struct expr *e, const struct filter_options *o,
		    const struct cursor *c, struct text *name);
/* Append what of C's style decides what an operand says. */
void known_put_style(const struct cursor *c, struct text *name);

/* Is it known whether C's row is wanted: *YES? */
bool known_get(struct known *k, struct cursor *c, bool *yes);
void known_put(struct known *k, struct cursor *c, bool yes);

#define KNOWN_WORDS (PACK_ROWS / 64)

/* Add to MASK the rows of C's pack that are known not to be wanted, a bit each. */
void known_add_unwanted(struct known *k, struct cursor *c, uint64_t *mask);

/* Move the rows of C's pack that are known to be wanted from ROWS to YES; those that are
 * known not to be leave ROWS, too. */
void known_take(struct known *k, struct cursor *c, uint64_t *rows, uint64_t *yes);

#endif
