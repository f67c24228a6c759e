/*
 * values - what a filter says of the values of one field.
 *
 * For who can leave out early what cannot match anyway, as the kernel can by the
 * name of a thread. The answer is never too narrow.
 */
#ifndef ENGINE_FILTER_VALUES_H
#define ENGINE_FILTER_VALUES_H

#include <stdbool.h>

#include "engine/filter/filter.h"

struct expr;

/* As filter_values(), of the tree E. */
bool values_of(const struct expr *e, const char *field, struct filter_values *out);

#endif
