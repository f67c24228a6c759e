/*
 * snapshot - what there is already: machine, interfaces, users, processes and
 * their descriptors, as records.
 *
 * Threads and descriptors are those that the kernel's iterators tell; of each process
 * /proc is asked for what only its memory has. Where an iterator tells nothing, /proc
 * has to tell all.
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

struct snapshot_choice {
	const int64_t *pids;		/* NULL: all processes; or these, which are copied, and,
					 * without their descriptors, their ancestors */
	size_t n_pids;
	int threads_fd;			/* iterators (census.h, listed.h), which are closed; */
	int files_fd;			/* negative: there is none */
};

/* The caller owns it. */
struct snapshot *snapshot_new(const struct snapshot_choice *choice);

/* Were threads told by the iterator? Then no later one is among them. */
bool snapshot_is_counted(const struct snapshot *s);

/* Is process PID read with its descriptors, not just as an ancestor of others? */
bool snapshot_has_all(const struct snapshot *s, int64_t pid);

/* NULL is fine. */
void snapshot_close(struct snapshot *s);

/* The next record; borrowed until the next call. False when there are no more. */
bool snapshot_next(struct snapshot *s, struct record *rec);

#endif
