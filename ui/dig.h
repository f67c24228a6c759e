/*
 * dig - events one by one.
 *
 * The list is a window on the store: of each event only its number is kept, and it is
 * read when it is seen. So a million lines are there as fast as a page.
 */
#ifndef UI_DIG_H
#define UI_DIG_H

#include <stddef.h>
#include <stdint.h>

#include "ui/action.h"

struct app;
struct events_question;

/* Show the events that Q wants; it is copied. */
void dig_open(struct app *a, const struct events_question *q);

/* What its keys do, for the manual. */
extern const struct action dig_actions[];
extern const size_t n_dig_actions;

#endif
