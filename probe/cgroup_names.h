/*
 * cgroup_names - the cgroups of threads as texts, by what the kernel side tells of them.
 *
 * That has the numbers of hierarchies; which controllers each of them has, /proc tells.
 * The texts are those that proc_entry_cgroups() makes, in the same order.
 */
#ifndef PROBE_CGROUP_NAMES_H
#define PROBE_CGROUP_NAMES_H

#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/hash.h"
#include "engine/base/reader.h"
#include "engine/base/text.h"

/* Embedded: cgroup_names_init(), cgroup_names_fini(). */
struct cgroup_names {
	struct map known;		/* struct span, by hash of what was told */
	uint64_t seed;			/* of that hash */
	struct arena texts;
	struct text hierarchies, file, out;
};

void cgroup_names_init(struct cgroup_names *n);
void cgroup_names_fini(struct cgroup_names *n);

/* The cgroups of thread TID, of which PLACES was told (see wire.h): texts, each with its NUL,
 * borrowed until the next question. Where nothing was told they are those that it has
 * now; nothing if it is gone. */
struct span cgroup_names_of(struct cgroup_names *n, int64_t tid, struct span places);

/* LINES, which are as those of /proc/PID/cgroup, with the paths that PLACES tells instead
 * of theirs; those that it does not tell of are left out. */
void cgroup_names_lines(const char *lines, struct span places, struct text *out);

#endif
