#include "engine/query/front.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/query/cells.h"
#include "engine/query/crew.h"
#include "engine/query/gather.h"
#include "engine/query/order.h"

#define ROWS_EACH 2048u			/* with fewer of them a thread does not pay */
#define DIGITS 9u			/* of a key: what is missing, then bytes */

/* A row that may be one of them. */
struct item {
	uint64_t key;
	uint32_t row;
	uint32_t len;			/* bytes */
	uint32_t same;			/* of these, from the first one on, in the sample too */
	bool is_missing;		/* that stands last, whichever way */
	bool is_sample;			/* it has the same bytes */
};

/* What a cell has as bytes that stand in its order. */
struct bytes {
	uint8_t ip[1 + 16];
	const uint8_t *p;
	size_t len;
};

struct finding {
	const struct front *f;
	struct item *items;		/* those that are equal so far */
	size_t n, want;			/* so many of them are still wanted, */
	size_t more;			/* and so many more do no harm */
	uint32_t *rows;			/* those that come before them */
	size_t n_rows;
	size_t column;			/* that is asked */
	enum value_type type;
	size_t from;			/* bytes that are known to be the same, of texts */
	const struct bytes *sample;	/* those of one of the items */
	unsigned n_parts;
};

/* Keys ------------------------------------------------------------------ */

static bool
has_bytes(enum value_type type)
{
	return type == T_STR || type == T_DATA || type == T_IP || type == T_NET;
}

/* The bytes of CELL, which has some. Borrowed from both. */
static void
find_bytes(enum value_type type, const struct cell *cell, struct bytes *out)
{
	const struct ip *ip = type == T_NET ? &cell->value.net.ip : &cell->value.ip;

	out->p = out->ip;
	out->len = 0;
	if (cell->state == CELL_MISSING)
		return;
	if (type == T_STR || type == T_DATA) {
		/* What is empty may be nowhere. */
		out->p = cell->value.s.len ? cell->value.s.p : out->ip;
		out->len = cell->value.s.len;
		return;
	}
	out->ip[0] = ip->is_v6;
	out->len = ip->is_v6 ? 17 : 5;
	memcpy(out->ip + 1, ip->bytes, out->len - 1);
}

static size_t
in_common(const struct bytes *a, const struct bytes *b)
{
	size_t n = a->len < b->len ? a->len : b->len, i = 0;

	while (i < n && a->p[i] == b->p[i])
		i++;
	return i;
}

static void
ask_bytes(const struct finding *x, struct item *item, const struct cell *cell)
{
	struct bytes b;
	size_t from, same;

	find_bytes(x->type, cell, &b);
	from = x->from < b.len ? x->from : b.len;
	same = in_common(&b, x->sample);
	item->len = (uint32_t)b.len;
	item->same = (uint32_t)same;
	item->is_sample = same == b.len && same == x->sample->len;
	item->key = order_bytes_key(x->f->o, x->column, b.p + from, b.len - from);
}

static void
ask_part(void *ctx, unsigned part)
{
	const struct finding *x = ctx;
	struct making *m = &x->f->makings[part];
	size_t end = x->n * (part + 1) / x->n_parts;

	for (size_t i = x->n * part / x->n_parts; i < end; i++) {
		struct item *item = &x->items[i];
		struct cell cell;

		cells_fill_one(m, &x->f->of[item->row], x->column, &cell);
		item->is_missing = cell.state == CELL_MISSING;
		if (has_bytes(x->type))
			ask_bytes(x, item, &cell);
		else
			item->key = order_key(x->f->o, x->column, &cell);
	}
}

/* Have the keys of all items: what they have in the column, texts from byte FROM on. */
static void
ask_all(struct finding *x)
{
	struct making borrowing[CREW_MAX], sampling = x->f->makings[0];
	const struct front *f = x->f;
	struct front with = *f;
	struct arena arena = { 0 };
	struct bytes sample = { .len = 0 };
	struct cell cell;

	if (has_bytes(x->type)) {
		sampling.arena = &arena;
		cells_fill_one(&sampling, &f->of[x->items[0].row], x->column, &cell);
		find_bytes(x->type, &cell, &sample);
	}
	for (unsigned i = 0; i < f->n_threads; i++) {
		borrowing[i] = f->makings[i];
		borrowing[i].arena = NULL;
	}
	with.makings = borrowing;
	x->f = &with;
	x->sample = &sample;
	x->n_parts = 1 + (unsigned)(x->n / ROWS_EACH);
	x->n_parts = x->n_parts < f->n_threads ? x->n_parts : f->n_threads;
	crew_run(f->makings[0].g->plan->q->crew, x->n_parts, ask_part, x);
	x->f = f;
	x->sample = NULL;
	arena_fini(&arena);
}

/* Choosing ---------------------------------------------------------------- */

static unsigned
digit(const struct item *item, unsigned i)
{
	return i ? item->key >> (64 - 8 * i) & 0xFF : item->is_missing;
}

/* Those of the items whose digit I is so low that they are wanted go to the rows; those of
 * which it may be so stay. */
static void
choose_by(struct finding *x, unsigned i)
{
	size_t counts[256] = { 0 }, before = 0, kept = 0;
	unsigned limit = 0;

	for (size_t k = 0; k < x->n; k++)
		counts[digit(&x->items[k], i)]++;
	while (before + counts[limit] < x->want)
		before += counts[limit++];
	if (counts[limit] == x->n)
		return;
	for (size_t k = 0; k < x->n; k++) {
		unsigned own = digit(&x->items[k], i);

		if (own < limit)
			x->rows[x->n_rows++] = x->items[k].row;
		else if (own == limit)
			x->items[kept++] = x->items[k];
	}
	x->want -= before;
	x->n = kept;
}

static bool
is_done(const struct finding *x)
{
	return x->n <= x->want + x->more;
}

/* What is known of the bytes of all items. */
struct alike {
	size_t same;			/* they have so many in common, from the first one on */
	size_t len;			/* the most that one has */
	bool all;			/* they are the same */
};

static struct alike
compare(const struct finding *x)
{
	struct alike a = { SIZE_MAX, 0, true };

	for (size_t i = 0; i < x->n; i++) {
		const struct item *item = &x->items[i];

		a.same = item->same < a.same ? item->same : a.same;
		a.len = item->len > a.len ? item->len : a.len;
		a.all &= item->is_sample;
	}
	return a;
}

/* Choose by what the column has. False: that does not tell. */
static bool
choose_by_column(struct finding *x)
{
	bool is_of_bytes;
	struct alike a;

	x->type = x->f->o->t->columns[x->column]->type;
	x->from = 0;
	is_of_bytes = has_bytes(x->type);
	for (;;) {
		ask_all(x);
		for (unsigned i = 0; i < DIGITS && !is_done(x); i++)
			choose_by(x, i);
		if (is_done(x) || !is_of_bytes || x->items[0].is_missing)
			return true;
		a = compare(x);
		if (a.all)
			return true;
		x->from += 8;
		x->from = a.same > x->from ? a.same : x->from;
		/* Only zeroes at the end of some tell them apart. */
		if (x->from >= a.len)
			return false;
	}
}

static int
by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool
choose(struct finding *x)
{
	const struct ordering *o = x->f->o;
	size_t n = o->t->n_columns;

	x->column = o->column;
	if (o->column < n && !choose_by_column(x))
		return false;
	for (size_t i = 0; i < n && !is_done(x); i++) {
		x->column = i;
		if (i != o->column && !choose_by_column(x))
			return false;
	}
	return is_done(x);
}

size_t
front_find(const struct front *f, size_t want, uint32_t *rows)
{
	struct finding x = { .f = f, .n = f->n, .want = want, .more = want, .rows = rows };
	bool is_found;

	x.items = xreallocarray(NULL, f->n + 1, sizeof(*x.items));
	for (size_t i = 0; i < f->n; i++)
		x.items[i] = (struct item){ .row = (uint32_t)i };
	is_found = choose(&x);
	for (size_t i = 0; i < x.n; i++)
		rows[x.n_rows++] = x.items[i].row;
	free(x.items);
	if (!is_found)
		return 0;
	qsort(rows, x.n_rows, sizeof(*rows), by_number);
	return x.n_rows;
}
