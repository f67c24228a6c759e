#include "ui/grid.h"

#include <string.h>
#include <strings.h>

#include "engine/base/hash.h"
#include "engine/base/text.h"
#include "ui/fit.h"
#include "ui/key.h"

#define TEXT_LEAST 8			/* columns below which a text is not worth showing */

/* Where each column stands, as of now. */
struct layout {
	size_t columns[GRID_COLUMNS_MAX];	/* index in the data */
	unsigned at[GRID_COLUMNS_MAX], width[GRID_COLUMNS_MAX];
	size_t n;
	bool has_more;			/* columns to the right that do not fit */
};

static unsigned
n_body_rows(const struct grid_data *d, struct area a)
{
	unsigned other = 1 + (d->total && a.n_rows > 3);

	return a.n_rows > other ? a.n_rows - other : 0;
}

static void
place(struct layout *l, const struct grid_data *d, size_t column, unsigned n_cols)
{
	unsigned at = l->n ? l->at[l->n - 1] + l->width[l->n - 1] + 1 : 1;
	const struct grid_column *c = &d->columns[column];
	unsigned room = at < n_cols ? n_cols - at : 0, width = c->width_cols ? c->width_cols : room;
	unsigned least = c->width_cols && (c->is_right || c->width_cols < TEXT_LEAST)
		? c->width_cols : TEXT_LEAST;

	/* Half a number is none. The first two are always there. */
	if (!room || l->has_more || l->n == GRID_COLUMNS_MAX || (l->n > 1 && room < least)) {
		l->has_more = true;
		return;
	}
	width = width < room ? width : room;
	l->columns[l->n] = column;
	l->at[l->n] = at;
	l->width[l->n++] = width;
}

/* How wide a column is meant to be; the mark beside its title has room, too. */
static unsigned
wanted(const struct grid_data *d, size_t column)
{
	const struct grid_column *c = &d->columns[column];
	unsigned title = column != d->sort_column ? 0 : 1 + canvas_columns((struct span){
		(const uint8_t *)c->title, strlen(c->title) });
	unsigned width = c->width_cols ? c->width_cols : FIT_MAIN_COLS;

	return width > title ? width : title;
}

/* Where columns give way: the widths of those that are there, the first and those behind the
 * ones that were scrolled away. */
static size_t
fit(const struct grid *g, const struct grid_data *d, unsigned n_cols, struct fit_column *out)
{
	size_t n = 0, main = SIZE_MAX;

	for (size_t i = 0; i < d->n_columns; i = i ? i + 1 : 1 + g->first) {
		const struct grid_column *c = &d->columns[i];

		if (i == d->trunk && !c->is_right)
			main = n;
		out[n++] = (struct fit_column){
			.wanted_cols = wanted(d, i),
			.needed_cols = g->needed_cols[i], .is_text = !c->is_right,
			.is_whole = c->is_whole,
			.is_kept = i == d->sort_column || i == g->mark,
		};
	}
	fit_columns(out, n, main, n_cols);
	return n;
}

static void
lay_out_fitting(const struct grid *g, const struct grid_data *d, unsigned n_cols,
		struct layout *l)
{
	struct fit_column columns[GRID_COLUMNS_MAX];
	size_t n = fit(g, d, n_cols ? n_cols - 1 : 0, columns);
	unsigned at = 1;

	for (size_t i = 0; i < n; i++) {
		l->has_more |= !columns[i].width_cols;
		if (!columns[i].width_cols || at >= n_cols)
			continue;
		l->columns[l->n] = i ? i + g->first : 0;
		l->at[l->n] = at;
		l->width[l->n++] = columns[i].width_cols;
		at += columns[i].width_cols + 1;
	}
}

static bool
is_seen(const struct layout *l, size_t column)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->columns[i] == column)
			return true;
	return false;
}

static void
lay_out(const struct grid *g, const struct grid_data *d, unsigned n_cols, struct layout *l)
{
	l->n = 0;
	l->has_more = false;
	if (d->fits) {
		lay_out_fitting(g, d, n_cols, l);
	} else {
		if (d->n_columns)
			place(l, d, 0, n_cols);
		for (size_t i = 1 + g->first; i < d->n_columns; i++)
			place(l, d, i, n_cols);
	}
	/* A last column of numbers needs no more room than it asks for; a text takes
	 * what there is. */
	if (l->n && (d->fits || !l->has_more) && !d->columns[l->columns[l->n - 1]].is_right)
		l->width[l->n - 1] = n_cols - l->at[l->n - 1];
}

void
grid_forget_widths(struct grid *g)
{
	memset(g->needed_cols, 0, sizeof(g->needed_cols));
}

void
grid_adopt(struct grid *g, const struct grid_data *d, unsigned n_rows)
{
	size_t at = g->rows.at;

	scroll_fit(&g->rows, d->n_rows, n_rows);
	if (!g->has_selected || !d->n_rows)
		return;
	if (d->find)
		at = d->find(d->ctx, g->selected);
	else if (at >= d->n_rows || d->id(d->ctx, at) != g->selected)
		for (at = 0; at < d->n_rows && d->id(d->ctx, at) != g->selected;)
			at++;
	if (at < d->n_rows)
		scroll_to(&g->rows, at, n_rows);
}

static void
draw_headings(const struct grid *g, const struct grid_data *d, const struct layout *l,
	      struct area line)
{
	area_fill(line, ' ', STYLE_HEADING);
	for (size_t i = 0; i < l->n; i++) {
		const struct grid_column *c = &d->columns[l->columns[i]];
		bool is_sorted = l->columns[i] == d->sort_column;
		struct text t = { 0 };

		if (is_sorted)
			text_str(&t, d->is_descending ? "▼" : "▲");
		text_str(&t, c->title);
		area_fit(area_line(line, 0, l->at[i], l->width[i]),
			 c->is_right ? CANVAS_RIGHT : CANVAS_LEFT,
			 is_sorted ? STYLE_HEADING_SORTED : STYLE_HEADING,
			 (struct span){ (const uint8_t *)t.p, t.len });
		text_fini(&t);
	}
	if (g->first)
		area_text(line, 0, 0, STYLE_HEADING, "‹");
	if (l->has_more)
		area_text(line, 0, line.n_cols - 1, STYLE_HEADING, "›");
}

/* Where NEEDLE begins in T, upper and lower case being the same; NULL: nowhere. */
static const char *
found_in(struct text *t, const char *needle)
{
	if (!needle || !*needle)
		return NULL;
	text_char(t, '\0');
	t->len--;
	return strcasestr(t->p, needle);
}

static void
draw_cell(const struct grid *g, const struct grid_column *c, struct area a, struct text *t,
	  enum style s)
{
	const char *hit = found_in(t, g->search);	/* may move the text */
	struct span shown = { (const uint8_t *)t->p, t->len };
	unsigned width = canvas_columns(shown), shift = 0;

	area_fit(a, c->is_right ? CANVAS_RIGHT : CANVAS_LEFT, s, shown);
	if (!hit)
		return;
	if (c->is_right && width < a.n_cols)
		shift = a.n_cols - width;
	shown.len = (size_t)(hit - t->p);
	width = canvas_columns((struct span){ (const uint8_t *)hit, strlen(g->search) });
	area_style(area_line(a, 0, shift + canvas_columns(shown), width), STYLE_MATCH);
}

/* A marked cell that is not the first one stands between brackets. */
static void
draw_mark(const struct grid *g, const struct layout *l, struct area line)
{
	for (size_t i = 1; i < l->n; i++) {
		if (l->columns[i] != g->mark || !g->mark)
			continue;
		area_text(line, 0, l->at[i] - 1, STYLE_SELECTED, "[");
		if (l->at[i] + l->width[i] < line.n_cols)
			area_text(line, 0, l->at[i] + l->width[i], STYLE_SELECTED, "]");
	}
}

static void
draw_row(const struct grid *g, const struct grid_data *d, const struct layout *l, size_t row,
	 struct area line)
{
	bool is_selected = row == g->rows.at;
	struct text t = { 0 };

	area_fill(line, ' ', is_selected ? STYLE_SELECTED : STYLE_TEXT);
	for (size_t i = 0; i < l->n; i++) {
		enum style s = STYLE_TEXT;

		t.len = 0;
		if (d->level && l->columns[i] == d->trunk)
			for (unsigned n = d->level(d->ctx, row); n && t.len < 2 * l->width[i]; n--)
				text_str(&t, n == 1 ? "└ " : "  ");
		d->cell(d->ctx, row, l->columns[i], &t, &s);
		if (is_selected)
			s = l->columns[i] == g->mark ? STYLE_SELECTED_CELL : STYLE_SELECTED;
		draw_cell(g, &d->columns[l->columns[i]], area_line(line, 0, l->at[i], l->width[i]),
			  &t, s);
	}
	/* Without colours, and for whoever sees none, the row has a sign as well. */
	if (is_selected)
		area_text(line, 0, 0, STYLE_SELECTED, "›");
	if (is_selected)
		draw_mark(g, l, line);
	text_fini(&t);
}

static void
draw_totals(const struct grid_data *d, const struct layout *l, struct area line)
{
	struct text t = { 0 };

	area_fill(line, ' ', STYLE_TOTAL);
	for (size_t i = 0; i < l->n; i++) {
		const struct grid_column *c = &d->columns[l->columns[i]];

		t.len = 0;
		d->total(d->ctx, l->columns[i], &t);
		area_fit(area_line(line, 0, l->at[i], l->width[i]),
			 c->is_right ? CANVAS_RIGHT : CANVAS_LEFT, STYLE_TOTAL,
			 (struct span){ (const uint8_t *)t.p, t.len });
	}
	area_text(line, 0, 0, STYLE_TOTAL, "Σ");
	text_fini(&t);
}

static void
need(struct grid *g, size_t column, const struct text *t, unsigned more)
{
	unsigned n = more + canvas_columns((struct span){ (const uint8_t *)t->p, t->len });

	if (n > g->needed_cols[column])
		g->needed_cols[column] = n < UINT16_MAX ? (uint16_t)n : UINT16_MAX;
}

/* Note what a column needs for its title, its total and the N_ROWS that are seen. */
static void
measure_column(struct grid *g, const struct grid_data *d, size_t column, unsigned n_rows)
{
	struct text t = { 0 };

	text_str(&t, d->columns[column].title);
	need(g, column, &t, column == d->sort_column);
	t.len = 0;
	if (d->total && d->n_rows)
		d->total(d->ctx, column, &t);
	need(g, column, &t, 0);
	for (size_t row = g->rows.top; row < g->rows.top + n_rows && row < d->n_rows; row++) {
		enum style s = STYLE_TEXT;

		t.len = 0;
		d->cell(d->ctx, row, column, &t, &s);
		need(g, column, &t, d->level && column == d->trunk ? 2 * d->level(d->ctx, row) : 0);
	}
	text_fini(&t);
}

/* Is there room for all columns as they are meant? */
static bool
is_roomy(const struct grid *g, const struct grid_data *d, unsigned n_cols)
{
	size_t sum = 1 + d->n_columns;

	for (size_t i = 0; i < d->n_columns; i++)
		sum += wanted(d, i);
	return !g->first && sum <= n_cols;
}

static void
measure(struct grid *g, const struct grid_data *d, unsigned n_rows)
{
	uint64_t of = d->n_columns;

	for (size_t i = 0; i < d->n_columns; i++)
		of = hash_mix(of ^ (uintptr_t)d->columns[i].title, d->columns[i].width_cols + 1);
	if (of != g->needed_of)
		grid_forget_widths(g);
	g->needed_of = of;
	for (size_t i = 0; i < d->n_columns; i++)
		measure_column(g, d, i, n_rows);
}

void
grid_draw(struct grid *g, const struct grid_data *d, struct area a)
{
	unsigned n_rows = n_body_rows(d, a);
	struct layout l;

	if (!a.n_rows || !a.n_cols)
		return;
	scroll_fit(&g->rows, d->n_rows, n_rows);
	if (d->fits && !is_roomy(g, d, a.n_cols))
		measure(g, d, n_rows);
	lay_out(g, d, a.n_cols, &l);
	draw_headings(g, d, &l, area_line(a, 0, 0, a.n_cols));
	for (unsigned row = 0; row < n_rows && g->rows.top + row < d->n_rows; row++)
		draw_row(g, d, &l, g->rows.top + row, area_line(a, 1 + row, 0, a.n_cols));
	if (!d->n_rows && n_rows && d->empty)
		area_text(a, 1 + n_rows / 3, 2, STYLE_DIM, d->empty);
	if (d->total && a.n_rows > 3)
		draw_totals(d, &l, area_line(a, a.n_rows - 1, 0, a.n_cols));
}

void
grid_select(struct grid *g, const struct grid_data *d, size_t row, struct area a)
{
	scroll_fit(&g->rows, d->n_rows, n_body_rows(d, a));
	scroll_to(&g->rows, row, n_body_rows(d, a));
	g->has_selected = d->n_rows > 0;
	if (g->has_selected)
		g->selected = d->id(d->ctx, g->rows.at);
}

enum grid_place
grid_at(const struct grid *g, const struct grid_data *d, struct area a, const struct key *mouse,
	size_t found[2])
{
	unsigned row = mouse->row - a.row, col = mouse->col - a.col;
	struct layout l;

	found[0] = found[1] = SIZE_MAX;
	if (mouse->row < a.row || mouse->col < a.col || row >= a.n_rows || col >= a.n_cols)
		return GRID_NOTHING;
	lay_out(g, d, a.n_cols, &l);
	for (size_t i = 0; i < l.n; i++)
		if (col >= l.at[i] && col < l.at[i] + l.width[i])
			found[1] = l.columns[i];
	if (row == 0)
		return GRID_HEADING;
	if (row > n_body_rows(d, a))
		return GRID_TOTAL;
	found[0] = g->rows.top + row - 1;
	return found[0] < d->n_rows ? GRID_CELL : GRID_NOTHING;
}

/* Scroll the columns so that COLUMN is seen. */
static void
keep_in_sight(struct grid *g, const struct grid_data *d, size_t column, struct area a)
{
	struct layout l;

	if (column && column <= g->first)
		g->first = column - 1;
	for (lay_out(g, d, a.n_cols, &l); column > g->first + 1 && !is_seen(&l, column);
	     lay_out(g, d, a.n_cols, &l))
		g->first++;
}

static bool
move_mark(struct grid *g, const struct grid_data *d, int by, struct area a)
{
	if (by < 0 && g->mark > 0)
		g->mark--;
	else if (by > 0 && g->mark + 1 < d->n_columns)
		g->mark++;
	keep_in_sight(g, d, g->mark, a);
	return true;
}

static bool
click(struct grid *g, const struct grid_data *d, const struct key *k, struct area a)
{
	size_t found[2];

	if ((k->mouse != MOUSE_PRESS && k->mouse != MOUSE_DOUBLE) ||
	    grid_at(g, d, a, k, found) != GRID_CELL)
		return false;
	if (found[1] != SIZE_MAX)
		g->mark = found[1];
	grid_select(g, d, found[0], a);
	return k->mouse == MOUSE_PRESS && k->button == 1;
}

bool
grid_key(struct grid *g, const struct grid_data *d, const struct key *k, struct area a)
{
	struct layout l;

	scroll_fit(&g->rows, d->n_rows, n_body_rows(d, a));
	if (scroll_key(&g->rows, k, n_body_rows(d, a))) {
		grid_select(g, d, g->rows.at, a);
		return true;
	}
	if (k->code == K_MOUSE)
		return click(g, d, k, a);
	if (k->modifiers)
		return false;
	switch (k->code) {
	case K_LEFT:
		g->first -= g->first > 0;
		return true;
	case K_RIGHT:
		lay_out(g, d, a.n_cols, &l);
		g->first += l.has_more;
		return true;
	case '<':
		return move_mark(g, d, -1, a);
	case '>':
		return move_mark(g, d, 1, a);
	}
	return false;
}

/* The first column of ROW that has TEXT; the count: none has. */
static size_t
column_with(const struct grid_data *d, size_t row, const char *text, struct text *t)
{
	size_t i;

	for (i = 0; i < d->n_columns; i++) {
		enum style s = STYLE_TEXT;

		t->len = 0;
		d->cell(d->ctx, row, i, t, &s);
		if (found_in(t, text))
			break;
	}
	return i;
}

void
grid_show_hit(struct grid *g, const struct grid_data *d, size_t row, const char *text,
	      struct area a)
{
	struct text t = { 0 };
	size_t column = column_with(d, row, text, &t);

	grid_select(g, d, row, a);
	if (column < d->n_columns)
		keep_in_sight(g, d, column, a);
	text_fini(&t);
}

size_t
grid_find(const struct grid_data *d, struct grid_search *s, size_t n)
{
	size_t found = SIZE_MAX;
	struct text t = { 0 };

	/* There may be fewer rows by now. */
	if (s->at >= d->n_rows)
		s->at = 0;
	if (!d->n_rows)
		s->left = 0;
	for (; n && s->left && found == SIZE_MAX; n--, s->left--) {
		if (column_with(d, s->at, s->text, &t) < d->n_columns)
			found = s->at;
		s->at = s->is_backwards ? (s->at ? s->at : d->n_rows) - 1
					: (s->at + 1) % d->n_rows;
	}
	if (found != SIZE_MAX)
		s->left = 0;
	text_fini(&t);
	return found;
}
