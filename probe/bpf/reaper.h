/*
 * reaper - who gets the children of a thread that ends.
 */
#ifndef PROBE_BPF_REAPER_H
#define PROBE_BPF_REAPER_H

#include <stdint.h>

#include "probe/bpf/kernel.h"
#include "probe/bpf/maps.h"
#include "probe/bpf/task.h"

#define THREADS_MAX 64			/* of a process that are looked at */
#define PARENTS_MAX 32

/* The first thread of the process of the task at TASK_AT that does not end; 0: none of
 * the first ones. */
__noinline uint32_t
living_thread(uint64_t task_at)
{
	struct task_struct *task = (struct task_struct *)task_at;
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	struct list_head *node = BPF_CORE_READ(signal, thread_head.next);
	struct task_struct *t;

	for (uint32_t i = 0; i < THREADS_MAX; i++) {
		t = (struct task_struct *)((char *)node -
					   bpf_core_field_offset(struct task_struct, thread_node));
		if ((char *)node == (char *)signal +
				    bpf_core_field_offset(struct signal_struct, thread_head))
			break;
		if (!(BPF_CORE_READ(t, flags) & PF_EXITING))
			return BPF_CORE_READ(t, pid);
		node = BPF_CORE_READ(node, next);
	}
	return 0;
}

/* Of the thread that runs, as the kernel itself will find out in a moment. 0: it has no
 * children. */
__noinline uint32_t
reaper_of(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task(), *up;
	uint32_t level = BPF_CORE_READ(task, thread_pid, level), found;
	struct signal_struct *signal;
	struct pid_namespace *ns;

	if ((char *)BPF_CORE_READ(task, children.next) ==
	    (char *)task + bpf_core_field_offset(struct task_struct, children))
		return 0;
	found = living_thread((uint64_t)task);
	if (found)
		return found;
	signal = BPF_CORE_READ(task, signal);
	up = BPF_CORE_READ(task, real_parent);
	if (BPF_CORE_READ_BITFIELD_PROBED(signal, has_child_subreaper))
		for (uint32_t i = 0; i < PARENTS_MAX; i++) {
			if (!BPF_CORE_READ(up, pid) ||
			    BPF_CORE_READ(up, thread_pid, level) != level)
				break;
			signal = BPF_CORE_READ(up, signal);
			found = BPF_CORE_READ_BITFIELD_PROBED(signal, is_child_subreaper) ?
				living_thread((uint64_t)up) : 0;
			if (found)
				return found;
			up = BPF_CORE_READ(up, real_parent);
		}
	ns = namespace_of(BPF_CORE_READ(task, thread_pid));
	return BPF_CORE_READ(ns, child_reaper, pid);
}

#endif
