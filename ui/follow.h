/*
 * follow - from one event to others: the other one of its call, those of its descriptor,
 * those of its thread.
 *
 * What is followed is seen whole, whatever part of it the list had that it was found in;
 * going back leads there.
 */
#ifndef UI_FOLLOW_H
#define UI_FOLLOW_H

#include <stdint.h>

struct cursor;
struct events;

/* The number of the other event of the call of event NUMBER; 0: there is none. END is that
 * of the snapshot of C. */
uint64_t follow_partner(struct cursor *c, uint64_t number, uint64_t end);

/* Open the list of what has the descriptor, or the thread, of event NUMBER of E, in the same
 * time. A descriptor is followed from one close to the next, unless these are too far away to
 * be found while somebody waits. */
void follow_descriptor(const struct events *e, uint64_t number);
void follow_thread(const struct events *e, uint64_t number);

#endif
