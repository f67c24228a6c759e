/*
 * answer - the table that gathered groups make: cells, totals, the order of rows.
 */
#ifndef ENGINE_QUERY_ANSWER_H
#define ENGINE_QUERY_ANSWER_H

struct gather;
struct table;

/* The caller owns it. */
struct table *answer_new(struct gather *g);
void answer_free(struct table *t);	/* NULL is fine */

#endif
