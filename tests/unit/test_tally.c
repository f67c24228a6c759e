/* What values of a column add up to. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/query/tally.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"

static struct arena arena;

/* Two tallies of the values A and B, merged: the result. */
static double
merged(enum view_aggregation aggregation, enum value_type type, const int64_t *values,
       size_t n, size_t split)
{
	struct tally_how how = { aggregation, type, &arena };
	struct tally a = { 0 }, b = { 0 };
	struct value out = { 0 };
	bool known;

	for (size_t i = 0; i < n; i++)
		tally_add(i < split ? &a : &b, &how, &(struct value){ .i = values[i] }, i + 1);
	tally_merge(&a, &how, &b);
	known = tally_result(&a, &how, 2, &out);
	tally_fini(&a, &how);
	if (!known)
		return NAN;
	return aggregation == VIEW_AVG || aggregation == VIEW_RATE ? out.d : (double)out.i;
}

static const struct {
	enum view_aggregation aggregation;
	double want;
} cases[] = {
	{ VIEW_COUNT, 5 }, { VIEW_SUM, 11 }, { VIEW_RATE, 5.5 }, { VIEW_AVG, 2.2 },
	{ VIEW_MIN, -3 }, { VIEW_MAX, 8 }, { VIEW_DISTINCT, 4 }, { VIEW_P50, 3 },
	{ VIEW_P95, 8 },
};

static void
check_percentiles(struct rng *r)
{
	struct tally_how how = { VIEW_P99, T_SPAN, &arena };
	struct tally t = { 0 };
	struct value out;
	double want = 0.99 * 1000000;

	for (uint64_t i = 0; i < 1000000; i++)
		tally_add(&t, &how, &(struct value){ .u = (i * 7919 + rng_u64(r) % 2) % 1000000 },
			  i);
	CHECK(tally_result(&t, &how, 1, &out) && fabs((double)out.u - want) < 0.045 * want,
	      "a percentile is wrong by 4.5 %% at most: %llu", (unsigned long long)out.u);
	tally_fini(&t, &how);
}

/* Of -1000 .. 999, each as often as the others, and of a thousandth of that. */
static void
check_signed(void)
{
	static const struct {
		enum view_aggregation aggregation;
		double want;
	} wants[] = { { VIEW_P50, -1 }, { VIEW_P95, 899 }, { VIEW_P99, 979 } };

	for (size_t i = 0; i < 2 * ARRAY_LEN(wants); i++) {
		struct tally_how how = { wants[i / 2].aggregation, i % 2 ? T_INT : T_DOUBLE,
					 &arena };
		struct tally t = { 0 };
		double want = wants[i / 2].want, got;
		struct value out;

		for (int64_t k = 0; k < 2000; k++) {
			struct value v = { .i = k * 7919 % 2000 - 1000 };

			if (!(i % 2))
				v.d = (double)v.i / 1000;
			tally_add(&t, &how, &v, (uint64_t)k);
		}
		CHECK(tally_result(&t, &how, 1, &out), "a percentile of signed numbers");
		got = i % 2 ? (double)out.i : out.d * 1000;
		CHECK(fabs(got - want) <= 0.045 * fabs(want) + 0.01, "  is %g, not %g", want, got);
		tally_fini(&t, &how);
	}
}

static void
check_bag(void)
{
	struct bag b = { .type = T_STR };
	char text[32];
	uint32_t n_wrong = 0;

	for (uint32_t i = 0; i < 20000; i++) {
		struct value v = { .s = { (const uint8_t *)text, 0 } };

		v.s.len = (size_t)snprintf(text, sizeof(text), "name %u", i % 5000);
		n_wrong += bag_put(&b, &v) != i % 5000 + 1;
	}
	CHECK(!n_wrong && b.n == 5000, "texts are kept once: %u", b.n);
	CHECK(bag_get(&b, 17)->s.len == 7 && !memcmp(bag_get(&b, 17)->s.p, "name 16", 7),
	      "and come back");
	bag_fini(&b);
}

/* Some of the numbers up to N as texts, from STEP to STEP, in a bag above BASE. */
static void
put_texts(struct bag *b, const struct bag *base, uint32_t n, uint32_t step)
{
	*b = (struct bag){ .type = T_STR, .base = base };
	for (uint32_t i = 0; i < n; i += step) {
		char name[16];
		int len = snprintf(name, sizeof(name), "name %u", i);

		bag_put(b, &(struct value){ .s = { (uint8_t *)name, (size_t)len } });
	}
}

/* What one bag has is put into another one, whose arena takes the texts. */
static void
check_bags(void)
{
	struct bag base, to, from;
	uint32_t ids[5000], n_wrong = 0, n;

	put_texts(&base, NULL, 1000, 7);
	put_texts(&to, &base, 5000, 3);
	put_texts(&from, &base, 5000, 1);
	bag_put_all(&to, &from, ids);
	arena_take(&to.arena, &from.arena);
	CHECK(!from.arena.blocks, "an arena that was taken is empty");
	for (uint32_t i = 0; i < from.n; i++) {
		const struct value *v = bag_get(&from, base.n + 1 + i), *w = bag_get(&to, ids[i]);

		n_wrong += v->s.len != w->s.len || memcmp(v->s.p, w->s.p, v->s.len) ||
			   bag_put(&to, v) != ids[i];
	}
	CHECK(!n_wrong, "%u of %u values have another id", n_wrong, from.n);
	CHECK(base.n + to.n == 5000, "each is there once: %u and %u", base.n, to.n);
	bag_fini(&from);
	n = base.n + to.n;
	put_texts(&from, &base, 5000, 1);
	bag_put_all(&to, &from, ids);
	CHECK(base.n + to.n == n, "what is there already is not put again");
	bag_fini(&from);
	bag_fini(&to);
	bag_fini(&base);
}

int
main(int argc, char **argv)
{
	static const int64_t values[] = { 3, -3, 8, 3, 0 };
	struct rng r = rng_from_args(argc, argv);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (size_t split = 0; split <= ARRAY_LEN(values); split++) {
			double got = merged(cases[i].aggregation, T_INT, values,
					    ARRAY_LEN(values), split);
			bool near = cases[i].aggregation == VIEW_P50 ? got == 0 || got == 3 :
				    fabs(got - cases[i].want) < 1e-9;

			CHECK(near, "%s of five values, %zu apart: %g",
			      view_aggregations[cases[i].aggregation].name, split, got);
		}
	CHECK(isnan(merged(VIEW_MAX, T_INT, values, 0, 0)), "of nothing there is no greatest");
	check_percentiles(&r);
	check_signed();
	check_bag();
	check_bags();
	arena_fini(&arena);
	return check_done();
}
