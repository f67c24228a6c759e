/*
 * number - read numbers with their units: 10, -1, 0x1f, 4K, 1.5ms, 12.5%.
 */
#ifndef ENGINE_FILTER_NUMBER_H
#define ENGINE_FILTER_NUMBER_H

#include "engine/field/value.h"
#include "engine/filter/scan.h"

/* Read W as a T_INT, T_UINT, T_SPAN or T_DOUBLE of UNIT. NULL, or what is
 * wrong with W: a clause that goes on behind it; *OUT is untouched then. */
const char *number_read(const struct word *w, enum value_type type, enum value_unit unit,
			struct value *out);

#endif
