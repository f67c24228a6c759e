/*
 * screen - what was drawn on a canvas, for tests to look at.
 */
#ifndef TESTS_LIB_SCREEN_H
#define TESTS_LIB_SCREEN_H

#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "ui/canvas.h"
#include "ui/key.h"

/* A blank canvas. */
static inline struct canvas
screen_new(unsigned n_rows, unsigned n_cols)
{
	struct canvas c = { 0 };

	canvas_resize(&c, n_rows, n_cols);
	return c;
}

/* C must show LINES, each ended by a newline; what follows must be blank. */
__attribute__((unused)) static void
screen_check(const struct canvas *c, const char *lines, const char *what)
{
	struct text t = { 0 };

	for (unsigned row = 0; row < c->n_rows; row++) {
		canvas_row_text(c, row, &t);
		text_char(&t, '\n');
	}
	while (t.len > 1 && t.p[t.len - 1] == '\n' && t.p[t.len - 2] == '\n')
		t.len--;
	text_char(&t, '\0');
	if (!CHECK(!strcmp(t.p, lines), "%s", what)) {
		for (char *line = strtok(t.p, "\n"); line; line = strtok(NULL, "\n"))
			printf("# got |%s\n", line);
	}
	text_fini(&t);
}

/* The key called NAME. */
static inline struct key
screen_key(const char *name)
{
	struct key k;

	if (!key_parse(name, &k))
		abort();
	return k;
}

static inline struct key
screen_mouse(enum key_mouse what, unsigned row, unsigned col)
{
	return (struct key){ .code = K_MOUSE, .mouse = what, .row = row, .col = col,
			     .button = 1 };
}

/* Is C blank but for its first N_ROWS rows of N_COLS columns? */
static inline bool
screen_kept_inside(const struct canvas *c, unsigned n_rows, unsigned n_cols)
{
	for (unsigned row = 0; row < c->n_rows; row++)
		for (unsigned col = row < n_rows ? n_cols : 0; col < c->n_cols; col++)
			if (c->cells[(size_t)row * c->n_cols + col].c != ' ')
				return false;
	return true;
}

#endif
