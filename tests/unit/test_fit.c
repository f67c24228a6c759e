/* Columns that do not all fit: who gives way, in which order. */
#include "ui/fit.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"

#define COLUMNS 8
#define TRIES 20000
#define N_COLS_MAX 200

/* A table of a number, a text, two numbers, another text, and the main one; the second number
 * is kept. What each is meant to have, and what its values need: */
static const struct fit_column usual[] = {
	{ .wanted_cols = 7, .needed_cols = 4 },
	{ .wanted_cols = 20, .needed_cols = 9, .is_text = true },
	{ .wanted_cols = 6, .needed_cols = 5 },
	{ .wanted_cols = 6, .needed_cols = 6, .is_kept = true },
	{ .wanted_cols = 30, .needed_cols = 28, .is_text = true },
	{ .wanted_cols = 16, .needed_cols = 16, .is_text = true },
};

/* One of addresses with ports, a number that is kept, one that is not, two names and the main
 * one. */
static const struct fit_column peers[] = {
	{ .wanted_cols = 15, .needed_cols = 14, .is_text = true, .is_whole = true },
	{ .wanted_cols = 5, .needed_cols = 5, .is_whole = true },
	{ .wanted_cols = 15, .needed_cols = 14, .is_text = true, .is_whole = true },
	{ .wanted_cols = 5, .needed_cols = 5, .is_kept = true },
	{ .wanted_cols = 5, .needed_cols = 5 },
	{ .wanted_cols = 15, .needed_cols = 10, .is_text = true },
	{ .wanted_cols = 20, .needed_cols = 20, .is_text = true },
	{ .wanted_cols = 16, .needed_cols = 16, .is_text = true },
};

struct width_case {
	unsigned n_cols;
	const char *widths, *what;
};

static const struct width_case usual_cases[] = {
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
	{ 45, "4 8 0 6 8 15", "then the main one is" },
	{ 40, "4 8 0 6 8 10", "as long as it can be read" },
	{ 39, "4 9 0 6 0 16", "then a text goes" },
	{ 22, "4 0 0 6 0 10", "and the other one, but neither the first nor the main one" },
	{ 21, "4 0 0 0 0 16", "and what is kept in the end" },
	{ 14, "4 0 0 0 0 9", "they are cut then" },
	{ 3, "1 0 0 0 0 1", "to nearly nothing" },
};

static const struct width_case peers_cases[] = {
	{ 103, "15 5 15 5 5 15 20 16", "all fit" },
	{ 96, "14 5 14 5 5 10 20 16", "texts give" },
	{ 91, "14 5 14 5 5 10 15 16", "a name is cut" },
	{ 90, "14 5 14 5 0 10 20 16", "a number goes, which is neither kept nor a port" },
	{ 77, "14 5 14 5 0 8 9 16", "names are cut" },
	{ 70, "14 5 14 5 0 8 8 10", "and the main one" },
	{ 66, "12 5 12 5 0 8 8 10", "and addresses" },
	{ 65, "14 5 14 5 0 10 0 12", "a name goes" },
	{ 48, "12 5 12 5 0 0 0 10", "and the other one" },
	{ 44, "10 5 10 5 0 0 0 10", "addresses are cut once more" },
	{ 40, "8 5 8 5 0 0 0 10", "up to a point" },
	{ 39, "14 5 0 5 0 0 0 12", "what is to stay whole goes last" },
	{ 25, "8 0 0 5 0 0 0 10", "but for what is kept" },
};

static unsigned
taken(const struct fit_column *c, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += c[i].width_cols ? c[i].width_cols + (sum > 0) : 0;
	return sum;
}

/* The N columns at TABLE, the last one the main one, have the widths of C. */
static void
check_case(const struct fit_column *table, size_t n, const struct width_case *c)
{
	struct fit_column columns[COLUMNS];
	char got[64] = "";

	memcpy(columns, table, n * sizeof(*table));
	fit_columns(columns, n, n - 1, c->n_cols);
	for (size_t k = 0, len = 0; k < n; k++)
		len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%u", k ? " " : "",
					columns[k].width_cols);
	CHECK(!strcmp(got, c->widths), "%u: %s", c->n_cols, c->what);
	if (strcmp(got, c->widths) != 0)
		printf("# got %s\n", got);
}

static void
test_order(void)
{
	for (size_t i = 0; i < ARRAY_LEN(usual_cases); i++)
		check_case(usual, ARRAY_LEN(usual), &usual_cases[i]);
	for (size_t i = 0; i < ARRAY_LEN(peers_cases); i++)
		check_case(peers, ARRAY_LEN(peers), &peers_cases[i]);
}

/* Is nobody left out who is worth more than one that is there? */
static bool
is_in_order(const struct fit_column *c, size_t n, size_t main)
{
	unsigned least_seen = 3, most_gone = 0;

	for (size_t i = 1; i < n; i++) {
		unsigned worth = c[i].is_kept ? 3 : c[i].is_whole ? 2 : c[i].is_text ? 1 : 0;

		if (i == main)
			continue;
		if (c[i].width_cols)
			least_seen = worth < least_seen ? worth : least_seen;
		else
			most_gone = worth > most_gone ? worth : most_gone;
	}
	return most_gone <= least_seen;
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
			holds &= c[i].width_cols >= (c[i].needed_cols < FIT_MAIN_LEAST_COLS
						     ? c[i].needed_cols : FIT_MAIN_LEAST_COLS);
	}
	return holds && is_in_order(c, n, main);
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
				.is_text = rng_below(&r, 2), .is_kept = !rng_below(&r, 8),
				.is_whole = !rng_below(&r, 4) };
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
