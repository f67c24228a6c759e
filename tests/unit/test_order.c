/* Rows are in the order that comparing them cell by cell gives, whatever the threads, and
 * what is equal stays as it was. */
#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/query/order.h"
#include "engine/query/table.h"
#include "engine/query/tally.h"
#include "engine/query/view.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"

#define COLUMNS 6u
#define TEXTS 5u

static const struct view_column columns[COLUMNS] = {
	{ .name = "INT", .type = T_INT }, { .name = "UINT", .type = T_UINT },
	{ .name = "DOUBLE", .type = T_DOUBLE }, { .name = "TEXT", .type = T_STR },
	{ .name = "BOOL", .type = T_BOOL }, { .name = "IP", .type = T_IP },
};

/* The first eight bytes do not tell some of them apart; one has a zero in it. */
static const struct span texts[TEXTS] = {
	{ (const uint8_t *)"", 0 }, { (const uint8_t *)"ab", 2 }, { (const uint8_t *)"ab\0", 3 },
	{ (const uint8_t *)"abcdefgh\xff", 9 }, { (const uint8_t *)"abcdefghi", 9 },
};

static struct cell
random_cell(struct rng *rng, enum value_type type)
{
	static const double doubles[] = { 0.0, -0.0, 1.5, -1.5, 1e300, -1e300, 0x1p-1060 };
	struct cell c = { .state = rng_below(rng, 8) ? CELL_KNOWN : CELL_MISSING };

	switch (type) {
	case T_INT:
		c.value.i = rng_below(rng, 4) ? (int64_t)rng_below(rng, 5) - 2 :
						(int64_t)rng_u64(rng);
		break;
	case T_DOUBLE:
		c.value.d = doubles[rng_below(rng, ARRAY_LEN(doubles))];
		break;
	case T_STR:
		c.value.s = texts[rng_below(rng, TEXTS)];
		break;
	case T_BOOL:
		c.value.b = rng_below(rng, 2);
		break;
	case T_IP:
		c.value.ip.bytes[3] = (uint8_t)rng_below(rng, 3);
		break;
	default:
		c.value.u = rng_below(rng, 4) ? rng_below(rng, 3) : UINT64_MAX - rng_below(rng, 2);
	}
	return c;
}

/* What is missing stands last. */
static int
compare(const struct cell *a, const struct cell *b, enum value_type type, bool descending)
{
	int order;

	if (!a->state || !b->state)
		return !a->state - !b->state;
	order = value_order(type, &a->value, &b->value);
	return descending ? -order : order;
}

/* May row A, number I, stand right before row B, number K? */
static bool
may_stand(const struct ordering *o, const struct table_row *rows, uint32_t i, uint32_t k)
{
	const struct cell *a = rows[i].cells, *b = rows[k].cells;
	int order = o->column < COLUMNS ? compare(&a[o->column], &b[o->column],
						  columns[o->column].type, o->descending) : 0;

	for (size_t c = 0; !order && c < COLUMNS; c++)
		order = compare(&a[c], &b[c], columns[c].type, false);
	return order < 0 || (!order && i < k);
}

static void
check_rows(struct rng *rng, size_t n, unsigned n_threads)
{
	const struct view_column *list[COLUMNS];
	struct table t = { .columns = list, .n_columns = COLUMNS };
	struct cell *cells = xzalloc((n * COLUMNS + 1) * sizeof(*cells));
	struct table_row *rows = xzalloc((n + 1) * sizeof(*rows));

	for (size_t c = 0; c < COLUMNS; c++)
		list[c] = &columns[c];
	for (size_t i = 0; i < n; i++) {
		rows[i].cells = &cells[i * COLUMNS];
		for (size_t c = 0; c < COLUMNS; c++)
			cells[i * COLUMNS + c] = random_cell(rng, columns[c].type);
	}
	for (size_t k = 0; k < 2 * (COLUMNS + 1); k++) {
		const struct ordering o = { &t, k / 2, k % 2, NULL };
		uint32_t *order = order_rows(&o, rows, n, n_threads);
		size_t n_wrong = 0;

		for (size_t i = 1; i < n; i++)
			n_wrong += !may_stand(&o, rows, order[i - 1], order[i]);
		CHECK(!n_wrong, "%zu rows by %s%s, %u threads: %zu wrong", n,
		      k / 2 < COLUMNS ? columns[k / 2].name : "the first columns",
		      k % 2 ? ", the greatest first" : "", n_threads, n_wrong);
		free(order);
	}
	free(rows);
	free(cells);
}

int
main(int argc, char **argv)
{
	struct rng rng = rng_from_args(argc, argv);

	check_rows(&rng, 0, 1);
	check_rows(&rng, 1, 4);
	check_rows(&rng, 300, 1);
	check_rows(&rng, 9000, 2);
	check_rows(&rng, 40001, 7);
	return check_done();
}
