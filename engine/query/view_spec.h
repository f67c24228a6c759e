/*
 * view_spec - what a view file says, before anything in it is understood.
 *
 * A view can be written in two ways: in ours (`return { id = ... }`) and in
 * csysdig's (`view_info = { ... }`). Both become the structs below, texts with
 * their lines, of which view_build.c makes a view. Which keys there are is in
 * tables, of which lists and docs are made.
 */
#ifndef ENGINE_QUERY_VIEW_SPEC_H
#define ENGINE_QUERY_VIEW_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/query/view.h"

struct arena;
struct err;
struct tree_value;

/* What stood behind a key; .line 0: nothing. */
struct spec_text {
	const char *text;
	int line;
};

struct spec_flag {
	bool is_on;
	int line;
};

struct spec_number {
	double number;
	int line;
};

struct spec_texts {
	const struct spec_text *items;
	size_t n;
	int line;
};

/* A list of tables that were not looked into yet. */
struct spec_tables {
	const struct tree_value *items;
	size_t n;
	int line;
};

struct spec_column {
	int line;
	size_t number;			/* in the file, from 1 */
	struct spec_text name, description, field, aggregation, across, only, sort, select,
		unit;
	struct spec_number width;
	struct spec_texts variant;
	struct spec_flag hidden;
};

struct spec_action {
	int line;
	size_t number;
	struct spec_text hotkey, command, description;
	struct spec_flag asks, waits, live;
};

struct view_spec {
	const char *file;
	bool is_classic;		/* csysdig's: what does not fit is bent, not refused */
	struct spec_text id, name, description, kind, rows, filter, drill_down, parent;
	struct spec_texts tips, tags, applies_to, needs;
	struct spec_flag only_new, is_root, pass_filter, deeper;
	struct spec_tables columns, actions;
	struct spec_column *column;
	size_t n_columns;
	struct spec_action *action;
	size_t n_actions;
};

/* A key of a table. */
enum spec_kind { SPEC_TEXT, SPEC_FLAG, SPEC_NUMBER, SPEC_TEXTS, SPEC_TABLES };

struct spec_key {
	const char *name;
	enum spec_kind kind;
	size_t offset;			/* in its struct, of the member that takes it */
	bool is_needed;
	const char *doc;		/* a sentence */
};

struct spec_keys {
	const struct spec_key *keys;
	size_t n;
	bool takes_others;		/* unknown keys are passed over */
};

/* The keys of our own way, for lists and help. */
extern const struct spec_keys view_keys, column_keys, action_keys;

/* Where a file is taken apart. */
struct spec_reading {
	const char *file;
	struct arena *arena;		/* for lists */
	struct err *err;		/* "FILE:LINE: columns[1].width: why" */
};

/* Take the entries of V, a table, into the struct at TO by KEYS. WHERE is what
 * errors call V: "columns[3]", or "" for the view. Texts are borrowed from V. */
int spec_take(const struct spec_reading *r, const struct tree_value *v,
	      const struct spec_keys *keys, const char *where, void *to);

/* Read V, a table, written our way or (spec_read_classic) csysdig's. */
int spec_read(const struct spec_reading *r, const struct tree_value *v,
	      struct view_spec *spec);
int spec_read_classic(const struct spec_reading *r, const struct tree_value *v,
		      struct view_spec *spec);

/* Say "FILE:LINE: WHY" in *ERR. LINE 0: it is not known. */
int spec_refuse(const struct view_spec *spec, int line, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
