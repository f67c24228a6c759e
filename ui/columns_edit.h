/*
 * columns_edit - the screen on which columns are chosen, ordered and sized.
 */
#ifndef UI_COLUMNS_EDIT_H
#define UI_COLUMNS_EDIT_H

struct app;
struct view;

/* Open it for V. CHANGED is told of each change of the app's columns. */
void columns_edit_open(struct app *a, const struct view *v, void (*changed)(void *owner),
		       void *owner);

#endif
