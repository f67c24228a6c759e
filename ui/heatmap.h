/*
 * heatmap - how many of what size when: a spectrogram of latencies.
 *
 * A row is a slice of time, the newest at the bottom; a column is a latency, from
 * 1 ns at the left to 10 s at the right, by its logarithm. How much is in a cell
 * shows as a character, and by colour where there are colours. Empty slices are
 * rows as well, so that the height is time.
 */
#ifndef UI_HEATMAP_H
#define UI_HEATMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/canvas.h"

#define HEATMAP_DECADES 10		/* 1 ns to 10 s */
#define HEATMAP_BINS_MAX 512
#define HEATMAP_LABEL_COLS 14		/* the time of a row */

struct key;
struct text;

struct heatmap {
	size_t n_slices;
	unsigned n_bins;		/* columns; heatmap_bins() of the area */
	const uint32_t *counts;		/* of slice after slice */
	uint64_t from_ns, slice_ns;	/* slice I begins at from_ns + I * slice_ns */
	/* Append the time NS in at most HEATMAP_LABEL_COLS - 1 columns. */
	void (*time_text)(const void *ctx, uint64_t ns, struct text *t);
	const void *ctx;
};

/* Where keys act, and the other corner of what is selected. */
struct heatmap_cursor {
	size_t slice, bin;
	bool has_area;
	size_t slice_2, bin_2;
	size_t top;			/* the first slice that is seen */
};

/* What is selected, in numbers: [from, to). */
struct heatmap_area {
	uint64_t from_ns, to_ns;	/* of time */
	uint64_t least_ns, most_ns;	/* of latency */
	uint64_t n;			/* how many are in it */
};

/* How many columns the latencies have in an area of N_COLS, and how many slices are
 * seen in N_ROWS. */
unsigned heatmap_bins(unsigned n_cols);
unsigned heatmap_slices(unsigned n_rows);

/* The column of LATENCY_NS among N_BINS, and the least latency of a column. */
unsigned heatmap_bin(uint64_t latency_ns, unsigned n_bins);
uint64_t heatmap_latency(unsigned bin, unsigned n_bins);

void heatmap_draw(const struct heatmap *h, struct heatmap_cursor *c, struct area a);

/* The cell under a place of the screen. False: it is none. */
bool heatmap_at(const struct heatmap *h, const struct heatmap_cursor *c, struct area a,
		const struct key *mouse, size_t found[2]);

/* The selected area, or the cell under the cursor. */
struct heatmap_area heatmap_selected(const struct heatmap *h, const struct heatmap_cursor *c);

#endif
