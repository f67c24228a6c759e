/*
 * explore - the full-screen explorer, from the first picture to the last key.
 *
 * What needs a right or knows files (captures, the probe, view files) is handed in.
 */
#ifndef UI_EXPLORE_H
#define UI_EXPLORE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/query/view.h"
#include "ui/term.h"

struct err;
struct filter_options;
struct ingest;
struct query_style;
struct snapshot;
struct source;
struct store;
struct table;
struct view_set;

struct explore_window {
	uint64_t from_ns, to_ns;
};

/* Events that are to be written as a capture, from .first to .end - 1: of these, those that all
 * filters want. The store may go on to take, and to forget. */
struct explore_part {
	struct store *store;
	uint64_t first, end;
	const char *const *filters;
	size_t n_filters;
	const struct query_style *style;
	const struct filter_options *options;
	_Atomic uint64_t n_done;	/* events that are dealt with */
	uint64_t n_gone;		/* at the end: that were forgotten before, */
	uint64_t n_unread;		/* and whose bytes could not be read again */
};

struct explore_options {
	const char *name;		/* of the capture, or NULL: the running system */
	const struct view_set *views;
	const char *view;		/* id of the first one; NULL: the usual */
	const char *sort;		/* a column of it; NULL: its own order */
	int sort_way;			/* 1: up, -1: down, 0: as its kind is mostly wanted */
	enum view_variant variant;
	const char *filter;		/* in force at first; NULL: none */
	uint64_t budget_bytes;		/* of the store; 0: none */
	uint64_t refresh_ns;		/* live: how often, and the length of the window */
	bool acts_on_captures;		/* actions of views are on there as well */
	uint64_t n_events;		/* that are read of it; 0: all */
	const char *source;		/* options that look at the same again, for a shell, */
	const char *looks;		/* and those that show it so, of the explorer alone */
	const char *state_dir;		/* of what is kept between runs; NULL: nothing is */
	struct term_options term;
	const struct query_style *style;
	const struct filter_options *filter_options;
	/* Write T to FD, in the form that PATH asks for by its end. 0 or a negative errno; it
	 * stops once *CANCEL is set. Called by a thread of its own. */
	int (*write_table)(const struct table *t, const char *path, int fd,
			   const atomic_bool *cancel);
	/* Write to FD, in the form that PATH asks for, the events that FILTER ("": all) wants,
	 * as a capture. As above. NULL: they cannot be read again. */
	int (*write_capture)(void *ctx, const char *filter, const char *path, int fd,
			     const atomic_bool *cancel);
	/* The same of what the store keeps. -ESTALE: all of it was forgotten before. */
	int (*write_part)(struct explore_part *part, const char *path, int fd,
			  const atomic_bool *cancel);
	/* Open what is looked at. IN is what the source calls when it has to wait. */
	struct source *(*open)(void *ctx, struct ingest *in, struct err *err);
	/* The window of time to begin with, of what SNAP has, which is all there is (IS_ALL) or
	 * a part: 1. 0: that is not known yet. A negative errno: there is none, *err says
	 * why. NULL: it is everything. */
	int (*window)(void *ctx, const struct snapshot *snap, bool is_all,
		      struct explore_window *out, struct err *err);
	/* The source is being read by a thread of its own: what only that thread needs is
	 * given up. NULL: nothing is. 0 or a negative errno. */
	int (*begun)(void *ctx, struct err *err);
	void *ctx;
};

/* Until somebody leaves it. 0, or a negative errno: it could not begin, *err says why. */
int explore_run(const struct explore_options *o, struct err *err);

#endif
