/*
 * aside - parameters of events that tables show, by the rows of a chunk.
 *
 * A file that could not be opened and an address that nobody answered at have no
 * descriptor, and a call of no type of its own may have a number only: what they are called
 * stands in the event's parameters; so does the descriptor of which another one was made, how
 * full the queue was out of which a connection was accepted, and which signal came from whom.
 * So a chunk has these, each different text once, and nobody has to read the event again. What
 * does not fit is left to its bytes. So it is with the enter event of a call that was told in
 * another file: it has no row.
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

/* Of what the parameters are. */
enum aside_kind { ASIDE_NAME, ASIDE_ENTER, ASIDE_FD, ASIDE_PARAMS };

/* Events of type ID have their parameters from this one on aside, as ASIDE_PARAMS, unless they
 * failed. -1: none. */
int aside_params_from(uint16_t id);

/* Of an open chunk, with room for all its rows. The caller owns it. */
struct aside *aside_new(void);
void aside_free(struct aside *f);	/* NULL is fine */
/* There are none any more. */
void aside_clear(struct aside *f);

/* Note all parameters of EV, which are of KIND, for row ROW: the least rows first, and what is
 * told of one by kind. False: there is no room. */
bool aside_add(struct aside *f, uint32_t row, enum aside_kind kind, const struct event *ev);

/* A copy of F, which may be NULL, in as few bytes as it can be, to which nothing is added.
 * NULL: there are none. The caller owns it. */
struct aside *aside_pack(const struct aside *f);

/* Let EV have what F, which may be NULL, has of KIND for ROW: type and parameters, borrowed from
 * F. False, and *EV untouched: nothing. */
bool aside_get(const struct aside *f, uint32_t row, enum aside_kind kind, struct event *ev);

size_t aside_bytes(const struct aside *f);	/* of NULL: 0 */

#endif
