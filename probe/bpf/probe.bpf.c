/*
 * probe - the programs in the kernel: copy and filter, nothing more.
 *
 * sys_enter and sys_exit send a record for each system call of a thread that
 * is wanted: number, arguments, result, and the memory that the call's row in
 * the configuration says. sched_process_fork hands the mark of a thread on to
 * its child, sched_process_exit tells of its end.
 *
 * Each CPU has a ring of its own; nobody is woken, the reader looks by itself.
 */
#include "probe/bpf/filter.h"
#include "probe/bpf/grab.h"
#include "probe/bpf/kernel.h"
#include "probe/bpf/maps.h"
#include "probe/bpf/reaper.h"
#include "probe/bpf/record.h"
#include "probe/bpf/uring.h"
#include "probe/wire.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* A call that has chunks. */
static __always_inline long
send_large(void *ring, struct scratch *s, uint32_t n, uint32_t is_exit)
{
	uint32_t at = 0, number = s->call.head.number;
	const volatile struct wire_spec *spec = spec_of(number);
	struct wire_grab only;

	if (is_exit && n == 1 && spec->exit[0].what == GRAB_RESULT) {
		/* Reading and writing, which is most of it, without detour. */
		only = spec->exit[0];
		at = copy_user(s, 0, 0, arg_of(s, only.arg), data_len(s, &only));
		n = 0;
	}
	for (uint32_t i = 0; i < WIRE_GRABS; i++)
		if (i < n)
			at = grab(number, i, is_exit, at);
	if (at > sizeof(s->bytes))
		return -1;
	s->call.head.len = sizeof(s->call) + at;
	return bpf_ringbuf_output(ring, s, sizeof(s->call) + at, BPF_RB_NO_WAKEUP);
}

/* What WIRE_ENTER and WIRE_EXIT, which REGS belong to, are sent for: enum wire_want. */
static __always_inline uint32_t
reasons_of(uint32_t number, bool compat)
{
	return number < WIRE_CALLS && !compat ? spec_of(number)->wants : config.compat_wants;
}

static __always_inline void
send_call(struct pt_regs *regs, struct task_struct *task, uint16_t kind, long result)
{
	uint32_t cpu = bpf_get_smp_processor_id(), number = number_of(regs), n = 0;
	bool compat = is_compat(task), is_state = false;
	struct wire_call *call;
	struct wire_cell *cell;
	struct scratch *s;
	void *ring;

	if (!(reasons_of(number, compat) & wants_of(task)))
		return;
	cell = bpf_map_lookup_elem(&cells, &cpu);
	ring = bpf_map_lookup_elem(&rings, &cpu);
	if (!cell)
		return;
	cell->seq++;
	if (number < WIRE_CALLS && !compat) {
		is_state = spec_of(number)->is_state;
		n = kind == WIRE_EXIT ? spec_of(number)->n_exit : spec_of(number)->n_enter;
	}
	if (!ring) {
		count_result(cell, false, is_state);
		return;
	}
	if (!is_state && bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) > config.data_limit_bytes) {
		cell->losses.kept_data++;
		return;
	}
	if (n) {
		s = scratch_get();
		if (!s)
			return;
		fill_head(&s->call.head, 0, cell->seq, kind);
		fill_call(&s->call, regs, result, number);
		count_result(cell, send_large(ring, s, n, kind == WIRE_EXIT) == 0, is_state);
		return;
	}
	call = bpf_ringbuf_reserve(ring, sizeof(*call), 0);
	count_result(cell, call, is_state);
	if (!call)
		return;
	fill_head(&call->head, sizeof(*call), cell->seq, kind);
	fill_call(call, regs, result, number);
	call->head.flags = compat ? WIRE_COMPAT : 0;
	bpf_ringbuf_submit(call, BPF_RB_NO_WAKEUP);
}

SEC("tp_btf/sys_enter")
int
BPF_PROG(on_sys_enter, struct pt_regs *regs, long number)
{
	send_call(regs, bpf_get_current_task_btf(), WIRE_ENTER, 0);
	return 0;
}

SEC("tp_btf/sys_exit")
int
BPF_PROG(on_sys_exit, struct pt_regs *regs, long result)
{
	send_call(regs, bpf_get_current_task_btf(), WIRE_EXIT, result);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int
BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	hand_on(parent, child);
	return 0;
}

SEC("tp_btf/task_rename")
int
BPF_PROG(on_rename, struct task_struct *task, const char *comm)
{
	if (config.filter.n_comms)
		forget(task);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int
BPF_PROG(on_death, struct task_struct *task)
{
	struct wire_death *death;
	uint32_t reaper;

	let_go(task);
	if (!wants_of(task))
		return 0;
	reaper = reaper_of();
	death = begin_record(sizeof(*death), WIRE_DEATH, true);
	if (!death)
		return 0;
	death->code = task->exit_code;
	death->reaper = reaper;
	bpf_ringbuf_submit(death, BPF_RB_NO_WAKEUP);
	return 0;
}

SEC("tp_btf/signal_deliver")
int
BPF_PROG(on_signal, int number, struct kernel_siginfo *info)
{
	struct wire_signal *signal;

	if (!(config.signal_wants & wants_of(bpf_get_current_task_btf())))
		return 0;
	signal = begin_record(sizeof(*signal), WIRE_SIGNAL, false);
	if (!signal)
		return 0;
	signal->number = number;
	signal->sender = 0;
	if (BPF_CORE_READ(info, si_code) <= 0)
		signal->sender = BPF_CORE_READ(info, _sifields._kill._pid);
	bpf_ringbuf_submit(signal, BPF_RB_NO_WAKEUP);
	return 0;
}

/* The loader asks for it where the kernel has it. */
SEC("?tp_btf/io_uring_submit_req")
int
BPF_PROG(on_uring, struct io_kiocb *request)
{
	struct wire_uring *uring;

	if (!(config.uring_wants & wants_of(bpf_get_current_task_btf())))
		return 0;
	uring = begin_record(sizeof(*uring), WIRE_URING, false);
	if (!uring)
		return 0;
	copy_request(uring, request);
	bpf_ringbuf_submit(uring, BPF_RB_NO_WAKEUP);
	return 0;
}
