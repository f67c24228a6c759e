/*
 * intern - names that repeat, stored once; equal means same id.
 *
 * Ids are small and dense, so that tables of 32-bit numbers can stand for
 * text. Id 0 is "unknown": it has no text (intern_text() gives ""), and no
 * text gives it; the empty text has id 1.
 *
 * One thread adds; others may ask for the text of an id that was handed to them
 * after it was made, as long as it is not swept: what is stored never moves.
 *
 * A pool gives room back by marking what is still in use and sweeping the
 * rest; the ids of what was swept are used again. intern_wants_sweep() says
 * when that pays, so that the cost stays a constant for each text added.
 */
#ifndef ENGINE_BASE_INTERN_H
#define ENGINE_BASE_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/reader.h"

#define INTERN_UNKNOWN 0u
#define INTERN_EMPTY 1u

struct intern;

struct intern *intern_new(void);
void intern_free(struct intern *pool);

/* The id of LEN bytes at S; they are copied when they are new. */
uint32_t intern(struct intern *pool, const void *s, size_t len);
uint32_t intern_str(struct intern *pool, const char *s);

/* The text of ID, with a NUL after it. Borrowed until ID is swept. */
const char *intern_text(const struct intern *pool, uint32_t id);
struct span intern_span(const struct intern *pool, uint32_t id);

/* Sweeping: ask, mark each id in use, sweep. Everything else is forgotten. LEAST
 * bytes at least must have come since the last time. */
bool intern_wants_sweep(const struct intern *pool, size_t least);
void intern_mark(struct intern *pool, uint32_t id);
void intern_sweep(struct intern *pool);

/* Bytes that the pool takes, and how many texts it holds. */
size_t intern_bytes(const struct intern *pool);
size_t intern_count(const struct intern *pool);

#endif
