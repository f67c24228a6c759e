/*
 * time - how long threads were on a CPU, and how large they are by then.
 *
 * Read from the task itself: by an iterator that the reader starts now and then, and
 * when it ends. Nothing is added to a switch.
 */
#ifndef PROBE_BPF_TIME_H
#define PROBE_BPF_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/bpf/filter.h"
#include "probe/bpf/kernel.h"
#include "probe/bpf/look.h"
#include "probe/bpf/maps.h"
#include "probe/bpf/mark.h"
#include "probe/bpf/record.h"
#include "probe/bpf/task.h"

static __always_inline void
fill_time(struct wire_cpu *out, struct task_struct *task)
{
	struct mm_struct *mm;

	out->run_ns = LOOK(task, se.sum_exec_runtime);
	out->user_ns = LOOK(task, utime);
	out->system_ns = LOOK(task, stime);
	out->pf_major = LOOK(task, maj_flt);
	out->pf_minor = LOOK(task, min_flt);
	/* Threads of the kernel borrow somebody's; one that ends has given its own back. */
	mm = LOOK(task, flags) & PF_KTHREAD ? NULL : BPF_CORE_READ(task, mm);
	__builtin_memset(&out->memory, 0, sizeof(out->memory));
	if (mm)
		copy_size(&out->memory, mm);
}

/* Tell how long TASK, which ends, has run. */
static __always_inline void
send_last_time(struct task_struct *task)
{
	struct wire_cpu *out = begin_record(sizeof(*out), WIRE_CPU, true);

	if (!out)
		return;
	fill_time(out, task);
	bpf_ringbuf_submit(out, BPF_RB_NO_WAKEUP);
}

/* Is TASK, which need not run, wanted, and has it run since it was told last? */
static __always_inline struct wire_mark *
has_run(struct task_struct *task)
{
	struct wire_mark *mark;

	/* Of one that has ended everything was told. */
	if (tgid_of(task) == config.own_tgid || !LOOK(task, se.sum_exec_runtime) ||
	    LOOK(task, flags) & PF_EXITING)
		return NULL;
	mark = config.only_marked ? mark_find(task) : mark_make(task);
	if (!mark || mark->told_ns == LOOK(task, se.sum_exec_runtime))
		return NULL;
	if (config.only_marked && !(mark->flags & WIRE_MARK_TREE))
		return NULL;
	/* What was never judged has done nothing since tracing began; of a tree that is
	 * where its threads begin. */
	if (config.filter.is_set && !(mark->wants & config.cpu_wants) &&
	    (!config.only_marked || mark->flags & WIRE_MARK_JUDGED))
		return NULL;
	return mark;
}

/* Tell how long TASK has run. An iterator may be interrupted by the other programs, and
 * would get the numbers of records out of order: this one goes without. */
static __always_inline void
sample(struct task_struct *task)
{
	uint32_t cpu = bpf_get_smp_processor_id();
	struct wire_cell *cell = bpf_map_lookup_elem(&cells, &cpu);
	void *ring = bpf_map_lookup_elem(&rings, &cpu);
	struct wire_mark *mark = has_run(task);
	struct wire_cpu *out;

	if (!mark || !ring || !cell)
		return;
	out = bpf_ringbuf_reserve(ring, sizeof(*out), 0);
	if (!out)
		return;
	fill_head(&out->head, (uint64_t)tgid_of(task) << 32 | tid_of(task), sizeof(*out), 0,
		  WIRE_CPU);
	out->head.flags = WIRE_UNNUMBERED;
	fill_time(out, task);
	mark->told_ns = out->run_ns;
	__sync_fetch_and_add(&cell->losses.sent, 1);
	bpf_ringbuf_submit(out, BPF_RB_NO_WAKEUP);
}

#endif
