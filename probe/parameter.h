/*
 * parameter - one parameter of an event, made of what was copied of a call.
 */
#ifndef PROBE_PARAMETER_H
#define PROBE_PARAMETER_H

#include "probe/pieces.h"

/* Put parameter I, of KIND, behind OUT: nothing when it is not available. */
void parameter_put(struct text *out, const struct pieces *k, size_t i, const struct take *t,
		   enum param_kind kind);

#endif
