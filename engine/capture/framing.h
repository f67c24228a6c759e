/*
 * framing - where the blocks of one input begin and end.
 *
 * A block says its length twice, in front and behind. Where both agree they
 * are believed. Where they do not, the next block is looked for: first where
 * the length points to, then behind what the block was seen to hold, byte by
 * byte, until something has the shape of a block. Every byte is looked at a
 * bounded number of times, whatever a file says.
 *
 *	type 4 | length 4 | body ... | padding 0..3 | length 4
 */
#ifndef ENGINE_CAPTURE_FRAMING_H
#define ENGINE_CAPTURE_FRAMING_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/capture/block_type.h"
#include "engine/capture/capture.h"
#include "engine/capture/cursor.h"

#define BLOCK_HEAD_LEN 8

struct damage;
struct stream;

/* Embedded: framing_init() and framing_fini(). */
struct framing {
	struct cursor cursor;		/* at the block, then behind it */
	bool swap;			/* the section is in the other byte order */
	struct damage *damage;		/* borrowed */
	struct capture_block block;	/* the current one */
	const struct block_type *type;	/* of the current one, NULL: unknown */
	bool torn;			/* it was left without knowing its end: */
	bool fits;			/* what was seen is all that its length promises */
	size_t seen;			/* bytes from its first that were understood */
};

void framing_init(struct framing *f, struct stream *stream, struct damage *damage);
void framing_fini(struct framing *f);

/* Find the next block and describe it in BLOCK and TYPE; the cursor is at its
 * first byte. False at the end of the input. One that is not usable has a
 * length that cannot be; it is noted as damage and left already. */
bool framing_next(struct framing *f);

/* Have the whole block at hand; *BODY_LEN bytes follow its head. False when its
 * end is not where it should be: they may be fewer than its body then. */
bool framing_whole(struct framing *f, size_t *body_len);

/* Leave a whole block. What was at hand stays so until framing_next(). */
static inline void
framing_leave(struct framing *f)
{
	f->cursor.at += f->block.len;
}

/* Leave a block that is not whole; its damage will be noted. SEEN are the
 * bytes, from its first one, that were understood; FITS says that they are all
 * that its length promises, so that it is merely cut when the input ends in it.
 * What was at hand stays so until framing_next(). */
void framing_leave_torn(struct framing *f, size_t seen, bool fits);

/* Leave a block that nothing is known of. */
void framing_leave_unknown(struct framing *f);

/* Leave a block whose body was walked through; the cursor is behind it. */
void framing_leave_walked(struct framing *f);

/* Leave a block whose body makes no sense from the cursor on, LEFT bytes before
 * its end, if its length is right. The damage was noted. */
void framing_leave_lost(struct framing *f, uint64_t left);

/* Leave a block in which the input ends, if its length is right. From the cursor
 * on nothing was understood. */
void framing_leave_short(struct framing *f);

#endif
