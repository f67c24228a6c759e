/*
 * record - heads of records, the registers of a call, and counts of what was sent.
 */
#ifndef PROBE_BPF_RECORD_H
#define PROBE_BPF_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/bpf/kernel.h"
#include "probe/bpf/maps.h"

static __always_inline void
fill_head(struct wire_head *head, uint32_t len, uint32_t seq, uint16_t kind)
{
	uint64_t id = bpf_get_current_pid_tgid();

	head->ts_ns = bpf_ktime_get_boot_ns();
	head->len = len;
	head->seq = seq;
	head->tid = (uint32_t)id;
	head->pid = (uint32_t)(id >> 32);
	head->number = 0;
	head->kind = kind;
	head->flags = 0;
}

#if defined(__TARGET_ARCH_x86)
static __always_inline void
copy_args(uint64_t *args, struct pt_regs *regs)
{
	args[0] = regs->di;
	args[1] = regs->si;
	args[2] = regs->dx;
	args[3] = regs->r10;
	args[4] = regs->r8;
	args[5] = regs->r9;
}

static __always_inline uint32_t
number_of(struct pt_regs *regs)
{
	return (uint32_t)regs->orig_ax;
}

static __always_inline bool
is_compat(struct task_struct *task)
{
	return task->thread_info.status & TS_COMPAT;
}
#else
static __always_inline void
copy_args(uint64_t *args, struct pt_regs *regs)
{
	args[0] = regs->orig_x0;
	for (int i = 1; i < 6; i++)
		args[i] = regs->regs[i];
}

static __always_inline uint32_t
number_of(struct pt_regs *regs)
{
	return (uint32_t)regs->syscallno;
}

static __always_inline bool
is_compat(struct task_struct *task)
{
	return task->thread_info.flags & TIF_32BIT_BIT;
}
#endif

static __always_inline void
fill_call(struct wire_call *call, struct pt_regs *regs, long result, uint32_t number)
{
	call->head.number = number;
	call->result = result;
	copy_args(call->args, regs);
}

static __always_inline void
count_result(struct wire_cell *cell, bool is_sent, bool is_state)
{
	if (is_sent)
		cell->losses.sent++;
	else if (is_state)
		cell->losses.full_state++;
	else
		cell->losses.full_data++;
}

static __always_inline void *
ring_here(struct wire_cell **cell)
{
	uint32_t cpu = bpf_get_smp_processor_id();
	void *ring = bpf_map_lookup_elem(&rings, &cpu);

	*cell = bpf_map_lookup_elem(&cells, &cpu);
	if (*cell && !ring)
		count_result(*cell, false, true);
	return ring;
}

#endif
