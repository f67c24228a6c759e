#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/show.h"
#include "engine/query/table.h"
#include "engine/query/view.h"
#include "ui/cli/output.h"
#include "ui/cli/table_out.h"

#define NUMBER_COLUMNS 9		/* for numbers, where a view says nothing */
#define REST_MIN 8			/* columns for the last text, however narrow it is */
#define CACHED_MAX ((size_t)1 << 20)	/* cells whose texts are kept until they are written */
#define STEP_COLUMNS 2			/* of each level of a tree */

/* One table being written. */
struct grid {
	const struct table *t;
	size_t *widths;			/* one a column; 0: it is not shown */
	size_t n_rows;
	bool is_tree, has_totals;
	size_t trunk;			/* the column that shows the levels */
	struct text cell;
	struct cached {
		const char *p;		/* in ARENA; NULL: not rendered yet */
		size_t len;
	} *cached;			/* of all rows, row by row; NULL: there are too many */
	struct arena arena;
};

static size_t
number_width(const struct view_column *c)
{
	return c->width_cols ? c->width_cols : NUMBER_COLUMNS;
}

/* The text of a cell, in g->cell, with what stands before it in a tree. */
static size_t
render(struct grid *g, size_t column, const struct cell *cell, unsigned level)
{
	const struct view_column *c = g->t->columns[column];

	g->cell.len = 0;
	if (g->is_tree && column == g->trunk)
		for (unsigned i = 0; i < level * STEP_COLUMNS && i < 200; i++)
			text_char(&g->cell, ' ');
	show_cell(c, cell, number_width(c), &g->cell);
	return show_width(g->cell.p, g->cell.len);
}

/* Render a cell of a row, and keep its text. */
static size_t
render_once(struct grid *g, size_t column, size_t row)
{
	const struct table_row *r = table_row(g->t, row);
	size_t width = render(g, column, &r->cells[column], r->level);
	struct cached *kept;

	if (!g->cached)
		return width;
	kept = &g->cached[row * g->t->n_columns + column];
	kept->p = arena_strndup(&g->arena, g->cell.len ? g->cell.p : "", g->cell.len);
	kept->len = g->cell.len;
	return width;
}

static void
measure(struct grid *g)
{
	for (size_t i = 0; i < g->t->n_columns; i++) {
		const struct view_column *c = g->t->columns[i];
		size_t width = strlen(c->name), n;

		if (c->is_hidden)
			continue;
		for (size_t row = 0; row < g->n_rows; row++) {
			n = render_once(g, i, row);
			width = n > width ? n : width;
		}
		if (g->has_totals) {
			n = render(g, i, &g->t->totals[i], 0);
			width = n > width ? n : width;
		}
		g->widths[i] = width ? width : 1;
	}
}

static size_t
sum_widths(const struct grid *g)
{
	size_t sum = 0;

	for (size_t i = 0; i < g->t->n_columns; i++)
		if (g->widths[i])
			sum += g->widths[i] + 1;
	return sum ? sum - 1 : 0;
}

/* What is too wide loses columns of texts: first those that get the rest of the line,
 * down to what is left; then the others, down to what the view gives them. */
static void
fit(struct grid *g, size_t width)
{
	for (size_t i = 0; i < g->t->n_columns; i++) {
		const struct view_column *c = g->t->columns[i];

		if (sum_widths(g) <= width)
			return;
		if (g->widths[i] && c->width_cols && !show_is_number(c) &&
		    g->widths[i] > c->width_cols)
			g->widths[i] = c->width_cols;
	}
	for (size_t i = 0; i < g->t->n_columns; i++) {
		size_t sum = sum_widths(g), over = sum > width ? sum - width : 0;

		if (!g->widths[i] || g->t->columns[i]->width_cols)
			continue;
		g->widths[i] = g->widths[i] > over + REST_MIN ? g->widths[i] - over :
			       g->widths[i] < REST_MIN ? g->widths[i] : REST_MIN;
	}
}

/* Columns that begin behind the end of the line are left out, and a number that would
 * end there: half of one is another number. */
static void
drop(struct grid *g, size_t width)
{
	size_t at = 0;

	for (size_t i = 0; i < g->t->n_columns; i++) {
		size_t left = at < width ? width - at : 0;

		if (!g->widths[i])
			continue;
		if (g->widths[i] > left)
			g->widths[i] = show_is_number(g->t->columns[i]) ? 0 : left;
		at += g->widths[i] + (g->widths[i] > 0);
	}
}

/* Append WORD in the width of its column. */
static void
put_padded(struct text *to, struct span word, size_t width, bool is_right, bool is_last)
{
	const char *p = (const char *)word.p;
	size_t n = show_width(p, word.len), len = word.len;

	if (n > width) {
		len = show_fit(p, word.len, width);
		n = show_width(p, len);
	}
	for (size_t i = n; is_right && i < width; i++)
		text_char(to, ' ');
	text_bytes(to, p, len);
	for (size_t i = n; !is_right && !is_last && i < width; i++)
		text_char(to, ' ');
}

static size_t
last_shown(const struct grid *g)
{
	size_t last = 0;

	for (size_t i = 0; i < g->t->n_columns; i++)
		if (g->widths[i])
			last = i;
	return last;
}

enum { LINE_HEAD = -1, LINE_TOTALS = -2 };

/* What stands in COLUMN of a line. Borrowed until the next call. */
static struct span
word_of(struct grid *g, size_t column, ptrdiff_t line)
{
	const struct table *t = g->t;
	const struct cached *kept;

	if (line >= 0 && g->cached) {
		kept = &g->cached[(size_t)line * t->n_columns + column];
		return (struct span){ (const uint8_t *)kept->p, kept->len };
	}
	if (line >= 0) {
		render(g, column, &table_row(t, line)->cells[column], table_row(t, line)->level);
	} else if (line == LINE_TOTALS) {
		render(g, column, &t->totals[column], 0);
	} else {
		g->cell.len = 0;
		text_str(&g->cell, t->columns[column]->name);
	}
	return (struct span){ (const uint8_t *)g->cell.p, g->cell.len };
}

/* A line: a row, or LINE_HEAD, LINE_TOTALS. */
static void
put_line(struct grid *g, ptrdiff_t line, struct text *to)
{
	size_t last = last_shown(g), start = to->len;

	for (size_t i = 0; i < g->t->n_columns; i++) {
		if (!g->widths[i])
			continue;
		if (to->len > start)
			text_char(to, ' ');
		put_padded(to, word_of(g, i, line), g->widths[i],
			   show_is_number(g->t->columns[i]), i == last);
	}
	while (to->len > start && to->p[to->len - 1] == ' ')
		to->len--;
	text_char(to, '\n');
}

static bool
has_totals(const struct table *t)
{
	for (size_t i = 0; t->totals && i < t->n_columns; i++)
		if (t->totals[i].state != CELL_MISSING && !t->columns[i]->is_hidden)
			return true;
	return false;
}

/* The tree stands in the last text that is shown. */
static void
find_trunk(struct grid *g)
{
	for (size_t i = 0; i < g->t->n_columns; i++)
		if (!g->t->columns[i]->is_hidden && !show_is_number(g->t->columns[i]))
			g->trunk = i;
	for (size_t i = 0; i < g->n_rows; i++)
		g->is_tree |= table_row(g->t, i)->level > 0;
}

void
table_text(const struct table *t, const struct table_look *look, struct output *out)
{
	struct grid g = { .t = t, .trunk = SIZE_MAX, .n_rows = t->n_rows };

	if (look->rows_max && look->rows_max < g.n_rows)
		g.n_rows = look->rows_max;
	g.widths = xzalloc((t->n_columns + 1) * sizeof(*g.widths));
	g.has_totals = t->n_rows > 1 && has_totals(t);
	if (g.n_rows && g.n_rows <= CACHED_MAX / t->n_columns)
		g.cached = xzalloc(g.n_rows * t->n_columns * sizeof(*g.cached));
	find_trunk(&g);
	measure(&g);
	if (look->width_cols) {
		fit(&g, look->width_cols);
		drop(&g, look->width_cols);
	}
	put_line(&g, LINE_HEAD, &out->text);
	for (size_t i = 0; i < g.n_rows && output_settle(out); i++)
		put_line(&g, (ptrdiff_t)i, &out->text);
	if (g.n_rows < t->n_rows)
		text_fmt(&out->text, "... %zu more\n", t->n_rows - g.n_rows);
	if (g.has_totals) {
		text_fmt(&out->text, "total: %zu rows\n", t->n_rows);
		put_line(&g, LINE_TOTALS, &out->text);
	}
	text_fini(&g.cell);
	free(g.cached);
	arena_fini(&g.arena);
	free(g.widths);
}
