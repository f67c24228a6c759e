/*
 * snapshot - what there is already: machine, interfaces, users, processes and
 * their descriptors, read from /proc, as records.
 *
 * A process may end while it is read; what was read of it is handed out all the
 * same. Whatever cannot be read, for lack of rights or because it has gone, is
 * left out.
 */
#ifndef PROBE_SNAPSHOT_H
#define PROBE_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/event/source.h"

struct snapshot;

/* The caller owns it. Without PIDS, which are copied, all processes are read; with
 * N of them, they and, without their descriptors, their ancestors. */
struct snapshot *snapshot_new(const int64_t *pids, size_t n);

/* Descriptors of those whom the iterator behind FD lists (listed.h), which is closed,
 * need not be looked for in /proc. */
void snapshot_list(struct snapshot *s, int fd);

/* Is process PID read with its descriptors, not just as an ancestor of others? */
bool snapshot_has_all(const struct snapshot *s, int64_t pid);

/* NULL is fine. */
void snapshot_close(struct snapshot *s);

/* The next record; borrowed until the next call. False when there are no more. */
bool snapshot_next(struct snapshot *s, struct record *rec);


#endif
