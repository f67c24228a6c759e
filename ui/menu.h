/*
 * menu - a list to choose from, narrowed by what is typed.
 *
 * The caller has the entries and their names; the menu knows which are left, which
 * is selected and what was typed. Upper and lower case are the same.
 */
#ifndef UI_MENU_H
#define UI_MENU_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/canvas.h"
#include "ui/scroll.h"

struct key;

#define MENU_TYPED_MAX 64

struct menu_entries {
	size_t n;
	/* The name of entry I, valid until the next call. */
	const char *(*name)(const void *ctx, size_t i);
	const void *ctx;
};

/* Embedded: zeroes, then menu_open(). */
struct menu {
	const struct menu_entries *entries;	/* borrowed */
	struct scroll scroll;			/* among those that are left */
	size_t *left;				/* owned */
	char typed[MENU_TYPED_MAX];		/* what their names have in them */
	size_t n_typed;
	bool is_fixed;				/* letters are not for the menu */
};

enum menu_answer {
	MENU_IGNORED,
	MENU_MOVED,
	MENU_CHOSEN,			/* Enter, or a double click */
	MENU_LEFT,			/* Esc */
};

/* Offer ENTRIES, with SELECTED (when there is such an entry) marked. */
void menu_open(struct menu *m, const struct menu_entries *entries, size_t selected);
void menu_fini(struct menu *m);

/* A is where menu_draw() drew it. */
enum menu_answer menu_key(struct menu *m, const struct key *k, struct area a);

/* The marked entry; SIZE_MAX: none is left. */
size_t menu_selected(const struct menu *m);

/* A line an entry; what was typed stands in the last one. */
void menu_draw(struct menu *m, struct area a);

#endif
