/*
 * glob - match text with a pattern of the shell.
 *
 * "*" stands for any bytes, "/" and leading dots included, "?" for one byte,
 * "[a-z]" and "[!a-z]" for one of a set; a backslash takes the next byte's
 * meaning. As fnmatch(3) without flags in the C locale, but it works on spans
 * and its cost is bounded: a pattern of stars does not make it slow.
 */
#ifndef ENGINE_FILTER_GLOB_H
#define ENGINE_FILTER_GLOB_H

#include <stdbool.h>

#include "engine/base/reader.h"

/* Does all of TEXT match? FOLD: letters match whatever their case. */
bool glob_match(struct span pattern, struct span text, bool fold);

/* Whether PATTERN is more than plain text. */
bool glob_has_wildcard(struct span pattern);

#endif
