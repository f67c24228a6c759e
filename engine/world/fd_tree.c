#include "engine/world/fd_tree.h"

#include <string.h>

#include "engine/world/entity.h"

#define BITS FD_TREE_BITS
#define WAYS FD_TREE_WAYS
#define LEVELS_MAX 16			/* 64 bits */

void
fd_store_init(struct fd_store *store, void (*gone)(struct descriptor *fd))
{
	*store = (struct fd_store){
		.nodes = { .size = sizeof(struct fd_node) },
		.fds = { .size = sizeof(struct descriptor) },
		.gone = gone,
	};
}

void
fd_store_fini(struct fd_store *store)
{
	pool_fini(&store->nodes);
	pool_fini(&store->fds);
}

static unsigned
slot_of(int64_t num, unsigned level)
{
	return (unsigned)((uint64_t)num >> (level * BITS)) & (WAYS - 1);
}

/* Is NUM within what LEVELS can tell apart? */
static bool
fits(int64_t num, unsigned levels)
{
	return levels >= LEVELS_MAX || !((uint64_t)num >> (levels * BITS));
}

static void
release_fd(struct fd_store *store, struct descriptor *fd)
{
	if (--fd->refs)
		return;
	if (store->gone)
		store->gone(fd);
	pool_put(&store->fds, fd);
}

/* At most LEVELS_MAX deep. */
static void
release_node(struct fd_store *store, struct fd_node *node, unsigned level)
{
	if (--node->refs)
		return;
	for (unsigned i = 0; i < WAYS; i++) {
		if (!node->slots[i])
			continue;
		if (level)
			release_node(store, node->slots[i], level - 1);
		else
			release_fd(store, node->slots[i]);
	}
	pool_put(&store->nodes, node);
}

static struct fd_node *
new_node(struct fd_store *store)
{
	struct fd_node *node = pool_get(&store->nodes);

	node->refs = 1;
	return node;
}

/* Make the node at *AT one that only *AT points to. */
static struct fd_node *
own_node(struct fd_store *store, void **at, unsigned level)
{
	struct fd_node *old = *at, *node;

	if (old->refs == 1)
		return old;
	node = new_node(store);
	node->n_used = old->n_used;
	memcpy(node->slots, old->slots, sizeof(node->slots));
	for (unsigned i = 0; i < WAYS; i++) {
		if (!node->slots[i])
			continue;
		if (level)
			((struct fd_node *)node->slots[i])->refs++;
		else
			((struct descriptor *)node->slots[i])->refs++;
	}
	old->refs--;
	*at = node;
	return node;
}

/* The slot of NUM, with all nodes on the way to it owned by T; NULL when a node
 * is missing, unless MAKE. */
static void **
own_slot(struct fd_store *store, struct fd_tree *t, int64_t num, bool make)
{
	void **at = (void **)&t->root;

	for (unsigned level = t->levels; level-- > 0;) {
		struct fd_node *node;

		if (!*at) {
			if (!make)
				return NULL;
			*at = new_node(store);
		}
		node = own_node(store, at, level);
		at = &node->slots[slot_of(num, level)];
		if (make && !*at)
			node->n_used++;
	}
	return at;
}

struct descriptor *
fd_tree_own(struct fd_store *store, struct fd_tree *t, int64_t num, struct descriptor **old)
{
	struct descriptor *fd;
	void **slot;

	*old = NULL;
	if (!fd_tree_get(t, num))
		return NULL;
	slot = own_slot(store, t, num, false);
	fd = *slot;
	if (fd->refs == 1)
		return fd;
	*old = fd;
	*slot = pool_get(&store->fds);
	memcpy(*slot, fd, sizeof(*fd));
	fd->refs--;
	fd = *slot;
	fd->refs = 1;
	return fd;
}

/* Let T tell NUM apart from what it has. */
static void
grow(struct fd_store *store, struct fd_tree *t, int64_t num)
{
	if (!t->root)
		t->levels = 1;
	while (!fits(num, t->levels)) {
		if (t->root) {
			struct fd_node *node = new_node(store);

			node->slots[0] = t->root;
			node->n_used = 1;
			t->root = node;
		}
		t->levels++;
	}
}

struct descriptor *
fd_tree_add(struct fd_store *store, struct fd_tree *t, int64_t num)
{
	struct descriptor *fd = pool_get(&store->fds);

	grow(store, t, num);
	*own_slot(store, t, num, true) = fd;
	fd->refs = 1;
	t->n++;
	return fd;
}

/* Forget NUM below *AT, and the nodes that become empty. */
static void
del_below(struct fd_store *store, void **at, int64_t num, unsigned level)
{
	struct fd_node *node = own_node(store, at, level);
	void **slot = &node->slots[slot_of(num, level)];

	if (level) {
		del_below(store, slot, num, level - 1);
	} else {
		release_fd(store, *slot);
		*slot = NULL;
	}
	if (!*slot && !--node->n_used) {
		pool_put(&store->nodes, node);
		*at = NULL;
	}
}

bool
fd_tree_del(struct fd_store *store, struct fd_tree *t, int64_t num)
{
	if (!fd_tree_get(t, num))
		return false;
	del_below(store, (void **)&t->root, num, t->levels - 1);
	t->n--;
	return true;
}

/* The first descriptor at or behind *NUM below NODE. When there is none *NUM
 * is the first number behind the node. */
static struct descriptor *
next_below(const struct fd_node *node, int64_t *num, unsigned level)
{
	uint64_t step = (uint64_t)1 << (level * BITS);

	for (unsigned i = slot_of(*num, level); i < WAYS; i++) {
		struct descriptor *fd = node->slots[i];

		if (fd && !level)
			return fd;
		if (fd) {
			fd = next_below(node->slots[i], num, level - 1);
			if (fd)
				return fd;
		} else {
			*num = (int64_t)(((uint64_t)*num & ~(step - 1)) + step);
		}
	}
	return NULL;
}

struct descriptor *
fd_tree_next(const struct fd_tree *t, int64_t *num)
{
	if (*num < 0 || !t->root || !fits(*num, t->levels))
		return NULL;
	return next_below(t->root, num, t->levels - 1);
}

/* A part of a tree: a node with LEVELS below and with it, or a descriptor. */
struct part {
	void *p;			/* NULL: nothing */
	unsigned levels;
};

/* What PART, as if it had LEVELS, has in slot I. */
static struct part
part_in(struct part part, unsigned levels, unsigned i)
{
	static const struct part nothing;
	struct fd_node *node = part.p;

	if (!node || (part.levels < levels && i))
		return nothing;
	if (part.levels < levels)
		return part;
	return (struct part){ node->slots[i], levels - 1 };
}

/* The first number from *NUM on where A and B, of LEVELS and numbers from BASE on, differ.
 * At most LEVELS_MAX deep. */
static bool
parts_differ(struct part a, struct part b, unsigned levels, uint64_t base, int64_t *num)
{
	if (a.p == b.p)
		return false;
	if (!levels) {
		*num = (int64_t)base;
		return true;
	}
	for (unsigned i = 0; i < WAYS; i++) {
		unsigned shift = (levels - 1) * BITS;
		uint64_t from = base | (uint64_t)i << shift;
		uint64_t last = from | (((uint64_t)1 << shift) - 1);

		if (last >= (uint64_t)*num &&
		    parts_differ(part_in(a, levels, i), part_in(b, levels, i), levels - 1, from,
				 num))
			return true;
	}
	return false;
}

bool
fd_tree_differ(const struct fd_tree *a, const struct fd_tree *b, int64_t *num)
{
	unsigned levels = a->levels > b->levels ? a->levels : b->levels;

	return parts_differ((struct part){ a->root, a->levels },
			    (struct part){ b->root, b->levels }, levels, 0, num);
}

void
fd_tree_share(struct fd_tree *to, const struct fd_tree *from)
{
	*to = *from;
	if (to->root)
		to->root->refs++;
}

void
fd_tree_clear(struct fd_store *store, struct fd_tree *t)
{
	if (t->root)
		release_node(store, t->root, t->levels - 1);
	*t = (struct fd_tree){ 0 };
}
