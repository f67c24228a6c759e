#include "engine/store/keepsakes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"

struct keepsake {
	void *thing;			/* owned; NULL: the place is free */
	void (*free)(void *thing);
	uint8_t *name;			/* owned; NULL: nobody finds it any more */
	size_t name_len;
	uint64_t hash;			/* of the name */
	uint64_t age, slots_age, chunk;
	size_t bytes;
	unsigned n_lent;
	uint64_t asked;			/* when it was lent last, by the clock of them all */
};

struct keepsakes {
	pthread_mutex_t lock;
	struct keepsake *list;
	size_t n, cap;
	uint64_t clock;
	size_t bytes, max_bytes, max;
	uint64_t first;			/* chunks before it are gone */
};

struct keepsakes *
keepsakes_new(size_t max_bytes, size_t max)
{
	struct keepsakes *k = xzalloc(sizeof(*k));

	k->max_bytes = max_bytes;
	k->max = max;
	pthread_mutex_init(&k->lock, NULL);
	return k;
}

static void
drop(struct keepsakes *k, struct keepsake *one)
{
	k->bytes -= one->bytes;
	one->free(one->thing);
	free(one->name);
	*one = k->list[--k->n];
}

/* Nobody finds ONE any more; it goes now, or when it is given back. */
static void
forget(struct keepsakes *k, struct keepsake *one)
{
	if (!one->n_lent) {
		drop(k, one);
		return;
	}
	free(one->name);
	one->name = NULL;
}

void
keepsakes_free(struct keepsakes *k)
{
	if (!k)
		return;
	while (k->n)
		drop(k, &k->list[k->n - 1]);
	free(k->list);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

static uint64_t
hash_of(const struct keepsake_name *name)
{
	return hash_bytes(name->name.p, name->name.len, 0);
}

/* Has ONE that name, whichever chunk it is about? */
static bool
is_called(const struct keepsake *one, const struct keepsake_name *name, uint64_t hash)
{
	return one->hash == hash && one->name && one->name_len == name->name.len &&
	       !memcmp(one->name, name->name.p, name->name.len);
}

static struct keepsake *
find(struct keepsakes *k, const struct keepsake_name *wanted)
{
	uint64_t hash = hash_of(wanted);

	for (size_t i = 0; i < k->n; i++)
		if (k->list[i].chunk == wanted->chunk && is_called(&k->list[i], wanted, hash))
			return &k->list[i];
	return NULL;
}

void *
keepsakes_borrow(struct keepsakes *k, const struct keepsake_name *name)
{
	struct keepsake *one;
	void *thing = NULL;

	pthread_mutex_lock(&k->lock);
	one = find(k, name);
	if (one && one->age == name->age && one->slots_age == name->slots_age) {
		one->n_lent++;
		one->asked = ++k->clock;
		thing = one->thing;
	}
	pthread_mutex_unlock(&k->lock);
	return thing;
}

void
keepsakes_give_back(struct keepsakes *k, void *thing)
{
	pthread_mutex_lock(&k->lock);
	for (size_t i = 0; i < k->n; i++) {
		struct keepsake *one = &k->list[i];

		if (one->thing != thing)
			continue;
		if (!--one->n_lent && !one->name)
			drop(k, one);
		break;
	}
	pthread_mutex_unlock(&k->lock);
}

/* Let there be room for BYTES more, and a place, for what is called NAME. */
static void
make_room(struct keepsakes *k, size_t bytes, const struct keepsake_name *name)
{
	uint64_t hash = hash_of(name);

	while (k->bytes + bytes > k->max_bytes || k->n >= k->max) {
		struct keepsake *oldest = NULL;

		for (size_t i = 0; i < k->n; i++) {
			struct keepsake *one = &k->list[i];

			/* Whoever goes from chunk to chunk would drop each before it comes
			 * by again. */
			if (one->n_lent || (name->chunk && is_called(one, name, hash)))
				continue;
			if (!oldest || one->asked < oldest->asked)
				oldest = one;
		}
		if (!oldest)
			return;
		drop(k, oldest);
	}
}

void
keepsakes_put(struct keepsakes *k, const struct keepsake_name *name, void *thing,
	      size_t bytes, void (*free)(void *thing))
{
	struct keepsake *old, *one;

	pthread_mutex_lock(&k->lock);
	old = find(k, name);
	if (old)
		forget(k, old);
	make_room(k, bytes, name);
	xgrow(&k->list, &k->cap, k->n + 1, sizeof(*k->list));
	one = &k->list[k->n];
	*one = (struct keepsake){
		.thing = thing, .free = free, .name_len = name->name.len, .hash = hash_of(name),
		.age = name->age, .slots_age = name->slots_age, .chunk = name->chunk,
		.bytes = bytes, .n_lent = 1, .asked = ++k->clock,
	};
	/* What is too much, or too late, goes when it is given back. */
	if (k->bytes + bytes <= k->max_bytes && k->n < k->max &&
	    (!name->chunk || name->chunk >= k->first)) {
		one->name = xmalloc(name->name.len + 1);
		memcpy(one->name, name->name.p, name->name.len);
	}
	k->n++;
	k->bytes += bytes;
	pthread_mutex_unlock(&k->lock);
}

void
keepsakes_forget(struct keepsakes *k, uint64_t first)
{
	pthread_mutex_lock(&k->lock);
	k->first = first;
	for (size_t i = k->n; i-- > 0;)
		if (k->list[i].chunk && k->list[i].chunk < first && k->list[i].name)
			forget(k, &k->list[i]);
	pthread_mutex_unlock(&k->lock);
}

uint64_t
keepsakes_bytes(struct keepsakes *k)
{
	uint64_t bytes;

	pthread_mutex_lock(&k->lock);
	bytes = k->bytes + sizeof(*k) + k->cap * sizeof(*k->list);
	pthread_mutex_unlock(&k->lock);
	return bytes;
}
