/*
 * query - what a view shows of a snapshot: a table.
 *
 * Rows are scanned by several threads, each with what it needs of its own; then what
 * they found is merged, named and sorted. The answer depends on the question alone;
 * what is kept between two queries (known.h) only makes it come sooner.
 *
 * To look into the bytes of millions of events takes seconds. Such a query hands over what
 * it has found after a short while, and begins anew; what it found out is kept, so that it
 * soon is where it was.
 */
#ifndef ENGINE_QUERY_QUERY_H
#define ENGINE_QUERY_QUERY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/query/cursor.h"
#include "engine/query/table.h"
#include "engine/query/view.h"

struct crew;
struct err;
struct filter_options;
struct snapshot;

#define QUERY_FIRST_NS 25000000u

/* Shared with a query that runs: how far it is, and whether to stop it. */
struct query_watch {
	atomic_bool cancel;		/* set it: what was found so far comes back */
	_Atomic uint64_t n_done;	/* rows that were looked at, of N_ALL */
	_Atomic uint64_t n_all;
	/* Where bytes of events are needed: called, by the thread that asks, with what was
	 * found after FIRST_NS (0: QUERY_FIRST_NS), and again, each time after eight times as
	 * long. T has rows, is partial, and is the callee's. NULL: nobody wants it. */
	void (*partial)(void *ctx, struct table *t);
	void *ctx;
	uint64_t first_ns;
};

struct query {
	const struct view *view;
	enum view_variant variant;
	/* Conditions that all must hold besides the view's own: a path, a filter. */
	const char *const *filters;
	size_t n_filters;
	/* The window: events first .. end - 1; 0: from the first, to the last one. Its
	 * times, which rates are divided by; 0: those of its events. */
	uint64_t first, end;
	uint64_t from_ns, to_ns;
	const char *sort;		/* name of a column; NULL: the view's */
	bool sort_descending;
	/* So many rows are made at once, the others when they are asked for: SNAP, STYLE and
	 * OPTIONS have to live as long as the table. 0: all rows are made at once. */
	size_t rows_first;
	bool is_flat;			/* rows have no parents, even where the view has some */
	struct crew *crew;		/* whose threads are taken, also for rows that are made
					 * later; NULL: threads of its own */
	unsigned n_threads;		/* 0: as many as the crew has */
	size_t rows_max;		/* of lists; 0: QUERY_ROWS_MAX. The newest stay */
	const struct query_style *style;	/* NULL: UTC, numbers */
	const struct filter_options *options;	/* how filters are compiled; NULL */
	struct query_watch *watch;	/* NULL: nobody watches */
};

/* When events FIRST to END - 1 happened: the window's times, where nobody says others. */
void query_times(const struct snapshot *snap, uint64_t first, uint64_t end, uint64_t *from_ns,
		 uint64_t *to_ns);

#define QUERY_ROWS_MAX 1000000u

/* SNAP is borrowed until this returns, but see rows_first. The caller owns the table. NULL:
 * the question makes no sense, *err says why. */
struct table *query_run(const struct snapshot *snap, const struct query *q, struct err *err);
/* Find out, in this thread alone, what queries about N views of SNAP will ask of descriptors,
 * of rows that have their names, and of the bytes of those that their filters want, so that
 * they come sooner. Q has the style, and who may stop it and wants no parts; its view is
 * none. */
void query_prepare(const struct snapshot *snap, const struct query *q,
		   const struct view *const *views, size_t n);
/* Put the rows of T into the order that a query with SORT would have given. False: only
 * a query can. */
bool table_sort(struct table *t, const char *sort, bool descending);
void table_free(struct table *t);	/* NULL is fine */

#endif
