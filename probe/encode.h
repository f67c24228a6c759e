/*
 * encode - turn what the kernel side sent into events of the capture format.
 *
 * A record goes in, an encoded event comes out: header, lengths, parameters, as
 * in a capture. Nothing here waits for the kernel or knows of rings.
 */
#ifndef PROBE_ENCODE_H
#define PROBE_ENCODE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/reader.h"
#include "engine/event/event.h"
#include "probe/calls.h"
#include "probe/wire.h"

struct encoder;

/* The caller owns it. WALL_NS is added to each time; PLANS (WIRE_CALLS of them)
 * are borrowed as long as it lives. */
struct encoder *encoder_new(const struct call_plan *plans, uint64_t wall_ns);

/* NULL is fine. */
void encoder_free(struct encoder *e);

/* Ask CGROUPS for the cgroups of a thread, of which PLACES was told: texts, each ended by a
 * NUL, borrowed until its next call. */
void encoder_on_cgroups(struct encoder *e,
			struct span (*cgroups)(void *ctx, int64_t tid, struct span places),
			void *ctx);

/* One record. */
struct encoder_input {
	const uint8_t *p;
	size_t len;
	uint64_t ts_ns;			/* since boot; what the record says itself is not used */
	uint16_t cpu;
};

/* Make *EV of IN. It is borrowed until the next call. False when there is no event
 * for it. */
bool encoder_take(struct encoder *e, const struct encoder_input *in, struct event *ev);

/* A call with several messages is as many events: has the last record another one? */
bool encoder_has_more(const struct encoder *e);

/* Make *EV of the next one. The record must still be there. */
bool encoder_more(struct encoder *e, struct event *ev);

#endif
