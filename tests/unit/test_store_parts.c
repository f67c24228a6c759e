/* Parts of the store: trails, columns, bytes of events, tables of descriptors. */
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/store/bitmaps.h"
#include "engine/store/chunk.h"
#include "engine/store/grave.h"
#include "engine/store/ids.h"
#include "engine/store/keepsakes.h"
#include "engine/store/payload.h"
#include "engine/store/recall.h"
#include "engine/store/row_reader.h"
#include "engine/store/slots.h"
#include "engine/store/store.h"
#include "engine/store/sums.h"
#include "engine/store/trail.h"
#include "engine/world/world.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"

struct entry {
	uint64_t from, value;
};

static uint64_t
value_at(const struct trail *t, uint64_t position)
{
	const struct entry *e = trail_at(t, position, sizeof(*e));

	return e ? e->value : 0;
}

static void
check_trails(void)
{
	struct grave g = { 0 };
	struct trail t = { NULL };
	size_t n;

	CHECK(!trail_at(&t, 5, sizeof(struct entry)), "an empty trail has nothing");
	for (uint64_t i = 1; i <= 100; i++)
		trail_append(&t, &g, &(struct entry){ 10 * i, i }, sizeof(struct entry));
	CHECK(!value_at(&t, 9) && value_at(&t, 10) == 1 && value_at(&t, 19) == 1 &&
	      value_at(&t, 5000) == 100, "what held at a position");
	trail_append(&t, &g, &(struct entry){ 1000, 7 }, sizeof(struct entry));
	trail_all(&t, &n);
	CHECK(n == 100 && value_at(&t, 1000) == 7, "one position has one value");
	trail_cut(&t, &g, 905, sizeof(struct entry));
	trail_all(&t, &n);
	CHECK(n == 11 && value_at(&t, 905) == 90 && value_at(&t, 910) == 91,
	      "what is cut off leaves what held then: %zu", n);
	trail_end(&t, &g, 950, sizeof(struct entry));
	CHECK(value_at(&t, 5000) == 94, "an end takes what is behind it");
	trail_rebase(&t, &g, &(struct entry){ 930, 1 }, sizeof(struct entry));
	CHECK(!value_at(&t, 929) && value_at(&t, 930) == 1 && value_at(&t, 940) == 94,
	      "one entry stands for those before it");
	trail_fini(&t, &g);
	CHECK(g.trail_bytes == 0, "all bytes were counted");
	grave_fini(&g);
}

static void
note_burial(void *ctx, enum grave_kind kind, void *p)
{
	(void)kind;
	(void)p;
	++*(int *)ctx;
}

static void
check_graves(void)
{
	int buried = 0, x;
	struct grave g = { .epoch = 1, .bury = note_burial, .ctx = &buried };

	grave_put(&g, GRAVE_CHUNK, &x, 100);
	g.epoch = 2;
	grave_put(&g, GRAVE_TABLE, &x, 10);
	grave_dig(&g, 1);
	CHECK(buried == 0 && g.bytes == 110 && grave_holds(&g, 1),
	      "who looks since epoch 1 may look at both");
	grave_dig(&g, 2);
	CHECK(buried == 1 && g.bytes == 10 && !grave_holds(&g, 1) && grave_holds(&g, 2),
	      "nobody looks at what went in epoch 1");
	grave_fini(&g);
	CHECK(buried == 2, "nothing is forgotten at the end");
}

static void
check_slots(void)
{
	struct slots s = { 0 };
	int a, b;

	slots_init(&s);
	CHECK(slots_add(&s, &a) == 1 && slots_add(&s, &b) == 2, "slots count from 1");
	slots_del(&s, 1);
	CHECK(!slots_get(&s, 1) && slots_get(&s, 2) == &b, "a free slot has nothing");
	CHECK(slots_add(&s, &a) == 1 && s.n_used == 2, "a free slot is used again");
	slots_fini(&s);
}

/* What column ID has in row I of the chunk of SEED. */
static uint64_t
value_of(uint64_t seed, unsigned id, uint64_t i)
{
	static const unsigned bits[COLUMNS] = { 40, 63, 64, 12, 20, 22, 9, 9, 5, 3, 15, 5 };
	struct rng r = { seed + i / 3 * COLUMNS + id };
	uint64_t v = rng_u64(&r) >> (64 - bits[id]);

	return id == COL_TYPE ? v % EVENT_TYPES : seed % 2 && id == COL_BACK ? 0 : v;
}

/* How much of what rows of C say, one after the other and in leaps, C does not. */
static size_t
misread(const struct chunk *c)
{
	struct row_reader *r = row_reader_new();
	size_t n_wrong = 0;
	uint64_t v[COLUMNS];

	for (uint32_t i = 0; i < 2 * c->n; i++) {
		uint32_t row = i < c->n ? i : (uint32_t)((uint64_t)i * 7919 % c->n);

		row_reader_get(r, c, row, v);
		for (unsigned id = 0; id < COL_KIND; id++)
			n_wrong += v[id] != chunk_get(c, id, row);
	}
	row_reader_free(r);
	return n_wrong;
}

static void
check_chunk(uint64_t seed, uint32_t n)
{
	struct seal_room *room = seal_room_new(SUMS_PAYS);
	struct chunk *c = chunk_new(1000), *sealed;
	uint64_t loaded[700], n_wrong = 0;
	size_t from = n / 3, some = n - from < 700 ? n - from : 700;

	for (uint32_t i = 0; i < n; i++) {
		struct chunk_row row;

		for (unsigned id = 0; id < COLUMNS; id++)
			row.values[id] = value_of(seed, id, i);
		chunk_add(c, &row);
	}
	/* What the room was used for before does not show. */
	chunk_free(chunk_seal(c, room));
	sealed = chunk_seal(c, room);
	for (unsigned id = 0; id < COLUMNS; id++) {
		for (uint32_t i = 0; i < n; i++) {
			n_wrong += chunk_get(c, id, i) != value_of(seed, id, i);
			n_wrong += chunk_get(sealed, id, i) != value_of(seed, id, i);
		}
		if (column_is_combined(id))
			continue;
		column_load(&sealed->columns[id], from, some, loaded);
		for (size_t i = 0; i < some; i++)
			n_wrong += loaded[i] != value_of(seed, id, from + i);
	}
	CHECK(!n_wrong && sealed->first == 1000 && sealed->n == n,
	      "%u rows are the same when they are sealed: %llu wrong, %zu bytes", n,
	      (unsigned long long)n_wrong, sealed->bytes);
	CHECK(!misread(c) && !misread(sealed), "%u rows are read one by one", n);
	chunk_free(c);
	chunk_free(sealed);
	seal_room_free(room);
}

/* Of the 300 events of P at AT, forwards and at random. */
static size_t
wrong_events(const struct payload *p, const uint32_t *at, const uint8_t *bytes)
{
	struct payload_view view = { .of = NULL };
	struct rng r = { 5 };
	size_t n_wrong = 0;

	for (uint32_t k = 0; k < 900; k++) {
		uint32_t i = k < 300 ? k : (uint32_t)rng_below(&r, 300);
		struct event ev;

		payload_get(p, at[i], &view, &ev);
		n_wrong += ev.tid != i || ev.n_params != i % 3;
		if (i % 3)
			n_wrong += ev.ends[0] != i ||
				   memcmp(ev.values, bytes, ev.ends[i % 3 - 1]);
	}
	payload_view_fini(&view);
	return n_wrong;
}

static void
check_payload(void)
{
	struct libdeflate_compressor *with = libdeflate_alloc_compressor(1);
	struct payload *p = payload_new(), *packed;
	static uint8_t bytes[200000];
	uint32_t at[300];
	size_t n_wrong;

	for (uint32_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	for (uint32_t i = 0; i < 300; i++) {
		struct event ev = { .tid = i, .values = bytes, .n_params = i % 3,
				    .ends = { i, i + (i % 50 ? 0 : 100000) } };

		at[i] = payload_add(p, &ev);
	}
	n_wrong = wrong_events(p, at, bytes);
	CHECK(!n_wrong && payload_bytes(p) > payload_len(p), "bytes of 300 events come back");
	packed = payload_pack(p, with);
	payload_free(p);
	n_wrong = wrong_events(packed, at, bytes);
	CHECK(!n_wrong && payload_bytes(packed) < payload_len(packed) / 4,
	      "packed to %zu bytes of %zu they do, too: %zu wrong", payload_bytes(packed),
	      payload_len(packed), n_wrong);
	payload_free(packed);
	libdeflate_free_compressor(with);
}

/* Answers of a condition ---------------------------------------------- */

#define N_PAGES 4			/* that there is room for */

static struct bitmaps_question
question(const char *name, uint64_t age)
{
	return (struct bitmaps_question){ { (const uint8_t *)name, strlen(name) }, age };
}

/* Say of row ROW of the chunk at FIRST that it is wanted, or not. */
static void
tell(struct bitmaps *b, const char *name, uint64_t age, uint64_t row, bool yes)
{
	struct bitmaps_question q = question(name, age);
	struct bitmap *bits = xzalloc(sizeof(*bits));
	size_t i = row % CHUNK_ROWS;

	bits->known[i / 64] = (uint64_t)1 << i % 64;
	bits->yes[i / 64] = (uint64_t)yes << i % 64;
	bitmaps_put(b, &q, row - i, bits);
	free(bits);
}

/* '1', '0', or '?': nothing is known of the row. */
static char
told(struct bitmaps *b, const char *name, uint64_t age, uint64_t row)
{
	struct bitmaps_question q = question(name, age);
	struct bitmap *bits = xzalloc(sizeof(*bits));
	size_t i = row % CHUNK_ROWS;
	bool known, yes;

	bitmaps_get(b, &q, row - i, bits);
	known = bits->known[i / 64] >> i % 64 & 1;
	yes = bits->yes[i / 64] >> i % 64 & 1;
	free(bits);
	return !known ? '?' : yes ? '1' : '0';
}

static void
check_bitmaps(void)
{
	struct bitmaps *b = bitmaps_new(N_PAGES * sizeof(struct bitmap));
	uint64_t empty = bitmaps_bytes(b);

	tell(b, "a", 1, 5, true);
	tell(b, "a", 1, 6, false);
	tell(b, "a", 1, CHUNK_ROWS + 5, false);
	CHECK(told(b, "a", 1, 5) == '1' && told(b, "a", 1, 6) == '0' &&
	      told(b, "a", 1, 7) == '?' && told(b, "a", 1, CHUNK_ROWS + 5) == '0',
	      "what was told of rows is known, and no more");
	CHECK(told(b, "b", 1, 5) == '?', "another condition knows nothing of it");
	CHECK(told(b, "a", 0, 5) == '?', "who asks about the past gets nothing");
	tell(b, "a", 0, 7, true);
	CHECK(told(b, "a", 1, 7) == '?' && told(b, "a", 1, 5) == '1', "nor is it taken");
	CHECK(told(b, "a", 2, 5) == '?' && bitmaps_bytes(b) == empty,
	      "something was learned: all of it is forgotten");
	for (uint64_t i = 0; i < 6; i++)
		tell(b, i % 2 ? "a" : "b", 2, i * CHUNK_ROWS, true);
	CHECK(bitmaps_bytes(b) <= empty + N_PAGES * sizeof(struct bitmap) &&
	      told(b, "a", 2, 5 * CHUNK_ROWS) == '1', "it takes no more than it may: %llu bytes",
	      (unsigned long long)(bitmaps_bytes(b) - empty));
	bitmaps_forget(b, 5 * CHUNK_ROWS);
	CHECK(told(b, "a", 2, 5 * CHUNK_ROWS) == '1' && told(b, "a", 2, 3 * CHUNK_ROWS) == '?' &&
	      bitmaps_bytes(b) == empty + sizeof(struct bitmap), "what is gone is forgotten");
	tell(b, "a", 2, 3 * CHUNK_ROWS, true);
	CHECK(told(b, "a", 2, 3 * CHUNK_ROWS) == '?', "and not taken again");
	bitmaps_forget(b, 9 * CHUNK_ROWS);
	for (int i = 0; i < 100; i++)
		tell(b, (char[]){ (char)(1 + i), '\0' }, 2, (uint64_t)(9 + i) * CHUNK_ROWS, true);
	CHECK(told(b, (char[]){ 100, '\0' }, 2, 108 * (uint64_t)CHUNK_ROWS) == '1' &&
	      bitmaps_bytes(b) == empty + N_PAGES * sizeof(struct bitmap),
	      "the latest of many conditions stay");
	bitmaps_free(b);
}

/* Keepsakes ------------------------------------------------------------ */

static struct keepsake_name
called(const char *name, uint64_t age, uint64_t slots_age)
{
	return (struct keepsake_name){
		.name = { (const uint8_t *)name, strlen(name) },
		.age = age, .slots_age = slots_age,
	};
}

static void
count_freed(void *thing)
{
	++*(int *)thing;
}

/* Put THING, of 100 bytes, and give it back. */
static void
keep(struct keepsakes *k, const char *name, int *thing)
{
	struct keepsake_name n = called(name, 1, 1);

	keepsakes_put(k, &n, thing, 100, count_freed);
	keepsakes_give_back(k, thing);
}

static bool
is_kept(struct keepsakes *k, const char *name, uint64_t age, uint64_t slots_age)
{
	struct keepsake_name n = called(name, age, slots_age);
	void *thing = keepsakes_borrow(k, &n);

	if (thing)
		keepsakes_give_back(k, thing);
	return thing;
}

static void
check_keepsakes(void)
{
	struct keepsakes *k = keepsakes_new(350, 64);
	struct keepsake_name a = called("a", 1, 1), huge = called("huge", 1, 1);
	int freed[6] = { 0 }, *lent;

	keep(k, "a", &freed[0]);
	CHECK(is_kept(k, "a", 1, 1) && !is_kept(k, "b", 1, 1), "what was put is found");
	CHECK(!is_kept(k, "a", 2, 1) && !is_kept(k, "a", 1, 2),
	      "but not once something was learned, or slots were used again");
	lent = keepsakes_borrow(k, &a);
	keep(k, "a", &freed[1]);
	CHECK(lent == &freed[0] && !freed[0], "what is lent stays when another takes its place");
	keepsakes_give_back(k, lent);
	CHECK(freed[0] == 1 && !freed[1], "and goes when it is given back");
	lent = keepsakes_borrow(k, &a);
	keep(k, "b", &freed[2]);
	keep(k, "c", &freed[3]);
	keep(k, "d", &freed[4]);
	CHECK(!freed[1] && freed[2] == 1 && !freed[3] && !freed[4],
	      "the one that was not asked for longest goes, and is not lent");
	keepsakes_give_back(k, lent);
	keepsakes_put(k, &huge, &freed[5], 400, count_freed);
	CHECK(!freed[5] && !is_kept(k, "huge", 1, 1), "what is too much is not kept");
	keepsakes_give_back(k, &freed[5]);
	CHECK(freed[5] == 1, "but only lent");
	keepsakes_free(k);
	CHECK(freed[1] == 1 && freed[3] == 1 && freed[4] == 1, "all is freed once");
}

/* Ids that come in order and go in any: as a plain array has them. */
static void
check_ids(void)
{
	static uint32_t model[5000];
	struct rng r = { 7 };
	struct ids ids = { .at = 0 };
	size_t n_wrong = 0;

	for (uint32_t id = 1; id < ARRAY_LEN(model); id++) {
		uint32_t gone = 1 + (uint32_t)rng_below(&r, id);

		if (rng_below(&r, 10)) {
			model[id] = id * 7;
			ids_put(&ids, id, model[id]);
		}
		if (id > 100 && id % 4) {
			ids_del(&ids, gone);
			model[gone] = 0;
		}
		n_wrong += ids_get(&ids, gone) != model[gone] || ids_get(&ids, id) != model[id];
	}
	for (uint32_t id = 0; id < ARRAY_LEN(model); id++) {
		n_wrong += ids_get(&ids, id) != model[id];
		ids_del(&ids, id);
		n_wrong += ids_get(&ids, id) != 0;
	}
	CHECK(!n_wrong && !ids.pages.n, "ids have their slots: %zu have not; %zu pages are left",
	      n_wrong, ids.pages.n);
	ids_fini(&ids);
}

int
main(void)
{
	check_bitmaps();
	check_keepsakes();
	check_trails();
	check_graves();
	check_slots();
	check_ids();
	for (uint32_t n = 1; n <= CHUNK_ROWS; n = n * 3 + 5)
		check_chunk(n, n);
	check_chunk(4, CHUNK_ROWS);
	check_payload();
	return check_done();
}
