/*
 * matches - the numbers of the events that filters want, found piece by piece.
 *
 * Whoever shows events one by one keeps numbers only: an event is read when it is
 * seen. Finding goes on in pieces, so that the first page is there at once.
 */
#ifndef ENGINE_QUERY_MATCHES_H
#define ENGINE_QUERY_MATCHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor;
struct err;
struct filter_options;
struct matches;
struct query_style;
struct snapshot;

#define MATCHES_FILTERS_MAX 130

struct matches_question {
	const char *const *filters;	/* all must hold */
	size_t n_filters;		/* at most MATCHES_FILTERS_MAX */
	uint64_t from_ns, to_ns;	/* only events of this time; 0, 0: of all times */
	const struct query_style *style;	/* may be NULL, as in query.h */
	const struct filter_options *options;
	/* Only events whose rows have all flags (enum row_flag) of one of the first N_FLAGS, and
	 * none of LACKS; n_flags 0: of whatever flags. */
	uint16_t flags[2], lacks;
	unsigned n_flags;
};

/* SNAP is borrowed; the texts are copied. The caller owns it. NULL: a filter is none,
 * *err says why. */
struct matches *matches_new(const struct snapshot *snap, const struct matches_question *q,
			    struct err *err);
void matches_free(struct matches *m);	/* NULL is fine */

/* Look at up to MAX more events and put the numbers of those that are wanted at OUT,
 * which has room for MAX. How many; *IS_DONE once all have been looked at. */
size_t matches_more(struct matches *m, size_t max, uint64_t *out, bool *is_done);

/* Told of the events that are wanted of C's pack: bit I of ROWS, which has a word for each
 * 64, is row c->first + I. */
typedef void matches_visit(void *ctx, struct cursor *c, const uint64_t *rows);

/* Tell F of those in chunk number CHUNK of the snapshot, whatever else was found. */
void matches_in_chunk(struct matches *m, size_t chunk, matches_visit *f, void *ctx);

/* Are some rows to be looked up in their bytes, to know what their descriptors are called? */
bool matches_needs_bytes(const struct matches *m);

/* How many were looked at, of how many. */
uint64_t matches_done(const struct matches *m);
uint64_t matches_all(const struct matches *m);

#endif
