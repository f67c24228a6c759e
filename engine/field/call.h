/*
 * call - what several fields ask of the event that they look at.
 *
 * An exit event knows what its enter event said: what it lacks itself is
 * looked up there, so that old and new captures answer alike.
 */
#ifndef ENGINE_FIELD_CALL_H
#define ENGINE_FIELD_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/reader.h"
#include "engine/event/event.h"

struct eval;
struct moment;
struct value;

bool call_is_exit(const struct eval *ev);

/* What the call returned. Addresses that it returned count, too. */
bool call_result(const struct eval *ev, int64_t *res);

/* The event that has a value for parameter NAME: M's event, or its enter event.
 * The event itself when it has the parameter, but without a value. NULL: none. */
const struct event *call_event_with(const struct moment *m, struct span name, unsigned *at);

/* The value of parameter NAME; empty when there is none. */
struct span call_param(const struct moment *m, const char *name);
bool call_number(const struct moment *m, const char *name, uint64_t *v);

/* The number in S, with its sign when SIGN is set; 0 when it is none. */
int64_t call_number_of(struct span s, bool sign);

/* Whether the call reads, writes or else works on a descriptor's data. */
bool call_is_io(const struct eval *ev);

/* The path in parameter PATH of the call: as it stands there, or from the root.
 * DIRFD is the parameter with the folder it starts from, or NULL. */
bool call_raw_path(const struct eval *ev, const char *path, struct value *out);
bool call_path(const struct eval *ev, const char *path, const char *dirfd,
	       struct value *out);

#endif
