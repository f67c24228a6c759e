#include "ui/fit.h"

#include <stdint.h>

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* How many columns are taken. */
static unsigned
taken(const struct fit_column *c, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += c[i].width_cols ? c[i].width_cols + (sum > 0) : 0;
	return sum;
}

/* Let texts, or numbers, give what their values do not need, from the left on. */
static void
give(struct fit_column *c, size_t n, size_t main, bool is_text, unsigned n_cols)
{
	for (size_t i = 0; i < n; i++) {
		unsigned all = taken(c, n), unneeded = c[i].width_cols - c[i].needed_cols;

		if (all <= n_cols)
			return;
		if (i != main && c[i].is_text == is_text)
			c[i].width_cols -= least(unneeded, all - n_cols);
	}
}

/* Cut texts, the widest one first, to LEAST_COLS at most. */
static void
cut(struct fit_column *c, size_t n, size_t main, unsigned least_cols, unsigned n_cols)
{
	while (taken(c, n) > n_cols) {
		size_t widest = SIZE_MAX;

		for (size_t i = 0; i < n; i++)
			if (i != main && c[i].is_text && c[i].width_cols > least_cols &&
			    (widest == SIZE_MAX || c[i].width_cols > c[widest].width_cols))
				widest = i;
		if (widest == SIZE_MAX)
			return;
		c[widest].width_cols--;
	}
}

/* Leave columns out, from the right on, until it fits: numbers, then (ALL) any. */
static void
leave_out(struct fit_column *c, size_t n, size_t main, bool all, unsigned n_cols)
{
	for (size_t i = n; i-- > 1 && taken(c, n) > n_cols;)
		if (i != main && (all || (!c[i].is_kept && !c[i].is_text)))
			c[i].width_cols = 0;
}

/* What is left goes to texts that were cut. */
static void
give_back(struct fit_column *c, size_t n, unsigned n_cols)
{
	for (size_t i = 0; i < n; i++) {
		unsigned all = taken(c, n), more;

		if (!c[i].width_cols || c[i].width_cols >= c[i].needed_cols || all >= n_cols)
			continue;
		more = c[i].needed_cols - c[i].width_cols;
		c[i].width_cols += least(more, n_cols - all);
	}
}

void
fit_columns(struct fit_column *c, size_t n, size_t main, unsigned n_cols)
{
	unsigned all;

	for (size_t i = 0; i < n; i++) {
		c[i].needed_cols = least(c[i].needed_cols ? c[i].needed_cols : 1,
					 c[i].wanted_cols);
		c[i].width_cols = c[i].wanted_cols;
	}
	if (taken(c, n) <= n_cols)
		return;
	if (main < n)
		c[main].width_cols = least(c[main].needed_cols, FIT_MAIN_COLS);
	give(c, n, main, true, n_cols);
	give(c, n, main, false, n_cols);
	cut(c, n, main, FIT_TEXT_COLS, n_cols);
	leave_out(c, n, main, false, n_cols);
	cut(c, n, main, FIT_LEAST_COLS, n_cols);
	leave_out(c, n, main, true, n_cols);
	give_back(c, n, n_cols);
	/* What is left now is too narrow for two. */
	all = taken(c, n);
	for (size_t i = n; i-- > 0 && all > n_cols;) {
		unsigned by = c[i].width_cols > 1 ? least(c[i].width_cols - 1, all - n_cols) : 0;

		c[i].width_cols -= by;
		all -= by;
	}
}
