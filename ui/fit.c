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

/* Where columns give way: as many as there are, which is the main one, how many fit. */
struct room {
	size_t n, main;
	unsigned n_cols;
};

/* Cut texts that are whole (or those that need not be), the widest one first, to LEAST_COLS
 * at most. */
static void
cut(struct fit_column *c, const struct room *r, unsigned least_cols, bool is_whole)
{
	while (taken(c, r->n) > r->n_cols) {
		size_t widest = SIZE_MAX;

		for (size_t i = 0; i < r->n; i++)
			if (i != r->main && c[i].is_text && c[i].is_whole == is_whole &&
			    c[i].width_cols > least_cols &&
			    (widest == SIZE_MAX || c[i].width_cols > c[widest].width_cols))
				widest = i;
		if (widest == SIZE_MAX)
			return;
		c[widest].width_cols--;
	}
}

/* Who may be left out; each are so many more than those before. */
enum leave { LEAVE_NUMBERS, LEAVE_TEXTS, LEAVE_WHOLE, LEAVE_ANY };

static enum leave
leave_of(const struct fit_column *c)
{
	return c->is_kept ? LEAVE_ANY : c->is_whole ? LEAVE_WHOLE :
	       c->is_text ? LEAVE_TEXTS : LEAVE_NUMBERS;
}

/* Leave columns out, from the right on, until it fits. */
static void
leave_out(struct fit_column *c, const struct room *r, enum leave who)
{
	for (size_t i = r->n; i-- > 1 && taken(c, r->n) > r->n_cols;)
		if (i != r->main && leave_of(&c[i]) <= who)
			c[i].width_cols = 0;
}

/* Cut the main column to what can just be read. */
static void
cut_main(struct fit_column *c, const struct room *r)
{
	unsigned all = taken(c, r->n), least_cols = FIT_MAIN_LEAST_COLS;

	if (r->main < r->n && all > r->n_cols && c[r->main].width_cols > least_cols)
		c[r->main].width_cols -= least(c[r->main].width_cols - least_cols,
					       all - r->n_cols);
}

/* What is left goes to column I, if it was cut. */
static void
give_back(struct fit_column *c, const struct room *r, size_t i)
{
	unsigned all = taken(c, r->n), more;

	if (!c[i].width_cols || c[i].width_cols >= c[i].needed_cols || all >= r->n_cols)
		return;
	more = c[i].needed_cols - c[i].width_cols;
	c[i].width_cols += least(more, r->n_cols - all);
}

/* What is left: first to what is to stay whole. */
static void
give_all_back(struct fit_column *c, const struct room *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (c[i].is_whole)
			give_back(c, r, i);
	for (size_t i = 0; i < r->n; i++)
		give_back(c, r, i);
}

void
fit_columns(struct fit_column *c, size_t n, size_t main, unsigned n_cols)
{
	const struct room room = { n, main, n_cols };
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
	cut(c, &room, FIT_TEXT_COLS, false);
	leave_out(c, &room, LEAVE_NUMBERS);
	cut(c, &room, FIT_LEAST_COLS, false);
	cut_main(c, &room);
	cut(c, &room, FIT_WHOLE_COLS, true);
	leave_out(c, &room, LEAVE_TEXTS);
	cut(c, &room, FIT_LEAST_COLS, true);
	leave_out(c, &room, LEAVE_WHOLE);
	leave_out(c, &room, LEAVE_ANY);
	give_all_back(c, &room);
	/* What is left now is too narrow for two. */
	all = taken(c, n);
	for (size_t i = n; i-- > 0 && all > n_cols;) {
		unsigned by = c[i].width_cols > 1 ? least(c[i].width_cols - 1, all - n_cols) : 0;

		c[i].width_cols -= by;
		all -= by;
	}
}
