/*
 * possible - refuse constants that no value can ever be equal to.
 *
 * Many fields have few values: names of event types, of errors, kinds of
 * descriptors. A filter that asks for another one would never match, and says
 * nothing about it; so it is refused, with the one that may be meant. The same
 * goes for numbers that are too large for their field.
 */
#ifndef ENGINE_FILTER_POSSIBLE_H
#define ENGINE_FILTER_POSSIBLE_H

struct check;
struct settle;

/* -EINVAL when a constant of C, which is settled, is none that can be: the error
 * says why. */
int possible_check(const struct check *c, const struct settle *with);

#endif
