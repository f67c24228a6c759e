/*
 * ask - put questions to the store from a thread that must not wait.
 *
 * A thread answers one question at a time, and writes to an eventfd when an answer
 * is there. A new question takes the place of one that waits, and stops the one that
 * is being answered: its answer is of no use any more.
 */
#ifndef UI_ASK_H
#define UI_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/query/query.h"
#include "engine/query/slices.h"

struct ask;
struct crew;
struct snapshot;
struct store;

#define ASK_FILTERS_MAX 130

/* Embedded: zeroes, filled in, texts in its arena. */
struct question {
	uint64_t id;			/* the answer has it as well */
	struct arena arena;
	const struct view *view;	/* for a table; borrowed until the answer is freed */
	enum view_variant variant;
	const char *filters[ASK_FILTERS_MAX];
	size_t n_filters;
	uint64_t from_ns, to_ns;	/* the window; 0, 0: all that there is */
	const char *sort;
	bool sort_descending;
	bool is_flat;			/* a table without its tree */
	size_t rows_first;		/* others are made when they are asked for; 0: all */
	bool seeks;			/* a row of the table: */
	uint64_t sought;		/* it is called so, see row_id() */
	bool wants_parts;		/* what takes long comes in parts first */
	enum slices_measure measure;	/* of a timeline, and whose rows are meant, */
	const struct view *rows_of;	/* as in slices.h; borrowed as .view is */
	size_t n_slices;		/* without a view: a timeline of so many slices, */
	const char *span;		/* of a spectrum, as in slices.h */
	unsigned n_bins;		/* or how long calls took, in so many columns; 0: not */
};

/* Embedded: zeroes; ended by answer_done(). */
struct answer {
	uint64_t id;
	const struct view *view;	/* that was asked for */
	struct table *table;		/* NULL: no view, or it failed */
	struct snapshot *snap;		/* that it is made from; owned; NULL: not needed */
	bool is_sought;			/* a row was looked for: */
	uint64_t sought;
	size_t sought_at;		/* SIZE_MAX: there is none */
	bool is_first;			/* a part of it: the question is still being answered */
	struct slices slices;		/* .n 0: not asked for, or it failed */
	struct spectrum spectrum;	/* the same */
	struct err err;			/* .code 0: it did not fail */
};

/* All that answers depend on is borrowed. */
struct ask_of {
	struct store *store;
	int wake_fd;			/* an eventfd */
	struct crew *crew;		/* threads that help to answer; NULL: own ones */
	const struct query_style *style;
	const struct filter_options *options;
};

/* The caller owns it. */
struct ask *ask_new(const struct ask_of *of);

/* Stop and free it. NULL is fine. */
void ask_free(struct ask *a);

/* Whenever there is no question, find out what those about the N views at VIEWS, which is
 * borrowed, will need, until that is done. All has been read. */
void ask_prepare(struct ask *a, const struct view *const *views, size_t n);

/* Q's contents are taken; Q is zeroes afterwards. */
void ask_put(struct ask *a, struct question *q);

/* Is a question waiting, or being answered? One that was stopped is not, even if it goes on
 * for a moment. */
bool ask_is_busy(struct ask *a);

/* How far the question is that is being answered, from 0 to 1. */
double ask_progress(struct ask *a);

/* Stop it, with no answer. */
void ask_cancel(struct ask *a);

/* Take the newest answer, which the caller ends. False: there is no new one. */
bool ask_take(struct ask *a, struct answer *out);

void answer_done(struct answer *a);

#endif
