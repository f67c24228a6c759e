/*
 * view_build - make a view of what a file says.
 *
 * Names become operands, conditions become filters, defaults are filled in, and
 * what does not fit together is refused.
 */
#ifndef ENGINE_QUERY_VIEW_BUILD_H
#define ENGINE_QUERY_VIEW_BUILD_H

#include "engine/query/view.h"

struct arena;
struct err;
struct filter_options;
struct spec_action;
struct spec_column;
struct view_owned;
struct view_spec;

/* One view in the making, for the files of this module. */
struct view_build {
	const struct view_spec *spec;
	const struct filter_options *options;	/* NULL: none */
	unsigned depth;				/* what %depth stands for */
	struct view *view;
	struct arena *arena;			/* of the view */
	struct view_owned **owned;		/* what is to be freed with it */
	struct err *err;
};

/* Make the view. The caller owns it. NULL: *err says "FILE:LINE: why", and where an
 * expression was refused, which byte of it. */
struct view *view_build(const struct view_spec *spec, const struct filter_options *options,
			unsigned depth, struct err *err);
void view_free(struct view *v);		/* NULL is fine */

/* The parts, for view_build() only. Each fills in *TO or says in b->err why not.
 * What they compile is freed with the view, also when they fail. */
int build_operand(struct view_build *b, const char *text, int line, const char *where,
		  struct view_operand *to);
int build_filter(struct view_build *b, const char *text, int line, const char *where,
		 struct view_filter *to);
int build_column(struct view_build *b, const struct spec_column *c, struct view_column *to);
/* Is O something that the entities are that V has rows of? */
bool build_is_of_rows(const struct view *v, const struct operand *o);
int build_action(struct view_build *b, const struct spec_action *a, struct view_action *to);

#endif
