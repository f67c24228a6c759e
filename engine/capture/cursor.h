/*
 * cursor - walk through a stream with as many bytes at hand as one needs.
 *
 * AT .. END are bytes that may be looked at. Mostly they lie in the stream's
 * own buffer; what spans two of them is put together in a scratch buffer, which
 * grows only by bytes that are really there.
 */
#ifndef ENGINE_CAPTURE_CURSOR_H
#define ENGINE_CAPTURE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream;

/* Embedded: cursor_init() and cursor_fini(). */
struct cursor {
	const uint8_t *at, *end;
	uint64_t end_offset;		/* of END, in the stream */
	struct stream *stream;		/* borrowed */
	const uint8_t *more, *more_end;	/* what follows END in the stream's buffer */
	bool in_scratch;		/* AT .. END is there */
	uint8_t *scratch;
	size_t scratch_cap;
};

void cursor_init(struct cursor *c, struct stream *stream);
void cursor_fini(struct cursor *c);

/* The slow half of cursor_need(). */
size_t cursor_fill(struct cursor *c, size_t n);

/* Have N bytes at hand: how many there are. Fewer than N means that the stream
 * ends behind them. Earlier pointers into the bytes are void. */
static inline size_t
cursor_need(struct cursor *c, size_t n)
{
	size_t have = (size_t)(c->end - c->at);

	return have >= n ? have : cursor_fill(c, n);
}

/* Have more bytes at hand, as many as come next: how many there are. As many as before mean
 * that the stream ends. Earlier pointers into the bytes are void. */
size_t cursor_more(struct cursor *c);

/* The offset of AT in the stream. */
static inline uint64_t
cursor_offset(const struct cursor *c)
{
	return c->end_offset - (uint64_t)(c->end - c->at);
}

/* Go N bytes ahead, however many that are: how many were there. */
uint64_t cursor_skip(struct cursor *c, uint64_t n);

#endif
