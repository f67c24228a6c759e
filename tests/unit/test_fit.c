/* Columns that do not all fit: who gives way, in which order. */
#include "ui/fit.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"

#define COLUMNS 6
#define TRIES 20000
#define N_COLS_MAX 200

/* A table of a number, a text, two numbers, another text, and the main one; the second number
 * is kept. What each is meant to have, and what its values need: */
static const struct fit_column usual[COLUMNS] = {
	{ 7, 4, false, false, 0 }, { 20, 9, true, false, 0 }, { 6, 5, false, false, 0 },
	{ 6, 6, false, true, 0 }, { 30, 28, true, false, 0 }, { 16, 16, true, false, 0 },
};

static const struct {
	unsigned n_cols;
	const char *widths, *what;
} cases[] = {
	{ 90, "7 20 6 6 30 16", "all fit" },
	{ 89, "7 19 6 6 30 16", "a text gives what it does not need" },
	{ 79, "7 9 6 6 30 16", "as much as that is" },
	{ 77, "7 9 6 6 28 16", "so does the next one" },
	{ 73, "4 9 5 6 28 16", "then numbers do" },
	{ 72, "4 9 5 6 27 16", "then a long text is cut" },
	{ 60, "4 9 5 6 15 16", "up to a point" },
	{ 59, "4 9 0 6 20 16", "then a number goes, and what that leaves is given back" },
	{ 54, "4 9 0 6 15 16", "one that is kept stays" },
	{ 53, "4 9 0 6 14 16", "texts are cut once more" },
	{ 46, "4 8 0 6 8 16", "up to another point" },
	{ 45, "4 9 0 6 0 16", "then any column goes" },
	{ 21, "4 0 0 0 0 16", "but the first and the main one" },
	{ 20, "4 0 0 0 0 15", "which are cut in the end" },
	{ 3, "1 0 0 0 0 1", "to nearly nothing" },
};

static unsigned
taken(const struct fit_column *c, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += c[i].width_cols ? c[i].width_cols + (sum > 0) : 0;
	return sum;
}

static void
test_order(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fit_column c[COLUMNS];
		char got[64] = "";

		memcpy(c, usual, sizeof(c));
		fit_columns(c, COLUMNS, COLUMNS - 1, cases[i].n_cols);
		for (size_t k = 0, n = 0; k < COLUMNS; k++)
			n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%u", k ? " " : "",
					      c[k].width_cols);
		CHECK(!strcmp(got, cases[i].widths), "%u: %s", cases[i].n_cols, cases[i].what);
		if (strcmp(got, cases[i].widths) != 0)
			printf("# got %s\n", got);
	}
}

/* Whatever the columns are. */
static bool
holds(const struct fit_column *c, size_t n, size_t main, unsigned n_cols)
{
	/* Two columns and the blank between them are always there. */
	bool holds = taken(c, n) <= (n_cols > 3 ? n_cols : 3) && c[0].width_cols;

	if (main < n)
		holds &= c[main].width_cols > 0;
	for (size_t i = 0; i < n; i++) {
		holds &= c[i].width_cols <= c[i].wanted_cols;
		/* Unless there is hardly any room. */
		if (!c[i].is_text && c[i].width_cols && n_cols > 60)
			holds &= c[i].width_cols >= c[i].needed_cols;
		if (i == main && n_cols > 40)
			holds &= c[i].width_cols >= (c[i].needed_cols < FIT_MAIN_COLS
						     ? c[i].needed_cols : FIT_MAIN_COLS);
	}
	return holds;
}

static void
test_any(int argc, char **argv)
{
	struct rng r = rng_from_args(argc, argv);
	size_t n_wrong = 0;

	for (unsigned i = 0; i < TRIES; i++) {
		struct fit_column c[20];
		size_t n = 1 + rng_below(&r, ARRAY_LEN(c)), main = SIZE_MAX;
		unsigned n_cols = 1 + (unsigned)rng_below(&r, N_COLS_MAX);

		for (size_t k = 0; k < n; k++) {
			c[k] = (struct fit_column){
				.is_text = rng_below(&r, 2), .is_kept = !rng_below(&r, 8) };
			c[k].wanted_cols = 1 + (unsigned)rng_below(&r, c[k].is_text ? 60 : 18);
			c[k].needed_cols = (unsigned)rng_below(&r, 70);
			main = c[k].is_text ? k : main;
		}
		fit_columns(c, n, main, n_cols);
		n_wrong += !holds(c, n, main, n_cols);
	}
	CHECK(!n_wrong, "%u tables fit, %zu do not", TRIES, n_wrong);
}

int
main(int argc, char **argv)
{
	test_order();
	test_any(argc, argv);
	return check_done();
}
