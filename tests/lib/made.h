/*
 * made - a record of the probe that is made up, and the event that becomes of it.
 */
#ifndef TESTS_LIB_MADE_H
#define TESTS_LIB_MADE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "probe/encode.h"
#include "probe/wire.h"

struct made {
	_Alignas(8) uint8_t bytes[8192];
	size_t len;
};

/* R is CALL, and nothing was copied for it yet. */
static inline void
made_call(struct made *r, const struct wire_call *call)
{
	memcpy(r->bytes, call, sizeof(*call));
	r->len = sizeof(*call);
}

/* LEN bytes at P were copied. */
static inline void
made_add(struct made *r, uint8_t grab, uint8_t part, const void *p, size_t len)
{
	struct wire_chunk c = { .len = (uint16_t)len, .grab = grab, .part = part };

	memcpy(r->bytes + r->len, &c, sizeof(c));
	memcpy(r->bytes + r->len + sizeof(c), p, len);
	r->len += sizeof(c) + ((len + 3) & ~(size_t)3);
}

/* The record as it is, which says of itself that it has LEN bytes. */
static inline bool
made_encode_as(struct encoder *e, struct made *r, uint32_t len, struct event *ev)
{
	struct encoder_input in = { r->bytes, r->len, 42, 3 };

	memcpy(r->bytes + offsetof(struct wire_head, len), &len, sizeof(len));
	return encoder_take(e, &in, ev);
}

static inline bool
made_encode(struct encoder *e, struct made *r, struct event *ev)
{
	return made_encode_as(e, r, (uint32_t)r->len, ev);
}

#endif
