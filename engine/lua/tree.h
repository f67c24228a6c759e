/*
 * tree - what a Lua file says, as plain values.
 *
 * The file is run once, in a sandbox of its own that is closed again before
 * tree_read() returns. What it returned, or the global that it set, is copied;
 * whoever reads it needs to know nothing of Lua. Each value knows its line.
 */
#ifndef ENGINE_LUA_TREE_H
#define ENGINE_LUA_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/reader.h"

struct err;
struct text;
struct tree;

#define TREE_FILE_MAX (256u << 10)	/* bytes of a file */

enum tree_kind { TREE_NONE, TREE_BOOL, TREE_NUMBER, TREE_TEXT, TREE_TABLE, TREE_OTHER };

struct tree_value {
	enum tree_kind kind;
	/* Of the file, from 1; the table's where it has none itself. */
	int line;
	union {
		bool is_true;
		double number;
		const char *text;	/* without a NUL in it */
		const struct tree_table *table;
		const char *type;	/* TREE_OTHER: what Lua calls it */
	};
};

struct tree_entry {
	const char *key;
	struct tree_value value;
};

struct tree_table {
	const struct tree_value *items;	/* those at 1, 2, 3 ... */
	size_t n_items;
	const struct tree_entry *entries;	/* the others, in the order of their lines */
	size_t n_entries;
};

/* Run TEXT, the contents of the file called NAME. The caller owns the tree. NULL:
 * *err says "NAME:LINE: why". */
struct tree *tree_read(const char *name, struct span text, const char *global,
		       struct err *err);
void tree_free(struct tree *t);		/* NULL is fine */

/* What the file returned; TREE_NONE: nothing. Borrowed from T. */
const struct tree_value *tree_returned(const struct tree *t);

/* What it left in GLOBAL. */
const struct tree_value *tree_global(const struct tree *t);

/* "a number", "a text", ... */
const char *tree_kind_name(const struct tree_value *v);

/* Append the name of number I of what a file may call, such as "string.format". False: there
 * are not so many. */
bool tree_function(size_t i, struct text *t);

#endif
