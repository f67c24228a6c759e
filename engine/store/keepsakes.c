#include "engine/store/keepsakes.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

#define KEEPSAKES_MAX 64

struct keepsake {
	void *thing;			/* owned; NULL: the place is free */
	void (*free)(void *thing);
	uint8_t *name;			/* owned; NULL: nobody finds it any more */
	size_t name_len;
	uint64_t age, slots_age;
	size_t bytes;
	unsigned n_lent;
	uint64_t asked;			/* when it was lent last, by the clock of them all */
};

struct keepsakes {
	pthread_mutex_t lock;
	struct keepsake *list;
	size_t n, cap;
	uint64_t clock;
	size_t bytes, max_bytes;
};

struct keepsakes *
keepsakes_new(size_t max_bytes)
{
	struct keepsakes *k = xzalloc(sizeof(*k));

	k->max_bytes = max_bytes;
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

static struct keepsake *
find(struct keepsakes *k, const struct keepsake_name *wanted)
{
	for (size_t i = 0; i < k->n; i++) {
		struct keepsake *one = &k->list[i];

		if (one->name && one->name_len == wanted->name.len &&
		    !memcmp(one->name, wanted->name.p, wanted->name.len))
			return one;
	}
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

/* Let there be room for BYTES more, and a place. */
static void
make_room(struct keepsakes *k, size_t bytes)
{
	while (k->bytes + bytes > k->max_bytes || k->n >= KEEPSAKES_MAX) {
		struct keepsake *oldest = NULL;

		for (size_t i = 0; i < k->n; i++)
			if (!k->list[i].n_lent &&
			    (!oldest || k->list[i].asked < oldest->asked))
				oldest = &k->list[i];
		if (!oldest)
			return;
		drop(k, oldest);
	}
}

void
keepsakes_put(struct keepsakes *k, const struct keepsake_name *name, void *thing,
	      size_t bytes, void (*free)(void *thing))
{
	struct keepsake *old;

	pthread_mutex_lock(&k->lock);
	old = find(k, name);
	if (old)
		forget(k, old);
	make_room(k, bytes);
	xgrow(&k->list, &k->cap, k->n + 1, sizeof(*k->list));
	k->list[k->n] = (struct keepsake){
		.thing = thing, .free = free, .name_len = name->name.len,
		.age = name->age, .slots_age = name->slots_age, .bytes = bytes, .n_lent = 1,
		.asked = ++k->clock,
	};
	/* What alone is too much goes when it is given back. */
	if (k->bytes + bytes <= k->max_bytes) {
		k->list[k->n].name = xmalloc(name->name.len + 1);
		memcpy(k->list[k->n].name, name->name.p, name->name.len);
	}
	k->n++;
	k->bytes += bytes;
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
