/*
 * cgroup - which container the cgroups of a process name.
 *
 * A container engine gives the processes of a container a cgroup of their own
 * and puts the container's id into its path. The forms it can have are a table
 * of rules, tried in order; the first that fits decides. What a rule says of
 * the engine is a guess: several engines write the same form.
 *
 * Cgroups are texts "subsystem=path", each ended by a NUL. This module keeps
 * nothing; container.h does.
 */
#ifndef ENGINE_WORLD_CGROUP_H
#define ENGINE_WORLD_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/reader.h"

struct container_hints;

/* The longest component of a path, and a rkt pod with its ":" before it. */
#define CGROUP_ID_MAX (36 + 1 + 255)

/* Characters of an id of 64 that people see. */
#define CGROUP_ID_SHOWN 12

struct cgroup_id {
	uint32_t type;			/* enum container_type, as far as the form tells */
	bool is_name;			/* people chose it: it is the name as well */
	size_t len;
	size_t shown_len;		/* so much of it is the id as shown */
	char text[CGROUP_ID_MAX];	/* no NUL at its end; any bytes */
};

/* One of a list of cgroups. */
struct cgroup {
	struct span subsystem;
	struct span path;
};

/* Take the next one that has a path out of *LIST. */
bool cgroup_next(struct span *list, struct cgroup *cg);

/* Find the container by the paths alone. False: none, *OUT is untouched. */
bool cgroup_find(struct span cgroups, struct cgroup_id *out);

/* An app of a rkt pod can only be told from the root directory, or from what
 * an ancestor was given. False: none, *OUT is untouched. */
bool cgroup_find_rkt(struct span cgroups, const struct container_hints *hints,
		     struct cgroup_id *out);

/* A path ends in ".service": it could be such an app. */
bool cgroup_may_be_rkt(struct span cgroups);

/* The id of the Mesos task, from the environment of an ancestor. Borrowed from
 * what hints->ancestor gave; of length 0: not known. */
struct span cgroup_mesos_task(const struct container_hints *hints);

/* TEXT is an id of 64 hex digits. */
bool cgroup_is_id64(struct span text);
/* TEXT has 36 hex digits and "-". */
bool cgroup_is_uuid(struct span text);

#endif
