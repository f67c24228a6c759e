/*
 * spectrum_out - how long calls took over time, as text, CSV and JSON.
 *
 * Text is a picture: a line is a slice of time, a column a latency by its logarithm, a
 * character how many calls. The other forms have the counts.
 */
#ifndef UI_CLI_SPECTRUM_OUT_H
#define UI_CLI_SPECTRUM_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "engine/field/clock.h"
#include "ui/cli/view_options.h"

struct err;
struct output;
struct slices_question;
struct snapshot;
struct view;

struct spectrum_look {
	const struct view *view;
	enum view_form form;
	uint64_t from_ns, to_ns;	/* 0, 0: all that there is */
	size_t n_slices;		/* 0: as many as a small screen has */
	clock_offset_fn *offset;	/* of the clock; NULL: UTC */
	size_t width_cols;		/* of text: latencies share marks to fit; 0: any */
};

/* Count the events of SNAP that Q wants, and write. 0, or *err says what is wrong with Q. */
int spectrum_out(const struct snapshot *snap, const struct slices_question *q,
		 const struct spectrum_look *look, struct output *out, struct err *err);

#endif
