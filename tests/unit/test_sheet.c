/* What an operand said of rows is what it is said to have said: by whoever asks next, in any
 * order, of some rows or all; what there is no room for is not known. */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/field/operand.h"
#include "engine/query/sheet.h"
#include "engine/store/keepsakes.h"
#include "engine/store/store.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"

/* A cursor on chunks that have no columns. */
struct scene {
	struct store *store;
	struct snapshot snap;
	struct chunk chunks[2];
	struct cursor *c;
	struct operand *operand;
	size_t n_wrong;			/* rows that said something else */
};

static void
scene_init(struct scene *s, const char *operand)
{
	size_t len;

	s->n_wrong = 0;
	s->store = store_new(0);
	s->snap = (struct snapshot){ .store = s->store, .learned = 1 };
	for (int i = 0; i < 2; i++) {
		memset(&s->chunks[i], 0, sizeof(s->chunks[i]));
		s->chunks[i].first = 1 + (uint64_t)i * CHUNK_ROWS;
		s->chunks[i].is_sealed = true;
	}
	s->c = xzalloc(sizeof(*s->c));
	s->c->snap = &s->snap;
	s->operand = operand_parse(operand, &len, NULL);
}

static void
scene_fini(struct scene *s)
{
	operand_free(s->operand);
	free(s->c);
	store_free(s->store);
}

static void
stand(struct scene *s, int chunk, uint32_t row)
{
	s->c->chunk = &s->chunks[chunk];
	s->c->row = row;
}

/* Row ROW has one of N texts, every seventh none. */
static struct value
text_of(uint32_t row, uint32_t n, char *buf, size_t len)
{
	struct value v;

	snprintf(buf, len, "value %u", row * 7919u % n);
	v.s = (struct span){ (const uint8_t *)buf, strlen(buf) };
	return v;
}

/* Say of the rows of CHUNK that STEP leads to what they have. */
static void
tell(struct scene *s, struct sheet *sheet, int chunk, uint32_t step, uint32_t n)
{
	char buf[32];

	for (uint32_t row = 0; row < CHUNK_ROWS; row += step) {
		struct value v = text_of(row, n, buf, sizeof(buf)), known;

		stand(s, chunk, row);
		if (!sheet_get(sheet, s->c, &known))
			sheet_put(sheet, s->c, row % 7 ? &v : NULL);
	}
}

/* How many rows of CHUNK are known, going through them by STEP. */
static uint32_t
count(struct scene *s, struct sheet *sheet, int chunk, uint32_t step, uint32_t n)
{
	uint32_t n_known = 0;
	char buf[32];

	for (uint32_t i = 0; i < CHUNK_ROWS; i++) {
		uint32_t row = i * step % CHUNK_ROWS, number;
		struct value v = text_of(row, n, buf, sizeof(buf)), got;

		stand(s, chunk, row);
		number = sheet_get(sheet, s->c, &got);
		n_known += number != 0;
		if (number == SHEET_NONE)
			s->n_wrong += row % 7 != 0;
		else if (number)
			s->n_wrong += row % 7 == 0 || got.s.len != v.s.len ||
				    memcmp(got.s.p, v.s.p, v.s.len) != 0;
	}
	return n_known;
}

/* Rows of two chunks by STEP, then more of them by MORE, each time by another one who asks. */
static void
check_rows(uint32_t step, uint32_t more, uint32_t n)
{
	struct scene s;
	struct sheet *sheet;
	uint32_t least = (CHUNK_ROWS + step - 1) / step, got[2];

	scene_init(&s, "evt.args");
	sheet = sheet_new(s.operand, T_STR);
	tell(&s, sheet, 0, step, n);
	tell(&s, sheet, 1, step, n);
	sheet_free(sheet);
	sheet = sheet_new(s.operand, T_STR);
	CHECK(count(&s, sheet, 0, 1, n) == least && !s.n_wrong,
	      "each %u of %u values are known", step, n);
	tell(&s, sheet, 0, more, n);
	stand(&s, 1, 0);
	sheet_get(sheet, s.c, &(struct value){ 0 });
	got[0] = count(&s, sheet, 0, 40503, n);
	got[1] = count(&s, sheet, 1, 65535, n);
	CHECK(got[0] > (CHUNK_ROWS - 1) / more && got[0] >= least && got[1] == least && !s.n_wrong,
	      "each %u as well, in any order: %u, %u; %zu wrong", more, got[0], got[1], s.n_wrong);
	sheet_free(sheet);
	s.snap.learned = 2;
	sheet = sheet_new(s.operand, T_STR);
	CHECK(!count(&s, sheet, 0, 1, n), "what was learned changes all");
	sheet_free(sheet);
	scene_fini(&s);
}

static void
check_limits(void)
{
	struct scene s;
	struct sheet *sheet;
	struct value v = { 0 }, got;
	static char text[100000];
	size_t n_wrong = 0;
	uint32_t n;

	scene_init(&s, "evt.args");
	sheet = sheet_new(s.operand, T_STR);
	s.chunks[1].is_sealed = false;
	stand(&s, 1, 5);
	sheet_put(sheet, s.c, &v);
	CHECK(!sheet_get(sheet, s.c, &got), "open chunks have none");
	s.c->is_unread = true;
	stand(&s, 0, 5);
	sheet_put(sheet, s.c, &v);
	CHECK(!sheet_get(sheet, s.c, &got), "what was not read is not known");
	s.c->is_unread = false;
	for (uint32_t row = 0; row < CHUNK_ROWS; row++) {
		v.s = (struct span){ (const uint8_t *)&row, sizeof(row) };
		stand(&s, 0, row);
		sheet_put(sheet, s.c, &v);
	}
	sheet_free(sheet);
	sheet = sheet_new(s.operand, T_STR);
	for (uint32_t row = n = 0; row < CHUNK_ROWS; row++) {
		stand(&s, 0, row);
		if (!sheet_get(sheet, s.c, &got))
			continue;
		n++;
		n_wrong += got.s.len != sizeof(row) || memcmp(got.s.p, &row, sizeof(row)) != 0;
	}
	CHECK(n == SHEET_NUMBERS - 2 && !n_wrong, "all rows with other values: %u are known", n);
	sheet_free(sheet);
	scene_fini(&s);
	scene_init(&s, "evt.buffer");
	sheet = sheet_new(s.operand, T_DATA);
	for (uint32_t row = n = 0; row < 30; row++) {
		text[0] = (char)row;
		v.s = (struct span){ (const uint8_t *)text, sizeof(text) };
		stand(&s, 0, row);
		sheet_put(sheet, s.c, &v);
		n += sheet_get(sheet, s.c, &got) != 0;
	}
	CHECK(n == 10, "what is large is kept as long as there is room: %u", n);
	sheet_free(sheet);
	scene_fini(&s);
}

static void
check_numbers(void)
{
	struct scene s;
	struct sheet *sheet;
	struct value v = { 0 }, got = { 0 };
	uint32_t first;

	scene_init(&s, "evt.rawarg.size");
	sheet = sheet_new(s.operand, T_UINT);
	v.u = 0xfedcba9876543210;
	stand(&s, 0, 9);
	sheet_put(sheet, s.c, &v);
	first = sheet_get(sheet, s.c, &got);
	CHECK(first && got.u == v.u, "a number is a number");
	stand(&s, 0, 10);
	sheet_put(sheet, s.c, &v);
	CHECK(sheet_get(sheet, s.c, &got) == first, "the same has the same");
	sheet_free(sheet);
	sheet = sheet_new(s.operand, T_UINT);
	got.u = 0;
	CHECK(sheet_get(sheet, s.c, &got) && got.u == v.u, "for who comes later, too");
	keepsakes_forget(store_sheets(s.store), CHUNK_ROWS);
	sheet_free(sheet);
	sheet = sheet_new(s.operand, T_UINT);
	CHECK(!sheet_get(sheet, s.c, &got), "what is forgotten is gone");
	sheet_put(sheet, s.c, &v);
	sheet_free(sheet);
	sheet = sheet_new(s.operand, T_UINT);
	CHECK(!sheet_get(sheet, s.c, &got), "and does not come back");
	sheet_free(sheet);
	sheet_free(NULL);
	scene_fini(&s);
}

int
main(void)
{
	check_rows(1, 1, 3);
	check_rows(2, 3, 1000);
	check_rows(100, 7, 50000);
	check_rows(5000, 1, 20);
	check_rows(1, 2, 60000);
	/* None of these rows has any. */
	check_rows(7, 14, 10);
	check_numbers();
	check_limits();
	return check_done();
}
