/*
 * path - chunks with the names of a path, the last one first.
 *
 * The kernel has a function for it, but not for tracing programs on all machines. The
 * way goes up through folders and mounts to the root that the thread sees.
 */
#ifndef PROBE_BPF_PATH_H
#define PROBE_BPF_PATH_H

#include <stdint.h>

#include "probe/bpf/kernel.h"
#include "probe/bpf/maps.h"
#include "probe/bpf/memory.h"

#define NAME_ROOM 256			/* a name is shorter */

/* Put the name of DENTRY at TO: how many bytes it has, its NUL included. */
static __always_inline uint32_t
copy_name(uint8_t *to, struct dentry *dentry)
{
	long len = bpf_probe_read_kernel_str(to, NAME_ROOM, BPF_CORE_READ(dentry, d_name.name));

	return len < 0 ? 0 : (uint32_t)len & (2 * NAME_ROOM - 1);
}

static __always_inline struct mount *
mount_of(struct vfsmount *inner)
{
	return (struct mount *)((char *)inner - bpf_core_field_offset(struct mount, mnt));
}

static __always_inline struct vfsmount *
inner_of(struct mount *mount)
{
	return (struct vfsmount *)((char *)mount + bpf_core_field_offset(struct mount, mnt));
}

/* Put the names of DENTRY in MOUNT at TO, which has room for WIRE_CHUNK_MAX bytes: how
 * many bytes they have. 0: there are too many. *SEEN is where the loop counts, the way up
 * ends where TASK sees the root. */
static __always_inline uint32_t
walk_up(uint8_t *to, volatile uint32_t *seen, struct task_struct *task, struct dentry *dentry,
	struct vfsmount *mount)
{
	struct dentry *root = BPF_CORE_READ(task, fs, root.dentry), *parent;
	struct vfsmount *root_mount = BPF_CORE_READ(task, fs, root.mnt);
	uint32_t got;

	*seen = 0;
	for (uint32_t i = 0; i < WIRE_NAMES_MAX; i++) {
		got = *seen;
		if (got > WIRE_CHUNK_MAX - NAME_ROOM)
			return 0;
		if (dentry == root && mount == root_mount) {
			if (!got)
				to[got++] = '\0';
			return got;
		}
		parent = BPF_CORE_READ(dentry, d_parent);
		if (dentry == BPF_CORE_READ(mount, mnt_root)) {
			struct mount *outer = mount_of(mount);
			struct mount *up = BPF_CORE_READ(outer, mnt_parent);

			dentry = up == outer ? root : BPF_CORE_READ(outer, mnt_mountpoint);
			mount = up == outer ? root_mount : inner_of(up);
			continue;
		}
		got = (uint32_t)bounded(got, WIRE_CHUNK_MAX - 1);
		got += copy_name(to + got, dentry);
		if (dentry == parent) {
			/* It is in no folder. */
			to[bounded(got++, WIRE_CHUNK_MAX - 1)] = '\0';
			return got;
		}
		*seen = got;
		dentry = parent;
	}
	return 0;
}

/* Both are addresses in the kernel. A path that is too long is left out. */
__noinline uint32_t
put_path(uint32_t at, uint32_t tag, uint64_t dentry_at, uint64_t mount_at)
{
	struct scratch *s = scratch_get();
	uint32_t start, len;

	if (!s || at > AT_MAX || !dentry_at || !mount_at)
		return at;
	start = (uint32_t)bounded(at, AT_MASK) + sizeof(struct wire_chunk);
	len = walk_up(s->bytes + start, &s->got, (struct task_struct *)bpf_get_current_task(),
		      (struct dentry *)dentry_at, (struct vfsmount *)mount_at);
	return len ? end_chunk(s, at, tag, len) : at;
}

#endif
