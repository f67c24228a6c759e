/*
 * cgroup_place - where a cgroup is that somebody names, and who is in it.
 *
 * A path as the kernel has it ("/docker/4a5b...") or that of a folder below one of
 * the places where cgroups are mounted. In systems that have both versions, what
 * exists in version 2 is taken there.
 */
#ifndef PROBE_CGROUP_PLACE_H
#define PROBE_CGROUP_PLACE_H

#include <stdint.h>

#include "engine/base/text.h"

struct err;
struct tree;

/* Embedded: zeroes; cgroup_place_fini(). */
struct cgroup_place {
	uint32_t hierarchy;		/* its number; 0: version 2 */
	uint64_t id;
	struct text folder;		/* with a NUL */
};

/* -ENOENT and the like when there is no cgroup PATH: *err says so. */
int cgroup_place_find(struct cgroup_place *c, const char *path, struct err *err);
void cgroup_place_fini(struct cgroup_place *c);

/* Add all processes in it, and below it, to T. */
void cgroup_place_list(const struct cgroup_place *c, struct tree *t);

#endif
