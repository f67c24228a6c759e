/*
 * action - the table of what keys do on a screen.
 *
 * The one place where a key is named: dispatch, help and the key bar walk the same
 * rows. What is done is a function of the screen's own.
 */
#ifndef UI_ACTION_H
#define UI_ACTION_H

#include <stddef.h>

#include "ui/canvas.h"

struct key;
struct pager;

/* What an action acts on; each screen knows what its own is. */
typedef void action_fn(void *screen);

struct action {
	const char *keys;		/* names, as key_parse() takes them */
	const char *label;		/* for the key bar; NULL: it is not in there */
	const char *doc;		/* a clause, for help */
	action_fn *run;			/* NULL: the screen's widgets know the key */
};

/* The row of K, of those with a function; NULL: there is none. */
const struct action *action_find(const struct action *rows, size_t n, const struct key *k);

/* Draw as many labels as fit in row 0 of A. */
void action_draw_bar(const struct action *rows, size_t n, struct area a);

/* The row whose label K, a press of the mouse, is on; NULL: none. */
const struct action *action_at(const struct action *rows, size_t n, struct area a,
			       const struct key *k);

/* Append the rows to a text, a paragraph each. */
void action_explain(const struct action *rows, size_t n, struct pager *p);

#endif
