/*
 * sums - what the rows of a sealed chunk add up to.
 *
 * Rows with the same thread version and the same code are a group: what it has in all, so
 * that whoever asks about threads and kinds of rows only need not look at each row. Those that
 * failed are a group only where they failed with the same result. Rows
 * that no table counts (SUMS_LEAVES) are in no group. Groups stand in the order of their
 * first rows, in columns that are packed as those of chunks are.
 *
 * Other sums, by descriptor, are of rows that have one: those of a group have the same
 * descriptor version as well, for whoever asks about connections and files. They are of the
 * kinds of descriptors that have few groups.
 *
 * Where there are too many groups sums would not pay: then there are none.
 */
#ifndef ENGINE_STORE_SUMS_H
#define ENGINE_STORE_SUMS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/store/chunk.h"

/* Rows with one of these flags are in no group. */
#define SUMS_LEAVES (ROW_ENTER | ROW_STATE_ONLY | ROW_INTERNAL)

/* There are at least so many rows for each group. */
#define SUMS_PAYS 4u

enum sums_column {
	SUMS_THREAD,			/* slot */
	SUMS_FD,			/* slot; 0 where they are not by descriptor */
	SUMS_CODE,
	SUMS_ROWS,			/* how many they are */
	SUMS_FIRST, SUMS_LAST,	/* of the rows of the chunk */
	SUMS_SPAN, SUMS_SPAN_LEAST, SUMS_SPAN_MOST,
	SUMS_RESULT,			/* the sum, which may wrap */
	SUMS_RESULT_LEAST, SUMS_RESULT_MOST,
	SUMS_OF_GROUPS,			/* those above have a value for each group */
	/* All durations of groups with few rows, one after the other; of those with many, which
	 * buckets they are in (engine/base/octave.h), and how many in each. See sums_form(). */
	SUMS_EXACT = SUMS_OF_GROUPS,
	SUMS_BUCKET, SUMS_COUNT,
	SUMS_COLUMNS,
};

#define SUMS_EXACT_MAX 16u		/* durations of a group in SUMS_EXACT */

/* How the durations of a group are told. */
enum sums_form {
	SUMS_ALIKE,			/* the least is all of them */
	SUMS_TWO,			/* the least and the most */
	SUMS_THREE,			/* these, and what is left of the sum */
	SUMS_SOME,			/* in SUMS_EXACT */
	SUMS_MANY,			/* in SUMS_BUCKET, until their counts make them all */
};

/* Of N rows. */
static inline enum sums_form
sums_form(uint64_t n, uint64_t least, uint64_t most)
{
	if (least == most)
		return SUMS_ALIKE;
	return n == 2 ? SUMS_TWO : n == 3 ? SUMS_THREE : n <= SUMS_EXACT_MAX ? SUMS_SOME :
								  SUMS_MANY;
}

struct sums;
struct sums_room;

struct sums_group {
	uint64_t values[SUMS_OF_GROUPS];
};

/* N groups that were made elsewhere, and the columns behind these, in the same order. */
struct sums_made {
	const struct sums_group *groups;
	uint32_t n;
	const uint64_t *lists[SUMS_COLUMNS - SUMS_OF_GROUPS];
	uint32_t lengths[SUMS_COLUMNS - SUMS_OF_GROUPS];
	uint64_t kinds;			/* see sums_kinds() */
};

/* Where sums are made, one at a time. The caller owns it. */
struct sums_room *sums_room_new(void);
void sums_room_free(struct sums_room *room);	/* NULL is fine */
size_t sums_room_bytes(const struct sums_room *room);

/* Of C, which is open, and whose rows have CODES of COMBINED; PAYS is SUMS_PAYS, in tests
 * less. The caller owns it. NULL: it would not pay. */
struct sums *sums_new(const struct chunk *c, const uint16_t *codes,
			    const struct combined *combined, unsigned pays,
			    struct sums_room *room);
/* The same by descriptor. */
struct sums *sums_new_by_fd(const struct chunk *c, const uint16_t *codes,
			    const struct combined *combined, unsigned pays,
			    struct sums_room *room);
/* The same of what is MADE. */
struct sums *sums_of(const struct sums_made *made);
void sums_free(struct sums *s);	/* NULL is fine */
size_t sums_bytes(const struct sums *s);	/* of NULL: 0 */

#define SUMS_KINDS 64u			/* others have no sums by descriptor */

/* Of sums by descriptor: which kinds (chunk_kind()) they are of, a bit each; all rows with one of
 * these are in a group. */
uint64_t sums_kinds(const struct sums *s);
static inline bool
sums_has_kind(uint64_t kinds, unsigned kind)
{
	return kind < SUMS_KINDS && kinds >> kind & 1;
}

/* How many groups there are, and values of column ID. */
uint32_t sums_count(const struct sums *s);
uint32_t sums_length(const struct sums *s, enum sums_column id);
/* The values of column ID from FIRST on, a multiple of PACK_ROWS: PACK_ROWS of them, or as
 * many as there are. */
void sums_load(const struct sums *s, enum sums_column id, uint32_t first,
		  uint64_t *out);

#endif
