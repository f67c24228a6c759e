#include "engine/query/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/operand.h"
#include "engine/store/keepsakes.h"

#define FIRST_NUMBER 2u			/* of a value; see sheet_get() */
#define BYTES_MAX (1u << 20)		/* of the values of one chunk */
#define STEPS 8u			/* rows that are passed over one by one */
#define DENSE (CHUNK_ROWS / 2)		/* so many rows take less as an array of all */

/* What the store keeps. It does not change. */
struct page {
	uint32_t n, n_values;
	uint16_t *rows;			/* the least first; NULL: all rows have a number */
	uint16_t *numbers;
	uint32_t *ends;			/* of values, in BYTES */
	uint8_t *bytes;
};

/* Rows that were found out, in any order. */
struct found {
	uint16_t row, number;
	uint32_t when;
};

struct sheet {
	const struct operand *operand;
	enum value_type type;
	struct text name;		/* once something was asked */
	struct keepsakes *from;		/* borrowed from the store */
	uint64_t learned;
	const struct chunk *chunk;	/* that it is about; NULL: none */
	uint64_t first;			/* its first event */
	uint64_t age;
	struct page *page;		/* borrowed; NULL: there is none */
	uint32_t at;			/* row of PAGE that was asked for last */
	/* What was found out since; numbers go on where those of PAGE end. */
	struct found *found;
	size_t n_found, cap_found;
	uint32_t *ends;
	size_t n_values, cap_values;
	uint8_t *bytes;
	size_t len, cap;
	uint32_t *slots;		/* open addressing: index of a value + 1 */
	size_t n_slots;
};

struct sheet *
sheet_new(const struct operand *o, enum value_type type)
{
	struct sheet *s = xzalloc(sizeof(*s));

	s->operand = o;
	s->type = type;
	return s;
}

uint64_t
sheet_age(const struct sheet *s)
{
	return s->age;
}

/* Values as bytes ------------------------------------------------------- */

static bool
is_text(const struct sheet *s)
{
	return s->type == T_STR || s->type == T_DATA;
}

static size_t
len_of_type(const struct sheet *s)
{
	return s->type == T_IP || s->type == T_NET ? sizeof(struct value) : sizeof(uint64_t);
}

static struct span
bytes_of(const struct sheet *s, const struct value *v)
{
	return is_text(s) ? v->s : (struct span){ (const uint8_t *)v, len_of_type(s) };
}

static void
value_of(const struct sheet *s, struct span bytes, struct value *out)
{
	if (is_text(s))
		out->s = bytes;
	else
		memcpy(out, bytes.p, bytes.len);
}

static struct span
nth(const uint32_t *ends, const uint8_t *bytes, size_t i)
{
	uint32_t start = i ? ends[i - 1] : 0;

	return (struct span){ bytes + start, ends[i] - start };
}

/* Value NUMBER of the page, or of what was found out. */
static void
get_value(const struct sheet *s, uint32_t number, struct value *out)
{
	size_t i = number - FIRST_NUMBER, n_old = s->page ? s->page->n_values : 0;

	value_of(s, i < n_old ? nth(s->page->ends, s->page->bytes, i) :
				nth(s->ends, s->bytes, i - n_old), out);
}

/* Pages ----------------------------------------------------------------- */

/* With room for N rows, all of them if IS_DENSE, and N_VALUES of LEN bytes: what it takes is
 * at *TAKES. */
static struct page *
make_page(uint32_t n, bool is_dense, uint32_t n_values, size_t len, size_t *takes)
{
	size_t n_numbers = is_dense ? CHUNK_ROWS : n;
	struct page *p;

	*takes = sizeof(*p) + n_values * sizeof(*p->ends) + n_numbers * sizeof(*p->numbers) +
		 (is_dense ? 0 : n * sizeof(*p->rows)) + len;
	p = xmalloc(*takes);
	p->n = n;
	p->n_values = n_values;
	p->ends = (uint32_t *)(p + 1);
	p->numbers = (uint16_t *)(p->ends + n_values);
	p->rows = is_dense ? NULL : p->numbers + n_numbers;
	p->bytes = (uint8_t *)(p->numbers + n_numbers + (is_dense ? 0 : n));
	if (is_dense)
		memset(p->numbers, 0, n_numbers * sizeof(*p->numbers));
	return p;
}

static int
by_row(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return x->row != y->row ? x->row - y->row : (x->when > y->when) - (x->when < y->when);
}

/* Put in order what was found out, each row once, as it was found out first. */
static void
order_found(struct sheet *s)
{
	size_t n = 1;

	/* Mostly they came so. */
	while (n < s->n_found && s->found[n - 1].row < s->found[n].row)
		n++;
	if (n >= s->n_found)
		return;
	qsort(s->found, s->n_found, sizeof(*s->found), by_row);
	n = 0;
	for (size_t i = 0; i < s->n_found; i++)
		if (!n || s->found[n - 1].row != s->found[i].row)
			s->found[n++] = s->found[i];
	s->n_found = n;
}

/* The next row that PAGE has from *AT on. False: there are no more. */
static bool
next_of_page(const struct page *page, uint32_t *at, struct found *out)
{
	if (!page)
		return false;
	if (page->rows) {
		if (*at == page->n)
			return false;
		*out = (struct found){ page->rows[*at], page->numbers[*at], 0 };
		++*at;
		return true;
	}
	for (; *at < CHUNK_ROWS; ++*at)
		if (page->numbers[*at]) {
			*out = (struct found){ (uint16_t)*at, page->numbers[*at], 0 };
			++*at;
			return true;
		}
	return false;
}

static void
put_row(struct page *to, uint32_t *n, const struct found *f)
{
	if (!to->rows) {
		to->numbers[f->row] = f->number;
	} else {
		to->rows[*n] = f->row;
		to->numbers[*n] = f->number;
	}
	++*n;
}

/* The rows of the page and those that were found out, none of which is in both, into TO. */
static void
merge_rows(const struct sheet *s, struct page *to)
{
	struct found old;
	uint32_t at = 0, n = 0;
	size_t i = 0;

	while (next_of_page(s->page, &at, &old)) {
		for (; i < s->n_found && s->found[i].row < old.row; i++)
			put_row(to, &n, &s->found[i]);
		put_row(to, &n, &old);
	}
	for (; i < s->n_found; i++)
		put_row(to, &n, &s->found[i]);
}

static struct page *
new_page(struct sheet *s, size_t *takes)
{
	const struct page *old = s->page;
	uint32_t n_old = old ? old->n_values : 0, n, old_len = n_old ? old->ends[n_old - 1] : 0;
	struct page *p;

	order_found(s);
	n = (uint32_t)s->n_found + (old ? old->n : 0);
	p = make_page(n, n >= DENSE, n_old + (uint32_t)s->n_values, old_len + s->len, takes);
	merge_rows(s, p);
	if (n_old) {
		memcpy(p->ends, old->ends, n_old * sizeof(*p->ends));
		memcpy(p->bytes, old->bytes, old_len);
	}
	for (size_t i = 0; i < s->n_values; i++)
		p->ends[n_old + i] = old_len + s->ends[i];
	if (s->len)
		memcpy(p->bytes + old_len, s->bytes, s->len);
	return p;
}

static struct keepsake_name
name_of(const struct sheet *s)
{
	return (struct keepsake_name){
		.name = { (const uint8_t *)s->name.p, s->name.len }, .age = s->learned,
		.chunk = s->first,
	};
}

/* Leave the chunk, and put back what was found out of it. */
static void
leave(struct sheet *s)
{
	struct keepsake_name name = name_of(s);

	if (s->chunk && s->n_found) {
		size_t takes;
		struct page *p = new_page(s, &takes);

		keepsakes_put(s->from, &name, p, takes, free);
		keepsakes_give_back(s->from, p);
		if (s->n_slots)
			memset(s->slots, 0, s->n_slots * sizeof(*s->slots));
	}
	if (s->page)
		keepsakes_give_back(s->from, s->page);
	s->page = NULL;
	s->chunk = NULL;
	s->n_found = s->n_values = s->len = 0;
}

void
sheet_free(struct sheet *s)
{
	if (!s)
		return;
	leave(s);
	text_fini(&s->name);
	free(s->found);
	free(s->ends);
	free(s->bytes);
	free(s->slots);
	free(s);
}

static void
put_name(const struct sheet *s, const struct cursor *c, struct text *name)
{
	operand_print(s->operand, name);
	text_char(name, '\0');
	text_bytes(name, (const char *)&c->clock.offset, sizeof(c->clock.offset));
	text_bytes(name, (const char *)&c->render.service, sizeof(c->render.service));
	text_bytes(name, (const char *)&c->render.machine, sizeof(c->render.machine));
	text_bytes(name, (const char *)&c->ev.first_ns, sizeof(c->ev.first_ns));
}

/* Be about C's chunk. False: it is still open. */
static bool
have_chunk(struct sheet *s, const struct cursor *c)
{
	struct keepsake_name name;

	if (s->chunk == c->chunk)
		return true;
	leave(s);
	if (!c->chunk->is_sealed)
		return false;
	if (!s->name.len) {
		put_name(s, c, &s->name);
		s->from = store_sheets(c->snap->store);
		s->learned = c->snap->learned;
	}
	s->chunk = c->chunk;
	s->first = c->chunk->first;
	name = name_of(s);
	s->page = keepsakes_borrow(s->from, &name);
	s->at = 0;
	s->age++;
	return true;
}

/* Asking ---------------------------------------------------------------- */

/* The number of ROW in the page; 0: it is not there. */
static uint32_t
number_in_page(struct sheet *s, uint32_t row)
{
	const struct page *p = s->page;
	uint32_t at = s->at, low = 0, high;

	if (!p->rows)
		return p->numbers[row];
	for (uint32_t i = 0; i < STEPS && at < p->n && p->rows[at] < row; i++)
		at++;
	if (at == p->n || p->rows[at] < row || (at && p->rows[at - 1] >= row)) {
		for (high = p->n; low < high;) {
			uint32_t mid = low + (high - low) / 2;

			if (p->rows[mid] < row)
				low = mid + 1;
			else
				high = mid;
		}
		at = low;
	}
	s->at = at;
	return at < p->n && p->rows[at] == row ? p->numbers[at] : 0;
}

uint32_t
sheet_get(struct sheet *s, struct cursor *c, struct value *out)
{
	uint32_t number = 0;

	if (!have_chunk(s, c))
		return 0;
	if (s->page)
		number = number_in_page(s, c->row);
	if (!number && s->n_found && s->found[s->n_found - 1].row == c->row)
		number = s->found[s->n_found - 1].number;
	if (number >= FIRST_NUMBER)
		get_value(s, number, out);
	return number;
}

static void
grow_slots(struct sheet *s)
{
	size_t n = s->n_slots ? 2 * s->n_slots : 256;

	free(s->slots);
	s->slots = xzalloc(n * sizeof(*s->slots));
	s->n_slots = n;
	for (size_t k = 0; k < s->n_values; k++) {
		struct span v = nth(s->ends, s->bytes, k);
		size_t i = hash_bytes(v.p, v.len, 0) & (n - 1);

		while (s->slots[i])
			i = (i + 1) & (n - 1);
		s->slots[i] = (uint32_t)k + 1;
	}
}

/* The number of the value that is BYTES; 0: there is no room for it. */
static uint32_t
number_of(struct sheet *s, struct span bytes)
{
	uint32_t n_old = s->page ? s->page->n_values : 0;
	size_t i;

	if (2 * (s->n_values + 1) > s->n_slots)
		grow_slots(s);
	i = hash_bytes(bytes.p, bytes.len, 0) & (s->n_slots - 1);
	for (; s->slots[i]; i = (i + 1) & (s->n_slots - 1)) {
		struct span v = nth(s->ends, s->bytes, s->slots[i] - 1);

		if (v.len == bytes.len && (!v.len || !memcmp(v.p, bytes.p, v.len)))
			return FIRST_NUMBER + n_old + s->slots[i] - 1;
	}
	if (bytes.len > BYTES_MAX - s->len ||
	    FIRST_NUMBER + n_old + s->n_values >= SHEET_NUMBERS)
		return 0;
	xgrow(&s->ends, &s->cap_values, s->n_values + 1, sizeof(*s->ends));
	xgrow(&s->bytes, &s->cap, s->len + bytes.len + 1, 1);
	if (bytes.len)
		memcpy(s->bytes + s->len, bytes.p, bytes.len);
	s->len += bytes.len;
	s->ends[s->n_values++] = (uint32_t)s->len;
	s->slots[i] = (uint32_t)s->n_values;
	return FIRST_NUMBER + n_old + (uint32_t)s->n_values - 1;
}

void
sheet_put(struct sheet *s, struct cursor *c, const struct value *v)
{
	uint32_t number;

	/* What was found without the bytes is nothing to keep. */
	if (c->is_unread || !have_chunk(s, c))
		return;
	number = v ? number_of(s, bytes_of(s, v)) : SHEET_NONE;
	if (!number)
		return;
	xgrow(&s->found, &s->cap_found, s->n_found + 1, sizeof(*s->found));
	s->found[s->n_found] = (struct found){ (uint16_t)c->row, (uint16_t)number,
					       (uint32_t)s->n_found };
	s->n_found++;
}
