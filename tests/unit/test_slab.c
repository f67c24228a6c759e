#include "engine/base/slab.h"

#include <stdint.h>
#include <string.h>

#include "tests/lib/check.h"
#include "tests/lib/rng.h"

#define PIECES 500
#define STEPS 50000

/* A piece that was given out, and the byte that all of it holds. */
struct held {
	uint8_t *p;			/* NULL: none */
	size_t len;
	uint8_t byte;
};

/* A length of any size, also some that are too large to be kept. */
static size_t
any_len(struct rng *r)
{
	return 1 + rng_below(r, (size_t)1 << (1 + rng_below(r, 16)));
}

static bool
is_whole(const struct held *h)
{
	for (size_t i = 0; i < slab_round(h->len); i++)
		if (h->p[i] != h->byte)
			return false;
	return true;
}

static void
check_sizes(void)
{
	size_t n_wrong = 0;

	for (size_t len = 1; len < 40000; len++) {
		size_t round = slab_round(len);

		n_wrong += round < len || slab_round(round) != round ||
			   round < slab_round(len - 1) || round > len + len / 4 + 64;
	}
	CHECK(!n_wrong, "sizes have room, and not much more: %zu have not", n_wrong);
}

static void
check_pieces(struct rng *r)
{
	static struct held held[PIECES];
	struct slab s = { 0 };
	size_t n_wrong = 0, bytes = 0;

	for (int i = 0; i < STEPS; i++) {
		struct held *h = &held[rng_below(r, PIECES)];

		if (h->p) {
			n_wrong += !is_whole(h);
			/* By either of its lengths. */
			slab_put(&s, h->p, rng_below(r, 2) ? h->len : slab_round(h->len));
		}
		h->len = any_len(r);
		h->byte = (uint8_t)rng_u64(r);
		h->p = slab_get(&s, h->len);
		n_wrong += (uintptr_t)h->p % sizeof(void *) != 0;
		memset(h->p, h->byte, slab_round(h->len));
		if (i == STEPS / 2)
			bytes = s.bytes;
	}
	CHECK(!n_wrong, "pieces are apart: %zu are not", n_wrong);
	CHECK(s.bytes < bytes + bytes / 4, "what is given back is used: %zu KB, then %zu KB",
	      bytes / 1024, s.bytes / 1024);
	for (size_t i = 0; i < PIECES; i++)
		if (held[i].p)
			slab_put(&s, held[i].p, held[i].len);
	slab_fini(&s);
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc, argv);

	check_sizes();
	check_pieces(&r);
	return check_done();
}
