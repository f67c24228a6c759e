/*
 * rng - numbers for property tests: seeded, printed, so that a run can be
 * repeated.
 */
#ifndef TESTS_LIB_RNG_H
#define TESTS_LIB_RNG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define RNG_SEED_DEFAULT 20260

/* Embedded: any state is a good one. */
struct rng {
	uint64_t state;
};

/* splitmix64. */
static inline uint64_t
rng_u64(struct rng *r)
{
	uint64_t z = r->state += 0x9E3779B97F4A7C15u;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

/* 0 .. N - 1; N is not 0. */
static inline size_t
rng_below(struct rng *r, size_t n)
{
	return (size_t)(rng_u64(r) % n);
}

/* A number of up to BITS bits, small ones as likely as large ones. */
static inline uint64_t
rng_bits(struct rng *r, unsigned bits)
{
	unsigned n = (unsigned)rng_below(r, bits + 1);

	return n ? rng_u64(r) >> (64 - n) : 0;
}

static inline void
rng_fill(struct rng *r, void *p, size_t len)
{
	uint8_t *at = p;

	for (size_t i = 0; i < len; i++)
		at[i] = (uint8_t)rng_u64(r);
}

/* From the program's first argument or the default; it is printed. */
static inline struct rng
rng_from_args(int argc, char **argv)
{
	struct rng r = { RNG_SEED_DEFAULT };

	if (argc > 1)
		r.state = strtoull(argv[1], NULL, 0);
	printf("# seed %llu (the first argument sets another)\n",
	       (unsigned long long)r.state);
	fflush(stdout);
	return r;
}

#endif
