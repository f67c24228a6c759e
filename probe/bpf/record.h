/*
 * record - heads of records, the registers of a call, and counts of what was sent.
 */
#ifndef PROBE_BPF_RECORD_H
#define PROBE_BPF_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/bpf/kernel.h"
#include "probe/bpf/look.h"
#include "probe/bpf/maps.h"

#define KEPT_EVERY 8			/* records */

static __always_inline void
fill_head(struct wire_head *head, uint64_t ids, uint32_t len, uint32_t seq, uint16_t kind)
{
	head->ts_ns = bpf_ktime_get_boot_ns();
	head->len = len;
	head->seq = seq;
	head->tid = (uint32_t)ids;
	head->pid = ids >> 32;
	head->number = 0;
	head->kind = kind;
	head->flags = 0;
}

#if defined(__TARGET_ARCH_x86)
#if defined(PROBE_PLAIN)
/* They stand so close that one copy takes all of them. */
static __always_inline void
copy_args(uint64_t *args, struct pt_regs *regs)
{
	struct {
		uint64_t r10, r9, r8, ax, cx, dx, si, di;
	} some = { 0 };

	bpf_probe_read_kernel(&some, sizeof(some),
			      __builtin_preserve_access_index(&regs->r10));
	args[0] = some.di;
	args[1] = some.si;
	args[2] = some.dx;
	args[3] = some.r10;
	args[4] = some.r8;
	args[5] = some.r9;
}
#else
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
#endif

/* As 32-bit programs give them. */
static __always_inline void
copy_compat_args(uint64_t *args, struct pt_regs *regs)
{
	args[0] = (uint32_t)LOOK(regs, bx);
	args[1] = (uint32_t)LOOK(regs, cx);
	args[2] = (uint32_t)LOOK(regs, dx);
	args[3] = (uint32_t)LOOK(regs, si);
	args[4] = (uint32_t)LOOK(regs, di);
	args[5] = (uint32_t)LOOK(regs, bp);
}

static __always_inline uint32_t
number_of(struct pt_regs *regs)
{
	return (uint32_t)LOOK(regs, orig_ax);
}

static __always_inline uint64_t
ip_of(struct pt_regs *regs)
{
	return LOOK(regs, ip);
}

static __always_inline bool
is_compat(struct task_struct *task)
{
	return LOOK(task, thread_info.status) & TS_COMPAT;
}
#else
static __always_inline void
copy_args(uint64_t *args, struct pt_regs *regs)
{
	args[0] = LOOK(regs, orig_x0);
	bpf_probe_read_kernel(&args[1], 5 * sizeof(args[1]),
			      __builtin_preserve_access_index(&regs->regs[1]));
}

static __always_inline void
copy_compat_args(uint64_t *args, struct pt_regs *regs)
{
	copy_args(args, regs);
	for (int i = 0; i < 6; i++)
		args[i] = (uint32_t)args[i];
}

static __always_inline uint32_t
number_of(struct pt_regs *regs)
{
	return (uint32_t)LOOK(regs, syscallno);
}

static __always_inline uint64_t
ip_of(struct pt_regs *regs)
{
	return LOOK(regs, pc);
}

static __always_inline bool
is_compat(struct task_struct *task)
{
	return LOOK(task, thread_info.flags) & TIF_32BIT_BIT;
}
#endif

/* The kernel's NUMBER as wire.h has it. */
static __always_inline uint32_t
wire_number(uint32_t number, uint16_t flags)
{
	if (number >= WIRE_COMPAT_CALLS)
		return number | 1u << 31;
	return flags & WIRE_COMPAT ? number + WIRE_COMPAT_CALLS : number;
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

/* Is what is left of RING kept for events that change the state? That it is not may be
 * known for as long as a few records: to ask takes as long as to copy one. */
static __always_inline bool
is_kept(struct wire_cell *cell, void *ring)
{
	if (cell->is_kept || !(cell->seq % KEPT_EVERY))
		cell->is_kept = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) >
				config.data_limit_bytes;
	return cell->is_kept;
}

/* Room for a record of LEN bytes with its head filled in; NULL: it is lost, and
 * counted as such. The caller submits it. */
static __always_inline void *
begin_record(const uint32_t len, uint16_t kind, bool is_state)
{
	uint32_t cpu = bpf_get_smp_processor_id();
	struct wire_cell *cell = bpf_map_lookup_elem(&cells, &cpu);
	void *ring = bpf_map_lookup_elem(&rings, &cpu);
	struct wire_head *head;

	if (!cell)
		return NULL;
	cell->seq++;
	if (!ring) {
		count_result(cell, false, is_state);
		return NULL;
	}
	if (!is_state && is_kept(cell, ring)) {
		cell->losses.kept_data++;
		return NULL;
	}
	head = bpf_ringbuf_reserve(ring, len, 0);
	count_result(cell, head, is_state);
	if (head)
		fill_head(head, ids_of_this(this_task()), len, cell->seq, kind);
	return head;
}

/* A record that is a head and nothing else. */
static __always_inline void
send_head(uint16_t kind, bool is_state)
{
	struct wire_head *head = begin_record(sizeof(*head), kind, is_state);

	if (head)
		bpf_ringbuf_submit(head, BPF_RB_NO_WAKEUP);
}

#endif
