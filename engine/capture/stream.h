/*
 * stream - the bytes of one input, inflated where they are stored in gzip.
 *
 * A thread of the stream's own reads, and inflates, into a small ring of
 * buffers; the caller takes them one after the other. Input is read, never
 * mapped, so a file that shrinks meanwhile does no harm. A pipe's bytes are
 * handed on as they come; a file that is followed is asked again and again.
 */
#ifndef ENGINE_CAPTURE_STREAM_H
#define ENGINE_CAPTURE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/err.h"

struct inflate_index;
struct stream;

struct stream_options {
	bool follow;			/* the end of the file is not the end */
	bool index;			/* note checkpoints while inflating */
	int cancel_fd;			/* once it is readable the stream ends; borrowed */
	void (*idle)(void *ctx);	/* right before stream_take() waits, or NULL */
	void *ctx;
};

struct stream_status {
	bool gzip;
	bool cut_short;			/* a gzip member has no end */
	bool broken;			/* damage, not the input's end, ended it */
	uint32_t n_members;		/* begun so far */
	uint64_t stored_bytes;		/* read so far */
	uint64_t inflated_bytes;
	uint64_t n_damages;
	uint64_t damage_offset;		/* inflated bytes before the first damage */
	struct err damage;		/* the first one */
};

/* Start to read FD, which is taken. The caller owns the stream. */
struct stream *stream_open(int fd, const struct stream_options *options);

/* Stop reading and free S. NULL is fine. */
void stream_close(struct stream *s);

/* Wait for the next bytes: their number, and where they are, borrowed until
 * the next call. 0 at the end. */
size_t stream_take(struct stream *s, const uint8_t **p);

/* What it met so far; all of it once stream_take() gave 0. */
void stream_status(const struct stream *s, struct stream_status *out);

/* Stored bytes before the end of what was taken last. */
uint64_t stream_stored_bytes(const struct stream *s);

/* The checkpoints of a gzip input; NULL without options.index. Borrowed. */
const struct inflate_index *stream_index(const struct stream *s);

#endif
