/*
 * answer - the table that gathered groups make: cells, totals, the order of rows.
 */
#ifndef ENGINE_QUERY_ANSWER_H
#define ENGINE_QUERY_ANSWER_H

#include <stdbool.h>

struct gather;
struct table;

/* Of what the first of N gatherers, one a thread, has; all are of one plan. The caller owns
 * it. */
struct table *answer_new(struct gather *const *gathers, unsigned n);
bool answer_sort(struct table *t, const char *sort, bool descending);	/* table_sort() */
void answer_free(struct table *t);	/* NULL is fine */

#endif
