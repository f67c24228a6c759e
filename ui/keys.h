/*
 * keys - the tables of keys of all screens, for the manual.
 */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include <stddef.h>

#include "ui/action.h"

struct keys_table {
	const char *title;		/* where they work: a clause with a capital */
	const struct action *rows;
	const size_t *n_rows;
};

extern const struct keys_table keys_tables[];
extern const size_t n_keys_tables;

#endif
