/*
 * look - what differs between the two builds of the programs.
 *
 * The usual one is told by the kernel what its pointers point to (BTF), so that it reads
 * them like its own memory and keeps marks with tasks: Linux 5.12. The plain one
 * (PROBE_PLAIN) has raw tracepoints, copies all that it looks at, and keeps marks in a
 * table by number: Linux 5.8.
 */
#ifndef PROBE_BPF_LOOK_H
#define PROBE_BPF_LOOK_H

#include "probe/bpf/kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#if defined(PROBE_PLAIN)
#define TRACEPOINT(name) SEC("raw_tp/" name)
#define TRACEPOINT_ON_DEMAND(name) SEC("?raw_tp/" name)
#define LOOK(p, member) BPF_CORE_READ(p, member)

static __always_inline struct task_struct *
this_task(void)
{
	return (struct task_struct *)bpf_get_current_task();
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
#endif

#endif
