/*
 * spectro - how long calls took, over time: a heat map to look around in.
 *
 * The height of the screen is the window; a rectangle that is chosen by keys or by
 * the mouse opens its calls one by one, within what the heat map is of.
 */
#ifndef UI_SPECTRO_H
#define UI_SPECTRO_H

#include <stddef.h>

#include "ui/action.h"

struct app;
struct events_question;

/* Show the calls that Q wants; it is copied. */
void spectro_open(struct app *a, const struct events_question *q);

/* What its keys do, for the manual. */
extern const struct action spectro_actions[];
extern const size_t n_spectro_actions;

#endif
