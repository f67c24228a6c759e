#include "engine/store/chunk.h"

#include <stdlib.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/store/aside.h"
#include "engine/store/payload.h"
#include "engine/store/pyramid.h"
#include "engine/store/sums.h"

/* As chunk_add() lays them out: bytes. */
static const uint8_t open_widths[COLUMNS] = { 8, 8, 8, 4, 4, 4, 4, 2, 2, 2, 2, 2 };

#define OPEN_ROW_BYTES 50u

struct chunk *
chunk_new(uint64_t first)
{
	struct chunk *c = xzalloc(sizeof(*c));
	uint8_t *at = xmalloc((size_t)OPEN_ROW_BYTES * CHUNK_ROWS);

	c->first = first;
	c->aside = aside_new();
	mem_large(at, (size_t)OPEN_ROW_BYTES * CHUNK_ROWS);
	c->memory = at;
	c->bytes = (size_t)OPEN_ROW_BYTES * CHUNK_ROWS + sizeof(*c);
	for (unsigned i = 0; i < COLUMNS; i++) {
		struct column *column = &c->columns[i];
		uint32_t pack_len = open_widths[i] * PACK_ROWS;

		column->p = at;
		column->max = UINT64_MAX;
		for (uint32_t k = 0; k < CHUNK_PACKS; k++)
			column->packs[k] = (struct pack){ 0, k * pack_len,
							  (uint8_t)(8 * open_widths[i]) };
		at += (size_t)open_widths[i] * CHUNK_ROWS;
	}
	return c;
}

void
chunk_free(struct chunk *c)
{
	if (!c)
		return;
	if (!c->has_lent)
		payload_free(c->payload);
	sums_free(c->sums);
	sums_free(c->by_fd);
	for (unsigned i = 0; i < CHUNK_NODES; i++)
		pyramid_node_free(c->nodes[i]);
	aside_free(c->aside);
	free(c->combined);
	free(c->memory);
	free(c);
}

size_t
chunk_sums_bytes(const struct chunk *c)
{
	return sums_bytes(c->sums) + sums_bytes(c->by_fd);
}

/* Reading ------------------------------------------------------------- */

#define LOAD_ALL(load) \
	while (n) { \
		size_t at = first % PACK_ROWS, some = PACK_ROWS - at; \
		some = some < n ? some : n; \
		load(&c->packs[first / PACK_ROWS], c->p, at, some, out); \
		first += some; \
		out += some; \
		n -= some; \
	}

void
column_load(const struct column *c, size_t first, size_t n, uint64_t *out)
{
	LOAD_ALL(pack_load)
}

void
column_load_u32(const struct column *c, size_t first, size_t n, uint32_t *out)
{
	LOAD_ALL(pack_load_u32)
}

/* Sealing ------------------------------------------------------------- */

/* Find out how the packs of FROM, which has N_ALL values, are to be written to OUT: bytes
 * that they take. */
static size_t
plan_column(const struct column *from, size_t n_all, uint64_t flip, struct column *out)
{
	uint64_t values[PACK_ROWS], low = UINT64_MAX, high = 0;
	size_t len = 0;

	for (size_t first = 0; first < n_all; first += PACK_ROWS) {
		size_t n = n_all - first < PACK_ROWS ? n_all - first : PACK_ROWS;
		struct pack *pack = &out->packs[first / PACK_ROWS];
		uint64_t pack_low, pack_high;

		column_load(from, first, n, values);
		pack_range(values, n, flip, &pack_low, &pack_high);
		*pack = pack_plan(pack_low, pack_high, (uint32_t)len);
		low = (pack_low ^ flip) < low ? pack_low ^ flip : low;
		high = (pack_high ^ flip) > high ? pack_high ^ flip : high;
		len += pack_bytes(n, pack->bits);
	}
	out->min = low ^ flip;
	out->max = high ^ flip;
	return len;
}

static void
pack_column(const struct column *from, size_t n_all, const struct column *out, uint8_t *bytes)
{
	uint64_t values[PACK_ROWS];

	for (size_t first = 0; first < n_all; first += PACK_ROWS) {
		size_t n = n_all - first < PACK_ROWS ? n_all - first : PACK_ROWS;
		const struct pack *pack = &out->packs[first / PACK_ROWS];

		if (!pack->bits)
			continue;
		column_load(from, first, n, values);
		pack_put(pack, values, n, bytes);
	}
}

#define CODER_SLOTS (2 * CHUNK_ROWS)

/* What sealing needs room for, so that it does not ask for it each time. */
struct seal_room {
	uint16_t codes[CHUNK_ROWS];
	uint32_t slots[CODER_SLOTS];	/* of the coder: zeroes between two chunks */
	struct sums_room *sums;	/* owned */
	unsigned sums_pay;
};

struct seal_room *
seal_room_new(unsigned sums_pay)
{
	struct seal_room *room = xzalloc(sizeof(*room));

	room->sums = sums_room_new();
	room->sums_pay = sums_pay;
	return room;
}

size_t
seal_room_bytes(const struct seal_room *room)
{
	return sizeof(*room) + sums_room_bytes(room->sums);
}

void
seal_room_free(struct seal_room *room)
{
	if (!room)
		return;
	sums_room_free(room->sums);
	free(room);
}

/* Combinations, while codes are given. */
struct coder {
	struct combined *list;
	size_t n, cap;
	uint32_t *slots;		/* open addressing: code + 1 */
};

static size_t
coder_slot(const struct coder *k, uint64_t key)
{
	size_t i = hash_mix(key, 0x9E3779B97F4A7C15u) % CODER_SLOTS;

	while (k->slots[i] && combined_key(&k->list[k->slots[i] - 1]) != key)
		i = (i + 1) % CODER_SLOTS;
	return i;
}

static uint16_t
code_of(struct coder *k, struct combined of)
{
	size_t i = coder_slot(k, combined_key(&of));

	if (!k->slots[i]) {
		xgrow(&k->list, &k->cap, k->n + 1, sizeof(*k->list));
		k->list[k->n++] = of;
		k->slots[i] = (uint32_t)k->n;
	}
	return (uint16_t)(k->slots[i] - 1);
}

/* Leave no slot in use: the last ones first, so that the way to each is still there. */
static void
coder_clear(struct coder *k)
{
	for (size_t code = k->n; code-- > 0;)
		k->slots[coder_slot(k, combined_key(&k->list[code]))] = 0;
}

/* What the combined columns of C's rows are together: codes into CODES, which has room for
 * all rows. */
static void
give_codes(const struct chunk *c, struct chunk *out, struct seal_room *room)
{
	struct coder k = { .slots = room->slots };
	uint64_t types[PACK_ROWS], calls[PACK_ROWS], flags[PACK_ROWS], kinds[PACK_ROWS];

	for (size_t first = 0; first < c->n; first += PACK_ROWS) {
		size_t n = c->n - first < PACK_ROWS ? c->n - first : PACK_ROWS;

		column_load(&c->columns[COL_TYPE], first, n, types);
		column_load(&c->columns[COL_CALL], first, n, calls);
		column_load(&c->columns[COL_FLAGS], first, n, flags);
		column_load(&c->columns[COL_KIND], first, n, kinds);
		for (size_t i = 0; i < n; i++)
			room->codes[first + i] = code_of(&k, (struct combined){
				(uint16_t)types[i], (uint16_t)calls[i], (uint16_t)flags[i],
				(uint16_t)kinds[i] });
	}
	coder_clear(&k);
	out->combined = xreallocarray(k.list, k.n, sizeof(*k.list));
	out->n_combined = (uint32_t)k.n;
}

/* An array of 16-bit values as a column. */
static void
wrap_codes(const uint16_t *codes, struct column *out)
{
	out->p = (const uint8_t *)codes;
	for (uint32_t k = 0; k < CHUNK_PACKS; k++)
		out->packs[k] = (struct pack){ 0, k * PACK_ROWS * 2, 16 };
}

struct chunk *
chunk_seal(const struct chunk *c, struct seal_room *room)
{
	struct chunk *out = xzalloc(sizeof(*out));
	const struct column *from[COLUMNS + 1] = { 0 };
	struct column *to[COLUMNS + 1], wrapped;
	size_t starts[COLUMNS + 1], len = 0;
	uint8_t *memory;

	out->first = c->first;
	out->n = c->n;
	out->section = c->section;
	out->file = c->file;
	out->payload_base = c->payload_base;
	out->before_ns = c->before_ns;
	out->payload = c->payload;
	out->aside = aside_pack(c->aside);
	out->is_sealed = true;
	out->fd_names = c->fd_names;
	give_codes(c, out, room);
	out->sums = sums_new(c, room->codes, out->combined, room->sums_pay,
				   room->sums);
	if (out->sums)
		out->by_fd = sums_new_by_fd(c, room->codes, out->combined, room->sums_pay,
					    room->sums);
	wrap_codes(room->codes, &wrapped);
	for (unsigned i = 0; i <= COLUMNS; i++) {
		if (i < COLUMNS && column_is_combined(i))
			continue;
		from[i] = i < COLUMNS ? &c->columns[i] : &wrapped;
		to[i] = i < COLUMNS ? &out->columns[i] : &out->codes;
		starts[i] = len;
		len += plan_column(from[i], c->n, i == COL_RESULT ? 1ull << 63 : 0, to[i]);
	}
	out->memory = memory = xmalloc(len + 8);
	memset(memory + len, 0, 8);
	out->bytes = len + 8 + sizeof(*out) + out->n_combined * sizeof(*out->combined) +
		     aside_bytes(out->aside);
	for (unsigned i = 0; i <= COLUMNS; i++) {
		if (!from[i])
			continue;
		to[i]->p = memory + starts[i];
		pack_column(from[i], c->n, to[i], memory + starts[i]);
	}
	return out;
}
