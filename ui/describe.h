/*
 * describe - all that is known of one event, to read.
 */
#ifndef UI_DESCRIBE_H
#define UI_DESCRIBE_H

struct eval;
struct pager;

/* Append what one wants to know first of EV, its data as text and in hexadecimal, and each
 * field that has a value, by domain. */
void describe_event(const struct eval *ev, struct pager *p);

#endif
