#include "engine/world/users.h"

#include <stdlib.h>

#include "engine/base/hash.h"
#include "engine/base/intern.h"
#include "engine/base/mem.h"

struct users {
	struct intern *pool;		/* borrowed */
	struct map by_key[2];		/* users, groups: to struct user, owned */
	struct user root[2];		/* the user and the group that every system has */
};

static uint64_t
key_of(uint32_t container, uint32_t id)
{
	return (uint64_t)container << 32 | id;
}

struct users *
users_new(struct intern *pool)
{
	struct users *u = xzalloc(sizeof(*u));

	u->pool = pool;
	for (int groups = 0; groups < 2; groups++) {
		u->root[groups].is_group = groups;
		u->root[groups].name = intern_str(pool, "root");
	}
	return u;
}

void
users_free(struct users *u)
{
	if (!u)
		return;
	for (int groups = 0; groups < 2; groups++) {
		uint64_t key;
		void *entry;

		for (size_t at = 0; map_next(&u->by_key[groups], &at, &key, &entry);)
			free(entry);
		map_fini(&u->by_key[groups]);
	}
	free(u);
}

void
users_put(struct users *u, const struct user *entry)
{
	struct map *m = &u->by_key[entry->is_group];
	uint64_t key = key_of(entry->container, entry->uid);
	struct user *known = map_get(m, key);

	if (!known) {
		known = xmalloc(sizeof(*known));
		map_put(m, key, known);
	}
	*known = *entry;
}

bool
users_del(struct users *u, uint32_t container, uint32_t id, bool is_group)
{
	struct user *entry = map_del(&u->by_key[is_group], key_of(container, id));

	free(entry);
	return entry != NULL;
}

const struct user *
users_find(const struct users *u, uint32_t container, uint32_t id, bool is_group)
{
	const struct user *known = map_get(&u->by_key[is_group], key_of(container, id));

	return known || id ? known : &u->root[is_group];
}

size_t
users_count(const struct users *u, bool groups)
{
	return u->by_key[groups].n;
}

static int
compare(const void *a, const void *b)
{
	const struct user *x = a, *y = b;
	uint64_t kx = key_of(x->container, x->uid), ky = key_of(y->container, y->uid);

	if (x->is_group != y->is_group)
		return x->is_group ? 1 : -1;
	return kx < ky ? -1 : kx > ky;
}

struct user *
users_list(const struct users *u, size_t *n)
{
	size_t n_all = users_count(u, false) + users_count(u, true);
	struct user *list = xreallocarray(NULL, n_all, sizeof(*list));
	size_t i = 0;

	for (int groups = 0; groups < 2; groups++) {
		uint64_t key;
		void *entry;

		for (size_t at = 0; map_next(&u->by_key[groups], &at, &key, &entry);)
			list[i++] = *(const struct user *)entry;
	}
	qsort(list, n_all, sizeof(*list), compare);
	*n = n_all;
	return list;
}

static void
put_missing(struct users *to, const struct users *from)
{
	for (int groups = 0; groups < 2; groups++) {
		uint64_t key;
		void *entry;

		for (size_t at = 0; map_next(&from->by_key[groups], &at, &key, &entry);)
			if (!map_get(&to->by_key[groups], key))
				users_put(to, entry);
	}
}

struct users *
users_copy(const struct users *u, const struct users *old)
{
	struct users *copy = xzalloc(sizeof(*copy));

	copy->pool = u->pool;
	copy->root[0] = u->root[0];
	copy->root[1] = u->root[1];
	put_missing(copy, u);
	if (old)
		put_missing(copy, old);
	return copy;
}

void
users_mark(const struct users *u)
{
	for (int groups = 0; groups < 2; groups++) {
		uint64_t key;
		void *value;

		intern_mark(u->pool, u->root[groups].name);
		for (size_t at = 0; map_next(&u->by_key[groups], &at, &key, &value);) {
			const struct user *entry = value;

			intern_mark(u->pool, entry->name);
			intern_mark(u->pool, entry->home);
			intern_mark(u->pool, entry->shell);
		}
	}
}
