/* A capture that is written in both byte orders says the same. */
#include "tests/lib/check.h"
#include "tests/lib/replay.h"
#include "tests/lib/sample.h"

#define ROUNDS 20
#define EVENTS 400

static bool
same(uint64_t seed, bool everything)
{
	struct rng a = { seed }, b = { seed };
	struct scap own = { 0 }, other = { .swap = true };
	struct replay x = { 0 }, y = { 0 };
	bool ok;

	if (everything) {
		sample_everything(&own, &a);
		sample_everything(&other, &b);
	} else {
		scap_section(&own, 2);
		scap_section(&other, 2);
		sample_events(&own, &a, EVENTS);
		sample_events(&other, &b, EVENTS);
	}
	replay_bytes(&x, own.p, own.len);
	replay_bytes(&y, other.p, other.len);
	ok = x.n && x.n == y.n && replay_common(&x, &y) == x.n &&
	     x.end.n_damages == 0 && y.end.n_damages == 0 && !x.end.cut_short && !y.end.cut_short;
	if (!ok)
		printf("# seed %llu: %zu and %zu records, the first %zu are equal; damages "
		       "%llu and %llu: %s; %s\n", (unsigned long long)seed, x.n, y.n,
		       replay_common(&x, &y), (unsigned long long)x.end.n_damages,
		       (unsigned long long)y.end.n_damages, x.end.damage.text,
		       y.end.damage.text);
	replay_fini(&x);
	replay_fini(&y);
	scap_fini(&own);
	scap_fini(&other);
	return ok;
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc, argv);
	bool ok = true;

	for (int i = 0; ok && i < ROUNDS; i++)
		ok = same(rng_u64(&r), true);
	CHECK(ok, "every kind of block");
	for (int i = 0; ok && i < ROUNDS; i++)
		ok = same(rng_u64(&r), false);
	CHECK(ok, "events of one section");
	return check_done();
}
