/*
 * at_hand - a parameter of an event, where columns have it.
 *
 * What a call returned is a column, and which descriptor it names follows from the row's, but
 * where something else than that was named or made (chunk.h, .fd_names); of some
 * types parameters are put aside (aside_params_from()). So fields of one
 * parameter need the bytes of an event for the others only; and whether there is any parameter
 * of that name is known by the types of an event and of its enter event.
 *
 * A thread has its own.
 */
#ifndef ENGINE_QUERY_AT_HAND_H
#define ENGINE_QUERY_AT_HAND_H

#include "engine/query/cursor.h"

struct at_hand;
struct operand;

enum at_hand_answer {
	AT_HAND_NOT,			/* its bytes have it */
	AT_HAND_NOTHING,		/* there is no such parameter */
	AT_HAND_HERE,
};

/* Of operand O, which must outlive it. The caller owns it. NULL: it is no field of one
 * parameter. */
struct at_hand *at_hand_new(const struct operand *o);
void at_hand_free(struct at_hand *h);	/* NULL is fine */

/* Is the parameter of C's row at hand? If so it is in *EV, and others are not: borrowed until
 * C or H is asked for something else. */
enum at_hand_answer at_hand_look(struct at_hand *h, struct cursor *c, const struct eval **ev);

#endif
