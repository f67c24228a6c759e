/*
 * editor - a line of text that somebody types.
 *
 * UTF-8, of at most EDITOR_MAX bytes; the cursor stands between characters. Lines
 * that were entered before come back with Up and Down.
 */
#ifndef UI_EDITOR_H
#define UI_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/canvas.h"

struct key;

#define EDITOR_MAX 4096			/* bytes of a line */
#define EDITOR_HISTORY_MAX 100

/* Lines that were entered, the newest last. Embedded: zeroes are none. */
struct editor_history {
	char *lines[EDITOR_HISTORY_MAX];	/* owned */
	size_t n;
};

/* Embedded: zeroes are an empty line. */
struct editor {
	char text[EDITOR_MAX + 1];
	size_t len;
	size_t cursor;			/* byte */
	struct editor_history *history;	/* borrowed; NULL: none */
	size_t past;			/* lines back in the history; 0: the new line */
	char draft[EDITOR_MAX + 1];	/* the new line, while an older one is shown */
};

enum editor_answer {
	EDITOR_IGNORED,			/* the key is for somebody else */
	EDITOR_MOVED,			/* the cursor did, or the key had no effect */
	EDITOR_CHANGED,			/* the text did */
	EDITOR_ENTERED,			/* Enter */
	EDITOR_LEFT,			/* Esc */
};

/* Make TEXT (what fits of it) the line, with the cursor behind it. */
void editor_set(struct editor *e, const char *text);

/* Put LEN bytes of TEXT in place of those from FROM to TO, with the cursor behind.
 * False: it does not fit. */
bool editor_replace(struct editor *e, size_t from, size_t to, struct span text);

enum editor_answer editor_key(struct editor *e, const struct key *k);

/* Put the cursor on column COL of what editor_draw() shows in N_COLS columns. */
void editor_click(struct editor *e, unsigned col, unsigned n_cols);

/* Draw it in row 0 of A, the part with the cursor, which is shown. */
void editor_draw(const struct editor *e, struct area a);

/* On which column byte AT is then. */
unsigned editor_column(const struct editor *e, size_t at, unsigned n_cols);

/* Note the line of E as entered, unless it is empty or the newest anyway. */
void editor_remember(struct editor_history *h, const struct editor *e);
void editor_history_fini(struct editor_history *h);

#endif
