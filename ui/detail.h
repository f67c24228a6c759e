/*
 * detail - one event of a list: all that is known of it, and the ways from there.
 */
#ifndef UI_DETAIL_H
#define UI_DETAIL_H

#include <stddef.h>

#include "ui/action.h"

struct events_screen;

/* Show number AT of LIST over it. SELECT is called with each one that is shown next. */
void detail_open(struct events_screen *list, size_t at,
		 void (*select)(struct events_screen *list, size_t at));

extern const struct action detail_actions[];
extern const size_t n_detail_actions;

#endif
