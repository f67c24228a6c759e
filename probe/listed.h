/*
 * listed - descriptors as the iterator in the kernel lists them, process by process.
 *
 * It needs no rights once it is there, and sees what /proc hides from other users.
 */
#ifndef PROBE_LISTED_H
#define PROBE_LISTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/text.h"

struct fd_record;

/* Embedded: zeroes; listed_fini(). */
struct listed {
	struct text bytes;		/* struct wire_listed, one after the other */
	size_t at;			/* what comes next */
	struct text path;		/* of the last one, if it was put together here */
};

void listed_fini(struct listed *l);

/* Read all there is from FD, which is closed; what was read before is gone. A negative
 * FD has nothing. */
void listed_read(struct listed *l, int fd);

/* The next one in *FD, borrowed from L. False when there is none. */
bool listed_next(struct listed *l, struct fd_record *fd);

/* Whose the next one is. 0: there is none. */
int64_t listed_pid(const struct listed *l);

/* Begin with those of process PID. False when it has none. */
bool listed_seek(struct listed *l, int64_t pid);

#endif
