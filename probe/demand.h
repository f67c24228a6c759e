/*
 * demand - what is asked of the kernel side: which events, of whom.
 *
 * What nobody asks for is left out before any work is done for it. Events that the
 * state needs are never left out of processes that are asked for; of processes that
 * are not in a cgroup, or not in a tree, nothing comes at all.
 */
#ifndef PROBE_DEMAND_H
#define PROBE_DEMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/wire.h"

struct cgroup_place;

/* Zeroes ask for everything. */
struct demand {
	/* May events of type ID, generic ones for the call with CODE, be asked for? CODE
	 * is 0 when it is not known. NULL: yes. */
	bool (*wants)(void *ctx, uint16_t id, uint16_t code);
	/* Does the state need them? NULL: no. */
	bool (*keeps)(void *ctx, uint16_t id);
	void *ctx;
	/* Names of threads of which more than the state is asked for, or all but these. */
	char comms[WIRE_COMMS][WIRE_COMM_LEN];	/* filled up with NUL */
	unsigned n_comms;		/* 0: any */
	bool but_comms;
	char container[WIRE_ID_LEN + 1];	/* its short id, likewise; "": any */
	const char *cgroup;		/* NULL: any; borrowed */
	bool switches, page_faults;	/* of these none come but on demand */
};

/* Put it into CONFIG, which has its specs already. PLACE is where D's cgroup is, if it
 * has one. */
void demand_apply(const struct demand *d, const struct cgroup_place *place,
		  struct wire_config *config);

/* How many of this machine's system calls are asked for in CONFIG, or needed for the
 * state. */
struct demand_count {
	unsigned n_calls, n_asked, n_state;
};
void demand_count(const struct wire_config *config, struct demand_count *out);

#endif
