/*
 * pack - a run of numbers in as few bits as they need.
 *
 * Each run has up to PACK_ROWS values; what is stored is by how much they are more than the
 * least of them, all in as many bits.
 */
#ifndef ENGINE_STORE_PACK_H
#define ENGINE_STORE_PACK_H

#include <stddef.h>
#include <stdint.h>

#define PACK_ROWS 512u

struct pack {
	uint64_t min;
	uint32_t at;			/* byte of all packs' first */
	uint8_t bits;			/* of each value: 0 .. 56, or 64 */
};

/* No value of P is greater. */
static inline uint64_t
pack_most(const struct pack *p)
{
	uint64_t span = p->bits < 64 ? ((uint64_t)1 << p->bits) - 1 : UINT64_MAX;

	return p->min <= UINT64_MAX - span ? p->min + span : UINT64_MAX;
}

/* The least and the greatest of N values, each with FLIP turned in comparisons: the bit that
 * makes signed ones count as such. */
void pack_range(const uint64_t *values, size_t n, uint64_t flip, uint64_t *low, uint64_t *high);
/* How values from LOW to HIGH are to be stored from byte AT on. */
struct pack pack_plan(uint64_t low, uint64_t high, uint32_t at);
/* Bytes that N values of so many bits take: whole words, so that all packs are aligned. */
size_t pack_bytes(size_t n, unsigned bits);
/* Store N values to BYTES, where all packs begin. */
void pack_put(const struct pack *p, const uint64_t *values, size_t n, uint8_t *bytes);

/* Values FIRST .. FIRST + N - 1 of P. What is read may lie 8 bytes behind its end. */
void pack_load(const struct pack *p, const uint8_t *bytes, size_t first, size_t n,
	       uint64_t *out);
/* The same of values that have 32 bits. */
void pack_load_u32(const struct pack *p, const uint8_t *bytes, size_t first, size_t n,
		   uint32_t *out);

#endif
