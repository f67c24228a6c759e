/*
 * scroll - a selection among many, and which part of them is seen.
 */
#ifndef UI_SCROLL_H
#define UI_SCROLL_H

#include <stdbool.h>
#include <stddef.h>

struct key;

#define SCROLL_WHEEL 3			/* entries that the mouse's wheel moves */

/* Embedded: zeroes are the first of nothing. */
struct scroll {
	size_t n;			/* how many there are */
	size_t at;			/* the selected one, below n unless n is 0 */
	size_t top;			/* the first that is seen */
};

/* There are N now, of which PAGE are seen: keep the selection, and keep it in sight. */
void scroll_fit(struct scroll *s, size_t n, unsigned page);

/* Select AT, or the last one. */
void scroll_to(struct scroll *s, size_t at, unsigned page);

/* Up, Down, PgUp, PgDn, Home, End and the wheel. False: K is none of them. */
bool scroll_key(struct scroll *s, const struct key *k, unsigned page);

#endif
