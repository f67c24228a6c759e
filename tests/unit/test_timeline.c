#include "tests/lib/check.h"
#include "tests/lib/screen.h"
#include "ui/timeline.h"

static const double values[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 100, 50, 0, 0, 0.1, 0 };
static const bool is_lost[16] = { [12] = true };

static struct timeline line = {
	.label = "events/s", .peak = "100", .from_text = "10:00", .to_text = "10:16",
	.window_text = "6s", .from_ns = 1000, .to_ns = 17000, .values = values,
	.is_lost = is_lost, .n = 16, .window_from_ns = 1000, .window_to_ns = 17000,
};

static void
redraw(struct canvas *c, const char *lines, const char *what)
{
	canvas_clear(c);
	timeline_draw(&line, canvas_area(c));
	screen_check(c, lines, what);
}

int
main(void)
{
	struct canvas c = screen_new(2, 33);
	uint64_t ns = 0;

	redraw(&c, " events/s  ▁▁▁▁▁▁▁▂ █▅× ▁  100\n 10:00    ├──────6s──────┤ 10:16\n",
	       "the whole of it");
	line.window_from_ns = 4000;
	line.window_to_ns = 7000;
	line.has_cursor = true;
	line.cursor_ns = 5500;
	redraw(&c, " events/s  ▁▁▁▁▁▁▁▂ █▅× ▁  100\n 10:00       ├──┤ 6s       10:16\n",
	       "a part of it");
	CHECK(c.cells[14].style == STYLE_CURSOR, "the cursor");
	CHECK(c.cells[13].style == STYLE_BAR && c.cells[18].style == STYLE_BAR_OUTSIDE,
	      "the window in the bars");
	CHECK(c.cells[22].style == STYLE_GAP, "a loss");

	CHECK(timeline_columns(&line, 33) == 16, "columns");
	CHECK(timeline_time(&line, 33, 10, &ns) && ns == 1000, "the time of the first column");
	CHECK(timeline_time(&line, 33, 25, &ns) && ns == 16000, "of the last");
	CHECK(timeline_time(&line, 33, 26, &ns) && ns == 17000, "the end");
	CHECK(timeline_time(&line, 33, 9, &ns) && ns == 1000, "before it");
	CHECK(!timeline_time(&line, 33, 5, &ns) && !timeline_time(&line, 33, 30, &ns), "beside it");
	c.is_ascii = true;
	redraw(&c, " events/s  .......: #+x .  100\n 10:00       |--| 6s       10:16\n",
	       "in ASCII");
	for (unsigned n_cols = 0; n_cols <= 33; n_cols++)
		timeline_draw(&line, area_part(canvas_area(&c), 0, 0, 2, n_cols));
	line.n = 0;
	line.to_ns = line.from_ns;
	timeline_draw(&line, canvas_area(&c));
	CHECK(!timeline_time(&line, 33, 12, &ns), "any size, and no time at all");
	canvas_fini(&c);
	return check_done();
}
