/*
 * choose - a menu at the left side of the screen, with a text beside it.
 */
#ifndef UI_CHOOSE_H
#define UI_CHOOSE_H

#include <stddef.h>

#include "ui/action.h"
#include "ui/menu.h"

struct app;
struct pager;

struct choose {
	const char *title;
	unsigned width_cols;		/* of the menu, at least */
	struct menu_entries entries;
	size_t selected;
	/* Append what is said of entry I beside the menu; NULL: nothing is. */
	void (*explain)(const void *ctx, size_t i, struct pager *p);
	/* Entry I was chosen; the menu is closed. */
	void (*chosen)(void *owner, size_t i);
	/* Nothing was; NULL: nobody cares. */
	void (*left)(void *owner);
	void *owner;
	/* Ends .entries.ctx, once .chosen or .left has returned; NULL: it needs no end. */
	void (*free)(void *ctx);
};

/* Open the menu. C is copied. */
void choose_open(struct app *a, const struct choose *c);

/* What its keys do, for the manual. */
extern const struct action choose_actions[];
extern const size_t n_choose_actions;

#endif
