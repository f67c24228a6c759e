/*
 * bitmaps - what conditions said of the rows of sealed chunks, kept for the next query.
 *
 * To look for a text in the bytes of events takes seconds, to look up a bit takes none.
 * Who asks many rows (engine/query/sift.h) takes what is known of a chunk from here, and
 * brings back what it found out. What a condition depends on besides the rows is a part
 * of its name, or of its age: an older answer is forgotten, and one that asks about the
 * past of it gets nothing. The conditions that were not asked for longest go first.
 *
 * Any thread may call these.
 */
#ifndef ENGINE_STORE_BITMAPS_H
#define ENGINE_STORE_BITMAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/reader.h"
#include "engine/store/chunk.h"

#define BITMAP_WORDS (CHUNK_ROWS / 64)

/* Of the rows of a chunk, a bit each; YES has none that KNOWN has not. */
struct bitmap {
	uint64_t known[BITMAP_WORDS];
	uint64_t yes[BITMAP_WORDS];
};

struct bitmaps_question {
	struct span name;
	uint64_t age;			/* grows when answers may become others */
};

struct bitmaps;

/* All of it takes about MAX_BYTES at most. The caller owns it. */
struct bitmaps *bitmaps_new(size_t max_bytes);
void bitmaps_free(struct bitmaps *b);	/* NULL is fine */

/* What is known of the chunk whose first event is FIRST, which may be nothing. */
void bitmaps_get(struct bitmaps *b, const struct bitmaps_question *q, uint64_t first,
		 struct bitmap *out);

/* Add what was found out, which is copied. */
void bitmaps_put(struct bitmaps *b, const struct bitmaps_question *q, uint64_t first,
		 const struct bitmap *found);

/* Forget the chunks before event FIRST, and take none of them any more. */
void bitmaps_forget(struct bitmaps *b, uint64_t first);

uint64_t bitmaps_bytes(struct bitmaps *b);

#endif
