#include "engine/store/pyramid.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/store/sums.h"
#include "engine/store/sums_merge.h"

/* What becomes a part of a node: a chunk, or a node. */
struct child {
	struct sums_part part;		/* without sums: there are none */
	const struct sums *by_fd;	/* borrowed; NULL: there are none */
	uint64_t end;
	uint32_t section, n_chunks;
};

struct level {
	struct child children[PYRAMID_FAN];	/* each follows the one before */
	unsigned n;
};

struct pyramid {
	pthread_mutex_t lock;		/* for all of it, and what children have */
	unsigned fan, pays;
	struct level levels[CHUNK_NODES];
};

struct pyramid *
pyramid_new(unsigned fan, unsigned pays)
{
	struct pyramid *p = xzalloc(sizeof(*p));

	p->fan = fan < PYRAMID_FAN ? fan : PYRAMID_FAN;
	p->pays = pays;
	pthread_mutex_init(&p->lock, NULL);
	return p;
}

void
pyramid_free(struct pyramid *p)
{
	if (!p)
		return;
	pthread_mutex_destroy(&p->lock);
	free(p);
}

size_t
pyramid_bytes(const struct pyramid *p)
{
	return sizeof(*p);
}

void
pyramid_node_free(struct pyramid_node *node)
{
	if (!node)
		return;
	sums_free(node->sums);
	sums_free(node->by_fd);
	free(node->combined);
	free(node);
}

size_t
pyramid_bytes_of(const struct chunk *c)
{
	size_t bytes = 0;

	for (unsigned i = 0; i < CHUNK_NODES; i++) {
		const struct pyramid_node *node = pyramid_node_of(c, i);

		bytes += node ? node->bytes : 0;
	}
	return bytes;
}

/* Nodes --------------------------------------------------------------- */

/* What the N children at C come to by descriptor, with the codes of NODE, which has all of
 * them. NULL: it would not pay, or there is something that some of them do not tell. */
static struct sums *
merge_by_fd(const struct child *c, unsigned n, unsigned pays, struct pyramid_node *node)
{
	struct sums_part parts[PYRAMID_FAN];

	for (unsigned i = 0; i < n; i++) {
		if (!c[i].by_fd)
			return NULL;
		parts[i] = c[i].part;
		parts[i].sums = c[i].by_fd;
	}
	return sums_merge(parts, n, pays, &node->combined, &node->n_combined);
}

/* What the children of L come to. NULL: it would not pay. */
static struct pyramid_node *
merge(const struct level *l, unsigned pays)
{
	const struct child *first = &l->children[0], *last = &l->children[l->n - 1];
	struct pyramid_node *node = xzalloc(sizeof(*node));
	struct sums_part parts[PYRAMID_FAN];

	for (unsigned i = 0; i < l->n; i++) {
		parts[i] = l->children[i].part;
		node->n_chunks += l->children[i].n_chunks;
	}
	node->first = first->part.first;
	node->end = last->end;
	node->section = first->section;
	node->sums = sums_merge(parts, l->n, pays, &node->combined, &node->n_combined);
	if (!node->sums) {
		pyramid_node_free(node);
		return NULL;
	}
	node->by_fd = merge_by_fd(l->children, l->n, pays, node);
	node->bytes = sizeof(*node) + node->n_combined * sizeof(*node->combined) +
		      sums_bytes(node->sums) + sums_bytes(node->by_fd);
	return node;
}

static struct child
child_of_chunk(const struct chunk *c)
{
	return (struct child){ { c->sums, c->combined, c->n_combined, c->first }, c->by_fd,
			       c->first + c->n, c->section, 1 };
}

static struct child
child_of_node(const struct pyramid_node *n)
{
	return (struct child){ { n->sums, n->combined, n->n_combined, n->first }, n->by_fd,
			       n->end, n->section, n->n_chunks };
}

void
pyramid_add(struct pyramid *p, struct chunk *c)
{
	struct child child = child_of_chunk(c);

	pthread_mutex_lock(&p->lock);
	for (unsigned i = 0; i < CHUNK_NODES && child.part.sums; i++) {
		struct level *l = &p->levels[i];
		const struct child *last = l->n ? &l->children[l->n - 1] : NULL;
		struct pyramid_node *node;

		if (last && (last->end != child.part.first || last->section != child.section))
			l->n = 0;
		l->children[l->n++] = child;
		if (l->n < p->fan)
			break;
		node = merge(l, p->pays);
		l->n = 0;
		if (!node)
			break;
		atomic_store_explicit(&c->nodes[i], node, memory_order_relaxed);
		child = child_of_node(node);
	}
	pthread_mutex_unlock(&p->lock);
}

void
pyramid_trim(struct chunk *c, uint64_t first)
{
	for (unsigned i = 0; i < CHUNK_NODES; i++) {
		struct pyramid_node *node = c->nodes[i];

		if (!node || node->first >= first)
			continue;
		c->nodes[i] = NULL;
		pyramid_node_free(node);
	}
}

void
pyramid_forget(struct pyramid *p, uint64_t first)
{
	pthread_mutex_lock(&p->lock);
	for (unsigned i = 0; i < CHUNK_NODES; i++) {
		struct level *l = &p->levels[i];
		unsigned n = 0;

		while (n < l->n && l->children[n].part.first < first)
			n++;
		memmove(l->children, l->children + n, (l->n - n) * sizeof(l->children[0]));
		l->n -= n;
	}
	pthread_mutex_unlock(&p->lock);
}
