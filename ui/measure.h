/*
 * measure - what a timeline can show of each slice of its time, and its words.
 */
#ifndef UI_MEASURE_H
#define UI_MEASURE_H

#include "engine/query/slices.h"

struct text;

/* What is counted, in a few columns: "events/s". M is one that measure_next() gives, or the
 * first one, SLICES_EVENTS. */
const char *measure_label(enum slices_measure m);

/* The one that comes after M; the first one after the last one. */
enum slices_measure measure_next(enum slices_measure m);

/* The most in a slice of S, of what S was asked for, in its unit: "peak 9.1k", of a second; or
 * that nothing, or not all, is known of it. */
void measure_put_peak(const struct slices *s, struct text *t);

/* N bytes, in three digits: "1.21M". */
void measure_put_bytes(double n, struct text *t);

#endif
