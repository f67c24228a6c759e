/*
 * echo - what programs read and wrote, one piece after the other.
 */
#ifndef UI_ECHO_H
#define UI_ECHO_H

#include <stddef.h>

#include "ui/action.h"

struct app;
struct events_question;

/* Show the data of the events that Q wants; it is copied. */
void echo_open(struct app *a, const struct events_question *q);

/* What its keys do, for the manual. */
extern const struct action echo_actions[];
extern const size_t n_echo_actions;

#endif
