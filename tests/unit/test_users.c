#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/world/users.h"
#include "tests/lib/check.h"

static void
entries_are_by_container_id_and_kind(void)
{
	struct intern *pool = intern_new();
	struct users *u = users_new(pool);
	struct user root = { 0, 0, 0, false, intern_str(pool, "root"),
			     intern_str(pool, "/root"), intern_str(pool, "/bin/sh") };
	struct user group = { .uid = 0, .is_group = true, .name = intern_str(pool, "wheel") };
	struct user inside = root;

	CHECK(!users_find(u, 0, 100, false), "nobody at first");
	CHECK_STR(intern_text(pool, users_find(u, 0, 0, true)->name), "root", "but root");
	users_put(u, &root);
	users_put(u, &group);
	root.uid = 100;
	root.name = intern_str(pool, "ann");
	users_put(u, &root);
	CHECK(!users_find(u, 1, 100, false), "the host's names say nothing of a container");
	CHECK_STR(intern_text(pool, users_find(u, 1, 0, false)->name), "root", "but 0 is root");
	CHECK_STR(intern_text(pool, users_find(u, 1, 0, true)->name), "root", "  as a group too");
	inside.container = 1;
	inside.name = intern_str(pool, "nginx");
	users_put(u, &inside);
	CHECK_STR(intern_text(pool, users_find(u, 0, 0, false)->name), "root", "of the host");
	CHECK_STR(intern_text(pool, users_find(u, 1, 0, false)->name), "nginx", "of 1");
	CHECK_STR(intern_text(pool, users_find(u, 0, 0, true)->name), "wheel", "a group");
	CHECK(users_count(u, false) == 3 && users_count(u, true) == 1, "counted apart");

	inside.name = intern_str(pool, "www");
	users_put(u, &inside);
	CHECK(users_count(u, false) == 3, "put again: replaced");
	CHECK_STR(intern_text(pool, users_find(u, 1, 0, false)->name), "www", "  by the new");
	CHECK(users_del(u, 1, 0, false), "forgotten");
	CHECK(!users_del(u, 1, 0, false), "  only once");
	CHECK_STR(intern_text(pool, users_find(u, 1, 0, false)->name), "root", "  and root again");
	CHECK(users_find(u, 0, 100, false), "  only that one");
	users_free(u);
	intern_free(pool);
}

static void
a_list_is_in_order(void)
{
	struct intern *pool = intern_new();
	struct users *u = users_new(pool);
	struct user *list;
	bool sorted = true;
	size_t n;

	list = users_list(u, &n);
	CHECK(list && !n, "an empty list is a list");
	free(list);
	for (uint32_t i = 0; i < 1000; i++) {
		struct user e = { .container = i * 7 % 5, .uid = i * 7919 % 1009,
				  .is_group = i % 3 == 0, .name = INTERN_EMPTY };

		users_put(u, &e);
	}
	list = users_list(u, &n);
	CHECK(n == users_count(u, false) + users_count(u, true) && n == 1000, "all are listed");
	for (size_t i = 1; i < n; i++) {
		const struct user *a = &list[i - 1], *b = &list[i];

		if (a->is_group != b->is_group)
			sorted &= b->is_group;
		else if (a->container != b->container)
			sorted &= a->container < b->container;
		else
			sorted &= a->uid < b->uid;
	}
	CHECK(sorted, "by kind, container, id");
	free(list);
	users_free(u);
	intern_free(pool);
}

static void
names_in_use_survive_a_sweep(void)
{
	struct intern *pool = intern_new();
	struct users *u = users_new(pool);
	struct user e = { .uid = 5, .name = intern_str(pool, "ann"),
			  .home = intern_str(pool, "/home/ann"),
			  .shell = intern_str(pool, "/bin/zsh") };

	intern_str(pool, "nobody's");
	users_put(u, &e);
	users_mark(u);
	intern_sweep(pool);
	CHECK(intern_count(pool) == 5, "three names, root and the empty one are left");
	CHECK_STR(intern_text(pool, users_find(u, 0, 5, false)->shell), "/bin/zsh", "the shell");
	users_free(u);
	users_free(NULL);
	intern_free(pool);
}

int
main(void)
{
	entries_are_by_container_id_and_kind();
	a_list_is_in_order();
	names_in_use_survive_a_sweep();
	return check_done();
}
