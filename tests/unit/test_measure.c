/* What timelines can show, and how the most of it is told. */
#include <math.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "ui/measure.h"

#define SECOND_NS 1000000000ull

static void
check_order(void)
{
	enum slices_measure m = SLICES_EVENTS, before;
	size_t n = 0;

	do {
		before = m;
		m = measure_next(m);
		CHECK(strcmp(measure_label(m), measure_label(before)) != 0, "%s comes after %s",
		      measure_label(m), measure_label(before));
	} while (m != SLICES_EVENTS && ++n < 100);
	CHECK(m == SLICES_EVENTS, "the first one comes after the last one");
}

/* Of two slices, each half a second. */
static void
check_peaks(void)
{
	static const struct {
		enum slices_measure measure;
		double first, second;
		const char *want;	/* NULL: nothing is known of it */
	} cases[] = {
		{ SLICES_EVENTS, 0, 0, "peak 0" },
		{ SLICES_EVENTS, 3, 4, "peak 8" },
		{ SLICES_EVENTS, 4550, 20, "peak 9.1k" },
		{ SLICES_EVENTS, 1, 600000, "peak 1.2M" },
		{ SLICES_BYTES, 512, 0, "peak 1.00K" },
		{ SLICES_BYTES, 100, 0, "peak 200" },
		{ SLICES_ERRORS, 1, 0, "peak 2" },
		{ SLICES_P99, 0, 0, "peak 0ns" },
		{ SLICES_P99, 999, 1250000, "peak 1.25ms" },
		{ SLICES_P99, 2 * SECOND_NS, 0, "peak 2.00s" },
		{ SLICES_CPU, 0, SECOND_NS / 4, "peak 50.0%" },
		{ SLICES_CPU, SECOND_NS, 0, "peak 200%" },
		{ SLICES_CPU, SECOND_NS, NAN, "peak unknown" },
		{ SLICES_CPU, 0, 0, NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		double counts[] = { cases[i].first, cases[i].second };
		struct slices s = { .from_ns = 5, .to_ns = 5 + SECOND_NS, .n = 2,
				    .counts = counts, .measure = cases[i].measure,
				    .is_known = cases[i].want };
		const char *want = cases[i].want ? cases[i].want : "no samples";
		struct text t = { 0 };

		measure_put_peak(&s, &t);
		text_char(&t, '\0');
		CHECK(!strcmp(t.p, want), "%s: %s, not %s", measure_label(cases[i].measure),
		      t.p, want);
		text_fini(&t);
	}
}

/* A time without length has no rate: what there is stands for itself. */
static void
check_instant(void)
{
	double one = 7;
	struct slices s = { .from_ns = 5, .to_ns = 5, .n = 1, .counts = &one,
			    .is_known = true };
	struct text t = { 0 };

	measure_put_peak(&s, &t);
	CHECK(t.len == 6 && t.p[5] == '7', "of one instant: %.*s", (int)t.len, t.p);
	text_fini(&t);
}

int
main(void)
{
	check_order();
	check_peaks();
	check_instant();
	return check_done();
}
