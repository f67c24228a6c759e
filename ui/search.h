/*
 * search - a text that is looked for in a long list, piece by piece between two keys.
 *
 * It goes round at the ends. Screens embed it.
 */
#ifndef UI_SEARCH_H
#define UI_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

struct app;
struct find;

struct search_ops {
	/* Where to begin: at what is selected, or (not FROM_HERE) behind or before it.
	 * SIZE_MAX: before the first one. */
	size_t (*from)(void *ctx, bool is_backwards, bool from_here);
	/* Is it in number I of the list? Then that is what is seen from now on. */
	bool (*look)(void *ctx, size_t i);
};

/* Embedded; ended by search_fini(). */
struct search {
	struct app *app;
	const struct search_ops *ops;
	void *ctx;
	struct find *const *list;	/* in which more may be found */
	char *text;			/* NULL: nothing is searched */
	size_t at, seen;		/* looked at next; how many were */
	bool is_on, is_backwards;
};

/* Ask what for, and look for it. */
void search_ask(struct search *s);

/* Look for the next one, or (IS_BACKWARDS) the one before. */
void search_again(struct search *s, bool is_backwards);

/* Go on for some milliseconds, if there is something to look for. */
void search_on(struct search *s);

void search_fini(struct search *s);

#endif
