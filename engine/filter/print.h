/*
 * print - a tree of a filter as text that means the same.
 */
#ifndef ENGINE_FILTER_PRINT_H
#define ENGINE_FILTER_PRINT_H

struct expr;
struct text;

/* Append E, with brackets and quotes only where they are needed. */
void print_expr(const struct expr *e, struct text *t);

#endif
