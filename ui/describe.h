/*
 * describe - all that is known of one event, to read.
 */
#ifndef UI_DESCRIBE_H
#define UI_DESCRIBE_H

struct eval;
struct pager;

/* Append each field that has a value for EV, by domain, and the data as text and in
 * hexadecimal. */
void describe_event(const struct eval *ev, struct pager *p);

#endif
