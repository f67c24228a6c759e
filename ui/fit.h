/*
 * fit - how wide the columns of a table are where they do not all fit.
 *
 * One column is what people read, the main one: it keeps enough to be read. First the other
 * texts give what their values do not need, then numbers do; then long texts are cut, numbers
 * left out, the last ones first, texts cut once more, and the main one to what can just be
 * read. What is of use as a whole only (addresses, ports) is cut, or left out, after that, and
 * after any other column. A number is cut in the end only.
 */
#ifndef UI_FIT_H
#define UI_FIT_H

#include <stdbool.h>
#include <stddef.h>

#define FIT_MAIN_COLS 16		/* that the main column has, if its values need them, */
#define FIT_MAIN_LEAST_COLS 10		/* and in the end */
#define FIT_TEXT_COLS 15		/* to which other texts are cut at first, */
#define FIT_LEAST_COLS 8		/* and in the end; */
#define FIT_WHOLE_COLS 12		/* those that are to stay whole only to this, at first */

struct fit_column {
	unsigned wanted_cols, needed_cols;	/* as it is meant, and for its values and title */
	bool is_text;
	bool is_whole;			/* a part of it is of little use */
	bool is_kept;			/* it is left out after all others */
	unsigned width_cols;		/* out; 0: it is left out */
};

/* Give each of the N columns at C its width, so that all take N_COLS at most, with one between
 * two of them. MAIN is the main one; SIZE_MAX: there is none. The first one and the main one
 * are never left out. */
void fit_columns(struct fit_column *c, size_t n, size_t main, unsigned n_cols);

#endif
