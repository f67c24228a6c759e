/*
 * places - a chunk with the cgroups of the thread that runs, in all hierarchies.
 *
 * /proc tells the same, but only while there is the thread, and what it tells is of
 * later. A short-lived program belongs to its container all the same.
 */
#ifndef PROBE_BPF_PLACES_H
#define PROBE_BPF_PLACES_H

#include <stdint.h>

#include "probe/bpf/cgroup.h"
#include "probe/bpf/kernel.h"
#include "probe/bpf/maps.h"
#include "probe/bpf/memory.h"

#define PLACE_NAME_ROOM 256		/* a name is shorter */

/* Find where the trees begin for the tracer, which runs: its iterator. */
__noinline uint32_t
note_roots(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct css_set *set = BPF_CORE_READ(task, nsproxy, cgroup_ns, root_cset);
	uint64_t first = (uint64_t)__builtin_preserve_access_index(&set->cgrp_links);
	uint64_t at = (uint64_t)BPF_CORE_READ(set, cgrp_links.next);

	for (uint32_t i = 0; i < CGROUP_SETS && at && at != first; i++) {
		struct cgrp_cset_link *link = (struct cgrp_cset_link *)
			(at - bpf_core_field_offset(struct cgrp_cset_link, cgrp_link));
		struct cgroup *cgroup = BPF_CORE_READ(link, cgrp);
		uint32_t hierarchy = (uint32_t)BPF_CORE_READ(cgroup, root, hierarchy_id);

		state.roots[bounded(hierarchy, WIRE_ROOTS - 1)] =
			(uint64_t)__builtin_preserve_access_index(&cgroup->self);
		at = (uint64_t)BPF_CORE_READ(link, cgrp_link.next);
	}
	state.has_roots = 1;
	return 0;
}

/* Put HIERARCHY and the names of PLACE, which is there, behind the s->got bytes that the
 * chunk at AT has so far. The root has no name. 0: they cannot be told whole, or the
 * tracer does not see that place. */
__noinline uint32_t
put_place(uint32_t at, uint64_t place, uint32_t hierarchy)
{
	struct scratch *s = scratch_get();
	uint64_t root = state.roots[bounded(hierarchy, WIRE_ROOTS - 1)];
	uint32_t got, start;
	long len;

	if (!s || s->got > WIRE_CHUNK_MAX - PLACE_NAME_ROOM)
		return 0;
	start = (uint32_t)bounded(at, AT_MASK) + sizeof(struct wire_chunk);
	got = (uint32_t)bounded(s->got, WIRE_CHUNK_MAX - 1);
	__builtin_memcpy(s->bytes + start + got, &hierarchy, sizeof(hierarchy));
	s->got = got + sizeof(hierarchy);
	for (uint32_t i = 0; i < CGROUP_DEPTH; i++) {
		struct cgroup_subsys_state *css = (struct cgroup_subsys_state *)place;

		got = s->got;
		if (got > WIRE_CHUNK_MAX - PLACE_NAME_ROOM)
			return 0;
		got = (uint32_t)bounded(got, WIRE_CHUNK_MAX - 1);
		if (place == root) {
			s->bytes[start + got] = '\0';
			s->got = got + 1;
			return 1;
		}
		len = bpf_probe_read_kernel_str(s->bytes + start + got, PLACE_NAME_ROOM,
						BPF_CORE_READ(css, cgroup, kn, name));
		if (len <= 0)
			return 0;
		s->got = got + ((uint32_t)len & (2 * PLACE_NAME_ROOM - 1));
		place = (uint64_t)BPF_CORE_READ(css, parent);
		if (!place)
			return 0;
	}
	return 0;
}

/* What cannot be told whole is left out. TAG is the chunk's grab and part. */
__noinline uint32_t
put_places(uint32_t at, uint32_t tag)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	uint64_t first = (uint64_t)__builtin_preserve_access_index(&set->cgrp_links), at_link;
	struct scratch *s = scratch_get();
	uint32_t got;

	if (!s || at > AT_MAX || !state.has_roots)
		return at;
	s->got = 0;
	at_link = (uint64_t)BPF_CORE_READ(set, cgrp_links.next);
	for (uint32_t i = 0; i < CGROUP_SETS && at_link && at_link != first; i++) {
		struct cgrp_cset_link *link = (struct cgrp_cset_link *)
			(at_link - bpf_core_field_offset(struct cgrp_cset_link, cgrp_link));
		struct cgroup *cgroup = BPF_CORE_READ(link, cgrp);

		got = s->got;
		if (!put_place(at, (uint64_t)__builtin_preserve_access_index(&cgroup->self),
			       (uint32_t)BPF_CORE_READ(cgroup, root, hierarchy_id)))
			s->got = got;
		at_link = (uint64_t)BPF_CORE_READ(link, cgrp_link.next);
	}
	got = s->got;
	return got ? end_chunk(s, at, tag, got > WIRE_CHUNK_MAX ? WIRE_CHUNK_MAX : got) : at;
}

#endif
