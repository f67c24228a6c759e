/*
 * mark - what is kept of a thread: in the kernel's own storage of a task or, in the plain
 * build, in a table by its number.
 */
#ifndef PROBE_BPF_MARK_H
#define PROBE_BPF_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/bpf/kernel.h"
#include "probe/bpf/look.h"
#include "probe/wire.h"

#include <bpf/bpf_helpers.h>

#if defined(PROBE_PLAIN)
#define MARKS_MAX 65536			/* threads */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MARKS_MAX);
	__type(key, uint32_t);
	__type(value, struct wire_mark);
} marks SEC(".maps");

/* NULL: it has none. */
static __always_inline struct wire_mark *
mark_find(struct task_struct *task)
{
	uint32_t tid = tid_of(task);

	return bpf_map_lookup_elem(&marks, &tid);
}

/* That of TASK, made if it is not there. NULL: there is no room. */
static __always_inline struct wire_mark *
mark_make(struct task_struct *task)
{
	struct wire_mark fresh = { 0 };
	uint32_t tid = tid_of(task);
	struct wire_mark *mark = bpf_map_lookup_elem(&marks, &tid);

	if (mark)
		return mark;
	bpf_map_update_elem(&marks, &tid, &fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&marks, &tid);
}

/* TASK ends, and nobody will ask for its mark again. */
static __always_inline void
mark_drop(struct task_struct *task)
{
	uint32_t tid = tid_of(task);

	bpf_map_delete_elem(&marks, &tid);
}
#else
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct wire_mark);
} marks SEC(".maps");

static __always_inline struct wire_mark *
mark_find(struct task_struct *task)
{
	return bpf_task_storage_get(&marks, task, 0, 0);
}

static __always_inline struct wire_mark *
mark_make(struct task_struct *task)
{
	return bpf_task_storage_get(&marks, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

static __always_inline void
mark_drop(struct task_struct *task)
{
	(void)task;
}
#endif

#endif
