/* Sums of chunks: what each group has is what a plain loop over its rows finds. */
#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/base/octave.h"
#include "engine/store/chunk.h"
#include "engine/store/sums.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"

/* Rows of so many threads with so many types and descriptors, none and unknown ones among them;
 * each CHANGE rows there are other descriptors, and some kinds have another one in each row. */
struct shape {
	uint32_t n_rows, n_threads, n_types, n_fds, change;
	unsigned span_bits, result_bits;
	bool pays, pays_by_fd;
	uint64_t kinds_once;		/* a bit each */
};

#define ALL_KINDS (1u << 1 | 1u << 2 | 1u << 3)

static const struct shape shapes[] = {
	{ 1, 1, 1, 1, 0, 8, 8, false, false, 0 },
	{ 3, 1, 1, 1, 0, 8, 8, false, false, 0 },
	{ 200, 1, 1, 1, 0, 8, 8, true, false, 0 },
	{ 300, 1, 1, 4, 0, 8, 8, true, true, 0 },
	{ 1400, 3, 4, 2, 0, 64, 64, true, true, 0 },
	{ 5000, 10, 3, 4, 0, 20, 13, true, true, 0 },
	{ 5000, 10, 3, 400, 0, 20, 13, true, false, 0 },
	{ CHUNK_ROWS, 1, 1, 1000, 0, 30, 64, true, true, 0 },
	{ CHUNK_ROWS, 1, 1, 4, 16, 30, 64, true, false, 0 },
	/* All are met early, which does not tell that there will be so many in each part. */
	{ CHUNK_ROWS, 1, 1, 1500, 0, 30, 64, true, true, 0 },
	/* They change once. */
	{ CHUNK_ROWS, 1, 1, 500, 40000, 30, 64, true, true, 0 },
	{ CHUNK_ROWS, 200, 4, 2, 0, 64, 40, true, true, 0 },
	{ CHUNK_ROWS, 200, 2, 100000, 0, 64, 40, true, false, 0 },
	{ CHUNK_ROWS, 30000, 2, 2, 0, 10, 10, false, false, 0 },
	/* They pay by kinds. */
	{ 5000, 1, 3, 40, 0, 20, 13, true, true, 1u << 2 },
	{ CHUNK_ROWS, 5, 3, 40, 0, 20, 40, true, true, 1u << 1 },
	{ CHUNK_ROWS, 5, 3, 40, 0, 20, 40, true, true, 1u << 2 | 1u << 3 },
	{ CHUNK_ROWS, 5, 3, 40, 0, 20, 40, true, false, ALL_KINDS },
};

static const uint16_t flags_of_rows[] = {
	ROW_EXIT | ROW_HAS_RESULT | ROW_HAS_SPAN, ROW_EXIT | ROW_HAS_RESULT | ROW_FAILED, ROW_EXIT,
	ROW_ENTER, ROW_EXIT | ROW_INTERNAL, ROW_STATE_ONLY,
};

static struct chunk *
make_chunk(const struct shape *shape, struct rng *r)
{
	struct chunk *c = chunk_new(77);

	for (uint32_t i = 0; i < shape->n_rows; i++) {
		struct chunk_row row = { { 0 } };
		uint64_t *v = row.values;

		v[COL_TIME] = 1000 + i;
		v[COL_THREAD] = 5 + rng_below(r, shape->n_threads);
		v[COL_TYPE] = rng_below(r, shape->n_types);
		v[COL_FD] = rng_below(r, shape->n_fds);
		v[COL_KIND] = v[COL_FD] ? 1 + v[COL_FD] % 3 : 0;
		if (v[COL_FD] && shape->change)
			v[COL_FD] += i / shape->change * 3 * shape->n_fds;
		if (v[COL_KIND] && shape->kinds_once >> v[COL_KIND] & 1)
			v[COL_FD] = CHUNK_ROWS + i;
		v[COL_FLAGS] = flags_of_rows[rng_below(r, ARRAY_LEN(flags_of_rows))];
		v[COL_SPAN] = rng_u64(r) >> (64 - shape->span_bits);
		v[COL_RESULT] = rng_u64(r) >> (64 - shape->result_bits);
		if (v[COL_FLAGS] & ROW_FAILED)
			v[COL_RESULT] = 0 - (uint64_t)(1 + rng_below(r, 2));
		else
			v[COL_RESULT] &= ~(1ull << 63);
		chunk_add(c, &row);
	}
	return c;
}

/* What group I of S has in column ID. */
static uint64_t
value_of(const struct sums *s, enum sums_column id, uint32_t i)
{
	uint64_t values[PACK_ROWS];

	sums_load(s, id, i - i % PACK_ROWS, values);
	return values[i % PACK_ROWS];
}

/* A group, found out one row after the other. */
struct plain {
	uint64_t values[SUMS_OF_GROUPS];
};

static void
add_plain(struct plain *p, const struct chunk *c, bool by_fd, uint32_t row)
{
	uint64_t span = column_get(&c->columns[COL_SPAN], row);
	uint64_t result = column_get(&c->columns[COL_RESULT], row), *v = p->values;
	bool is_new = !v[SUMS_ROWS]++;

	v[SUMS_THREAD] = column_get(&c->columns[COL_THREAD], row);
	v[SUMS_FD] = by_fd ? column_get(&c->columns[COL_FD], row) : 0;
	v[SUMS_CODE] = column_get(&c->codes, row);
	v[SUMS_FIRST] = is_new ? row : v[SUMS_FIRST];
	v[SUMS_LAST] = row;
	v[SUMS_SPAN] += span;
	v[SUMS_RESULT] += result;
	if (is_new || span < v[SUMS_SPAN_LEAST])
		v[SUMS_SPAN_LEAST] = span;
	if (is_new || span > v[SUMS_SPAN_MOST])
		v[SUMS_SPAN_MOST] = span;
	if (is_new || (int64_t)result < (int64_t)v[SUMS_RESULT_LEAST])
		v[SUMS_RESULT_LEAST] = result;
	if (is_new || (int64_t)result > (int64_t)v[SUMS_RESULT_MOST])
		v[SUMS_RESULT_MOST] = result;
}

/* Is row ROW of C one of GROUP? */
static bool
is_in(const struct chunk *c, bool by_fd, uint32_t row, const uint64_t *group)
{
	uint64_t code = column_get(&c->codes, row);

	return group[SUMS_CODE] == code &&
	       (!by_fd || group[SUMS_FD] == column_get(&c->columns[COL_FD], row)) &&
	       group[SUMS_THREAD] == column_get(&c->columns[COL_THREAD], row) &&
	       (!(c->combined[code].flags & ROW_FAILED) ||
		group[SUMS_RESULT_LEAST] == column_get(&c->columns[COL_RESULT], row));
}

/* What the group of row ROW of C is found by. */
static uint64_t
key_of_row(const struct chunk *c, bool by_fd, uint32_t row)
{
	uint64_t code = column_get(&c->codes, row), fd = column_get(&c->columns[COL_FD], row);
	uint64_t result = column_get(&c->columns[COL_RESULT], row);

	return 1 + column_get(&c->columns[COL_THREAD], row) + (by_fd ? fd << 16 : 0) +
	       (code << 40) + (c->combined[code].flags & ROW_FAILED ? (0 - result) << 56 : 0);
}

/* How much is wrong with the sums of the sealed chunk C. */
static size_t
count_wrong(const struct chunk *c, bool by_fd)
{
	const struct sums *s = by_fd ? c->by_fd : c->sums;
	uint32_t n = sums_count(s), last_first = 0;
	size_t n_wrong = 0, n_rows = 0, n_groups = 0;
	struct plain *groups = xzalloc(c->n * sizeof(*groups));
	struct map indexes = { 0 };	/* + 1 */

	/* By its first row. */
	for (uint32_t row = 0; row < c->n; row++) {
		uint64_t key = key_of_row(c, by_fd, row);
		uintptr_t at;

		if (c->combined[column_get(&c->codes, row)].flags & SUMS_LEAVES)
			continue;
		if (by_fd && !(sums_kinds(s) >> chunk_get(c, COL_KIND, row) & 1))
			continue;
		n_rows++;
		at = (uintptr_t)map_get(&indexes, key);
		if (!at)
			map_put(&indexes, key, (void *)(at = ++n_groups));
		add_plain(&groups[at - 1], c, by_fd, row);
	}
	n_wrong += n != n_groups;
	for (uint32_t i = 0; i < n && !n_wrong; i++) {
		for (unsigned id = 0; id < SUMS_OF_GROUPS; id++)
			n_wrong += value_of(s, id, i) != groups[i].values[id];
		n_wrong += i && value_of(s, SUMS_FIRST, i) <= last_first;
		last_first = (uint32_t)value_of(s, SUMS_FIRST, i);
		n_rows -= value_of(s, SUMS_ROWS, i);
	}
	free(groups);
	map_fini(&indexes);
	return n_wrong + (n_rows != 0);
}

static int
by_size(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* All durations of group I of C's sums, in order. */
static size_t
spans_of(const struct chunk *c, bool by_fd, uint32_t i, uint64_t *out)
{
	uint64_t group[SUMS_OF_GROUPS];
	size_t n = 0;

	for (unsigned id = 0; id < SUMS_OF_GROUPS; id++)
		group[id] = value_of(by_fd ? c->by_fd : c->sums, id, i);
	for (uint32_t row = 0; row < c->n; row++)
		if (is_in(c, by_fd, row, group))
			out[n++] = column_get(&c->columns[COL_SPAN], row);
	qsort(out, n, sizeof(*out), by_size);
	return n;
}

/* Where the durations of the next group begin. */
struct place {
	uint32_t exact, bucket;
};

/* Are the N durations SPANS of group I what S tells of them at AT, which goes on? */
static bool
tells_spans(const struct sums *s, uint32_t i, const uint64_t *spans, size_t n, struct place *at)
{
	uint64_t least = value_of(s, SUMS_SPAN_LEAST, i), most = value_of(s, SUMS_SPAN_MOST, i);
	uint64_t told[SUMS_EXACT_MAX] = { least, most };

	switch (sums_form(n, least, most)) {
	case SUMS_ALIKE:
		return spans[0] == least && spans[n - 1] == least;
	case SUMS_TWO:
		return spans[0] == least && spans[1] == most && n == 2;
	case SUMS_THREE:
		return n == 3 && spans[1] == value_of(s, SUMS_SPAN, i) - least - most;
	case SUMS_SOME:
		for (size_t k = 0; k < n; k++)
			told[k] = value_of(s, SUMS_EXACT, at->exact++);
		qsort(told, n, sizeof(told[0]), by_size);
		return !memcmp(told, spans, n * sizeof(told[0]));
	default:
		break;
	}
	for (size_t k = 0; k < n; at->bucket++) {
		uint64_t bucket = value_of(s, SUMS_BUCKET, at->bucket);
		uint64_t count = value_of(s, SUMS_COUNT, at->bucket);

		for (; count; count--, k++)
			if (k == n || octave_bucket(spans[k]) != bucket)
				return false;
	}
	return true;
}

static void
check_spans_of(const struct chunk *sealed, bool by_fd)
{
	const struct sums *s = by_fd ? sealed->by_fd : sealed->sums;
	uint64_t *spans = xreallocarray(NULL, sealed->n, sizeof(*spans));
	uint32_t n_groups = sums_count(s);
	struct place at = { 0, 0 };
	size_t n_wrong = 0;

	for (uint32_t i = 0; i < n_groups; i++) {
		size_t n = spans_of(sealed, by_fd, i, spans);

		n_wrong += !tells_spans(s, i, spans, n, &at);
	}
	CHECK(!n_wrong && at.exact == sums_length(s, SUMS_EXACT) && at.exact &&
	      at.bucket == sums_length(s, SUMS_BUCKET) && at.bucket,
	      "durations of %u groups%s, %u in full, %u buckets: %zu wrong", n_groups,
	      by_fd ? " by descriptor" : "", at.exact, at.bucket, n_wrong);
	free(spans);
}

/* Of a group with any number of rows. */
static void
check_spans(struct rng *r)
{
	static const struct shape shape = { 30000, 60, 2, 3, 0, 14, 9, true, true, 0 };
	struct seal_room *room = seal_room_new(1);
	struct chunk *c = make_chunk(&shape, r), *sealed = chunk_seal(c, room);

	check_spans_of(sealed, false);
	check_spans_of(sealed, true);
	chunk_free(c);
	chunk_free(sealed);
	seal_room_free(room);
}

static void
check_shapes(struct rng *r)
{
	struct seal_room *room = seal_room_new(SUMS_PAYS);

	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		struct chunk *c = make_chunk(&shapes[i], r), *sealed = chunk_seal(c, room);
		const struct sums *s = sealed->sums, *by_fd = sealed->by_fd;

		CHECK(!s == !shapes[i].pays, "%u rows of %u threads: %s", shapes[i].n_rows,
		      shapes[i].n_threads, shapes[i].pays ? "sums" : "none");
		CHECK(!s || !count_wrong(sealed, false), "  %u groups in %zu bytes are as a loop "
		      "finds them", s ? sums_count(s) : 0, sums_bytes(s));
		CHECK(!by_fd == !shapes[i].pays_by_fd, "  of %u descriptors%s: %s", shapes[i].n_fds,
		      shapes[i].change ? ", which change" : "",
		      shapes[i].pays_by_fd ? "sums by descriptor" : "none");
		CHECK(!by_fd || !count_wrong(sealed, true), "  %u groups in %zu bytes are as a "
		      "loop finds them", by_fd ? sums_count(by_fd) : 0, sums_bytes(by_fd));
		CHECK(!by_fd || (sums_kinds(by_fd) & ALL_KINDS) ==
				(ALL_KINDS & ~shapes[i].kinds_once),
		      "  of kinds that have few: all but %llx",
		      (unsigned long long)shapes[i].kinds_once);
		CHECK(sums_bytes(s) < sealed->bytes / 2 && sums_bytes(by_fd) < sealed->bytes / 2 &&
		      sums_bytes(s) + sums_bytes(by_fd) == chunk_sums_bytes(sealed),
		      "  each take less than half of what the rows do");
		chunk_free(c);
		chunk_free(sealed);
	}
	seal_room_free(room);
}

int
main(int argc, char **argv)
{
	struct rng rng = rng_from_args(argc, argv);

	check_shapes(&rng);
	check_spans(&rng);
	return check_done();
}
