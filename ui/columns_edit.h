/*
 * columns_edit - the screen on which columns are chosen, ordered and sized.
 */
#ifndef UI_COLUMNS_EDIT_H
#define UI_COLUMNS_EDIT_H

#include <stddef.h>

#include "ui/action.h"

struct app;
struct view;

/* Open it for V. CHANGED is told of each change of the app's columns. */
void columns_edit_open(struct app *a, const struct view *v, void (*changed)(void *owner),
		       void *owner);

/* What its keys do, for the manual. */
extern const struct action columns_edit_actions[];
extern const size_t n_columns_edit_actions;

#endif
