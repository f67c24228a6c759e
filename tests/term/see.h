/*
 * see - what must be on the screen of a program in a terminal emulator; if it is not, the
 * screen is printed.
 */
#ifndef TESTS_TERM_SEE_H
#define TESTS_TERM_SEE_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "tests/term/vt.h"

static inline void
see_screen(struct vt *v)
{
	struct text t = { 0 };

	vt_screen(v, &t);
	text_char(&t, '\0');
	for (char *line = strtok(t.p, "\n"); line; line = strtok(NULL, "\n"))
		printf("# |%s\n", line);
	text_fini(&t);
}

/* WHAT comes; WHY says what that means. */
static inline bool
see(struct vt *v, const char *what, const char *why)
{
	bool is_there = vt_wait(v, what);

	if (!CHECK(is_there, "%s: \"%s\" is seen", why, what))
		see_screen(v);
	return is_there;
}

/* WHAT is not there now. */
static inline void
see_not(struct vt *v, const char *what, const char *why)
{
	unsigned row, col;

	if (!CHECK(!vt_find(v, what, &row, &col), "%s: \"%s\" is not seen", why, what))
		see_screen(v);
}

#endif
