/* Sums of chunks: what each group has is what a plain loop over its rows finds. */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/octave.h"
#include "engine/store/chunk.h"
#include "engine/store/sums.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"

/* Rows of so many threads with so many types. */
struct shape {
	uint32_t n_rows, n_threads, n_types;
	unsigned span_bits, result_bits;
	bool pays;
};

static const struct shape shapes[] = {
	{ 1, 1, 1, 8, 8, false },
	{ 3, 1, 1, 8, 8, false },
	{ 200, 1, 1, 8, 8, true },
	{ 700, 3, 4, 64, 64, true },
	{ 5000, 10, 9, 20, 13, true },
	{ CHUNK_ROWS, 1, 1, 30, 64, true },
	{ CHUNK_ROWS, 200, 4, 64, 40, true },
	{ CHUNK_ROWS, 30000, 2, 10, 10, false },
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
add_plain(struct plain *p, const struct chunk *c, uint32_t row)
{
	uint64_t span = column_get(&c->columns[COL_SPAN], row);
	uint64_t result = column_get(&c->columns[COL_RESULT], row), *v = p->values;
	bool is_new = !v[SUMS_ROWS]++;

	v[SUMS_THREAD] = column_get(&c->columns[COL_THREAD], row);
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
is_in(const struct chunk *c, uint32_t row, const uint64_t *group)
{
	uint64_t code = column_get(&c->codes, row);

	return group[SUMS_CODE] == code &&
	       group[SUMS_THREAD] == column_get(&c->columns[COL_THREAD], row) &&
	       (!(c->combined[code].flags & ROW_FAILED) ||
		group[SUMS_RESULT_LEAST] == column_get(&c->columns[COL_RESULT], row));
}

/* How much is wrong with the sums of the sealed chunk C. */
static size_t
count_wrong(const struct chunk *c)
{
	const struct sums *s = c->sums;
	uint32_t n = sums_count(s), last_first = 0;
	size_t n_wrong = 0, n_rows = 0, n_groups = 0;
	struct plain *groups = xzalloc(c->n * sizeof(*groups));

	/* By its first row. */
	for (uint32_t row = 0; row < c->n; row++) {
		size_t at = 0;

		if (c->combined[column_get(&c->codes, row)].flags & SUMS_LEAVES)
			continue;
		n_rows++;
		while (at < n_groups && !is_in(c, row, groups[at].values))
			at++;
		n_groups += at == n_groups;
		add_plain(&groups[at], c, row);
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
spans_of(const struct chunk *c, uint32_t i, uint64_t *out)
{
	uint64_t group[SUMS_OF_GROUPS];
	size_t n = 0;

	for (unsigned id = 0; id < SUMS_OF_GROUPS; id++)
		group[id] = value_of(c->sums, id, i);
	for (uint32_t row = 0; row < c->n; row++)
		if (is_in(c, row, group))
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

/* Of a group with any number of rows. */
static void
check_spans(struct rng *r)
{
	static const struct shape shape = { 30000, 120, 2, 14, 9, true };
	struct seal_room *room = seal_room_new(1);
	struct chunk *c = make_chunk(&shape, r), *sealed = chunk_seal(c, room);
	uint64_t *spans = xreallocarray(NULL, shape.n_rows, sizeof(*spans));
	uint32_t n_groups = sums_count(sealed->sums);
	size_t n_wrong = 0;
	struct place at = { 0, 0 };

	for (uint32_t i = 0; i < n_groups; i++) {
		size_t n = spans_of(sealed, i, spans);

		n_wrong += !tells_spans(sealed->sums, i, spans, n, &at);
	}
	CHECK(!n_wrong && at.exact == sums_length(sealed->sums, SUMS_EXACT) && at.exact &&
	      at.bucket == sums_length(sealed->sums, SUMS_BUCKET) && at.bucket,
	      "durations of %u groups, %u in full, %u buckets: %zu wrong", n_groups, at.exact,
	      at.bucket, n_wrong);
	free(spans);
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
		const struct sums *s = sealed->sums;

		CHECK(!s == !shapes[i].pays, "%u rows of %u threads: %s", shapes[i].n_rows,
		      shapes[i].n_threads, shapes[i].pays ? "sums" : "none");
		CHECK(!s || !count_wrong(sealed), "  %u groups in %zu bytes are as a loop finds "
		      "them", s ? sums_count(s) : 0, sums_bytes(s));
		CHECK(!s || sums_bytes(s) < sealed->bytes / 2, "  and take less than half of "
		      "what the rows do");
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
