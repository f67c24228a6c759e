#include "engine/base/hash.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "engine/base/mem.h"

#define SLOTS_MIN 16

uint64_t
hash_seed(void)
{
	uint64_t seed;
	struct timespec now;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == (ssize_t)sizeof(seed))
		return seed;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return hash_u64((uint64_t)now.tv_nsec, (uint64_t)(uintptr_t)&seed);
}

static void
place(struct map *m, uint64_t key, void *value)
{
	size_t mask = m->n_slots - 1;
	size_t i = hash_u64(key, m->seed) & mask;

	while (m->slots[i].value)
		i = (i + 1) & mask;
	m->slots[i] = (struct map_slot){ key, value };
}

static void
resize(struct map *m, size_t n_slots)
{
	struct map_slot *old = m->slots;
	size_t n_old = m->n_slots;

	if (!m->seed)
		m->seed = hash_seed() | 1;
	m->slots = xzalloc(n_slots * sizeof(*m->slots));
	m->n_slots = n_slots;
	for (size_t i = 0; i < n_old; i++)
		if (old[i].value)
			place(m, old[i].key, old[i].value);
	free(old);
}

void
map_put(struct map *m, uint64_t key, void *value)
{
	size_t mask, i;

	if ((m->n + 1) * 4 > m->n_slots * 3)
		resize(m, m->n_slots ? m->n_slots * 2 : SLOTS_MIN);
	mask = m->n_slots - 1;
	for (i = hash_u64(key, m->seed) & mask; m->slots[i].value; i = (i + 1) & mask) {
		if (m->slots[i].key != key)
			continue;
		m->slots[i].value = value;
		return;
	}
	m->slots[i] = (struct map_slot){ key, value };
	m->n++;
}

void *
map_del(struct map *m, uint64_t key)
{
	size_t mask = m->n_slots - 1;
	size_t hole, i;
	void *value;

	if (!m->n)
		return NULL;
	for (i = hash_u64(key, m->seed) & mask; m->slots[i].key != key; i = (i + 1) & mask)
		if (!m->slots[i].value)
			return NULL;
	value = m->slots[i].value;
	if (!value)
		return NULL;
	/* Close the hole: move back what a search would no longer reach. */
	for (hole = i, i = (i + 1) & mask; m->slots[i].value; i = (i + 1) & mask) {
		size_t home = hash_u64(m->slots[i].key, m->seed) & mask;

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		m->slots[hole] = m->slots[i];
		hole = i;
	}
	m->slots[hole] = (struct map_slot){ 0 };
	m->n--;
	return value;
}

void
map_fini(struct map *m)
{
	free(m->slots);
	*m = (struct map){ 0 };
}

bool
map_next(const struct map *m, size_t *at, uint64_t *key, void **value)
{
	for (; *at < m->n_slots; ++*at) {
		if (!m->slots[*at].value)
			continue;
		*key = m->slots[*at].key;
		*value = m->slots[*at].value;
		++*at;
		return true;
	}
	return false;
}
