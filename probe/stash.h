/*
 * stash - what comes while the state is read.
 *
 * Reading the state of a large system takes seconds, and rings are full in a
 * fraction of one. A thread takes the records out of them meanwhile and keeps
 * what is needed to correct that state: calls that change it, deaths, and the
 * enter of each call that has not returned. When it holds STASH_BYTES it leaves
 * the rest where it is; what is lost there is counted by the kernel side.
 */
#ifndef PROBE_STASH_H
#define PROBE_STASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/merge.h"
#include "probe/wire.h"

#define STASH_BYTES (512u << 20)

struct err;
struct stash;

/* Begin to take records out of M, which is borrowed and in use until stash_end().
 * SPECS (WIRE_CALLS of them, borrowed) tell which calls change the state. The caller
 * owns the stash. NULL when there can be no thread. */
struct stash *stash_begin(struct merge *m, const struct wire_spec *specs, uint64_t slack_ns,
			  struct err *err);

/* Take no more: M is the caller's again, and what is there can be read. NULL is fine,
 * and so is a second time. */
void stash_end(struct stash *s);

/* The next record in the order of their times, or, without bytes, a gap. */
bool stash_next(struct stash *s, struct merge_item *out);

/* Records that were taken, also those that were not kept. */
uint64_t stash_taken(const struct stash *s);

/* End it, if need be. NULL is fine. */
void stash_free(struct stash *s);

#endif
