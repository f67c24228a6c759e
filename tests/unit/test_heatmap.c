#include "tests/lib/check.h"
#include "tests/lib/screen.h"
#include "ui/heatmap.h"

#define BINS 50

static uint32_t counts[4 * BINS];

static void
time_text(const void *ctx, uint64_t ns, struct text *t)
{
	(void)ctx;
	text_u64(t, ns);
}

static const struct heatmap map = {
	.n_slices = 4, .n_bins = BINS, .counts = counts, .from_ns = 100, .slice_ns = 10,
	.time_text = time_text,
};

static void
test_bins(void)
{
	bool is_good = true;

	for (unsigned n = 1; n <= HEATMAP_BINS_MAX; n++)
		for (unsigned bin = 0; bin < n; bin++) {
			uint64_t least = heatmap_latency(bin, n);
			uint64_t most = bin + 1 < n ? heatmap_latency(bin + 1, n) : UINT64_MAX;

			/* At the left several columns may be less than a nanosecond apart. */
			if (least < most)
				is_good &= heatmap_bin(least, n) == bin &&
					   heatmap_bin(most - 1, n) == bin;
		}
	CHECK(is_good, "each latency is in the column whose bounds it is within");
	CHECK(heatmap_bin(0, BINS) == 0 && heatmap_bin(UINT64_MAX, BINS) == BINS - 1, "the ends");
}

int
main(void)
{
	struct canvas c = screen_new(4, 64);
	unsigned n_left = 0;
	struct heatmap_cursor at = { .slice = 9, .bin = 99 };
	struct heatmap_area area;
	struct key k;
	size_t found[2];

	test_bins();
	CHECK(heatmap_bins(64) == BINS && heatmap_slices(4) == 3, "what fits");
	counts[0 * BINS + 30] = 1;
	counts[1 * BINS + 15] = 1000;
	counts[1 * BINS + 16] = 30;
	counts[3 * BINS + 40] = 1;
	heatmap_draw(&map, &at, canvas_area(&c));
	screen_check(&c,
		     " TIME         │1ns │10ns     │1us │10us     │1ms │10ms     │1s\n"
		     " 110                         #=\n 120\n"
		     " 130                                                  .\n",
		     "the end; empty slices are there, and levels have signs");
	at.slice = at.bin = 0;
	canvas_clear(&c);
	heatmap_draw(&map, &at, canvas_area(&c));
	screen_check(&c,
		     " TIME         │1ns │10ns     │1us │10us     │1ms │10ms     │1s\n"
		     " 100                                        .\n"
		     " 110                         #=\n"
		     " 120\n", "the start");
	CHECK(c.cells[64 + 14].style == STYLE_CURSOR, "the cursor");

	k = screen_mouse(MOUSE_PRESS, 2, 14 + 15);
	CHECK(heatmap_at(&map, &at, canvas_area(&c), &k, found) && found[0] == 1 && found[1] == 15,
	      "a place of the screen");
	k = screen_mouse(MOUSE_PRESS, 0, 20);
	CHECK(!heatmap_at(&map, &at, canvas_area(&c), &k, found), "the axis is none");
	at = (struct heatmap_cursor){ .slice = 1, .bin = 16, .has_area = true, .slice_2 = 0,
				      .bin_2 = 15 };
	area = heatmap_selected(&map, &at);
	CHECK(area.n == 1030 && area.from_ns == 100 && area.to_ns == 120 && area.least_ns == 1000,
	      "an area, whichever corner was first");
	at = (struct heatmap_cursor){ .slice = 3, .bin = BINS - 1 };
	area = heatmap_selected(&map, &at);
	CHECK(area.n == 0 && area.most_ns == UINT64_MAX, "the last column has no end");
	for (unsigned n_rows = 0; n_rows < 5; n_rows++) {
		canvas_clear(&c);
		heatmap_draw(&map, &at, area_part(canvas_area(&c), 0, 0, n_rows, 20));
		n_left += !screen_kept_inside(&c, n_rows, 20);
	}
	CHECK(!n_left, "areas of any size are not left: %u were", n_left);
	canvas_fini(&c);
	return check_done();
}
