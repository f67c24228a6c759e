#include "engine/base/intern.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/base/seg.h"

#define SWEEP_AT_LEAST 65536		/* bytes of text before a sweep pays */

struct entry {
	char *text;			/* NULL: this id is free */
	uint32_t len;
	uint32_t hash;			/* of a free id: the next free one */
	bool marked;
};

struct intern {
	struct seg entries;		/* struct entry, by id; readers of other threads see it */
	size_t n_entries;
	uint32_t free_id;		/* head of the list of free ids, or 0 */
	uint32_t *slots;		/* open addressing: ids, 0 is empty */
	size_t n_slots;
	size_t n;
	size_t bytes;			/* of text, the NUL and malloc's own included */
	size_t bytes_after_sweep;
	uint64_t seed;
};

static struct entry *
entry_of(const struct intern *pool, size_t id)
{
	return seg_at(&pool->entries, id);
}

static size_t
cost_of(size_t len)
{
	return len + 1 + 16;
}

struct intern *
intern_new(void)
{
	struct intern *pool = xzalloc(sizeof(*pool));

	pool->seed = hash_seed();
	pool->n_slots = 1024;
	pool->slots = xzalloc(pool->n_slots * sizeof(*pool->slots));
	pool->entries.size = sizeof(struct entry);
	seg_room(&pool->entries, 1);
	pool->n_entries = 1;
	intern(pool, "", 0);
	return pool;
}

void
intern_free(struct intern *pool)
{
	if (!pool)
		return;
	for (size_t i = 0; i < pool->n_entries; i++)
		free(entry_of(pool, i)->text);
	seg_fini(&pool->entries);
	free(pool->slots);
	free(pool);
}

static void
place(struct intern *pool, uint32_t id)
{
	size_t mask = pool->n_slots - 1;
	size_t i = entry_of(pool, id)->hash & mask;

	while (pool->slots[i])
		i = (i + 1) & mask;
	pool->slots[i] = id;
}

static void
rebuild(struct intern *pool, size_t n_slots)
{
	free(pool->slots);
	pool->slots = xzalloc(n_slots * sizeof(*pool->slots));
	pool->n_slots = n_slots;
	for (size_t id = 1; id < pool->n_entries; id++)
		if (entry_of(pool, id)->text)
			place(pool, (uint32_t)id);
}

static uint32_t
new_id(struct intern *pool)
{
	uint32_t id = pool->free_id;

	if (id) {
		pool->free_id = entry_of(pool, id)->hash;
		return id;
	}
	if (pool->n_entries == UINT32_MAX)
		die("more than 4 billion different names");
	seg_room(&pool->entries, pool->n_entries + 1);
	return (uint32_t)pool->n_entries++;
}

uint32_t
intern(struct intern *pool, const void *s, size_t len)
{
	const void *text = len ? s : "";	/* no bytes may be at no address */
	uint32_t hash = (uint32_t)hash_bytes(text, len, pool->seed);
	size_t mask = pool->n_slots - 1;
	uint32_t id;

	for (size_t i = hash & mask; (id = pool->slots[i]); i = (i + 1) & mask) {
		const struct entry *e = entry_of(pool, id);

		if (e->hash == hash && e->len == len && !memcmp(e->text, text, len))
			return id;
	}
	if ((pool->n + 1) * 4 > pool->n_slots * 3)
		rebuild(pool, pool->n_slots * 2);
	id = new_id(pool);
	*entry_of(pool, id) = (struct entry){ xstrndup(text, len), (uint32_t)len, hash, false };
	pool->bytes += cost_of(len);
	pool->n++;
	place(pool, id);
	return id;
}

uint32_t
intern_str(struct intern *pool, const char *s)
{
	return intern(pool, s, strlen(s));
}

const char *
intern_text(const struct intern *pool, uint32_t id)
{
	return id ? entry_of(pool, id)->text : "";
}

struct span
intern_span(const struct intern *pool, uint32_t id)
{
	const struct entry *e;

	if (!id)
		return (struct span){ (const uint8_t *)"", 0 };
	e = entry_of(pool, id);
	return (struct span){ (const uint8_t *)e->text, e->len };
}

bool
intern_wants_sweep(const struct intern *pool, size_t least)
{
	size_t new = pool->bytes - pool->bytes_after_sweep;

	return new > SWEEP_AT_LEAST && new > pool->bytes_after_sweep && new > least;
}

void
intern_mark(struct intern *pool, uint32_t id)
{
	entry_of(pool, id)->marked = true;
}

void
intern_sweep(struct intern *pool)
{
	intern_mark(pool, INTERN_EMPTY);
	for (size_t id = 1; id < pool->n_entries; id++) {
		struct entry *e = entry_of(pool, id);

		if (!e->text)
			continue;
		if (e->marked) {
			e->marked = false;
			continue;
		}
		pool->bytes -= cost_of(e->len);
		pool->n--;
		free(e->text);
		*e = (struct entry){ .hash = pool->free_id };
		pool->free_id = (uint32_t)id;
	}
	pool->bytes_after_sweep = pool->bytes;
	rebuild(pool, pool->n_slots);
}

size_t
intern_bytes(const struct intern *pool)
{
	return pool->bytes + pool->n_slots * sizeof(*pool->slots) +
	       seg_bytes(&pool->entries);
}

size_t
intern_count(const struct intern *pool)
{
	return pool->n;
}
