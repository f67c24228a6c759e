/*
 * state - small files that the explorer keeps from one run to the next.
 *
 * They stand in a folder of their own, which is the user's alone. They are comfort:
 * what cannot be read is as if it were not there, and what cannot be written costs
 * nothing but that it is forgotten. What they hold is checked by who asked for it.
 */
#ifndef UI_STATE_H
#define UI_STATE_H

#include <stdbool.h>

#include "engine/base/text.h"

struct err;

#define STATE_BYTES_MAX (1u << 20)	/* of a file; larger ones are none of ours */

/* Append the file NAME of DIR to T. False: there is none that can be used. DIR NULL:
 * nothing is kept. */
bool state_read(const char *dir, const char *name, struct text *t);

/* Let T be the file NAME of DIR, which is made where it is missing: whole, or as it
 * was. 0, or a negative errno; DIR NULL: 0, and nothing is done. */
int state_write(const char *dir, const char *name, const struct text *t, struct err *err);

#endif
