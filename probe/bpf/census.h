/*
 * census - what threads there are, for an iterator over them.
 *
 * The iterator may be interrupted by the other programs, so it has its own room.
 */
#ifndef PROBE_BPF_CENSUS_H
#define PROBE_BPF_CENSUS_H

#include <stdint.h>

#include "probe/bpf/kernel.h"
#include "probe/bpf/listing.h"
#include "probe/bpf/maps.h"
#include "probe/bpf/path.h"
#include "probe/bpf/task.h"

struct counted {
	struct wire_thread head;
	uint8_t names[4 * WIRE_CHUNK_MAX];	/* more than there are, as in struct listing */
	volatile uint32_t got;		/* as in struct scratch */
	uint64_t task_at;		/* a function that is checked once takes no pointers */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct counted);
} counted SEC(".maps");

static __always_inline struct counted *
counted_get(void)
{
	uint32_t zero = 0;

	return bpf_map_lookup_elem(&counted, &zero);
}

/* Put the names of a path, as the task at hand sees it, behind the first AT bytes: how many
 * bytes they have. All others are addresses in the kernel. */
__noinline uint32_t
count_names(uint32_t at, uint64_t dentry_at, uint64_t mount_at)
{
	struct counted *c = counted_get();

	if (!c || !dentry_at || !mount_at)
		return 0;
	return walk_up(c->names + bounded(at, 2 * WIRE_CHUNK_MAX - 1), &c->got,
		       (struct task_struct *)c->task_at, (struct dentry *)dentry_at,
		       (struct vfsmount *)mount_at);
}

/* What the task at hand is, in numbers. */
__noinline uint32_t
count_facts(void)
{
	struct counted *c = counted_get();
	struct task_struct *task;
	struct mm_struct *mm;
	struct wire_task *out;

	if (!c)
		return 0;
	task = (struct task_struct *)c->task_at;
	mm = BPF_CORE_READ(task, mm);
	out = &c->head.task;
	__builtin_memset(out, 0, sizeof(*out));
	copy_ids(out, task);
	copy_rights(out, task);
	out->pf_major = BPF_CORE_READ(task, maj_flt);
	out->pf_minor = BPF_CORE_READ(task, min_flt);
	BPF_CORE_READ_STR_INTO(&out->comm, task, comm);
	if (!mm)
		return 0;
	copy_memory(out, mm);
	copy_exe(out, task, BPF_CORE_READ(mm, exe_file));
	return 0;
}

/* A process is told of with its program and its folder, other threads without. */
static __always_inline void
count_thread(struct seq_file *seq, struct task_struct *task)
{
	struct counted *c = counted_get();
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	uint32_t len;

	if (!c)
		return;
	c->head.is_followed = is_followed(task);
	c->head.is_ending = !!(BPF_CORE_READ(task, flags) & PF_EXITING);
	/* Its end is told of next to where its memory is given up. */
	c->head.has_ended = BPF_CORE_READ(task, exit_state) || (c->head.is_ending && !mm);
	c->head.sid = inner_number(BPF_CORE_READ(task, signal, pids[PIDTYPE_SID]), 0);
	c->head.cgroups = (uint64_t)BPF_CORE_READ(task, cgroups);
	c->head.exe_len = c->head.cwd_len = 0;
	c->task_at = (uint64_t)task;
	count_facts();
	if (mm && c->head.task.tid == c->head.task.pid) {
		c->head.exe_len = count_names(0,
			(uint64_t)BPF_CORE_READ(mm, exe_file, f_path.dentry),
			(uint64_t)BPF_CORE_READ(mm, exe_file, f_path.mnt));
		c->head.cwd_len = count_names(c->head.exe_len,
			(uint64_t)BPF_CORE_READ(task, fs, pwd.dentry),
			(uint64_t)BPF_CORE_READ(task, fs, pwd.mnt));
	}
	len = ((uint32_t)c->head.exe_len + c->head.cwd_len + 7) & ~7u;
	if (len > 2 * WIRE_CHUNK_MAX)
		len = 2 * WIRE_CHUNK_MAX;
	c->head.len = sizeof(c->head) + len;
	bpf_seq_write(seq, c, sizeof(c->head) + bounded(len, 4 * WIRE_CHUNK_MAX - 1));
}

#endif
