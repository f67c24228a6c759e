/*
 * regex - match all of a text with a regular expression.
 *
 * Bytes, not characters; a dot matches a line end too, so that nobody hides
 * behind one. Time is bounded: what takes too long counts as a hit of the
 * limits, which whoever asks must report, and does not match.
 */
#ifndef ENGINE_FILTER_REGEX_H
#define ENGINE_FILTER_REGEX_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/reader.h"

struct err;
struct regex;

/* Compile PATTERN. The caller owns it; NULL: *err says why, and err->at is
 * the byte of it. */
struct regex *regex_compile(struct span pattern, struct err *err);
void regex_free(struct regex *r);	/* NULL is fine */

bool regex_match(struct regex *r, struct span text);

/* How often the limits were met. */
uint64_t regex_limits_hit(const struct regex *r);

#endif
