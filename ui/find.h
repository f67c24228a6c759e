/*
 * find - the events that filters want, looked for by a thread once a glance was not enough.
 *
 * What was found so far can be used while more is being found; numbers of events
 * never change their place.
 */
#ifndef UI_FIND_H
#define UI_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct find;
struct matches_question;
struct snapshot;

/* SNAP is borrowed, and the texts of Q are copied. WAKE_FD is an eventfd that is
 * written to when more was found. The caller owns it. NULL: a filter is none, *err
 * says why. */
struct find *find_new(const struct snapshot *snap, const struct matches_question *q,
		      int wake_fd, struct err *err);

/* Stop, and free it. NULL is fine. */
void find_free(struct find *f);

/* How many there are so far, and number I of them, in their order. */
size_t find_count(const struct find *f);
uint64_t find_number(const struct find *f, size_t i);

/* The first one that is at or behind event NUMBER; the count: none so far. */
size_t find_index(const struct find *f, uint64_t number);

/* How much was looked at, from 0 to 1; 1: all of it. */
double find_progress(const struct find *f);

#endif
