/*
 * columns - which columns of views somebody wants to see, in what order, how wide.
 *
 * For each view that was changed there is a list of its columns, by their names (and
 * number, where several have the same).
 * Columns that the list does not know (of another variant, of a newer view) stand
 * behind the one that they stand behind in the view. The lists are kept as text; what
 * makes no sense in it is passed over.
 */
#ifndef UI_COLUMNS_H
#define UI_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/query/view.h"

struct text;

#define COLUMNS_VIEWS_MAX 1000
#define COLUMNS_ENTRIES_MAX 256		/* of a view */
#define COLUMNS_WIDTH_MAX 500

/* A column of a view, as it is to be shown. */
struct column_choice {
	const struct view_column *column;	/* borrowed from the view */
	size_t cell;			/* which cell of a row it is */
	unsigned width_cols;		/* 0: what is left of the line */
	bool is_shown;
};

struct columns_entry {
	char *name;			/* harmless to a terminal; owned */
	unsigned width_cols;		/* 0: as the view has it */
	bool is_shown;
};

struct columns_view {
	char *id;			/* owned */
	struct columns_entry *entries;	/* owned; at most COLUMNS_ENTRIES_MAX */
	size_t n, cap;
};

/* Embedded: zeroes, where all views are as they are. */
struct columns {
	struct columns_view *views;
	size_t n, cap;
};

void columns_fini(struct columns *c);

/* Take what TEXT, of LEN bytes, says besides. */
void columns_parse(struct columns *c, const char *text, size_t len);

/* Append what columns_parse() takes. */
void columns_print(const struct columns *c, struct text *t);

/* The columns of V in VARIANT in their order at OUT, at most MAX. How many. */
size_t columns_list(const struct columns *c, const struct view *v, enum view_variant variant,
		    struct column_choice *out, size_t max);

/* Keep LIST, of N, for V. False: there are too many views; nothing was kept. */
bool columns_set(struct columns *c, const struct view *v, const struct column_choice *list,
		 size_t n);

/* V is as it is again. */
void columns_reset(struct columns *c, const struct view *v);

/* Is V otherwise than it is? */
bool columns_has(const struct columns *c, const struct view *v);

#endif
