/*
 * show - cells of tables as text: for people, and exact.
 *
 * People get numbers in units that fit ("1.2M"); what is too wide loses digits
 * behind, never before. Programs get all digits, in the unit that stands in the
 * heading.
 */
#ifndef ENGINE_QUERY_SHOW_H
#define ENGINE_QUERY_SHOW_H

#include <stdbool.h>
#include <stddef.h>

struct cell;
struct text;
struct view_column;

/* Append CELL of C for people, harmless to a terminal. Numbers take at most WIDTH
 * columns where that is possible at all (from 6 on it is); texts are not cut.
 * Nothing for what is missing; "?" behind what is unsure. */
void show_cell(const struct view_column *c, const struct cell *cell, size_t width,
	       struct text *t);

/* Append CELL of C with all its digits; nothing for what is missing. Texts are made
 * harmless. */
void show_exact(const struct view_column *c, const struct cell *cell, struct text *t);

/* The unit of exact values, such as "bytes/s"; "" for none. */
const char *show_unit(const struct view_column *c);

/* Do numbers stand in it, which belong to the right? */
bool show_is_number(const struct view_column *c);

/* How many columns of a terminal S takes, which is harmless; and how many of its LEN
 * bytes fit into WIDTH columns. */
size_t show_width(const char *s, size_t len);
size_t show_fit(const char *s, size_t len, size_t width);

#endif
