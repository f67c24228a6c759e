#include "engine/store/pack.h"

#include <string.h>

/* Writing ------------------------------------------------------------- */

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

void
pack_range(const uint64_t *values, size_t n, uint64_t flip, uint64_t *low, uint64_t *high)
{
	uint64_t least = UINT64_MAX, most = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t v = values[i] ^ flip;

		least = v < least ? v : least;
		most = v > most ? v : most;
	}
	*low = least ^ flip;
	*high = most ^ flip;
}

struct pack
pack_plan(uint64_t low, uint64_t high, uint32_t at)
{
	return (struct pack){ low, at, bits_of(high - low) };
}

size_t
pack_bytes(size_t n, unsigned bits)
{
	return (n * bits + 63) / 64 * 8;
}

/* Values that take so many bits that they are whole numbers of bytes. */
#define PUT_ALIGNED(type) \
	do { \
		type *to = (type *)(void *)out; \
		for (size_t i = 0; i < n; i++) \
			to[i] = (type)(values[i] - min); \
	} while (0)

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

void
pack_put(const struct pack *pack, const uint64_t *values, size_t n, uint8_t *bytes)
{
	uint8_t *out = bytes + pack->at;
	uint64_t min = pack->min;

	/* What is behind the last value, up to a whole word. */
	if (pack->bits)
		memset(out + pack_bytes(n, pack->bits) - 8, 0, 8);
	switch (pack->bits) {
	case 0:
		break;
	case 8:
		PUT_ALIGNED(uint8_t);
		break;
	case 16:
		PUT_ALIGNED(uint16_t);
		break;
	case 32:
		PUT_ALIGNED(uint32_t);
		break;
	case 64:
		PUT_ALIGNED(uint64_t);
		break;
	default:
		put_bits(values, n, pack, out);
	}
}

/* Reading ------------------------------------------------------------- */

#define LOAD_ALIGNED(type) \
	do { \
		const type *from = (const type *)(const void *)(bytes + pack->at) + first; \
		for (size_t i = 0; i < n; i++) \
			out[i] = min + from[i]; \
	} while (0)

#define LOAD_BITS(type) \
	do { \
		const uint8_t *from = bytes + pack->at; \
		uint64_t mask = ((uint64_t)1 << bits) - 1; \
		size_t bit = first * bits; \
		for (size_t i = 0; i < n; i++, bit += bits) { \
			uint64_t v; \
			memcpy(&v, from + bit / 8, 8); \
			out[i] = min + (type)(v >> bit % 8 & mask); \
		} \
	} while (0)

#define LOAD_PACK(name, type) \
	void \
	name(const struct pack *pack, const uint8_t *bytes, size_t first, size_t n, type *out) \
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

LOAD_PACK(pack_load, uint64_t)
LOAD_PACK(pack_load_u32, uint32_t)
