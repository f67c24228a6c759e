#include "ui/timeline.h"

#include <string.h>

#include "ui/spark.h"

static unsigned
width_of(const char *s)
{
	return canvas_columns((struct span){ (const uint8_t *)s, strlen(s) });
}

static unsigned
larger(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

/* Columns before the strip, and behind it. */
static unsigned
left_of(const struct timeline *l)
{
	return larger(width_of(l->label), width_of(l->from_text)) + 2;
}

static unsigned
right_of(const struct timeline *l)
{
	return larger(width_of(l->peak), width_of(l->to_text)) + 2;
}

unsigned
timeline_columns(const struct timeline *l, unsigned n_cols)
{
	unsigned other = left_of(l) + right_of(l);

	return n_cols > other ? n_cols - other : 0;
}

/* The start of column COL of N; the end of the time for N. */
static uint64_t
time_of(const struct timeline *l, unsigned col, unsigned n)
{
	long double part = (long double)col / n;

	return l->from_ns + (uint64_t)((long double)(l->to_ns - l->from_ns) * part);
}

static unsigned
column_of(const struct timeline *l, uint64_t ns, unsigned n)
{
	long double part;

	if (ns <= l->from_ns || l->to_ns <= l->from_ns)
		return 0;
	if (ns >= l->to_ns)
		return n;
	part = (long double)(ns - l->from_ns) / (long double)(l->to_ns - l->from_ns);
	return (unsigned)(part * n);
}

bool
timeline_time(const struct timeline *l, unsigned n_cols, unsigned col, uint64_t *ns)
{
	unsigned n = timeline_columns(l, n_cols), left = left_of(l);

	if (!n || l->to_ns <= l->from_ns || col + 1 < left || col > left + n)
		return false;
	*ns = col < left ? l->from_ns : time_of(l, col - left, n);
	return true;
}

static double
largest(const struct timeline *l)
{
	double most = 0;

	for (size_t i = 0; i < l->n; i++)
		most = l->values[i] > most ? l->values[i] : most;
	return most;
}

static void
draw_bars(const struct timeline *l, struct area strip)
{
	double most = largest(l);
	unsigned first = column_of(l, l->window_from_ns, strip.n_cols);
	unsigned last = column_of(l, l->window_to_ns, strip.n_cols);

	for (unsigned col = 0; col < strip.n_cols && l->n; col++) {
		enum style s = col >= first && col <= last ? STYLE_BAR : STYLE_BAR_OUTSIDE;
		double value = 0;
		bool is_lost = false;
		size_t from, to;

		spark_slices(l->n, col, strip.n_cols, &from, &to);
		for (size_t i = from; i < to; i++) {
			value = l->values[i] > value ? l->values[i] : value;
			is_lost |= l->is_lost && l->is_lost[i];
		}
		area_fill(area_line(strip, 0, col, 1),
			  is_lost ? SPARK_LOST : spark_bar(value, most), is_lost ? STYLE_GAP : s);
	}
}

static void
draw_window(const struct timeline *l, struct area strip)
{
	unsigned first = column_of(l, l->window_from_ns, strip.n_cols);
	unsigned last = column_of(l, l->window_to_ns, strip.n_cols), n;
	unsigned text = width_of(l->window_text);

	if (first >= strip.n_cols)
		first = strip.n_cols - 1;
	if (last >= strip.n_cols)
		last = strip.n_cols - 1;
	n = last - first + 1;
	area_fill(area_line(strip, 0, first, n), 0x2500, STYLE_WINDOW);
	area_text(strip, 0, first, STYLE_WINDOW, n > 1 ? "├" : "│");
	if (n > 1)
		area_text(strip, 0, last, STYLE_WINDOW, "┤");
	if (text + 4 <= n)
		area_text(strip, 0, first + (n - text) / 2, STYLE_WINDOW, l->window_text);
	else if (last + 1 + text < strip.n_cols)
		area_text(strip, 0, last + 2, STYLE_WINDOW, l->window_text);
	else if (first > text + 1)
		area_text(strip, 0, first - text - 1, STYLE_WINDOW, l->window_text);
}

void
timeline_draw(const struct timeline *l, struct area a)
{
	unsigned n = timeline_columns(l, a.n_cols), left = left_of(l);

	area_text(a, 0, 1, STYLE_DIM, l->label);
	area_text(a, 1, 1, STYLE_DIM, l->from_text);
	if (!n)
		return;
	draw_bars(l, area_line(a, 0, left, n));
	draw_window(l, area_line(a, 1, left, n));
	if (l->has_cursor) {
		unsigned col = column_of(l, l->cursor_ns, n);

		area_style(area_part(a, 0, left + (col < n ? col : n - 1), 1, 1), STYLE_CURSOR);
	}
	area_text(a, 0, left + n + 1, STYLE_DIM, l->peak);
	area_text(a, 1, left + n + 1, STYLE_DIM, l->to_text);
}
