/*
 * find - short texts in longer ones.
 *
 * memmem() prepares itself for the worst at each call, which takes longer than
 * looking through a line. This one jumps to the rarest byte of the needle.
 */
#ifndef ENGINE_BASE_FIND_H
#define ENGINE_BASE_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/reader.h"

/* A needle that is looked for often. Embedded: find_of(). */
struct find {
	struct span needle;		/* borrowed */
	size_t rare;			/* where its rarest byte stands in it */
};
struct find find_of(struct span needle);
bool find_in_longer(const struct find *f, struct span hay);	/* for find_in() */

static inline bool
find_in(const struct find *f, struct span hay)
{
	return hay.len >= f->needle.len && find_in_longer(f, hay);
}

/* Does HAY hold NEEDLE? Each text holds the empty one. */
bool find_bytes(struct span hay, struct span needle);

#endif
