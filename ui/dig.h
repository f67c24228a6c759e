/*
 * dig - events one by one.
 *
 * The list is a window on the store: of each event only its number is kept, and it is
 * read when it is seen. So a million lines are there as fast as a page.
 */
#ifndef UI_DIG_H
#define UI_DIG_H

#include <stddef.h>
#include <stdint.h>

#include "ui/action.h"

struct app;

#define DIG_FILTERS_MAX 128

struct dig_question {
	const char *filters[DIG_FILTERS_MAX];	/* all must hold */
	size_t n_filters;
	uint64_t from_ns, to_ns;	/* 0, 0: of all times */
	const char *title;		/* what is looked into */
	/* Of a spectrogram: the operand that tells how long; NULL: that of calls. */
	const char *span;
};

/* Show the events that Q wants; it is copied. */
void dig_open(struct app *a, const struct dig_question *q);

/* What its keys do, for the manual. */
extern const struct action dig_actions[];
extern const size_t n_dig_actions;

#endif
