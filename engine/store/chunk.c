#include "engine/store/chunk.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/store/payload.h"

/* As chunk_add() lays them out. */
static const uint8_t open_widths[COLUMNS] = { 8, 8, 8, 4, 4, 4, 4, 2, 2, 2, 2 };

#define OPEN_ROW_BYTES 48u

struct chunk *
chunk_new(uint64_t first)
{
	struct chunk *c = xzalloc(sizeof(*c));
	char *at = xmalloc((size_t)OPEN_ROW_BYTES * CHUNK_ROWS);

	c->first = first;
	c->memory = at;
	c->bytes = (size_t)OPEN_ROW_BYTES * CHUNK_ROWS + sizeof(*c);
	for (unsigned i = 0; i < COLUMNS; i++) {
		c->columns[i] = (struct column){ .p = at, .max = UINT64_MAX,
						 .width = open_widths[i] };
		at += (size_t)open_widths[i] * CHUNK_ROWS;
	}
	return c;
}

void
chunk_free(struct chunk *c)
{
	if (!c)
		return;
	payload_free(c->payload);
	free(c->memory);
	free(c);
}

/* Sealing ------------------------------------------------------------- */

static uint8_t
width_of(uint64_t span)
{
	return !span ? 0 : span <= UINT8_MAX ? 1 : span <= UINT16_MAX ? 2 :
	       span <= UINT32_MAX ? 4 : 8;
}

/* The least and the greatest of COL_RESULT, which is signed, count as such. */
static void
find_range(const struct column *c, size_t n, bool is_signed, struct column *out)
{
	uint64_t flip = is_signed ? 1ull << 63 : 0, low = UINT64_MAX, high = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t v = column_get(c, i) ^ flip;

		low = v < low ? v : low;
		high = v > high ? v : high;
	}
	out->min = low ^ flip;
	out->max = high ^ flip;
	out->width = width_of(high - low);
}

#define NARROW(type) \
	for (size_t i = 0; i < n; i++) \
		((type *)to)[i] = (type)(column_get(from, i) - min)

static void
narrow(const struct column *from, size_t n, const struct column *as, void *to)
{
	uint64_t min = as->min;

	switch (as->width) {
	case 1:
		NARROW(uint8_t);
		break;
	case 2:
		NARROW(uint16_t);
		break;
	case 4:
		NARROW(uint32_t);
		break;
	case 8:
		NARROW(uint64_t);
		break;
	default:
		break;
	}
}

struct chunk *
chunk_seal(struct chunk *c)
{
	struct chunk *out = xmalloc(sizeof(*out));
	size_t n = c->n, room = 0;
	char *at;

	*out = *c;
	c->payload = NULL;
	out->is_sealed = true;
	for (unsigned i = 0; i < COLUMNS; i++) {
		find_range(&c->columns[i], n, i == COL_RESULT, &out->columns[i]);
		room += (out->columns[i].width * n + 7) & ~(size_t)7;
	}
	out->memory = at = xmalloc(room);
	out->bytes = room + sizeof(*out);
	for (unsigned i = 0; i < COLUMNS; i++) {
		out->columns[i].p = at;
		narrow(&c->columns[i], n, &out->columns[i], at);
		at += (out->columns[i].width * n + 7) & ~(size_t)7;
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t type = column_get(&c->columns[COL_TYPE], i);

		out->types[type / 64] |= 1ull << type % 64;
	}
	return out;
}

/* Reading ------------------------------------------------------------- */

#define LOAD(type) \
	for (size_t i = 0; i < n; i++) \
		out[i] = (min + ((const type *)c->p)[first + i])

void
column_load(const struct column *c, size_t first, size_t n, uint64_t *out)
{
	uint64_t min = c->min;

	switch (c->width) {
	case 1:
		LOAD(uint8_t);
		break;
	case 2:
		LOAD(uint16_t);
		break;
	case 4:
		LOAD(uint32_t);
		break;
	case 8:
		LOAD(uint64_t);
		break;
	default:
		for (size_t i = 0; i < n; i++)
			out[i] = min;
	}
}

void
column_load_u32(const struct column *c, size_t first, size_t n, uint32_t *out)
{
	uint32_t min = (uint32_t)c->min;

	switch (c->width) {
	case 1:
		LOAD(uint8_t);
		break;
	case 2:
		LOAD(uint16_t);
		break;
	case 4:
		LOAD(uint32_t);
		break;
	default:
		for (size_t i = 0; i < n; i++)
			out[i] = min;
	}
}
