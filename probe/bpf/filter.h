/*
 * filter - what of a thread is wanted: all, what the state needs, or nothing.
 *
 * Asked first, before any work. The answer is kept in the kernel's own storage of a
 * task until the thread goes to other cgroups or is renamed, and on each CPU that of who
 * made the last call. Who belongs to a tree is marked in that storage too, and hands it
 * on to its children.
 */
#ifndef PROBE_BPF_FILTER_H
#define PROBE_BPF_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/bpf/cgroup.h"
#include "probe/bpf/kernel.h"
#include "probe/bpf/look.h"
#include "probe/bpf/maps.h"
#include "probe/bpf/mark.h"
#include "probe/bpf/record.h"

/* The thread is one that was there before, and is asked for by its number. */
static __noinline struct wire_mark *
look_for_seed(struct task_struct *task)
{
	uint32_t tid = tid_of(task);
	struct wire_mark *mark;

	if (!bpf_map_lookup_elem(&seeds, &tid))
		return NULL;
	if (bpf_map_delete_elem(&seeds, &tid) < 0)
		return NULL;
	__sync_fetch_and_add(&state.n_taken, 1);
	mark = mark_make(task);
	if (!mark) {
		__sync_fetch_and_add(&state.unmarked, 1);
		return NULL;
	}
	mark->flags = WIRE_MARK_TREE | WIRE_MARK_TOLD;
	__sync_fetch_and_add(&state.alive, 1);
	return mark;
}

static __always_inline struct wire_mark *
take_seed(struct task_struct *task)
{
	return state.n_taken < state.n_seeds ? look_for_seed(task) : NULL;
}

/* Is the name of TASK one of those that are asked for? */
static __always_inline bool
has_comm(struct task_struct *task)
{
	uint64_t comm[2] = { 0 };
	bool found = false;

	bpf_probe_read_kernel_str(comm, sizeof(comm), task->comm);
	for (uint32_t i = 0; i < WIRE_COMMS; i++) {
		const volatile uint64_t *wanted =
			(const volatile uint64_t *)config.filter.comms[i];

		if (i < config.filter.n_comms && comm[0] == wanted[0] && comm[1] == wanted[1])
			found = true;
	}
	return found;
}

/* Find out what is wanted of TASK, which has MARK. */
static __noinline uint32_t
judge(struct task_struct *task, struct wire_mark *mark)
{
	uint64_t set = (uint64_t)LOOK(task, cgroups);
	uint32_t wants = WIRE_WANT_MATCH | WIRE_WANT_STATE;

	if (config.filter.has_cgroup && !set_is_in_cgroup(set))
		wants = 0;
	else if (config.filter.n_comms && has_comm(task) == !!config.filter.but_comms)
		wants = WIRE_WANT_STATE;
	else if (config.filter.has_container && !set_has_container(set))
		wants = WIRE_WANT_STATE;
	mark->css_set = set;
	mark->wants = wants;
	mark->flags |= WIRE_MARK_JUDGED;
	if (wants && config.filter.has_cgroup && !(mark->flags & WIRE_MARK_TOLD)) {
		mark->flags |= WIRE_MARK_TOLD;
		send_head(WIRE_JOIN, true);
	}
	return wants;
}

/* The same of one that can have no mark: there is no room, or an iterator on this CPU was
 * interrupted while it looked at marks, and the kernel makes none meanwhile. */
static __always_inline uint32_t
judge_unmarked(struct task_struct *task)
{
	struct wire_mark mark = { 0 };

	return judge(task, &mark);
}

/* What is wanted of TASK, which runs: enum wire_want. */
static __always_inline uint32_t
wants_of(struct task_struct *task)
{
	struct wire_mark *mark;

	if (tgid_of(task) == config.own_tgid)
		return 0;
	if (!config.filter.is_set)
		return WIRE_WANT_MATCH | WIRE_WANT_STATE;
	mark = mark_find(task);
	if (!mark)
		mark = config.only_marked ? take_seed(task) : mark_make(task);
	if (!mark)
		return config.only_marked ? 0 : judge_unmarked(task);
	if (mark->flags & WIRE_MARK_JUDGED && mark->css_set == (uint64_t)LOOK(task, cgroups))
		return mark->wants;
	return judge(task, mark);
}

/* Nothing that was found out of threads before holds for those that are asked for next. */
static __always_inline void
turn_over(void)
{
	__sync_fetch_and_add(&state.turn, 1);
}

/* What is wanted of the thread that makes a call with REGS. One call after the other is
 * mostly of the same thread, so each CPU remembers the last one, by where its registers
 * stand: at the same place of its stack in all its calls. A thread that dies begins
 * another turn, so that this means one thread. Since Linux 7.0 a program may be interrupted
 * by that of another thread: what is read is compared last, what is written is looked at
 * again. */
static __always_inline uint32_t
wants_of_caller(struct wire_cell *cell, struct pt_regs *regs)
{
	volatile struct wire_cell *last = cell;
	uint64_t turn = *(volatile uint64_t *)&state.turn;
	uint32_t wants = last->caller_wants;

	if (last->caller == (uint64_t)regs && last->caller_turn == turn)
		return wants;
	wants = wants_of(this_task());
	last->caller = 0;
	last->caller_wants = wants;
	last->caller_turn = turn;
	last->caller = (uint64_t)regs;
	/* Another thread was let in between. */
	if (last->caller_wants != wants || last->caller_turn != turn)
		last->caller = 0;
	return wants;
}

/* The same where nothing may be made or found out: what is wanted as far as it is known
 * by now. */
static __always_inline uint32_t
wants_known_of(struct task_struct *task)
{
	struct wire_mark *mark;

	if (tgid_of(task) == config.own_tgid)
		return 0;
	if (!config.filter.is_set)
		return WIRE_WANT_MATCH | WIRE_WANT_STATE;
	mark = mark_find(task);
	return mark && mark->flags & WIRE_MARK_JUDGED ? mark->wants : 0;
}

/* PARENT, which runs, has made CHILD. */
static __always_inline void
hand_on(struct task_struct *parent, struct task_struct *child)
{
	struct wire_mark *mine, *mark;

	if (!config.only_marked && !config.filter.has_cgroup)
		return;
	wants_of(parent);
	mine = mark_find(parent);
	if (!mine || !(mine->flags & (WIRE_MARK_TREE | WIRE_MARK_TOLD)))
		return;
	mark = mark_make(child);
	/* The loader may have found it already. */
	if (mark && mark->flags & WIRE_MARK_TREE)
		return;
	if (mark)
		mark->flags = mine->flags & (WIRE_MARK_TREE | WIRE_MARK_TOLD);
	if (!(mine->flags & WIRE_MARK_TREE))
		return;
	if (mark)
		__sync_fetch_and_add(&state.alive, 1);
	else
		__sync_fetch_and_add(&state.unmarked, 1);
}

/* TASK, which runs, ends. */
static __always_inline void
let_go(struct task_struct *task)
{
	struct wire_mark *mark;

	if (!config.only_marked)
		return;
	mark = mark_find(task);
	if (mark && mark->flags & WIRE_MARK_TREE)
		__sync_fetch_and_add(&state.alive, -1);
}

/* Count TASK if it belongs to the tree and lives. */
static __always_inline void
count_living(struct task_struct *task)
{
	struct wire_mark *mark;
	uint32_t tid = tid_of(task);

	if (!config.only_marked || LOOK(task, flags) & PF_EXITING)
		return;
	mark = mark_find(task);
	if ((mark && mark->flags & WIRE_MARK_TREE) ||
	    (state.n_taken < state.n_seeds && bpf_map_lookup_elem(&seeds, &tid)))
		__sync_fetch_and_add(&state.living, 1);
}

/* TASK has another name: what is wanted of it has to be found out again. */
static __always_inline void
forget(struct task_struct *task)
{
	struct wire_mark *mark = mark_find(task);

	if (mark)
		mark->flags &= ~WIRE_MARK_JUDGED;
	turn_over();
}

#endif
