/*
 * echo - what programs read and wrote, one piece after the other.
 */
#ifndef UI_ECHO_H
#define UI_ECHO_H

struct app;
struct dig_question;

/* Show the data of the events that Q wants; it is copied. */
void echo_open(struct app *a, const struct dig_question *q);

#endif
