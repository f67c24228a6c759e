/*
 * loss - a loss as the event that a capture has of it.
 *
 * The format has no block for what is missing. An async event (402) named "loss"
 * stands where it happened, which other readers skip; its data is text:
 *
 *	cpu=1 reason=full class=data from_ns=17... to_ns=17... n=93
 */
#ifndef ENGINE_EVENT_LOSS_H
#define ENGINE_EVENT_LOSS_H

#include <stdbool.h>

struct event;
struct loss_record;
struct text;

/* Make EV the event of LOSS. Its values are appended to BYTES, which is empty, and
 * borrowed from it. */
void loss_event(const struct loss_record *loss, struct text *bytes, struct event *ev);

/* Is EV such an event? Then *LOSS is what it tells. */
bool loss_of_event(const struct event *ev, struct loss_record *loss);

/* The words of the format, and of people. */
const char *loss_reason_word(unsigned reason);
const char *loss_class_word(unsigned class);

#endif
