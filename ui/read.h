/*
 * read - a text over the screen: help, a legend, an error.
 */
#ifndef UI_READ_H
#define UI_READ_H

#include <stddef.h>

#include "ui/action.h"
#include "ui/pager.h"

struct app;
struct screen;
struct view;

/* Show P, which is taken, under TITLE, which is copied. Any key that does not scroll
 * ends it. */
void read_open(struct app *a, const char *title, struct pager *p);

/* Draw P in a frame with TITLE in A, the key bar of S below it. The area of the text. */
struct area read_draw(struct screen *s, struct area a, const char *title, struct pager *p);

/* All keys of S, the ones of the whole explorer too. */
void read_help(void *screen);

/* What V shows, column by column, in VARIANT. */
void read_legend(const struct view *v, unsigned variant, struct pager *p);

/* What its keys do, for the manual. */
extern const struct action read_actions[];
extern const size_t n_read_actions;

#endif
