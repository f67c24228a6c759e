/*
 * octave - numbers sorted into buckets by their size, eight equal steps an octave.
 *
 * What is known of a number by its bucket is wrong by 4.5 % at most. Small numbers have
 * buckets of their own.
 */
#ifndef ENGINE_BASE_OCTAVE_H
#define ENGINE_BASE_OCTAVE_H

#include <stdint.h>

#define OCTAVE_SMALL 16u		/* numbers below it */
#define OCTAVE_STEPS 8u
#define OCTAVE_BUCKETS (OCTAVE_SMALL + (64 - 4) * OCTAVE_STEPS)

/* Where the buckets of the greatest octave end: 2^63 * 2^(i/8). */
extern const uint64_t octave_ends[OCTAVE_STEPS - 1];

/* The bucket of V, below OCTAVE_BUCKETS. */
static inline unsigned
octave_bucket(uint64_t v)
{
	unsigned zeroes, i = 0;

	if (v < OCTAVE_SMALL)
		return (unsigned)v;
	zeroes = (unsigned)__builtin_clzll(v);
	v <<= zeroes;
	i += 4 * (v >= octave_ends[3]);
	i += 2 * (v >= octave_ends[i + 1]);
	i += v >= octave_ends[i];
	return OCTAVE_SMALL + (63 - 4 - zeroes) * OCTAVE_STEPS + i;
}

#endif
