/*
 * spark - how many as bars: the characters of histograms in rows of text.
 */
#ifndef UI_SPARK_H
#define UI_SPARK_H

#include <stddef.h>
#include <stdint.h>

#include "ui/canvas.h"

#define SPARK_LEVELS 8			/* of a bar in one row */
#define SPARK_LOST 0x00D7		/* a time of which events are missing */

/* The character for VALUE in a row in which MOST is the largest. What is there is seen,
 * however little it is. */
uint32_t spark_bar(double value, double most);

/* Of N slices, those that column COL of N_COLS shows: from *FROM to before *TO. */
void spark_slices(size_t n, unsigned col, unsigned n_cols, size_t *from, size_t *to);

/* Fill A with bars of the N VALUES, as high as A is. IS_LOST (NULL: none) marks slices
 * of which events are missing. */
void spark_draw(struct area a, const double *values, const bool *is_lost, size_t n);

#endif
