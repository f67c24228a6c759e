/* Tiles: their filters are filters, what they open is there and can be asked. And bars. */
#include "engine/base/err.h"
#include "engine/filter/filter.h"
#include "engine/query/view.h"
#include "engine/query/view_set.h"
#include "tests/lib/check.h"
#include "tests/lib/screen.h"
#include "ui/overview.h"
#include "ui/spark.h"

static void
check_filter(const char *text, const char *tile)
{
	struct err err = { 0 };
	struct filter *f = text ? filter_compile(text, NULL, &err) : NULL;

	CHECK(!text || f, "%s: %s", tile, err.text);
	filter_free(f);
}

static void
test_tiles(void)
{
	struct view_set *views = view_set_new(NULL);
	struct overview_choice c;
	const char *name, *filter;
	size_t n = 0;

	for (; (name = overview_tile(n, &c, &filter)); n++) {
		const struct view *v = view_set_find(views, c.view);
		bool has_sort = !c.sort;

		check_filter(filter, name);
		check_filter(c.filter, name);
		CHECK(v && v->kind == VIEW_TABLE, "%s: its view is `%s`", name, c.view);
		for (size_t i = 0; v && c.sort && i < v->n_columns; i++)
			has_sort |= !strcmp(v->columns[i].name, c.sort);
		CHECK(has_sort, "  it is sorted by a column");
	}
	CHECK(n == 10, "there are ten");
	view_set_free(views);
}

static void
test_bars(void)
{
	static const double values[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 1e-9 };
	static const bool is_lost[] = { false, false, false, true, false };
	struct canvas c = screen_new(3, 12);
	size_t from, to, n = 0;

	spark_draw(area_part(canvas_area(&c), 0, 0, 1, 10), values, NULL, 10);
	spark_draw(area_part(canvas_area(&c), 1, 0, 2, 10), values, NULL, 10);
	screen_check(&c, " ▂▃▄▅▅▆▇█▁\n    ▁▂▄▆█\n ▃▅▇█████▁\n", "in one row, and in two");
	canvas_clear(&c);
	spark_draw(area_part(canvas_area(&c), 0, 0, 1, 5), values, is_lost, 5);
	spark_draw(area_part(canvas_area(&c), 1, 0, 1, 3), values, NULL, 10);
	spark_draw(area_part(canvas_area(&c), 2, 0, 1, 10), values + 1, NULL, 2);
	screen_check(&c, " ▃▅×█\n▃▅█\n▅▅▅▅▅█████\n", "losses, fewer columns, more columns");
	canvas_clear(&c);
	spark_draw(area_part(canvas_area(&c), 0, 0, 1, 5), values, NULL, 1);
	spark_draw(area_part(canvas_area(&c), 1, 0, 1, 5), values, NULL, 0);
	screen_check(&c, "\n", "nothing, and none");
	for (unsigned col = 0; col < 7; col++) {
		spark_slices(10, col, 7, &from, &to);
		CHECK(from == n && to > from, "slices %zu to %zu", from, to);
		n = to;
	}
	CHECK(n == 10, "all of them are shown");
	canvas_fini(&c);
}

int
main(void)
{
	test_tiles();
	test_bars();
	return check_done();
}
