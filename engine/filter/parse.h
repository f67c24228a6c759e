/*
 * parse - the text of a filter as a tree.
 *
 *	or_expr  = and_expr { "or" and_expr }
 *	and_expr = not_expr { "and" not_expr }
 *	not_expr = { "not" } ( "(" or_expr ")" | check )
 *	check    = operand ( "exists" | operator value | operator modifier list |
 *	           list-operator list )
 *
 * A value or list may also be val(FIELD) or a transformer call.
 */
#ifndef ENGINE_FILTER_PARSE_H
#define ENGINE_FILTER_PARSE_H

#include <stddef.h>

#include "engine/filter/check.h"

struct expr;

#define FILTER_DEPTH_MAX 100		/* of brackets in brackets */

/* All checks of a tree, also of one that was given up. */
struct checks {
	struct check **list;		/* owned: free() */
	size_t n, cap;
};

/* Parse all of WITH->scan. NULL when it is no filter: scan->err says why. The
 * checks made, whose check_fini() is the caller's part, go into CHECKS. */
struct expr *parse_filter(struct scan *scan, const struct settle *with, struct checks *checks);

#endif
