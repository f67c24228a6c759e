/*
 * event - one event as it stands in a capture or comes from the kernel.
 *
 * A struct event points into bytes that its source owns; it copies nothing.
 * Parameters are in this machine's byte order (a source that reads the other
 * one turns them first). event_decode() is the only way to make one, and
 * everything in it is inside the bytes that it was given.
 *
 * A parameter may be absent (an older writer had fewer) or empty (the value
 * was not available); both look the same here, with length 0. A fixed-size
 * parameter of a wrong length counts as absent.
 */
#ifndef ENGINE_EVENT_EVENT_H
#define ENGINE_EVENT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/reader.h"
#include "engine/event/event_type.h"

struct err;

enum event_dump_flag {
	EVENT_STATE_ONLY = 1,		/* for the state, not for the user */
	EVENT_RESTATED = 8,		/* told before, in a file that this one follows: it
					 * has no number */
};

struct event {
	const struct event_type *type;	/* NULL: an id that the registry lacks */
	uint64_t ts_ns;			/* since the epoch */
	int64_t tid;			/* -1: of no thread */
	uint64_t offset;		/* of its block, in the (inflated) capture */
	uint32_t dump_flags;		/* enum event_dump_flag */
	uint16_t id;			/* enum event_id */
	uint16_t cpu;
	uint32_t n_params;		/* kept here, at most EVENT_PARAMS_MAX */
	const uint8_t *values;		/* the bytes of all parameters */
	uint32_t ends[EVENT_PARAMS_MAX];	/* where value i ends, from VALUES */
};

/* Decode the LEN bytes at P, which start with the event's header (time stamp,
 * tid, length, type, and with HAS_COUNT the number of parameters). Only the
 * members that the bytes tell are set. -EBADMSG when they contradict each
 * other: *err says how, and EV is of no use. */
int event_decode(struct event *ev, const uint8_t *p, size_t len, bool has_count,
		 struct err *err);

/* Turn an event from the other byte order into this machine's, in place, or the
 * other way round: header, lengths and all parameters whose type the registry
 * knows. Twice is the same as not at all. The bytes may be damaged; what does
 * not fit is left for event_decode() to refuse. */
void event_swap(uint8_t *p, size_t len, bool has_count);

/* The bytes of parameter I; empty when it is absent. */
static inline struct span
event_bytes(const struct event *ev, unsigned i)
{
	uint32_t start;

	if (i >= ev->n_params)
		return (struct span){ (const uint8_t *)"", 0 };
	start = i ? ev->ends[i - 1] : 0;
	return (struct span){ ev->values + start, ev->ends[i] - start };
}

/* True when parameter I is there and LEN bytes long: its bytes at *P. */
static inline bool
event_fixed(const struct event *ev, unsigned i, size_t len, const uint8_t **p)
{
	struct span s = event_bytes(ev, i);

	*p = s.p;
	return s.len == len;
}

/* Parameter I as a number; false, and *V untouched, when it is absent or has
 * another length. */
static inline bool
event_u64(const struct event *ev, unsigned i, uint64_t *v)
{
	const uint8_t *p;

	if (!event_fixed(ev, i, 8, &p))
		return false;
	memcpy(v, p, 8);
	return true;
}

static inline bool
event_i64(const struct event *ev, unsigned i, int64_t *v)
{
	const uint8_t *p;

	if (!event_fixed(ev, i, 8, &p))
		return false;
	memcpy(v, p, 8);
	return true;
}

static inline bool
event_u32(const struct event *ev, unsigned i, uint32_t *v)
{
	const uint8_t *p;

	if (!event_fixed(ev, i, 4, &p))
		return false;
	memcpy(v, p, 4);
	return true;
}

static inline bool
event_u16(const struct event *ev, unsigned i, uint16_t *v)
{
	const uint8_t *p;

	if (!event_fixed(ev, i, 2, &p))
		return false;
	memcpy(v, p, 2);
	return true;
}

/* Parameter I as text without its NUL; empty when it is absent, and when it is
 * the "(NULL)" that old writers put for that. */
struct span event_text(const struct event *ev, unsigned i);
/* The same of bytes that are such a parameter. */
struct span event_text_of(struct span s);

/* Kinds of parameter 0 that are what a call returned. */
#define EVENT_RESULT_KINDS (1ull << PK_ERRNO | 1ull << PK_FD | 1ull << PK_PID)

/* The result: parameter 0 of an exit event when it is an ERRNO, FD or PID. */
static inline bool
event_result(const struct event *ev, int64_t *res)
{
	if (!event_id_is_exit(ev->id) || !ev->type || !ev->type->n_params)
		return false;
	if (!(EVENT_RESULT_KINDS >> ev->type->params[0].kind & 1))
		return false;
	return event_i64(ev, 0, res);
}

#endif
