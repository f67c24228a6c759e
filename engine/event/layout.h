/*
 * layout - where the parameters of an encoded event lie.
 *
 * What event.c, which decodes, and swap.c, which turns byte orders, both need
 * to know; the capture reader asks it how long an event of a torn block is.
 * SWAP says that the bytes are in the other order.
 *
 *	ts 8 | tid 8 | length 4 | type 2 | [count 4] | lengths | values
 */
#ifndef ENGINE_EVENT_LAYOUT_H
#define ENGINE_EVENT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/event/event_type.h"

#define EVENT_HEADER_LEN 22
#define EVENT_COUNT_LEN 4

#define EVENT_LEN_AT 16
#define EVENT_ID_AT 20
#define EVENT_COUNT_AT 22

/* Event lengths of these types are too big by this much in captures that have
 * no parameter count (the .scap format). */
#define EVENT_OLD_SURPLUS 3

static inline uint16_t
layout_u16(const uint8_t *p, bool swap)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return swap ? __builtin_bswap16(v) : v;
}

static inline uint32_t
layout_u32(const uint8_t *p, bool swap)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return swap ? __builtin_bswap32(v) : v;
}

/* Bytes of one length. */
static inline size_t
layout_width(bool large)
{
	return large ? 4 : 2;
}

/* The length of parameter I. */
static inline uint32_t
layout_length(const uint8_t *lens, size_t i, bool large, bool swap)
{
	return large ? layout_u32(lens + 4 * i, swap) : layout_u16(lens + 2 * i, swap);
}

/* The length of an event of type ID that says it has LEN bytes. */
static inline uint32_t
layout_event_len(uint16_t id, uint32_t len, bool has_count)
{
	if (!has_count && len >= EVENT_OLD_SURPLUS &&
	    (id == EV_NOTIFICATION_E || id == EV_INFRASTRUCTURE_EVENT_E))
		return len - EVENT_OLD_SURPLUS;
	return len;
}

/* Guess how many parameters an event without a count has, ROOM bytes from LENS
 * on to its end: the largest number for which lengths and values fill them
 * exactly. -1: none does. */
static inline int
layout_guess_count(const struct event_type *type, const uint8_t *lens, size_t room,
		   bool swap)
{
	bool large = type->flags & EF_LARGE;
	size_t width = layout_width(large);
	uint64_t sum = 0;
	int best = room ? -1 : 0;

	/* The sum only grows: behind the end of the event nothing fits. */
	for (int n = 1; n <= type->n_params && (size_t)n * width <= room; n++) {
		sum += width + layout_length(lens, (size_t)n - 1, large, swap);
		if (sum > room)
			break;
		if (sum == room)
			best = n;
	}
	return best;
}

#endif
