/*
 * census - threads as the iterator in the kernel counts them.
 *
 * It needs no rights once it is there, sees what /proc hides from other users, and tells
 * of all at one moment. What only the memory of a process knows (its arguments, its
 * environment) it does not have.
 */
#ifndef PROBE_CENSUS_H
#define PROBE_CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/hash.h"
#include "engine/base/reader.h"
#include "engine/base/text.h"
#include "probe/wire.h"

struct proc_record;

/* Embedded: zeroes; census_fini(). */
struct census {
	struct map cgroups;		/* struct span, by the number that tells who shares them */
	struct arena texts;		/* of these */
	struct text file, list;
	struct text bytes;		/* struct wire_thread, one after the other */
	struct census_place *threads;	/* sorted by process, its first thread first */
	size_t n, cap;
};

void census_fini(struct census *c);

/* Read all there is from FD, which is closed; what was read before is gone. A negative FD
 * has nothing. */
void census_read(struct census *c, int fd);

/* How many threads there are, and number I of them: sorted by process, its first thread
 * first. Borrowed until the next reading. */
size_t census_count(const struct census *c);
const struct wire_thread *census_thread(const struct census *c, size_t i);

/* The number of the first of process PID; census_count(): there is no such process. */
size_t census_find(const struct census *c, int64_t pid);

/* Whether thread I and, when it is its process's first, all others of it have ended: nothing
 * more will be told of them. */
bool census_has_ended(const struct census *c, size_t i);

/* What T tells in numbers, and its name, in *P; all other texts are empty. Borrowed from T. */
void census_record(const struct wire_thread *t, struct proc_record *p);

/* The cgroups of T as /proc tells them, once for all that are in the same ones: texts, each
 * ended by a NUL, borrowed until the next reading. Nothing when none of these is left. */
struct span census_cgroups(struct census *c, const struct wire_thread *t);

/* The file of T's program and the folder that it works in, as it sees them: appended to OUT
 * with a NUL each, or nothing where it is not known. */
void census_exe(const struct wire_thread *t, struct text *out);
void census_cwd(const struct wire_thread *t, struct text *out);

#endif
