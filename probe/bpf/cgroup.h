/*
 * cgroup - where in the trees of cgroups a set of them stands.
 *
 * Asked once for each thread and set, so it may take its time. Functions that are
 * not static are checked by the kernel once and not at each place where they are
 * used; they get addresses as numbers for that reason.
 */
#ifndef PROBE_BPF_CGROUP_H
#define PROBE_BPF_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/bpf/kernel.h"
#include "probe/bpf/maps.h"

#define CGROUP_DEPTH 24			/* levels that are looked at */
#define CGROUP_SETS 16			/* hierarchies, at most */
#define CGROUP_NAME_MAX 128		/* bytes of a name */

/* Where css_set SET stands in the hierarchy of version 2. */
static __always_inline uint64_t
unified_place(uint64_t set)
{
	struct css_set *sets = (struct css_set *)set;
	struct cgroup *cgroup = BPF_CORE_READ(sets, dfl_cgrp);

	return (uint64_t)__builtin_preserve_access_index(&cgroup->self);
}

/* The same in that of the I-th controller; 0: there is none. */
static __always_inline uint64_t
place_of(uint64_t set, uint32_t i)
{
	struct css_set *sets = (struct css_set *)set;
	const char *first = (const char *)__builtin_preserve_access_index(&sets->subsys);
	uint64_t place = 0;

	if (i >= bpf_core_field_size(sets->subsys) / sizeof(place))
		return 0;
	bpf_probe_read_kernel(&place, sizeof(place), first + i * sizeof(place));
	return place;
}

/* Is PLACE the cgroup that is asked for, or below it? */
__noinline uint32_t
place_is_below(uint64_t place)
{
	for (uint32_t i = 0; i < CGROUP_DEPTH && place; i++) {
		struct cgroup_subsys_state *css = (struct cgroup_subsys_state *)place;

		if (BPF_CORE_READ(css, cgroup, kn, id) == config.filter.cgroup_id)
			return 1;
		place = (uint64_t)BPF_CORE_READ(css, parent);
	}
	return 0;
}

/* Is css_set SET in the cgroup that is asked for? */
static __always_inline bool
set_is_in_cgroup(uint64_t set)
{
	uint32_t hierarchy = config.filter.cgroup_hierarchy;

	if (!hierarchy)
		return place_is_below(unified_place(set));
	for (uint32_t i = 0; i < CGROUP_SETS; i++) {
		uint64_t place = place_of(set, i);
		struct cgroup_subsys_state *css = (struct cgroup_subsys_state *)place;

		if (place && BPF_CORE_READ(css, cgroup, root, hierarchy_id) == (int)hierarchy)
			return place_is_below(place);
	}
	return false;
}

/* Does the id that is asked for stand in the text at NAME? */
__noinline uint32_t
name_has_id(uint64_t name)
{
	const volatile uint64_t *wanted = (const volatile uint64_t *)config.filter.container;
	char text[CGROUP_NAME_MAX] = { 0 };
	uint64_t first = 0, rest = 0;	/* the last 12 bytes that were seen */

	bpf_probe_read_kernel_str(text, sizeof(text), (void *)name);
	for (uint32_t i = 0; i < CGROUP_NAME_MAX && text[i]; i++) {
		first = first >> 8 | (rest & 0xff) << 56;
		rest = rest >> 8 | (uint64_t)(uint8_t)text[i] << 24;
		if (first == wanted[0] && rest == wanted[1])
			return 1;
	}
	return 0;
}

/* Does PLACE, or one above it, have that id in its name? */
__noinline uint32_t
place_has_container(uint64_t place)
{
	for (uint32_t i = 0; i < CGROUP_DEPTH && place; i++) {
		struct cgroup_subsys_state *css = (struct cgroup_subsys_state *)place;

		if (name_has_id((uint64_t)BPF_CORE_READ(css, cgroup, kn, name)))
			return 1;
		place = (uint64_t)BPF_CORE_READ(css, parent);
	}
	return 0;
}

static __always_inline bool
set_has_container(uint64_t set)
{
	if (place_has_container(unified_place(set)))
		return true;
	for (uint32_t i = 0; i < CGROUP_SETS; i++) {
		uint64_t place = place_of(set, i);

		if (place && place_has_container(place))
			return true;
	}
	return false;
}

#endif
