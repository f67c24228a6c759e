/*
 * hash - mixing of keys for tables, and the one hash map.
 *
 * Keys come from captures, so somebody else chooses them: each table has a
 * seed of its own, from hash_seed(), and costs of a collision stay small.
 */
#ifndef ENGINE_BASE_HASH_H
#define ENGINE_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A number that nobody outside can guess. */
uint64_t hash_seed(void);

__extension__ typedef unsigned __int128 hash_u128;

static inline uint64_t
hash_mix(uint64_t a, uint64_t b)
{
	hash_u128 r = (hash_u128)a * b;

	return (uint64_t)r ^ (uint64_t)(r >> 64);
}

static inline uint64_t
hash_u64(uint64_t key, uint64_t seed)
{
	return hash_mix(key ^ 0x9E3779B97F4A7C15u, seed | 1);
}

/* LEN bytes at P, read eight at a time. */
static inline uint64_t
hash_bytes(const void *p, size_t len, uint64_t seed)
{
	const uint8_t *at = p;
	uint64_t h = seed ^ (len * 0x9E3779B97F4A7C15u);
	uint64_t word;

	for (; len >= 8; at += 8, len -= 8) {
		memcpy(&word, at, 8);
		h = hash_mix(h ^ word, 0xD6E8FEB86659FD93u);
	}
	if (len) {
		word = 0;
		memcpy(&word, at, len);
		h = hash_mix(h ^ word, 0xA0761D6478BD642Fu);
	}
	return hash_mix(h ^ seed, 0xE7037ED1A0B428DBu);
}

/* A map from 64-bit keys to pointers. Embedded: zeroes are an empty map. NULL
 * is no value: it means that the key is absent. */
struct map {
	struct map_slot *slots;
	size_t n_slots;			/* a power of two, or 0 */
	size_t n;
	uint64_t seed;
};

struct map_slot {
	uint64_t key;
	void *value;
};

/* The value of KEY, or NULL. */
static inline void *
map_get(const struct map *m, uint64_t key)
{
	size_t mask = m->n_slots - 1;
	size_t i;

	if (!m->n)
		return NULL;
	for (i = hash_u64(key, m->seed) & mask; m->slots[i].value; i = (i + 1) & mask)
		if (m->slots[i].key == key)
			return m->slots[i].value;
	return NULL;
}

/* Set KEY to VALUE, which must not be NULL. */
void map_put(struct map *m, uint64_t key, void *value);

/* Forget KEY; its value, or NULL when it was absent. */
void *map_del(struct map *m, uint64_t key);

/* Forget everything and free the table. Values are the caller's. */
void map_fini(struct map *m);

/* Walk: start with *at = 0; false when there is no more. The map must not
 * change meanwhile. The order means nothing. */
bool map_next(const struct map *m, size_t *at, uint64_t *key, void **value);

#endif
