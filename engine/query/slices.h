/*
 * slices - how much there was in each slice of a time, and how much is lost.
 */
#ifndef ENGINE_QUERY_SLICES_H
#define ENGINE_QUERY_SLICES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct crew;
struct err;
struct filter_options;
struct query_style;
struct snapshot;
struct view;

/* What is counted of each event. */
enum slices_measure {
	SLICES_EVENTS,			/* how many there were */
	SLICES_BYTES,			/* how many bytes they read and wrote, together */
	SLICES_LONGEST,			/* ns of the longest call that has returned */
	SLICES_ERRORS,			/* how many calls failed */
	SLICES_P99,			/* ns: 99 % of the calls that returned, without those made
					 * to wait, took no longer */
	SLICES_CPU,			/* ns that threads were on CPUs, together; see cpu_line.h */
};

struct slices {
	uint64_t from_ns, to_ns;	/* FROM is in the first slice, TO in the last one */
	size_t n;			/* of equal length; not 0 */
	double *counts;			/* N each; the caller's. NAN: not known (SLICES_CPU) */
	bool *is_lost;
	uint64_t n_lost;		/* events that are missing in all of it, as far as known */
	enum slices_measure measure;	/* what COUNTS are of: as was asked */
	bool is_known;			/* false: nothing tells of that (SLICES_CPU) */
};

struct slices_question {
	const char *const *filters;	/* all must hold; without any, all events count */
	size_t n_filters;
	const struct query_style *style;	/* may be NULL, as in query.h */
	const struct filter_options *options;
	struct crew *crew;		/* whose threads help; NULL: threads of its own */
	const atomic_bool *cancel;	/* set by others to stop it; NULL: nobody does */
	/* Of a spectrum: the operand, a span of time, that is looked at; NULL: how long
	 * calls took. */
	const char *span;
	enum slices_measure measure;	/* not of a spectrum */
	/* Of SLICES_CPU: whose rows of entities have what all of their threads used, once one
	 * of them is wanted; NULL, and other views: just threads. */
	const struct view *rows_of;
};

/* Count in OUT, whose counts and marks start anew. 0; -ECANCELED: it was stopped;
 * otherwise a filter is none, *err says why. */
int slices_count(const struct snapshot *snap, const struct slices_question *q,
		 struct slices *out, struct err *err);

/* Calls, or other events, by time and by how long they took. */
struct spectrum {
	uint64_t from_ns, to_ns;	/* events of then; FROM and TO are within */
	size_t n;			/* slices of equal length; not 0 */
	size_t n_bins;			/* not 0 */
	const uint64_t *least;		/* the least latency of each bin, in order; the first: 0 */
	uint32_t *counts;		/* of slice after slice; the caller's */
};

/* The same for calls that have returned, or for events for which .span has a value. */
int slices_spectrum(const struct snapshot *snap, const struct slices_question *q,
		    struct spectrum *out, struct err *err);

/* The time of the earliest and of the latest event. False: there is none. */
bool slices_bounds(const struct snapshot *snap, uint64_t *from_ns, uint64_t *to_ns);

#endif
