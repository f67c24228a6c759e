#include "engine/store/chunk.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/store/payload.h"

/* As chunk_add() lays them out: bytes. */
static const uint8_t open_widths[COLUMNS] = { 8, 8, 8, 4, 4, 4, 4, 2, 2, 2, 2 };

#define OPEN_ROW_BYTES 48u

struct chunk *
chunk_new(uint64_t first)
{
	struct chunk *c = xzalloc(sizeof(*c));
	uint8_t *at = xmalloc((size_t)OPEN_ROW_BYTES * CHUNK_ROWS);

	c->first = first;
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
	free(c->memory);
	free(c);
}

/* Reading ------------------------------------------------------------- */

#define LOAD_ALIGNED(type) \
	do { \
		const type *from = (const type *)(const void *)(c->p + pack->at) + first; \
		for (size_t i = 0; i < n; i++) \
			out[i] = min + from[i]; \
	} while (0)

#define LOAD_BITS(type) \
	do { \
		const uint8_t *from = c->p + pack->at; \
		uint64_t mask = ((uint64_t)1 << bits) - 1; \
		size_t bit = first * bits; \
		for (size_t i = 0; i < n; i++, bit += bits) { \
			uint64_t v; \
			memcpy(&v, from + bit / 8, 8); \
			out[i] = min + (type)(v >> bit % 8 & mask); \
		} \
	} while (0)

#define LOAD_PACK(name, type) \
	static void \
	name(const struct column *c, const struct pack *pack, size_t first, size_t n, type *out) \
	{ \
		type min = (type)pack->min; \
		unsigned bits = pack->bits; \
		\
		switch (bits) { \
		case 0: \
			for (size_t i = 0; i < n; i++) \
				out[i] = min; \
			break; \
		case 8: \
			LOAD_ALIGNED(uint8_t); \
			break; \
		case 16: \
			LOAD_ALIGNED(uint16_t); \
			break; \
		case 32: \
			LOAD_ALIGNED(uint32_t); \
			break; \
		case 64: \
			LOAD_ALIGNED(type); \
			break; \
		default: \
			LOAD_BITS(type); \
		} \
	}

LOAD_PACK(load_pack, uint64_t)
LOAD_PACK(load_pack_u32, uint32_t)

#define LOAD_ALL(load) \
	while (n) { \
		size_t at = first % PACK_ROWS, some = PACK_ROWS - at; \
		some = some < n ? some : n; \
		load(c, &c->packs[first / PACK_ROWS], at, some, out); \
		first += some; \
		out += some; \
		n -= some; \
	}

void
column_load(const struct column *c, size_t first, size_t n, uint64_t *out)
{
	LOAD_ALL(load_pack)
}

void
column_load_u32(const struct column *c, size_t first, size_t n, uint32_t *out)
{
	LOAD_ALL(load_pack_u32)
}

/* Sealing ------------------------------------------------------------- */

/* As many bits as SPAN needs; some more where that makes reading faster. */
static uint8_t
bits_of(uint64_t span)
{
	unsigned bits = span ? 64 - (unsigned)__builtin_clzll(span) : 0;

	if (bits == 7 || bits == 15)
		return (uint8_t)(bits + 1);
	if (bits == 30 || bits == 31)
		return 32;
	return (uint8_t)(bits > 56 ? 64 : bits);
}

/* Bytes of a pack with N values; whole words, so that all are aligned. */
static size_t
pack_bytes(size_t n, unsigned bits)
{
	return (n * bits + 63) / 64 * 8;
}

static void
put_bits(const uint64_t *values, size_t n, const struct pack *pack, uint8_t *out)
{
	uint64_t word = 0, min = pack->min;
	unsigned bits = pack->bits, used = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t v = values[i] - min;

		word |= v << used;
		used += bits;
		if (used < 64)
			continue;
		memcpy(out, &word, 8);
		out += 8;
		used -= 64;
		word = used ? v >> (bits - used) : 0;
	}
	if (used)
		memcpy(out, &word, 8);
}

/* The range of N values. Those of COL_RESULT, which are signed, count as such. */
static void
find_range(const uint64_t *values, size_t n, uint64_t flip, struct column *out)
{
	uint64_t low = UINT64_MAX, high = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t v = values[i] ^ flip;

		low = v < low ? v : low;
		high = v > high ? v : high;
	}
	out->min = low ^ flip;
	out->max = high ^ flip;
}

/* Find out how the packs of column ID of C are to be written: bytes that they take. */
static size_t
plan_column(const struct chunk *c, unsigned id, struct column *out)
{
	uint64_t flip = id == COL_RESULT ? 1ull << 63 : 0, low = UINT64_MAX, high = 0;
	uint64_t values[PACK_ROWS];
	size_t len = 0;

	for (size_t first = 0; first < c->n; first += PACK_ROWS) {
		size_t n = c->n - first < PACK_ROWS ? c->n - first : PACK_ROWS;
		struct pack *pack = &out->packs[first / PACK_ROWS];
		struct column range;

		column_load(&c->columns[id], first, n, values);
		find_range(values, n, flip, &range);
		low = (range.min ^ flip) < low ? range.min ^ flip : low;
		high = (range.max ^ flip) > high ? range.max ^ flip : high;
		*pack = (struct pack){ range.min, (uint32_t)len, bits_of(range.max - range.min) };
		len += pack_bytes(n, pack->bits);
	}
	out->min = low ^ flip;
	out->max = high ^ flip;
	return len;
}

static void
pack_column(const struct chunk *c, unsigned id, const struct column *out, uint8_t *bytes)
{
	uint64_t values[PACK_ROWS];

	for (size_t first = 0; first < c->n; first += PACK_ROWS) {
		size_t n = c->n - first < PACK_ROWS ? c->n - first : PACK_ROWS;
		const struct pack *pack = &out->packs[first / PACK_ROWS];

		if (!pack->bits)
			continue;
		column_load(&c->columns[id], first, n, values);
		put_bits(values, n, pack, bytes + pack->at);
	}
}

/* Which types occur in C. */
static void
note_types(const struct chunk *c, uint64_t *types)
{
	uint64_t values[PACK_ROWS];

	for (size_t first = 0; first < c->n; first += PACK_ROWS) {
		size_t n = c->n - first < PACK_ROWS ? c->n - first : PACK_ROWS;

		column_load(&c->columns[COL_TYPE], first, n, values);
		for (size_t i = 0; i < n; i++)
			types[values[i] / 64] |= 1ull << values[i] % 64;
	}
}

struct chunk *
chunk_seal(const struct chunk *c)
{
	struct chunk *out = xzalloc(sizeof(*out));
	size_t starts[COLUMNS], len = 0;
	uint8_t *memory;

	out->first = c->first;
	out->n = c->n;
	out->section = c->section;
	out->file = c->file;
	out->payload_base = c->payload_base;
	out->before_ns = c->before_ns;
	out->payload = c->payload;
	out->is_sealed = true;
	for (unsigned i = 0; i < COLUMNS; i++) {
		starts[i] = len;
		len += plan_column(c, i, &out->columns[i]);
	}
	out->memory = memory = xmalloc(len + 8);
	memset(memory + len, 0, 8);
	out->bytes = len + 8 + sizeof(*out);
	for (unsigned i = 0; i < COLUMNS; i++) {
		out->columns[i].p = memory + starts[i];
		pack_column(c, i, &out->columns[i], memory + starts[i]);
	}
	note_types(c, out->types);
	return out;
}
