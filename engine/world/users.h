/*
 * users - names of users and groups, by id and container.
 *
 * The lists come with a section; events add and delete. Container 0 is the
 * host. An id without an entry in its container has no name: the host's names
 * say nothing about a container's users. Only 0 is "root" wherever nothing
 * else is told, because that is the kernel's rule and no list's.
 */
#ifndef ENGINE_WORLD_USERS_H
#define ENGINE_WORLD_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct intern;
struct users;

/* Text is interned. */
struct user {
	uint32_t container;
	uint32_t uid;			/* a group: its gid */
	uint32_t gid;
	bool is_group;
	uint32_t name, home, shell;	/* home, shell: 0 for a group */
};

/* POOL is borrowed: it must outlive the users. */
struct users *users_new(struct intern *pool);
void users_free(struct users *u);

/* Add or replace; *ENTRY is copied. */
void users_put(struct users *u, const struct user *entry);
/* Forget; false when there was none. */
bool users_del(struct users *u, uint32_t container, uint32_t id, bool is_group);

/* Borrowed until the next change; NULL: not known, never for 0. */
const struct user *users_find(const struct users *u, uint32_t container, uint32_t id,
			      bool is_group);

size_t users_count(const struct users *u, bool groups);

/* All entries, ordered by (group?, container, id), in a new array: the caller
 * frees it. At *N how many. */
struct user *users_list(const struct users *u, size_t *n);

/* A copy of U, with what OLD (which may be NULL) has and U lacks. The caller owns
 * it. */
struct users *users_copy(const struct users *u, const struct users *old);

void users_mark(const struct users *u);

#endif
