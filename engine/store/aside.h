/*
 * aside - parameters of events that tables show, by the rows of a chunk.
 *
 * A file that could not be opened and an address that nobody answered at have no
 * descriptor, and a call of no type of its own may have a number only: what they are called
 * stands in the event's parameters. So a chunk has these, each different text once, and
 * nobody has to read the event again. What does not fit is left to its bytes.
 *
 * One thread adds, any number look up rows that were published.
 */
#ifndef ENGINE_STORE_ASIDE_H
#define ENGINE_STORE_ASIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aside;
struct event;

/* Of an open chunk, with room for all its rows. The caller owns it. */
struct aside *aside_new(void);
void aside_free(struct aside *f);	/* NULL is fine */
/* There are none any more. */
void aside_clear(struct aside *f);

/* Note the first N parameters of EV, which is row ROW: greater than those that were added. */
void aside_add(struct aside *f, uint32_t row, const struct event *ev, unsigned n);

/* A copy of F, which may be NULL, in as few bytes as it can be, to which nothing is added.
 * NULL: there are none. The caller owns it. */
struct aside *aside_pack(const struct aside *f);

/* Let EV have the parameters of ROW: borrowed from F, which may be NULL. False, and *EV
 * untouched: it has none of them. */
bool aside_get(const struct aside *f, uint32_t row, struct event *ev);

size_t aside_bytes(const struct aside *f);	/* of NULL: 0 */

#endif
