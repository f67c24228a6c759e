/*
 * expr - a filter as a tree: what was written, in its order.
 */
#ifndef ENGINE_FILTER_EXPR_H
#define ENGINE_FILTER_EXPR_H

#include "engine/filter/check.h"

/* In the order in which they bind, the tightest first. */
enum expr_kind { EXPR_CHECK, EXPR_NOT, EXPR_AND, EXPR_OR };

/* It lives in the arena of its filter. */
struct expr {
	enum expr_kind kind;
	struct expr *first;		/* what it joins; one of NOT, more of AND and OR */
	struct expr *next;		/* of the same parent */
	struct check check;		/* EXPR_CHECK */
};

#endif
