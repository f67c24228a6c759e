/*
 * find - short texts in longer ones.
 *
 * memmem() prepares itself for the worst at each call, which takes longer than
 * looking through a line. This one jumps to the rarest byte of the needle.
 */
#ifndef ENGINE_BASE_FIND_H
#define ENGINE_BASE_FIND_H

#include <stdbool.h>

#include "engine/base/reader.h"

/* Does HAY hold NEEDLE? Each text holds the empty one. */
bool find_bytes(struct span hay, struct span needle);

#endif
