/*
 * view_set - the views that there are: built-in ones and a user's own.
 *
 * A file has one view. A later file with the id of an earlier one takes its place,
 * so that users can change what is built in. A mistake costs the file that it is in,
 * and is remembered.
 */
#ifndef ENGINE_QUERY_VIEW_SET_H
#define ENGINE_QUERY_VIEW_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/reader.h"

struct err;
struct filter_options;
struct view;
struct view_set;

/* With the views that are built in. The caller owns it. OPTIONS (NULL: none) must
 * outlive it. */
struct view_set *view_set_new(const struct filter_options *options);
void view_set_free(struct view_set *s);		/* NULL is fine */

/* Add the view of a file called NAME that holds TEXT, instead of one with the same id that
 * is built in or of another folder. 0, or a negative errno: it was remembered as a
 * problem. */
int view_set_add(struct view_set *s, const char *name, struct span text);

/* Note that the file or folder called NAME could not be read. */
void view_set_note(struct view_set *s, const char *name, const char *why);

/* Where all files have been added: look at where views lead to. */
void view_set_check(struct view_set *s);

/* Views, in the order of their names. Borrowed. */
size_t view_set_count(const struct view_set *s);
const struct view *view_set_at(const struct view_set *s, size_t i);

/* The view with this id, or NULL. */
const struct view *view_set_find(const struct view_set *s, const char *id);

/* The view whose id is most like this, else whose name it is, or NULL. */
const struct view *view_set_nearest(const struct view_set *s, const char *id);

/* V, one of S, at another depth: %depth is DEPTH. The caller owns it, and ends it
 * with view_free(). NULL: *err says why. */
struct view *view_set_deeper(const struct view_set *s, const struct view *v, unsigned depth,
			     struct err *err);

/* What was wrong: "FILE:LINE: why". Borrowed. */
size_t view_set_n_problems(const struct view_set *s);
const char *view_set_problem(const struct view_set *s, size_t i);

#endif
