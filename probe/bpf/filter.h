/*
 * filter - which threads are traced.
 *
 * Asked first, before any work. Which threads belong to a tree is a mark in the
 * kernel's own storage of a task.
 */
#ifndef PROBE_BPF_FILTER_H
#define PROBE_BPF_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/bpf/kernel.h"
#include "probe/bpf/maps.h"

static __noinline bool
take_seed(struct task_struct *task)
{
	uint32_t tid = task->pid;

	if (!bpf_map_lookup_elem(&seeds, &tid))
		return false;
	if (bpf_map_delete_elem(&seeds, &tid) < 0)
		return false;
	__sync_fetch_and_add(&state.n_taken, 1);
	if (!bpf_task_storage_get(&marks, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE)) {
		__sync_fetch_and_add(&state.unmarked, 1);
		return false;
	}
	__sync_fetch_and_add(&state.alive, 1);
	return true;
}

static __always_inline bool
is_marked(struct task_struct *task)
{
	if (bpf_task_storage_get(&marks, task, 0, 0))
		return true;
	return state.n_seeds && take_seed(task);
}

static __always_inline bool
is_wanted(struct task_struct *task)
{
	if (task->tgid == config.own_tgid)
		return false;
	return !config.only_marked || is_marked(task);
}

#endif
