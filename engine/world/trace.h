/*
 * trace - spans of time that programs mark themselves.
 *
 *	>:12:shop.checkout:user=7,items=3:	begins a span
 *	<:12:shop.checkout::			ends it
 *
 *	[">", 12, ["shop", "checkout"], [{"user": "7"}]]	is another way
 *
 * Such texts, written to /dev/null, were "tracers" to sysdig before 2025. A span
 * has an id and tags, the last of which is its own name in the span around it.
 * One that ends is the newest of that id and those tags, whoever began it.
 */
#ifndef ENGINE_WORLD_TRACE_H
#define ENGINE_WORLD_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/reader.h"

struct moment;
struct traces;
struct world;

#define TRACE_OPEN_MAX 1024u		/* spans at a time; older ones are forgotten */

/* What an event marks. Tags are texts, each ended by a NUL; arguments are names
 * and values in turn, as such texts. */
struct trace_mark {
	bool is_end;
	int64_t id;
	struct span tags, args;
};

struct trace_span {
	uint64_t serial;		/* from 1 on, in the order of their beginnings */
	int64_t id;
	struct span tags, args;		/* owned, in one piece */
	uint64_t start_ns;
	int64_t tid, pid;		/* who began it; -1: not known */
};

struct traces *traces_new(void);
void traces_free(struct traces *t);	/* NULL is fine */

/* All spans are over: a section begins. */
void traces_clear(struct traces *t);

/* If the event of M marks a span, set the members of M that tell of it. W is its
 * world. */
void traces_take(struct traces *t, const struct world *w, struct moment *m);

/* The event that marked the last span is over: let it begin, or end. */
void traces_settle(struct traces *t);

/* The spans that are open, the oldest first, *N of them: those that begin with
 * this event are not, those that end with it are. */
const struct trace_span *const *traces_open(const struct traces *t, size_t *n);

#endif
