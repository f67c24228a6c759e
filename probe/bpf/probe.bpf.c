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
#include "probe/bpf/census.h"
#include "probe/bpf/filter.h"
#include "probe/bpf/grab.h"
#include "probe/bpf/kernel.h"
#include "probe/bpf/listing.h"
#include "probe/bpf/look.h"
#include "probe/bpf/maps.h"
#include "probe/bpf/mark.h"
#include "probe/bpf/reaper.h"
#include "probe/bpf/record.h"
#include "probe/bpf/signal.h"
#include "probe/bpf/task.h"
#include "probe/bpf/time.h"
#include "probe/bpf/turn.h"
#include "probe/bpf/uring.h"
#include "probe/wire.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define DATA_LITTLE 16			/* bytes */
#define DATA_SOME 80

/* A call and a chunk. */
struct wire_data {
	struct wire_call call;
	struct wire_chunk chunk;
	uint8_t bytes[];
};

#define WIRE_DATA_LEN (sizeof(struct wire_call) + sizeof(struct wire_chunk))

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* A call that has chunks. */
static __always_inline long
send_large(void *ring, struct scratch *s, uint32_t n, const bool is_exit)
{
	uint32_t at = 0, number = s->call.head.number;

	for (uint32_t i = 0; i < WIRE_GRABS; i++)
		if (i < n)
			at = is_exit ? grab_exit(number, i, at) : grab_enter(number, i, at);
	if (at > sizeof(s->bytes))
		return -1;
	s->call.head.len = sizeof(s->call) + at;
	return bpf_ringbuf_output(ring, s, sizeof(s->call) + at, BPF_RB_NO_WAKEUP);
}

/* One call, as one of its two sides. */
struct side {
	struct pt_regs *regs;
	struct task_struct *task;
	uint64_t ids;			/* of it */
	long result;
	uint32_t number;
	uint16_t kind, flags;
	uint32_t inner;			/* made through another call: place in the configuration */
};

/* If a 32-bit program makes its call through another one: which it is. When that cannot be
 * read, it is the other one. */
static __always_inline void
find_inner(struct side *side)
{
	const volatile struct wire_spec *spec = spec_of(side->number);
	const volatile struct wire_inner *inner;
	uint32_t which, bytes;
	struct scratch *s;

	if (!spec->n_inner)
		return;
	s = scratch_get();
	if (!s)
		return;
	copy_compat_args(s->outer, side->regs);
	which = s->outer[0] & spec->inner_mask;
	if (which >= spec->n_inner)
		return;
	which += spec->inner;
	inner = inner_call(which);
	bytes = inner->n_words * sizeof(s->words[0]);
	if (bpf_probe_read_user(s->words, bounded(bytes, sizeof(s->words) - 1),
				(void *)s->outer[bounded(inner->words_at, 7)]) < 0)
		return;
	for (uint32_t i = 0; i < 6; i++)
		s->outer[WIRE_INNER_WORD + i] = s->words[i];
	if (!inner->number)
		return;
	side->number = inner->number;
	side->inner = which;
}

/* Its arguments, which find_inner() left there. */
static __always_inline void
copy_inner_args(uint64_t *args, uint32_t which)
{
	const volatile struct wire_inner *inner = inner_call(which);
	struct scratch *s = scratch_get();

	for (uint32_t i = 0; i < 6; i++)
		args[i] = s ? s->outer[bounded(inner->from[i], 15)] : 0;
}

static __always_inline void
fill_side(struct wire_call *call, const struct side *side, uint32_t len, uint32_t seq)
{
	fill_head(&call->head, side->ids, len, seq, side->kind);
	call->head.flags = side->flags;
	call->head.number = side->number;
	call->result = side->result;
	if (side->inner)
		copy_inner_args(call->args, side->inner);
	else if (side->flags)
		copy_compat_args(call->args, side->regs);
	else
		copy_args(call->args, side->regs);
}

/* A call that returns with LEN bytes of data, for ROOM of which its record has room.
 * False: it cannot be sent. */
static __always_inline bool
send_data(void *ring, uint32_t seq, const struct side *side, const uint32_t room, uint32_t len)
{
	const volatile struct wire_grab *grab = &spec_of(side->number)->exit[0];
	struct wire_data *out = bpf_ringbuf_reserve(ring, WIRE_DATA_LEN + room, 0);
	uint64_t address;

	if (!out)
		return false;
	fill_side(&out->call, side, sizeof(out->call), seq);
	/* The seventh and eighth would lie behind the arguments, but in the record. */
	address = out->call.args[bounded(grab->arg, 7)];
	if (len > room)
		len = room;
	if (bpf_probe_read_user(out->bytes, len, (void *)address) == 0) {
		out->chunk.len = len;
		out->chunk.grab = 0;
		out->chunk.part = 0;
		out->call.head.len = (WIRE_DATA_LEN + len + 3) & ~3u;
	}
	bpf_ringbuf_submit(out, BPF_RB_NO_WAKEUP);
	return true;
}

/* Is all that SIDE asks for the data that a call has moved? How much of it is told. */
static __always_inline bool
is_data_only(const struct side *side, uint32_t n, uint32_t *len)
{
	const volatile struct wire_grab *grab = &spec_of(side->number)->exit[0];
	uint32_t max = grab->max ? grab->max : config.snap_bytes;

	*len = (uint64_t)side->result > max ? max : (uint32_t)side->result;
	return side->kind == WIRE_EXIT && n == 1 && grab->what == GRAB_RESULT &&
	       side->result >= 0;
}

/* A call of which N questions are asked. */
static __always_inline bool
send_answers(void *ring, uint32_t seq, const struct side *side, uint32_t n)
{
	struct scratch *s;
	uint32_t len;

	/* Reading and writing a little, which is most of it, without detour. */
	if (is_data_only(side, n, &len)) {
		if (len <= DATA_LITTLE)
			return send_data(ring, seq, side, DATA_LITTLE, len);
		if (len <= DATA_SOME)
			return send_data(ring, seq, side, DATA_SOME, len);
	}
	s = scratch_get();
	if (!s)
		return false;
	fill_side(&s->call, side, 0, seq);
	return send_large(ring, s, n, side->kind == WIRE_EXIT) == 0;
}

/* A call without. */
static __always_inline bool
send_bare(void *ring, uint32_t seq, const struct side *side)
{
	struct wire_call *call = bpf_ringbuf_reserve(ring, sizeof(*call), 0);

	if (!call)
		return false;
	fill_side(call, side, sizeof(*call), seq);
	bpf_ringbuf_submit(call, BPF_RB_NO_WAKEUP);
	return true;
}

/* A call that is wanted, by what its row in the configuration says. */
static __always_inline void
send_wanted(struct wire_cell *cell, uint32_t cpu, const struct side *side, bool is_known)
{
	void *ring = bpf_map_lookup_elem(&rings, &cpu);
	bool is_state = false;
	uint32_t n = 0;

	cell->seq++;
	if (is_known) {
		const volatile struct wire_spec *spec = spec_of(side->number);

		is_state = spec->is_state;
		n = side->kind == WIRE_EXIT ? spec->n_exit : spec->n_enter;
	}
	if (!ring)
		count_result(cell, false, is_state);
	else if (!is_state && is_kept(cell, ring))
		cell->losses.kept_data++;
	else
		count_result(cell, n ? send_answers(ring, cell->seq, side, n) :
			     send_bare(ring, cell->seq, side), is_state);
}

/* The call with a NUMBER of the kernel, which is wanted for WANTS if it is what it seems. */
static __always_inline void
send_side(struct wire_cell *cell, uint32_t cpu, struct side *side, uint32_t wants)
{
	bool is_known = side->number < WIRE_COMPAT_CALLS;

	side->flags = is_compat(side->task) ? WIRE_COMPAT : 0;
	side->number = wire_number(side->number, side->flags);
	if (side->flags && is_known)
		find_inner(side);
	if (!is_known || spec_of(side->number)->wants & wants)
		send_wanted(cell, cpu, side, is_known);
}

/* The first questions are those that are answered fastest. */
static __always_inline void
send_call(struct pt_regs *regs, uint32_t number, uint16_t kind, long result)
{
	struct side side = { .regs = regs, .result = result, .kind = kind, .number = number };
	uint32_t cpu, wants = number < WIRE_COMPAT_CALLS ? number_wants_of(number) :
			      config.other_wants;
	struct wire_cell *cell;

	if (!wants)
		return;
	cpu = bpf_get_smp_processor_id();
	cell = bpf_map_lookup_elem(&cells, &cpu);
	if (!cell)
		return;
	if (config.filter.is_set)
		wants &= wants_of_caller(cell, regs);
	if (!wants)
		return;
	side.task = this_task();
	side.ids = ids_of_this(side.task);
	if (!config.filter.is_set && side.ids >> 32 == config.own_tgid)
		return;
	bpf_preempt_disable();
	send_side(cell, cpu, &side, wants);
	bpf_preempt_enable();
}

TRACEPOINT("sys_enter")
int
BPF_PROG(on_sys_enter, struct pt_regs *regs, long number)
{
	send_call(regs, (uint32_t)number, WIRE_ENTER, 0);
	return 0;
}

TRACEPOINT("sys_exit")
int
BPF_PROG(on_sys_exit, struct pt_regs *regs, long result)
{
	send_call(regs, number_of(regs), WIRE_EXIT, result);
	return 0;
}

static __always_inline int
bear(struct task_struct *parent, struct task_struct *child, const bool is_second)
{
	if (!config.only_marked && !config.filter.has_cgroup)
		return 0;
	bpf_preempt_disable();
	if (takes_turn(TURN_FORK, is_second))
		hand_on(parent, child);
	bpf_preempt_enable();
	return 0;
}

TRACEPOINT("sched_process_fork")
int
BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	return bear(parent, child, false);
}

/* Whoever runs calls TASK, which may be another thread of its process, COMM. */
static __always_inline void
send_rename(struct task_struct *task, const char *comm)
{
	struct wire_rename *rename;

	if (!wants_of(this_task()))
		return;
	rename = begin_record(sizeof(*rename), WIRE_RENAME, true);
	if (!rename)
		return;
	rename->tid = tid_of(task);
	rename->pid = tgid_of(task);
	__builtin_memset(rename->comm, 0, sizeof(rename->comm));
	bpf_probe_read_kernel_str(rename->comm, sizeof(rename->comm), comm);
	bpf_ringbuf_submit(rename, BPF_RB_NO_WAKEUP);
}

static __always_inline int
rename(struct task_struct *task, const char *comm, const bool is_second)
{
	bpf_preempt_disable();
	if (takes_turn(TURN_RENAME, is_second)) {
		send_rename(task, comm);
		/* It has the old name still. */
		if (config.filter.n_comms)
			forget(task);
	}
	bpf_preempt_enable();
	return 0;
}

TRACEPOINT("task_rename")
int
BPF_PROG(on_rename, struct task_struct *task, const char *comm)
{
	return rename(task, comm, false);
}

/* A thread has come to another cgroup. On demand. */
TRACEPOINT_ON_DEMAND("cgroup_attach_task")
int
on_move(void *ctx)
{
	(void)ctx;
	turn_over();
	return 0;
}

static __always_inline void
send_death(struct task_struct *task)
{
	struct wire_death *death;
	uint32_t reaper;

	if (!wants_of(task))
		return;
	if (config.cpu_wants & wants_of(task))
		send_last_time(task);
	reaper = reaper_of();
	death = begin_record(sizeof(*death), WIRE_DEATH, true);
	if (!death)
		return;
	death->code = LOOK(task, exit_code);
	death->reaper = reaper;
	bpf_ringbuf_submit(death, BPF_RB_NO_WAKEUP);
}

static __always_inline int
die(struct task_struct *task, const bool is_second)
{
	bpf_preempt_disable();
	if (takes_turn(TURN_DEATH, is_second)) {
		let_go(task);
		send_death(task);
		mark_drop(task);
		if (config.filter.is_set)
			turn_over();
	}
	bpf_preempt_enable();
	return 0;
}

TRACEPOINT("sched_process_exit")
int
BPF_PROG(on_death, struct task_struct *task)
{
	return die(task, false);
}

static __always_inline int
send(int number, struct kernel_siginfo *info, struct task_struct *task, const bool is_second)
{
	if (!config.signal_wants)
		return 0;
	bpf_preempt_disable();
	if (takes_turn(TURN_SEND, is_second))
		note_sender(number, info, task);
	bpf_preempt_enable();
	return 0;
}

TRACEPOINT("signal_generate")
int
BPF_PROG(on_send, int number, struct kernel_siginfo *info, struct task_struct *task)
{
	return send(number, info, task, false);
}

static __always_inline void
send_signal(int number, struct kernel_siginfo *info, const bool is_second)
{
	struct task_struct *task = this_task();
	struct wire_signal *signal;

	if (!(config.signal_wants & wants_of(task)) || !takes_turn(TURN_SIGNAL, is_second))
		return;
	signal = begin_record(sizeof(*signal), WIRE_SIGNAL, false);
	if (!signal)
		return;
	signal->number = number_of_signal(task, number, info);
	signal->sender = 0;
	if (is_sent(info))
		signal->sender = sender_of(task, signal->number);
	bpf_ringbuf_submit(signal, BPF_RB_NO_WAKEUP);
}

static __always_inline int
deliver(int number, struct kernel_siginfo *info, const bool is_second)
{
	bpf_preempt_disable();
	send_signal(number, info, is_second);
	bpf_preempt_enable();
	return 0;
}

TRACEPOINT("signal_deliver")
int
BPF_PROG(on_signal, int number, struct kernel_siginfo *info)
{
	return deliver(number, info, false);
}

static __always_inline void
send_request(struct io_kiocb *request)
{
	struct task_struct *task = this_task();
	bool is_worker = LOOK(task, flags) & PF_IO_WORKER;
	struct wire_uring *uring;

	/* A thread that the kernel has made for the process is nobody of its own. */
	if (!(config.uring_wants & wants_of(is_worker ? LOOK(task, group_leader) : task)))
		return;
	uring = begin_record(sizeof(*uring), WIRE_URING, false);
	if (!uring)
		return;
	if (is_worker)
		uring->head.tid = uring->head.pid;
	copy_request(uring, request);
	bpf_ringbuf_submit(uring, BPF_RB_NO_WAKEUP);
}

/* The loader asks for it where the kernel has it. */
TRACEPOINT_ON_DEMAND("io_uring_submit_req")
int
BPF_PROG(on_uring, struct io_kiocb *request)
{
	bpf_preempt_disable();
	send_request(request);
	bpf_preempt_enable();
	return 0;
}

#if defined(PROBE_STEADY)
/* The second programs of each pair, which run behind the first ones. There is none for calls:
 * for these it would take as long again. */
TRACEPOINT("sched_process_fork")
int
BPF_PROG(again_fork, struct task_struct *parent, struct task_struct *child)
{
	return bear(parent, child, true);
}

TRACEPOINT("task_rename")
int
BPF_PROG(again_rename, struct task_struct *task, const char *comm)
{
	return rename(task, comm, true);
}

TRACEPOINT("sched_process_exit")
int
BPF_PROG(again_death, struct task_struct *task)
{
	return die(task, true);
}

TRACEPOINT("signal_generate")
int
BPF_PROG(again_send, int number, struct kernel_siginfo *info, struct task_struct *task)
{
	return send(number, info, task, true);
}

TRACEPOINT("signal_deliver")
int
BPF_PROG(again_signal, int number, struct kernel_siginfo *info)
{
	return deliver(number, info, true);
}
#endif

/* The loader runs it each second. */
SEC("iter/task")
int
on_sample(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (!task)
		return 0;
	if (state.asks_roots) {
		if (!state.has_roots)
			note_roots();
		return 0;
	}
	count_living(task);
	if (config.cpu_wants)
		sample(task);
	return 0;
}

/* The loader runs these when it has to know. */
SEC("iter/task")
int
on_thread(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (task)
		count_thread(ctx->meta->seq, task);
	return 0;
}

SEC("iter/task_file")
int
on_file(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;

	if (task && file && task->pid == task->tgid && is_followed(task))
		list_file(ctx->meta->seq, task, ctx->fd, file);
	return 0;
}

static __always_inline void
send_switch(struct task_struct *task, struct task_struct *next)
{
	struct wire_switch *out;
	struct mm_struct *mm;

	/* Of one that has ended everything was told. */
	if (!(config.switch_wants & wants_known_of(task)) || LOOK(task, flags) & PF_EXITING)
		return;
	out = begin_record(sizeof(*out), WIRE_SWITCH, false);
	if (!out)
		return;
	out->next = LOOK(next, pid);
	out->pad = 0;
	out->pf_major = LOOK(task, maj_flt);
	out->pf_minor = LOOK(task, min_flt);
	out->memory = (struct wire_memory){ 0 };
	mm = LOOK(task, mm);
	if (mm)
		copy_size(&out->memory, mm);
	bpf_ringbuf_submit(out, BPF_RB_NO_WAKEUP);
}

/* On demand. */
TRACEPOINT_ON_DEMAND("sched_switch")
int
BPF_PROG(on_switch, bool is_preempted, struct task_struct *task, struct task_struct *next)
{
	bpf_preempt_disable();
	send_switch(task, next);
	bpf_preempt_enable();
	return 0;
}

static __always_inline void
send_fault(uint64_t address, struct pt_regs *regs, uint64_t error)
{
	struct wire_fault *out;

	if (!(config.fault_wants & wants_known_of(this_task())))
		return;
	out = begin_record(sizeof(*out), WIRE_FAULT, false);
	if (!out)
		return;
	out->address = address;
	out->ip = ip_of(regs);
	out->error = error;
	bpf_ringbuf_submit(out, BPF_RB_NO_WAKEUP);
}

/* On demand. */
TRACEPOINT_ON_DEMAND("page_fault_user")
int
BPF_PROG(on_fault, unsigned long address, struct pt_regs *regs, unsigned long error)
{
	bpf_preempt_disable();
	send_fault(address, regs, error);
	bpf_preempt_enable();
	return 0;
}
