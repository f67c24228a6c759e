#include "engine/filter/paths.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/filter/glob.h"

/* A component of a folder, below those before it. Plain ones are found by
 * their name, patterns are tried one by one. */
struct node {
	struct span name;
	uint32_t parent;
	uint32_t first_pattern;		/* among its children; 0: none */
	uint32_t next_pattern;		/* of the same parent */
	bool is_end;			/* of a folder */
};

struct paths {
	struct node *nodes;		/* the root is 0, which is nobody's child */
	size_t n, cap;
	struct map plain;		/* by child_key(), to the place in NODES */
	uint32_t *now, *next;		/* nodes that the path has reached */
	uint64_t starts[4];		/* bits: bytes that a first component may begin with */
};

struct paths *
paths_new(void)
{
	struct paths *p = xzalloc(sizeof(*p));

	p->plain.seed = hash_seed();
	xgrow(&p->nodes, &p->cap, 1, sizeof(p->nodes[0]));
	p->nodes[0] = (struct node){ 0 };
	p->n = 1;
	return p;
}

void
paths_free(struct paths *p)
{
	if (!p)
		return;
	map_fini(&p->plain);
	free(p->nodes);
	free(p->now);
	free(p->next);
	free(p);
}

/* Take the next component of *PATH; false: there is none. */
static bool
next_component(struct span *path, struct span *name)
{
	const uint8_t *slash;

	while (path->len && *path->p == '/') {
		path->p++;
		path->len--;
	}
	if (!path->len)
		return false;
	slash = memchr(path->p, '/', path->len);
	*name = *path;
	if (slash)
		name->len = (size_t)(slash - path->p);
	path->p += name->len;
	path->len -= name->len;
	return true;
}

static uint64_t
child_key(const struct paths *p, uint32_t parent, struct span name)
{
	return hash_bytes(name.p, name.len, hash_u64(parent, p->plain.seed));
}

/* The plain child of PARENT called NAME, or 0. */
static uint32_t
find_plain(const struct paths *p, uint32_t parent, struct span name)
{
	uint32_t at = (uint32_t)(uintptr_t)map_get(&p->plain, child_key(p, parent, name));
	const struct node *n = &p->nodes[at];

	if (!at || n->parent != parent || n->name.len != name.len)
		return 0;
	return memcmp(n->name.p, name.p, name.len) ? 0 : at;
}

static uint32_t
add_child(struct paths *p, uint32_t parent, struct span name)
{
	uint32_t at = (uint32_t)p->n++;

	xgrow(&p->nodes, &p->cap, p->n, sizeof(p->nodes[0]));
	p->nodes[at] = (struct node){ .name = name, .parent = parent };
	if (glob_has_wildcard(name)) {
		p->nodes[at].next_pattern = p->nodes[parent].first_pattern;
		p->nodes[parent].first_pattern = at;
	} else {
		map_put(&p->plain, child_key(p, parent, name), (void *)(uintptr_t)at);
	}
	return at;
}

/* A folder may begin with NAME. */
static void
note_start(struct paths *p, struct span name)
{
	if (glob_has_wildcard(name))
		memset(p->starts, 0xFF, sizeof(p->starts));
	else
		p->starts[name.p[0] / 64] |= 1ull << name.p[0] % 64;
}

/* Could a path that begins with NAME be in one of the folders? Mostly one byte
 * tells that it is not. */
static bool
may_start(const struct paths *p, struct span name)
{
	return p->starts[name.p[0] / 64] >> name.p[0] % 64 & 1;
}

void
paths_add(struct paths *p, struct span folder)
{
	uint32_t parent = 0, child;
	struct span name;

	while (next_component(&folder, &name)) {
		if (!parent)
			note_start(p, name);
		child = find_plain(p, parent, name);
		parent = child ? child : add_child(p, parent, name);
	}
	p->nodes[parent].is_end = true;
}

void
paths_finish(struct paths *p)
{
	p->now = xreallocarray(NULL, p->n, sizeof(p->now[0]));
	p->next = xreallocarray(NULL, p->n, sizeof(p->next[0]));
}

/* From the N nodes in NOW go on with NAME, to NEXT: how many are there. */
static size_t
step(struct paths *p, size_t n, struct span name)
{
	size_t n_next = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t at = find_plain(p, p->now[i], name);

		if (at)
			p->next[n_next++] = at;
		for (at = p->nodes[p->now[i]].first_pattern; at; at = p->nodes[at].next_pattern)
			if (glob_match(p->nodes[at].name, name, false))
				p->next[n_next++] = at;
	}
	return n_next;
}

bool
paths_match(struct paths *p, struct span path)
{
	size_t n = 1;
	struct span name, rest = path;
	uint32_t *spare;

	p->now[0] = 0;
	if (!p->nodes[0].is_end && (!next_component(&rest, &name) || !may_start(p, name)))
		return false;
	for (;;) {
		for (size_t i = 0; i < n; i++)
			if (p->nodes[p->now[i]].is_end)
				return true;
		if (!n || !next_component(&path, &name))
			return false;
		n = step(p, n, name);
		spare = p->now;
		p->now = p->next;
		p->next = spare;
	}
}
