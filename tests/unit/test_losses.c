#include "probe/losses.h"

#include "engine/base/mem.h"
#include "tests/lib/check.h"

/* Gaps of one CPU, one after the other: what was counted when each was seen. */
static const struct {
	struct wire_losses counted;
	uint64_t n;
	size_t n_parts;
	struct loss_part parts[LOSS_PARTS];
	uint64_t rest;
} gaps[] = {
	{ { .kept_data = 5 }, 5, 1, { { 5, LOSS_RESERVED, LOSS_OF_DATA } }, 0 },
	{ { .kept_data = 5, .full_state = 2, .full_data = 4 }, 3, 2,
	  { { 2, LOSS_FULL, LOSS_OF_STATE }, { 1, LOSS_FULL, LOSS_OF_DATA } }, 3 },
	{ { .kept_data = 7, .full_state = 2, .full_data = 4 }, 5, 2,
	  { { 3, LOSS_FULL, LOSS_OF_DATA }, { 2, LOSS_RESERVED, LOSS_OF_DATA } }, 0 },
	{ { .kept_data = 7, .full_state = 2, .full_data = 4 }, 1, 1,
	  { { 1, LOSS_FOR_UNKNOWN, LOSS_OF_ANY } }, 0 },
};

int
main(void)
{
	struct losses *l = losses_new(2);
	struct loss_part parts[LOSS_PARTS];

	for (size_t i = 0; i < ARRAY_LEN(gaps); i++) {
		size_t n = losses_split(l, 1, &gaps[i].counted, gaps[i].n, parts);
		bool same = n == gaps[i].n_parts;

		for (size_t k = 0; same && k < n; k++)
			same = parts[k].count == gaps[i].parts[k].count &&
			       parts[k].reason == gaps[i].parts[k].reason &&
			       parts[k].class == gaps[i].parts[k].class;
		CHECK(same, "gap %zu: %zu reasons", i, n);
		CHECK(losses_rest(l, 1, &gaps[i].counted) == gaps[i].rest, "  %llu are left",
		      (unsigned long long)gaps[i].rest);
	}
	CHECK(losses_rest(l, 0, &gaps[0].counted) == 5, "each CPU has its own");
	CHECK(losses_split(l, 9, &gaps[0].counted, 4, parts) == 1 && parts[0].count == 4 &&
	      parts[0].class == LOSS_OF_ANY, "one that there cannot be");
	losses_free(l);
	return check_done();
}
