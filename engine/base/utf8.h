/*
 * utf8 - take text of unknown origin apart, and say what may be shown.
 */
#ifndef ENGINE_BASE_UTF8_H
#define ENGINE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decode the character at P into *C. Its length in bytes, or 0 when these
 * bytes are no UTF-8 (RFC 3629: no overlong forms, no surrogates). */
size_t utf8_decode(const uint8_t *p, size_t len, uint32_t *c);

/* The bytes of C, at most UTF8_MAX of them. How many. */
#define UTF8_MAX 4
size_t utf8_encode(uint32_t c, char *to);

/* False for what a terminal may obey or a reader cannot see: C0, DEL, C1,
 * bidi controls, zero-width and other invisible formatting characters, line
 * and paragraph separators, private use and what is no character at all. */
bool utf8_is_harmless(uint32_t c);

/* How many cells of a terminal the harmless character C takes: 0, 1 or 2. */
unsigned utf8_columns(uint32_t c);

#endif
