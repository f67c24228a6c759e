/*
 * look - what differs between the builds of the programs.
 *
 * The usual one is told by the kernel what its pointers point to (BTF), so that it reads
 * them like its own memory and keeps marks with tasks: Linux 5.12. The plain one
 * (PROBE_PLAIN) has raw tracepoints, copies all that it looks at, and keeps marks in a
 * table by number: Linux 5.8. The steady one (PROBE_STEADY) is the usual one that does not
 * let other threads in between: from Linux 7.0 on the kernel itself would, and numbers of
 * records and what is put together for each CPU would get mixed up. What it cannot help is
 * in turn.h.
 */
#ifndef PROBE_BPF_LOOK_H
#define PROBE_BPF_LOOK_H

#include <stdint.h>

#include "probe/bpf/kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#if defined(PROBE_STEADY)
extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;
#else
static __always_inline void
bpf_preempt_disable(void)
{
}

static __always_inline void
bpf_preempt_enable(void)
{
}
#endif

#if defined(PROBE_PLAIN)
#define TRACEPOINT(name) SEC("raw_tp/" name)
#define TRACEPOINT_ON_DEMAND(name) SEC("?raw_tp/" name)
#define LOOK(p, member) BPF_CORE_READ(p, member)

static __always_inline struct task_struct *
this_task(void)
{
	return (struct task_struct *)bpf_get_current_task();
}

/* The numbers of TASK, which runs: its process in the upper half, itself in the lower. */
static __always_inline uint64_t
ids_of_this(struct task_struct *task)
{
	(void)task;
	return bpf_get_current_pid_tgid();
}

/* The numbers of TASK. Of the one that runs, as it is mostly, without a copy. */
static __always_inline uint32_t
tid_of(struct task_struct *task)
{
	return (uint64_t)task == bpf_get_current_task() ? (uint32_t)bpf_get_current_pid_tgid() :
	       (uint32_t)LOOK(task, pid);
}

static __always_inline uint32_t
tgid_of(struct task_struct *task)
{
	return (uint64_t)task == bpf_get_current_task() ?
	       (uint32_t)(bpf_get_current_pid_tgid() >> 32) : (uint32_t)LOOK(task, tgid);
}
#else
#define TRACEPOINT(name) SEC("tp_btf/" name)
#define TRACEPOINT_ON_DEMAND(name) SEC("?tp_btf/" name)
#define LOOK(p, member) ((p)->member)

static __always_inline struct task_struct *
this_task(void)
{
	return bpf_get_current_task_btf();
}

static __always_inline uint64_t
ids_of_this(struct task_struct *task)
{
	return (uint64_t)task->tgid << 32 | (uint32_t)task->pid;
}

static __always_inline uint32_t
tid_of(struct task_struct *task)
{
	return task->pid;
}

static __always_inline uint32_t
tgid_of(struct task_struct *task)
{
	return task->tgid;
}
#endif

#endif
