/* The pyramid: what nodes tell of their chunks is what a plain loop over the rows of all of them
 * finds; where they would not pay there are none; what is forgotten is in none. */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/octave.h"
#include "engine/store/pyramid.h"
#include "engine/store/sums.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"

#define CHUNKS 20
#define ROWS_MAX 400			/* of a chunk */
#define FIRST 77			/* the event of the first row */
#define ONCE 2u				/* the kind of descriptors that may be others in each row */

/* Chunks in a row: rows of so many threads with so many types; each chunk has so many threads
 * that no other has, and the same of descriptors. */
struct shape {
	unsigned fan, pays;
	uint32_t n_rows, n_threads, n_new_threads, n_types, n_fds, n_new_fds;
	unsigned span_bits;
	unsigned n_nodes[CHUNK_NODES];	/* of 20 chunks, */
	unsigned n_by_fd;		/* and how many of them are by descriptor, too */
};

static const struct shape shapes[] = {
	{ 16, 2, 400, 3, 0, 2, 4, 0, 20, { 1 }, 1 },
	{ 16, 2, 400, 3, 60, 2, 4, 0, 20, { 0 }, 0 },
	{ 16, 2, 400, 3, 0, 2, 0, 400, 20, { 1 }, 0 },
	{ 4, 2, 400, 3, 0, 2, 1, 0, 20, { 5, 1 }, 6 },
	{ 4, 2, 400, 1, 0, 2, 4, 40, 20, { 5, 1 }, 0 },
	{ 4, 2, 400, 3, 40, 2, 1, 0, 20, { 0 }, 0 },
	{ 4, 2, 400, 12, 16, 1, 1, 0, 20, { 0 }, 0 },
	{ 2, 1, 200, 9, 0, 3, 5, 0, 64, { 10, 5, 2 }, 17 },
	{ 2, 1, 200, 2, 4, 1, 3, 3, 3, { 10, 5, 2 }, 17 },
	{ 3, 1, 300, 1, 0, 1, 2, 0, 0, { 6, 2 }, 8 },
	{ 3, 1, 40, 4, 0, 3, 2, 1, 4, { 6, 2 }, 8 },
	{ 2, 1, 30, 1, 0, 1, 3, 0, 6, { 10, 5, 2 }, 17 },
};

static const uint16_t flags_of_rows[] = {
	ROW_EXIT | ROW_HAS_RESULT | ROW_HAS_SPAN, ROW_EXIT | ROW_HAS_RESULT | ROW_FAILED, ROW_EXIT,
	ROW_ENTER, ROW_EXIT | ROW_INTERNAL, ROW_STATE_ONLY,
};

/* Chunks, sealed, with what is known of the rows of the last NODE. */
struct scene {
	struct rng *rng;
	const struct shape *shape;
	struct seal_room *room;
	bool is_mixed;			/* each second chunk has a kind that does not pay */
	struct pyramid *pyramid;
	struct chunk *chunks[CHUNKS];
	size_t n;
	uint64_t next;			/* event */
	unsigned n_nodes[CHUNK_NODES], n_by_fd;
};

/* One of so many, or, in chunk I, of so many that no other one has. */
static uint64_t
some(struct scene *s, uint32_t n, uint32_t n_new, uint32_t i)
{
	uint64_t which = rng_below(s->rng, n + n_new);

	return which < n ? which : which + (uint64_t)i * 1000;
}

/* Chunk number I. Types that few rows have come and go, so that codes differ. */
static struct chunk *
make_chunk(struct scene *s, uint32_t i, uint32_t section)
{
	const struct shape *shape = s->shape;
	struct chunk *c = chunk_new(s->next), *sealed;
	uint32_t n = shape->n_rows - (uint32_t)rng_below(s->rng, shape->n_rows / 4 + 1);

	c->section = section;
	for (uint32_t k = 0; k < n; k++) {
		struct chunk_row row = { { 0 } };
		uint64_t *v = row.values;

		v[COL_TIME] = s->next + k;
		v[COL_THREAD] = some(s, shape->n_threads, shape->n_new_threads, i);
		v[COL_KIND] = rng_below(s->rng, 3);
		if (v[COL_KIND])
			v[COL_FD] = 1 + some(s, shape->n_fds, shape->n_new_fds, i);
		if (s->is_mixed && v[COL_KIND] == ONCE && i % 2)
			v[COL_FD] = s->next + k;
		v[COL_TYPE] = (i * 7 + rng_below(s->rng, shape->n_types)) % shape->n_types;
		v[COL_FLAGS] = flags_of_rows[rng_below(s->rng, ARRAY_LEN(flags_of_rows))];
		v[COL_SPAN] = rng_bits(s->rng, shape->span_bits);
		v[COL_RESULT] = v[COL_FLAGS] & ROW_FAILED ? 0 - (1 + rng_below(s->rng, 2)) :
							  rng_bits(s->rng, 64);
		chunk_add(c, &row);
	}
	s->next += n;
	sealed = chunk_seal(c, s->room);
	chunk_free(c);
	return sealed;
}

/* A group, found out one row after the other. */
struct plain {
	uint64_t of, failure;		/* combined_key(); its result */
	uint64_t values[SUMS_OF_GROUPS];
	uint64_t *spans;
};

struct plains {
	struct plain *list;
	size_t n, n_rows;
};

/* The group of row ROW of C; a new one if there is none. */
static struct plain *
plain_of(struct plains *p, const struct chunk *c, uint32_t row, uint64_t fd)
{
	const struct combined *of = &c->combined[column_get(&c->codes, row)];
	uint64_t thread = column_get(&c->columns[COL_THREAD], row);
	uint64_t failure = of->flags & ROW_FAILED ? column_get(&c->columns[COL_RESULT], row) : 0;
	size_t i = 0;

	while (i < p->n && (p->list[i].of != combined_key(of) || p->list[i].failure != failure ||
			    p->list[i].values[SUMS_THREAD] != thread ||
			    p->list[i].values[SUMS_FD] != fd))
		i++;
	if (i == p->n) {
		p->list[p->n++] = (struct plain){ .of = combined_key(of), .failure = failure };
		p->list[i].values[SUMS_THREAD] = thread;
		p->list[i].values[SUMS_FD] = fd;
		p->list[i].spans = xreallocarray(NULL, p->n_rows, sizeof(uint64_t));
	}
	return &p->list[i];
}

static void
add_row(struct plain *p, const struct chunk *c, uint32_t row, uint64_t number)
{
	uint64_t span = column_get(&c->columns[COL_SPAN], row), *v = p->values;
	int64_t result = (int64_t)column_get(&c->columns[COL_RESULT], row);
	bool is_new = !v[SUMS_ROWS];

	p->spans[v[SUMS_ROWS]++] = span;
	v[SUMS_FIRST] = is_new ? number : v[SUMS_FIRST];
	v[SUMS_LAST] = number;
	v[SUMS_SPAN] += span;
	v[SUMS_RESULT] += (uint64_t)result;
	if (is_new || span < v[SUMS_SPAN_LEAST])
		v[SUMS_SPAN_LEAST] = span;
	if (is_new || span > v[SUMS_SPAN_MOST])
		v[SUMS_SPAN_MOST] = span;
	if (is_new || result < (int64_t)v[SUMS_RESULT_LEAST])
		v[SUMS_RESULT_LEAST] = (uint64_t)result;
	if (is_new || result > (int64_t)v[SUMS_RESULT_MOST])
		v[SUMS_RESULT_MOST] = (uint64_t)result;
}

static int
by_size(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Add row ROW of C, if it is one that is counted: by descriptor of KINDS, or of all, 0. */
static void
take_row(struct plains *p, const struct chunk *c, uint32_t row, uint64_t first, uint64_t kinds)
{
	const struct combined *of = &c->combined[column_get(&c->codes, row)];
	uint64_t fd = kinds ? column_get(&c->columns[COL_FD], row) : 0;

	if (!(of->flags & SUMS_LEAVES) && (!kinds || kinds >> of->kind & 1))
		add_row(plain_of(p, c, row, fd), c, row, c->first + row - first);
}

/* What a loop over the rows of NODE finds. */
static struct plains
find_plains(const struct scene *s, const struct pyramid_node *node, bool by_fd)
{
	struct plains p = { .n_rows = node->end - node->first };

	p.list = xzalloc(p.n_rows * sizeof(*p.list));
	for (size_t i = 0; i < s->n; i++) {
		const struct chunk *c = s->chunks[i];

		if (c->first < node->first || c->first >= node->end)
			continue;
		for (uint32_t row = 0; row < c->n; row++)
			take_row(&p, c, row, node->first,
				 by_fd ? sums_kinds(node->by_fd) : 0);
	}
	for (size_t i = 0; i < p.n; i++)
		qsort(p.list[i].spans, p.list[i].values[SUMS_ROWS], sizeof(uint64_t), by_size);
	return p;
}

static void
free_plains(struct plains *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->list[i].spans);
	free(p->list);
}

/* All values of column ID. */
static uint64_t *
load_all(const struct sums *s, enum sums_column id)
{
	uint32_t n = sums_length(s, id);
	uint64_t *values = xreallocarray(NULL, n + 1, sizeof(*values));

	for (uint32_t i = 0; i < n; i += PACK_ROWS)
		sums_load(s, id, i, values + i);
	return values;
}

/* Are the durations of P what LISTS tell from AT on, which goes on? */
static bool
tells_spans(const struct plain *p, uint64_t *const *lists, uint32_t at[2])
{
	const uint64_t *v = p->values;
	uint64_t n = v[SUMS_ROWS], *exact;

	switch (sums_form(n, v[SUMS_SPAN_LEAST], v[SUMS_SPAN_MOST])) {
	case SUMS_SOME:
		exact = lists[SUMS_EXACT] + at[0];
		at[0] += (uint32_t)n;
		qsort(exact, n, sizeof(*exact), by_size);
		return !memcmp(exact, p->spans, n * sizeof(*exact));
	case SUMS_MANY:
		for (uint64_t k = 0; k < n; at[1]++) {
			uint64_t count = lists[SUMS_COUNT][at[1]];

			if (!count)
				return false;
			for (; count; count--, k++)
				if (k == n || octave_bucket(p->spans[k]) !=
					      lists[SUMS_BUCKET][at[1]])
					return false;
		}
		return true;
	default:
		return true;
	}
}

/* How much is wrong with the sums of NODE. */
static size_t
count_wrong(const struct scene *s, const struct pyramid_node *node, bool by_fd)
{
	const struct sums *sums = by_fd ? node->by_fd : node->sums;
	struct plains p = find_plains(s, node, by_fd);
	uint64_t *lists[SUMS_COLUMNS];
	uint32_t at[2] = { 0, 0 };
	size_t n_wrong = p.n != sums_count(sums);

	for (unsigned id = 0; id < SUMS_COLUMNS; id++)
		lists[id] = load_all(sums, id);
	for (uint32_t i = 0; i < p.n && !n_wrong; i++) {
		n_wrong += lists[SUMS_CODE][i] >= node->n_combined ||
			   combined_key(&node->combined[lists[SUMS_CODE][i]]) != p.list[i].of;
		p.list[i].values[SUMS_CODE] = lists[SUMS_CODE][i];
		for (unsigned id = 0; id < SUMS_OF_GROUPS; id++)
			n_wrong += lists[id][i] != p.list[i].values[id];
		n_wrong += !tells_spans(&p.list[i], lists, at);
	}
	n_wrong += at[0] != sums_length(sums, SUMS_EXACT);
	n_wrong += at[1] != sums_length(sums, SUMS_BUCKET);
	for (unsigned id = 0; id < SUMS_COLUMNS; id++)
		free(lists[id]);
	free_plains(&p);
	return n_wrong;
}

/* Add one more chunk, and look at the nodes that end with it: how much is wrong. */
static size_t
add_chunk(struct scene *s, uint32_t section)
{
	struct chunk *c = make_chunk(s, (uint32_t)s->n, section);
	size_t n_wrong = 0, bytes = 0;

	s->chunks[s->n++] = c;
	pyramid_add(s->pyramid, c);
	for (unsigned i = 0; i < CHUNK_NODES; i++) {
		const struct pyramid_node *node = pyramid_node_of(c, i);

		if (!node)
			continue;
		s->n_nodes[i]++;
		bytes += node->bytes;
		n_wrong += node->end != c->first + c->n || node->section != section;
		n_wrong += s->chunks[s->n - node->n_chunks]->first != node->first;
		n_wrong += count_wrong(s, node, false);
		n_wrong += node->by_fd ? count_wrong(s, node, true) : 0;
		s->n_by_fd += node->by_fd != NULL;
	}
	return n_wrong + (bytes != pyramid_bytes_of(c));
}

static void
begin(struct scene *s, const struct shape *shape, struct rng *rng)
{
	*s = (struct scene){ .rng = rng, .shape = shape, .next = FIRST };
	s->room = seal_room_new(1);
	s->pyramid = pyramid_new(shape->fan, shape->pays);
}

static void
end(struct scene *s)
{
	for (size_t i = 0; i < s->n; i++)
		chunk_free(s->chunks[i]);
	seal_room_free(s->room);
	pyramid_free(s->pyramid);
}

static void
check_shapes(struct rng *rng)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		const struct shape *shape = &shapes[i];
		size_t n_wrong = 0;
		struct scene s;

		begin(&s, shape, rng);
		while (s.n < CHUNKS)
			n_wrong += add_chunk(&s, 0);
		CHECK(!memcmp(s.n_nodes, shape->n_nodes, sizeof(s.n_nodes)),
		      "shape %zu, fan %u: %u, %u, %u nodes", i, shape->fan, s.n_nodes[0],
		      s.n_nodes[1], s.n_nodes[2]);
		CHECK(s.n_by_fd == shape->n_by_fd, "  %u of them by descriptor, too", s.n_by_fd);
		CHECK(!n_wrong, "  they tell what a loop finds; wrong: %zu", n_wrong);
		end(&s);
	}
}

/* Nodes have no chunks with one between them that has no sums. */
static void
check_gap(struct rng *rng)
{
	static const struct shape shape = { 2, 1, 100, 2, 0, 2, 3, 0, 10, { 0 }, 0 };
	struct seal_room *usual, *strict = seal_room_new(1000);
	size_t n_wrong;
	struct scene s;

	begin(&s, &shape, rng);
	n_wrong = add_chunk(&s, 0);
	usual = s.room;
	s.room = strict;
	n_wrong += add_chunk(&s, 0);
	s.room = usual;
	n_wrong += add_chunk(&s, 0);
	CHECK(!n_wrong && !s.chunks[1]->sums && !s.n_nodes[0], "a chunk without sums is in none");
	n_wrong += add_chunk(&s, 0);
	CHECK(!n_wrong && s.n_nodes[0] == 1, "two behind it are");
	seal_room_free(strict);
	end(&s);
}

/* Of a kind of descriptors that one of its chunks does not tell, a node does not, either. */
static void
check_kinds(struct rng *rng)
{
	static const struct shape shape = { 2, 1, 300, 1, 0, 1, 3, 0, 20, { 0 }, 0 };
	const struct pyramid_node *node;
	size_t n_wrong = 0;
	struct scene s;

	begin(&s, &shape, rng);
	seal_room_free(s.room);
	s.room = seal_room_new(2);
	s.is_mixed = true;
	while (s.n < 4)
		n_wrong += add_chunk(&s, 0);
	node = pyramid_node_of(s.chunks[3], 1);
	CHECK(!n_wrong && s.n_nodes[1] == 1 && s.n_by_fd == 3, "mixed chunks: %u nodes by "
	      "descriptor, wrong: %zu", s.n_by_fd, n_wrong);
	CHECK(sums_has_kind(sums_kinds(s.chunks[2]->by_fd), ONCE) &&
	      !sums_has_kind(sums_kinds(s.chunks[3]->by_fd), ONCE) &&
	      !sums_has_kind(sums_kinds(node->by_fd), ONCE) &&
	      sums_has_kind(sums_kinds(node->by_fd), 1), "  of a kind that all have");
	end(&s);
}

/* Nodes have no chunks of two sections, and none that was forgotten. */
static void
check_borders(struct rng *rng)
{
	static const struct shape shape = { 2, 1, 100, 2, 0, 2, 3, 0, 10, { 0 }, 0 };
	size_t n_wrong = 0;
	struct scene s;

	begin(&s, &shape, rng);
	for (uint32_t section = 0; section < 4; section++)
		for (unsigned i = 0; i < 3; i++)
			n_wrong += add_chunk(&s, section);
	CHECK(!n_wrong && s.n_nodes[0] == 4 && !s.n_nodes[1],
	      "sections of three chunks: %u nodes of two, %u of four", s.n_nodes[0],
	      s.n_nodes[1]);
	end(&s);
	begin(&s, &shape, rng);
	n_wrong = add_chunk(&s, 0) + add_chunk(&s, 0) + add_chunk(&s, 0);
	/* The last one is left of those that were not added up yet. */
	pyramid_forget(s.pyramid, s.chunks[2]->first);
	chunk_free(s.chunks[0]);
	chunk_free(s.chunks[1]);
	memmove(s.chunks, s.chunks + 2, sizeof(s.chunks[0]));
	s.n = 1;
	n_wrong += add_chunk(&s, 0) + add_chunk(&s, 0) + add_chunk(&s, 0);
	CHECK(!n_wrong && s.n_nodes[0] == 3 && s.n_nodes[1] == 1 &&
	      pyramid_node_of(s.chunks[3], 1)->first == s.chunks[0]->first,
	      "two of six chunks are forgotten: %u nodes of two, %u of four", s.n_nodes[0],
	      s.n_nodes[1]);
	pyramid_trim(s.chunks[3], s.chunks[1]->first);
	CHECK(pyramid_node_of(s.chunks[3], 0) && !pyramid_node_of(s.chunks[3], 1),
	      "then one more: of its two nodes the last one keeps that of two");
	end(&s);
}

int
main(int argc, char **argv)
{
	struct rng rng = rng_from_args(argc, argv);

	check_shapes(&rng);
	check_borders(&rng);
	check_gap(&rng);
	check_kinds(&rng);
	return check_done();
}
