#include "ui/spark.h"

static const uint32_t bars[SPARK_LEVELS + 1] = {
	' ', 0x2581, 0x2582, 0x2583, 0x2584, 0x2585, 0x2586, 0x2587, 0x2588,
};

/* How high a bar is, in eighths of a row, where it may have ROWS. */
static size_t
level_of(double value, double most, unsigned rows)
{
	size_t levels = (size_t)rows * SPARK_LEVELS;

	if (!(value > 0))
		return 0;
	return value >= most ? levels : 1 + (size_t)(value / most * (double)(levels - 1) + 0.5);
}

uint32_t
spark_bar(double value, double most)
{
	return bars[level_of(value, most, 1)];
}

void
spark_slices(size_t n, unsigned col, unsigned n_cols, size_t *from, size_t *to)
{
	*from = (size_t)((uint64_t)col * n / n_cols);
	*to = (size_t)((uint64_t)(col + 1) * n / n_cols);
	if (*to <= *from)
		*to = *from + 1;
	if (*to > n)
		*to = n;
}

/* One column of it. */
static void
draw_column(struct area a, unsigned col, size_t level, bool is_lost)
{
	for (unsigned row = 0; row < a.n_rows; row++) {
		size_t below = (size_t)(a.n_rows - 1 - row) * SPARK_LEVELS;
		size_t here = level > below ? level - below : 0;
		struct area cell = area_line(a, row, col, 1);

		if (is_lost && row + 1 == a.n_rows)
			area_fill(cell, SPARK_LOST, STYLE_GAP);
		else
			area_fill(cell, bars[here < SPARK_LEVELS ? here : SPARK_LEVELS], STYLE_BAR);
	}
}

void
spark_draw(struct area a, const double *values, const bool *is_lost, size_t n)
{
	double most = 0;

	for (size_t i = 0; i < n; i++)
		most = values[i] > most ? values[i] : most;
	for (unsigned col = 0; col < a.n_cols && n; col++) {
		double value = 0;
		bool has_loss = false;
		size_t from, to;

		spark_slices(n, col, a.n_cols, &from, &to);
		for (size_t i = from; i < to; i++) {
			value = values[i] > value ? values[i] : value;
			has_loss |= is_lost && is_lost[i];
		}
		draw_column(a, col, level_of(value, most, a.n_rows), has_loss);
	}
}
