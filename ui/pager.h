/*
 * pager - text to read: paragraphs that are wrapped to the width, and scrolled.
 */
#ifndef UI_PAGER_H
#define UI_PAGER_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/text.h"
#include "ui/canvas.h"
#include "ui/scroll.h"

struct key;

struct pager_paragraph {
	size_t start, len;		/* in .text */
	enum style style;
	unsigned indent;		/* columns of all lines but the first */
};

/* A line that is seen. */
struct pager_line {
	size_t start, len;
	enum style style;
	unsigned indent;
};

/* Embedded: zeroes are an empty one. */
struct pager {
	struct text text;
	struct pager_paragraph *paragraphs;
	size_t n_paragraphs, paragraphs_cap;
	struct pager_line *lines;	/* as of .width */
	size_t n_lines, lines_cap;
	unsigned width;			/* 0: not wrapped yet */
	size_t top;
};

void pager_fini(struct pager *p);

/* Append a paragraph; "" is an empty line. Lines behind its first begin at column
 * INDENT. It is copied. */
void pager_add(struct pager *p, enum style s, unsigned indent, const char *text);

/* The same, after a heading of WIDTH columns: a row of a list. */
void pager_add_row(struct pager *p, unsigned width, const char *heading, const char *text);

/* Scrolling keys. False: K is none. A is where it was drawn. */
bool pager_key(struct pager *p, const struct key *k, struct area a);

void pager_draw(struct pager *p, struct area a);

#endif
