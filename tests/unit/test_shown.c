/* All views in a terminal of 80 columns: what makes a row, and what rows are sorted by, is
 * seen, however much the values need. */
#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/view_set.h"
#include "tests/lib/check.h"
#include "tests/lib/screen.h"
#include "ui/fit.h"
#include "ui/key.h"
#include "ui/shown.h"

#define COLS 80
#define ROWS 5
#define LONG_COLS 70			/* of what has the rest of the line */

struct table {
	const struct view *view;
	struct grid_column columns[GRID_COLUMNS_MAX];
	const struct view_column *of[GRID_COLUMNS_MAX];
	size_t n;
	bool is_full;			/* each value needs as much room as its column may have */
};

static void
cell(const void *ctx, size_t row, size_t column, struct text *t, enum style *s)
{
	const struct table *table = ctx;
	unsigned width = table->columns[column].width_cols;

	(void)row;
	(void)s;
	for (unsigned i = 0; i < (table->is_full ? width ? width : LONG_COLS : 1); i++)
		text_char(t, table->columns[column].is_right ? '9' : 'x');
}

static uint64_t
id(const void *ctx, size_t row)
{
	(void)ctx;
	return row;
}

static void
start(struct table *t, const struct view *v, enum view_variant variant)
{
	static struct column_choice list[COLUMNS_ENTRIES_MAX];
	struct columns chosen = { 0 };
	size_t n = columns_list(&chosen, v, variant, list, COLUMNS_ENTRIES_MAX);

	*t = (struct table){ .view = v };
	for (size_t i = 0; i < n && t->n < GRID_COLUMNS_MAX; i++) {
		if (!list[i].is_shown)
			continue;
		t->of[t->n] = list[i].column;
		t->columns[t->n++] = shown_column(list, n, i);
	}
}

static struct grid_data
data_of(const struct table *t)
{
	struct grid_data d = {
		.columns = t->columns, .n_columns = t->n, .n_rows = 2, .sort_column = SIZE_MAX,
		.is_descending = true, .ctx = t, .cell = cell, .id = id, .fits = true,
		.trunk = shown_trunk(t->columns, t->n), .empty = "",
	};

	for (size_t i = 0; i < t->n && t->view->sort_column < t->view->n_columns; i++)
		if (t->of[i] == &t->view->columns[t->view->sort_column])
			d.sort_column = i;
	return d;
}

/* How wide each column of D is seen, at WIDTHS. */
static void
draw(const struct grid_data *d, unsigned *widths)
{
	struct canvas canvas = screen_new(ROWS, COLS);
	struct area a = canvas_area(&canvas);
	struct grid g = { 0 };

	memset(widths, 0, d->n_columns * sizeof(*widths));
	grid_draw(&g, d, a);
	for (unsigned col = 0; col < COLS; col++) {
		const struct key k = { .code = K_MOUSE, .col = col };
		size_t found[2];

		if (grid_at(&g, d, a, &k, found) == GRID_HEADING && found[1] != SIZE_MAX)
			widths[found[1]]++;
	}
	canvas_fini(&canvas);
}

/* Does C say which row it is? */
static bool
tells_rows(const struct view_column *c)
{
	return c->aggregation == VIEW_KEY || c->type == T_IP || c->unit == U_PORT;
}

static size_t
count_unseen(const struct table *t, const char *variant)
{
	const struct grid_data d = data_of(t);
	unsigned widths[GRID_COLUMNS_MAX];
	size_t n = 0;

	draw(&d, widths);
	for (size_t i = 0; i < t->n; i++) {
		const struct grid_column *c = &t->columns[i];
		bool is_needed = i == d.sort_column || i == d.trunk || tells_rows(t->of[i]);
		unsigned least = i == d.trunk && t->is_full ? FIT_MAIN_LEAST_COLS : 1;

		/* Half a number is none. */
		if (c->is_right)
			least = t->is_full ? c->width_cols : 1;
		if (!is_needed || widths[i] >= least)
			continue;
		printf("# %s%s: %s has %u columns\n", t->view->id, variant, c->title, widths[i]);
		n++;
	}
	return n;
}

static void
check_all(const struct view_set *views, enum view_variant variant, const char *name)
{
	struct table t;

	for (size_t i = 0; i < view_set_count(views); i++) {
		const struct view *v = view_set_at(views, i);
		size_t n;

		if (v->kind != VIEW_TABLE)
			continue;
		start(&t, v, variant);
		n = count_unseen(&t, name);
		t.is_full = true;
		n += count_unseen(&t, name);
		CHECK(!n, "%s%s", v->id, name);
	}
}

int
main(void)
{
	struct view_set *views = view_set_new(NULL);

	check_all(views, VIEW_PLAIN, "");
	check_all(views, VIEW_CONTAINERS, " -pc");
	check_all(views, VIEW_PODS, " -pk");
	view_set_free(views);
	return check_done();
}
