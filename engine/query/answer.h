/*
 * answer - the table that gathered groups make: cells, totals, the order of rows.
 */
#ifndef ENGINE_QUERY_ANSWER_H
#define ENGINE_QUERY_ANSWER_H

#include <stdbool.h>

#include "engine/query/crew.h"
#include "engine/query/facts.h"
#include "engine/query/gather.h"
#include "engine/query/query.h"

/* A query while it is worked at; a table of which rows are still to be made has it, too. */
struct inquiry {
	struct query q;			/* of a table: without texts, and who watches */
	struct plan plan;
	struct facts_list facts;
	struct firsts *firsts;		/* borrowed from the store; NULL: none */
	struct gather *gathers[CREW_MAX];	/* one a thread; the first has what all found */
	unsigned n;
};

/* Free Q with all that belongs to it. NULL is fine. */
void inquiry_free(struct inquiry *q);

/* The table that Q, which is taken, comes to. The caller owns it. */
struct table *answer_new(struct inquiry *q);
bool answer_sort(struct table *t, const char *sort, bool descending);	/* table_sort() */
void answer_make(const struct table *t, size_t row);	/* see table_row() */
size_t answer_find(const struct table *t, table_is_fn *is, const void *ctx);	/* table_find() */
void answer_free(struct table *t);	/* NULL is fine */

#endif
