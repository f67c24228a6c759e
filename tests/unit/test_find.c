#include "engine/base/find.h"

#include "tests/lib/check.h"
#include "tests/lib/rng.h"

#define ROUNDS 200000
#define HAY_MAX 80
#define NEEDLE_MAX 40

/* Few different bytes, so that needles are found and nearly found. */
static size_t
fill(struct rng *r, uint8_t *p, size_t max)
{
	static const uint8_t some[] = { 'a', 'b', 'Z', ' ', 0, 0xFF };
	size_t len = rng_below(r, max + 1), kinds = 1 + rng_below(r, sizeof(some));

	for (size_t i = 0; i < len; i++)
		p[i] = some[rng_below(r, kinds)];
	return len;
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc, argv);
	uint8_t hay[HAY_MAX], needle[NEEDLE_MAX];
	size_t n_wrong = 0, n_found = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		size_t len = fill(&r, hay, HAY_MAX);
		size_t n = fill(&r, needle, i % 2 ? 6 : NEEDLE_MAX);
		bool want = memmem(hay, len, needle, n) != NULL;

		n_found += want;
		n_wrong += want != find_bytes((struct span){ hay, len },
					      (struct span){ needle, n });
	}
	CHECK(!n_wrong, "%zu texts found, as memmem() finds them", n_found);
	CHECK(n_found > ROUNDS / 10 && n_found < ROUNDS - ROUNDS / 10, "some are there");
	return check_done();
}
