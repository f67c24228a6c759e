/*
 * roster - of which threads the stream has told.
 *
 * When ends were lost, those that are told of and are not there any more have to be found.
 * It is asked for each event, so it remembers who came last on each CPU.
 */
#ifndef PROBE_ROSTER_H
#define PROBE_ROSTER_H

#include <stdint.h>

#include "engine/base/hash.h"

#define ROSTER_LAST 16			/* a power of two */

struct census;

/* Embedded: roster_init(), roster_fini(). */
struct roster {
	struct map since;		/* when a thread was told of first, by tid */
	int64_t last[ROSTER_LAST];	/* who is in it for sure, by CPU */
};

void roster_init(struct roster *r);
void roster_fini(struct roster *r);

/* Thread TID is told of, at NS. */
void roster_add_new(struct roster *r, int64_t tid, uint64_t ns);

/* The same of an event of CPU; mostly it is known. */
static inline void
roster_add(struct roster *r, int64_t tid, uint64_t ns, unsigned cpu)
{
	if (r->last[cpu % ROSTER_LAST] == tid)
		return;
	r->last[cpu % ROSTER_LAST] = tid;
	roster_add_new(r, tid, ns);
}

/* It has ended. */
void roster_remove(struct roster *r, int64_t tid);

/* Those who were told of before NS and are not in CENSUS, or end there: *N of them, owned
 * by the caller. */
int64_t *roster_missing(const struct roster *r, const struct census *census, uint64_t ns,
			size_t *n);

#endif
