/*
 * life - a system that never was, as a capture: a few processes do all that the format
 * has events for, plausible or not, and are interrupted and lost while they do.
 *
 * For property tests that want many events that have to do with each other. The same
 * numbers give the same capture.
 */
#ifndef TESTS_LIB_LIFE_H
#define TESTS_LIB_LIFE_H

#include "engine/event/event_type.h"
#include "tests/lib/rng.h"
#include "tests/lib/scapbuild.h"

#define LIFE_TIDS 14			/* tids are -1 .. LIFE_TIDS - 2 */

int64_t life_tid(struct rng *r);
const char *life_text(struct rng *r);

/* A value for a parameter of TYPE. Texts are static. */
struct scap_value life_value(struct rng *r, const struct param_type *type);

/* An event: its id, and N values in V, which has room for EVENT_PARAMS_MAX. Those that
 * make and end things come often enough to meet. */
uint16_t life_event(struct rng *r, struct scap_value *v, size_t *n);

/* Append a capture of two sections, each with lists and N events. */
void life_capture(struct scap *b, struct rng *r, size_t n);

#endif
