/*
 * reader - take numbers out of bytes that nobody has checked.
 *
 * A reader remembers its failure and gives zeroes after it, so that a block is
 * read in one breath and checked once. Numbers are unaligned; SWAP says that
 * they are in the other byte order than this machine's.
 */
#ifndef ENGINE_BASE_READER_H
#define ENGINE_BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes that belong to somebody else. */
struct span {
	const uint8_t *p;
	size_t len;
};

struct reader {
	const uint8_t *at;
	const uint8_t *end;
	bool swap;
	bool failed;
};

static inline struct reader
reader_of(const void *p, size_t len, bool swap)
{
	return (struct reader){ p, (const uint8_t *)p + len, swap, false };
}

static inline size_t
reader_left(const struct reader *r)
{
	return (size_t)(r->end - r->at);
}

/* The next LEN bytes, or an empty span at P = "" when there are fewer. */
static inline struct span
read_span(struct reader *r, size_t len)
{
	struct span s = { (const uint8_t *)"", 0 };

	if (r->failed || reader_left(r) < len) {
		r->failed = true;
		return s;
	}
	s = (struct span){ r->at, len };
	r->at += len;
	return s;
}

static inline uint8_t
read_u8(struct reader *r)
{
	struct span s = read_span(r, 1);

	return s.len ? s.p[0] : 0;
}

static inline uint16_t
read_u16(struct reader *r)
{
	struct span s = read_span(r, 2);
	uint16_t v = 0;

	if (s.len)
		memcpy(&v, s.p, sizeof(v));
	return r->swap ? __builtin_bswap16(v) : v;
}

static inline uint32_t
read_u32(struct reader *r)
{
	struct span s = read_span(r, 4);
	uint32_t v = 0;

	if (s.len)
		memcpy(&v, s.p, sizeof(v));
	return r->swap ? __builtin_bswap32(v) : v;
}

static inline uint64_t
read_u64(struct reader *r)
{
	struct span s = read_span(r, 8);
	uint64_t v = 0;

	if (s.len)
		memcpy(&v, s.p, sizeof(v));
	return r->swap ? __builtin_bswap64(v) : v;
}

static inline int64_t
read_i64(struct reader *r)
{
	return (int64_t)read_u64(r);
}

/* u16 length, then that many bytes. */
static inline struct span
read_str16(struct reader *r)
{
	return read_span(r, read_u16(r));
}

#endif
