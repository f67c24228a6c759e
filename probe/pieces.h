/*
 * pieces - a record of a system call taken apart.
 *
 * The registers, and what was copied of the program's memory, by the grab that asked for
 * it. All of it is borrowed from the record and checked against its length.
 */
#ifndef PROBE_PIECES_H
#define PROBE_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/base/reader.h"
#include "engine/base/text.h"
#include "engine/event/event_type.h"
#include "probe/calls.h"
#include "probe/wire.h"

/* Who knows the cgroups of a thread, of which PLACES was told (see wire.h): texts, each
 * ended by a NUL, borrowed until the next question. GET may be NULL. */
struct pieces_cgroups {
	struct span (*get)(void *ctx, int64_t tid, struct span places);
	void *ctx;
};

struct pieces {
	const struct wire_call *call;
	const struct call_plan *plan;
	const struct take *takes;	/* of this side of the call */
	const struct pieces_cgroups *cgroups;
	const uint8_t *grab;		/* which grab answers which parameter */
	uint8_t n_grabs;
	uint8_t name_grab;		/* what completes a tuple; CALL_NO_GRAB: nothing */
	uint8_t message;		/* which of several messages this is about */
	uint8_t n_messages;		/* how many there are; 0 means one that is empty */
	struct span parts[WIRE_GRABS][WIRE_PARTS];	/* of the first N_GRABS */
};

/* Find the chunks of the record P of LEN bytes; they begin at AT. PLAN, TAKES, GRAB and so
 * on are set. */
void pieces_take(struct pieces *k, const uint8_t *p, size_t at, size_t len);

/* What was copied for parameter I. */
static inline struct span
pieces_part(const struct pieces *k, size_t i, size_t part)
{
	uint8_t g = k->grab[i];

	return g < k->n_grabs ? k->parts[g][part] : (struct span){ NULL, 0 };
}

/* Does K tell of a 32-bit program, whose pointers and times are half as wide? */
static inline bool
pieces_are_narrow(const struct pieces *k)
{
	return k->call->head.flags & WIRE_COMPAT;
}

static inline uint64_t
pieces_arg(const struct pieces *k, uint8_t arg)
{
	return arg < 6 ? k->call->args[arg] : (uint64_t)k->call->result;
}

/* V as a number of as many bytes as a parameter of KIND has. Both machines put the lowest
 * first; to copy a number of bytes that is known is cheaper. */
static inline void
pieces_number(struct text *out, enum param_kind kind, uint64_t v)
{
	memcpy(text_room(out, sizeof(v)), &v, sizeof(v));
	out->len += param_kind_len(kind);
}

/* S as a text: it gets a NUL if it has none. Nothing of nothing. */
void pieces_text(struct text *out, struct span s);

#endif
