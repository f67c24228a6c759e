/*
 * quick - event_decode() for what nearly all events are.
 *
 * These have a parameter count, a type that is known, and short parameters, as many as
 * are kept. What is otherwise, or wrong, is for event_decode() to look at.
 */
#ifndef ENGINE_EVENT_QUICK_H
#define ENGINE_EVENT_QUICK_H

#include <string.h>

#include "engine/event/event.h"
#include "engine/event/layout.h"

/* The event in the LEN bytes at P, as event_decode() makes it of one with a count. False:
 * it is none of these, and EV is of no use. */
static inline bool
event_decode_quick(struct event *ev, const uint8_t *p, size_t len)
{
	const uint8_t *lens = p + EVENT_HEADER_LEN + EVENT_COUNT_LEN;
	uint32_t event_len, n, end = 0;
	const struct event_type *type;
	uint16_t id;

	if (len < EVENT_HEADER_LEN + EVENT_COUNT_LEN)
		return false;
	memcpy(&event_len, p + EVENT_LEN_AT, sizeof(event_len));
	memcpy(&id, p + EVENT_ID_AT, sizeof(id));
	memcpy(&n, p + EVENT_COUNT_AT, sizeof(n));
	if (event_len > len || id >= EVENT_TYPES || n > EVENT_PARAMS_MAX ||
	    event_len < EVENT_HEADER_LEN + EVENT_COUNT_LEN + 2 * n)
		return false;
	type = &event_types[id];
	if (type->flags & EF_LARGE)
		return false;
	memcpy(&ev->ts_ns, p, 8);
	memcpy(&ev->tid, p + 8, 8);
	ev->type = type;
	ev->id = id;
	ev->n_params = n;
	ev->values = lens + 2 * n;
	for (uint32_t i = 0; i < n; i++) {
		end += layout_u16(lens + 2 * i, false);
		ev->ends[i] = end;
	}
	return end <= event_len - (EVENT_HEADER_LEN + EVENT_COUNT_LEN + 2 * n);
}

#endif
