/*
 * lines - on which line of a Lua file stands what a table of it says.
 *
 * Lua forgets that as soon as it has read a file. So the text is looked at once
 * more, for the table constructors only: `{ key = ..., ["key"] = ..., ... }`. What
 * is put together by code has no line of its own.
 */
#ifndef ENGINE_LUA_LINES_H
#define ENGINE_LUA_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/reader.h"

/* A constructor; NO_LINES: nothing is known of what is in it. */
#define NO_LINES SIZE_MAX

struct line_entry {
	size_t constructor;		/* in which one it stands */
	struct span key;		/* empty: entry .index of the list */
	int64_t index;			/* from 1 */
	int line;			/* from 1 */
	size_t value;			/* the constructor that it is, or NO_LINES */
};

/* Embedded: zeroes, then lines_read(). */
struct lines {
	struct line_entry *entries;	/* owned */
	size_t n_entries, cap;
	size_t n_constructors;
	size_t returned;		/* the constructor behind the last outer "return" */
};

/* Look at TEXT, which must outlive it. It need not be Lua. */
void lines_read(struct lines *l, struct span text);
void lines_fini(struct lines *l);

/* The constructor behind the last "NAME =" outside of all others. */
size_t lines_global(const struct lines *l, const char *name);

/* What CONSTRUCTOR has under KEY, or at INDEX when KEY is NULL. NULL: that is not
 * known. */
const struct line_entry *lines_find(const struct lines *l, size_t constructor,
				    const char *key, int64_t index);

#endif
