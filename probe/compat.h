/*
 * compat - calls of 32-bit programs, which have a table of their own.
 *
 * Most take and give the same as a call of this machine: their twin. The kernel side
 * gives them its number, and nobody behind it sees a difference. Of the others only the
 * name is told.
 */
#ifndef PROBE_COMPAT_H
#define PROBE_COMPAT_H

#include <stdint.h>

#include "probe/wire.h"

/* Twins of all numbers below WIRE_CALLS: the number of this machine and 1; 0: there is
 * none. Zeroes are expected. */
void compat_twins(uint16_t *twins);

/* What generic events have for the call with NUMBER; 0: only the number is known. */
uint16_t compat_code(uint32_t number);

#endif
