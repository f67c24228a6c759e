/*
 * actions - the menu of what a view can do to a row.
 *
 * Its letters act in this menu and nowhere else. What can harm is asked first, and the
 * command is shown as it will run. All is made of the row when the menu opens; what
 * becomes of the table meanwhile changes nothing.
 */
#ifndef UI_ACTIONS_H
#define UI_ACTIONS_H

#include <stddef.h>

#include "ui/action.h"

struct app;
struct table;

/* Open it for ROW of T. A view without any says so. */
void actions_open(struct app *a, const struct table *t, size_t row);

/* What its keys do, for the manual. */
extern const struct action actions_actions[];
extern const size_t n_actions_actions;

#endif
