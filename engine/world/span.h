/*
 * span - find and cut in bytes that belong to somebody else.
 *
 * What comes out points into what was given: nothing is copied or changed.
 */
#ifndef ENGINE_WORLD_SPAN_H
#define ENGINE_WORLD_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/reader.h"

static inline const uint8_t *
span_end(struct span s)
{
	return s.p + s.len;
}

static inline struct span
span_between(const uint8_t *from, const uint8_t *to)
{
	return (struct span){ from, (size_t)(to - from) };
}

/* S without its last N bytes. */
static inline struct span
span_without_end(struct span s, size_t n)
{
	return (struct span){ s.p, s.len - n };
}

bool span_starts_with(struct span s, const char *prefix);
bool span_ends_with(struct span s, const char *suffix);

/* Where TEXT, which is not empty, stands first or last in S; NULL: nowhere. */
const uint8_t *span_find(struct span s, const char *text);
const uint8_t *span_find_last(struct span s, const char *text);

/* *REST: what comes after where TEXT stands first, or last. */
bool span_after(struct span s, const char *text, struct span *rest);
bool span_after_last(struct span s, const char *text, struct span *rest);

/* S up to its first slash, and after its last one; all of it without any. */
struct span span_component(struct span s);
struct span span_last_component(struct span s);

/* Take the next text of *LIST, each ended by a NUL, out of it. */
bool span_next_text(struct span *list, struct span *text);

/* The value of a hex digit, or -1. */
int span_hex_digit(uint8_t c);

#endif
