#include "engine/query/order.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/query/crew.h"
#include "engine/query/table.h"
#include "engine/query/tally.h"
#include "engine/query/view.h"

#define ROWS_EACH 4096u			/* with fewer of them a thread does not pay */
#define SIGN ((uint64_t)1 << 63)

struct item {
	uint64_t key;
	uint32_t row;
};

struct sorting {
	const struct ordering *o;
	const struct table_row *rows;
	struct item *items, *other;	/* OTHER has as much room */
	size_t n;
	unsigned n_parts;
};

/* Keys ------------------------------------------------------------------ */

/* The first bytes of LEN at P: what comes first has the lesser number. */
static uint64_t
key_of_bytes(const uint8_t *p, size_t len)
{
	uint64_t key = 0;

	for (size_t i = 0; i < 8; i++)
		key = key << 8 | (i < len ? p[i] : 0);
	return key;
}

static uint64_t
key_of_double(double d)
{
	uint64_t bits;

	/* The two zeroes are equal. What is no number is so to all: no key can tell. */
	if (d != d || d == 0)
		return SIGN;
	memcpy(&bits, &d, 8);
	return bits & SIGN ? ~bits : bits | SIGN;
}

/* All of the older kind stand before the others. */
static uint64_t
key_of_ip(const struct ip *ip)
{
	uint64_t key = key_of_bytes(ip->bytes, ip->is_v6 ? 16 : 4) >> 1;

	return ip->is_v6 ? SIGN | key : key;
}

static uint64_t
key_of_value(enum value_type type, const struct value *v)
{
	switch (type) {
	case T_INT:
		return (uint64_t)v->i ^ SIGN;
	case T_BOOL:
		return v->b;
	case T_DOUBLE:
		return key_of_double(v->d);
	case T_STR:
	case T_DATA:
		return key_of_bytes(v->s.p, v->s.len);
	case T_IP:
		return key_of_ip(&v->ip);
	case T_NET:
		return key_of_ip(&v->net.ip);
	default:
		return v->u;
	}
}

uint64_t
order_bytes_key(const struct ordering *o, size_t column, const uint8_t *p, size_t len)
{
	uint64_t key = key_of_bytes(p, len);

	return column == o->column && o->descending ? ~key : key;
}

uint64_t
order_key(const struct ordering *o, size_t column, const struct cell *cell)
{
	uint64_t key;

	if (cell->state == CELL_MISSING)
		return UINT64_MAX;
	key = key_of_value(o->t->columns[column]->type, &cell->value);
	return column == o->column && o->descending ? ~key : key;
}

static uint64_t
key_of(const struct ordering *o, const struct table_row *row)
{
	size_t column = o->column < o->t->n_columns ? o->column : 0;

	return order_key(o, column, &row->cells[column]);
}

/* Comparing --------------------------------------------------------------- */

/* What is missing stands last, whichever way. */
static int
compare_cells(const struct ordering *o, size_t column, bool descending,
	      const struct table_row *const rows[2])
{
	const struct cell *x = &rows[0]->cells[column], *y = &rows[1]->cells[column];
	int order;

	if (!x->state || !y->state)
		return (x->state == CELL_MISSING) - (y->state == CELL_MISSING);
	order = value_order(o->t->columns[column]->type, &x->value, &y->value);
	return descending ? -order : order;
}

static int
compare_rows(const struct ordering *o, const struct table_row *a, const struct table_row *b)
{
	const struct table_row *const rows[2] = { a, b };
	int order = o->column < o->t->n_columns ?
		compare_cells(o, o->column, o->descending, rows) : 0;

	for (size_t i = 0; !order && i < o->t->n_columns; i++)
		order = compare_cells(o, i, false, rows);
	/* In which order groups were found is a matter of threads: what is unsure tells, too. */
	for (size_t i = 0; !order && i < o->t->n_columns; i++)
		order = (int)a->cells[i].state - (int)b->cells[i].state;
	return order;
}

static int
compare_items(const void *a, const void *b, void *ctx)
{
	const struct sorting *s = ctx;
	const struct item *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return compare_rows(s->o, &s->rows[x->row], &s->rows[y->row]);
}

/* Sorting ----------------------------------------------------------------- */

static size_t
start_of(const struct sorting *s, unsigned part)
{
	return s->n * part / s->n_parts;
}

static void
sort_part(void *ctx, unsigned part)
{
	struct sorting *s = ctx;
	size_t from = start_of(s, part), to = start_of(s, part + 1);

	for (size_t i = from; i < to; i++)
		s->items[i] = (struct item){ key_of(s->o, &s->rows[i]), (uint32_t)i };
	qsort_r(s->items + from, to - from, sizeof(*s->items), compare_items, s);
}

/* Put the sorted items FROM .. MIDDLE - 1 and MIDDLE .. TO - 1 together, in OTHER. */
static void
merge(struct sorting *s, size_t from, size_t middle, size_t to)
{
	size_t a = from, b = middle;

	for (size_t i = from; i < to; i++) {
		bool first = b == to || (a < middle &&
					 compare_items(&s->items[a], &s->items[b], s) <= 0);

		s->other[i] = s->items[first ? a++ : b++];
	}
}

static void
swap(struct sorting *s)
{
	struct item *items = s->items;

	s->items = s->other;
	s->other = items;
}

uint32_t *
order_rows(const struct ordering *o, const struct table_row *rows, size_t n, unsigned n_threads)
{
	struct sorting s = { .o = o, .rows = rows, .n = n, .n_parts = 1 };
	uint32_t *order = xreallocarray(NULL, n + 1, sizeof(*order));

	s.items = xreallocarray(NULL, n + 1, sizeof(*s.items));
	s.other = xreallocarray(NULL, n + 1, sizeof(*s.other));
	while (s.n_parts * 2 <= n_threads && s.n_parts * 2 <= n / ROWS_EACH)
		s.n_parts *= 2;
	crew_run(o->crew, s.n_parts, sort_part, &s);
	for (unsigned width = 1; width < s.n_parts; width *= 2) {
		for (unsigned part = 0; part < s.n_parts; part += 2 * width)
			merge(&s, start_of(&s, part), start_of(&s, part + width),
			      start_of(&s, part + 2 * width));
		swap(&s);
	}
	for (size_t i = 0; i < n; i++)
		order[i] = s.items[i].row;
	free(s.items);
	free(s.other);
	return order;
}
