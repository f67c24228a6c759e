/*
 * table_out - tables as text for people, and as CSV and JSON for programs.
 */
#ifndef UI_CLI_TABLE_OUT_H
#define UI_CLI_TABLE_OUT_H

#include <stddef.h>

struct output;
struct table;

/* How a table is to be written. */
struct table_look {
	size_t rows_max;		/* 0: all */
	size_t width_cols;		/* of the terminal; 0: there is none, lines are as long
					 * as they are */
};

/* Columns that stand below each other, then what they add up to. */
void table_text(const struct table *t, const struct table_look *look, struct output *out);

/* A line of headings with units, a line a row; the last column says where lost events
 * may be missing. */
void table_csv(const struct table *t, const struct table_look *look, struct output *out);

/* One object: the window, the columns, the rows, the totals. */
void table_json(const struct table *t, const struct table_look *look, struct output *out);

#endif
