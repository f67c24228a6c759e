#include "probe/encode.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/cpu_time.h"
#include "engine/event/layout.h"
#include "engine/event/scan.h"
#include "probe/convert.h"
#include "probe/parameter.h"
#include "probe/uring.h"

#define NO_CALL UINT32_MAX

struct encoder {
	const struct call_plan *plans;
	uint32_t sigreturn, compat_sigreturn;	/* numbers of rt_sigreturn() */
	uint32_t old_sigreturn;		/* the other one of 32-bit programs */
	uint64_t wall_ns;
	struct pieces_cgroups cgroups;
	struct text out;		/* the event being made */
	struct encoder_input in;	/* what it is made of */
	uint8_t message, n_messages;	/* of its call, if it has several */
	bool has_sample;		/* of a time that was told exactly just now */
	struct map execs;		/* by tid: threads that start a program */
	struct map waits;		/* by tid: for how long a thread waits, and one more */
	struct map returns;		/* by tid: threads that return the old way */
};

/* The number, from FIRST on, of what is called NAME, or WIRE_CALLS. */
static uint32_t
number_of(const struct call_plan *plans, uint32_t first, const char *name)
{
	while (first < WIRE_CALLS && !(plans[first].syscall &&
	       !strcmp(plans[first].syscall->name, name)))
		first++;
	return first;
}

struct encoder *
encoder_new(const struct call_plan *plans, uint64_t wall_ns)
{
	struct encoder *e = xzalloc(sizeof(*e));

	e->plans = plans;
	e->execs.seed = hash_seed();
	e->waits.seed = hash_seed();
	e->wall_ns = wall_ns;
	e->returns.seed = hash_seed();
	e->sigreturn = number_of(plans, 0, "rt_sigreturn");
	e->compat_sigreturn = number_of(plans, WIRE_COMPAT_CALLS, "rt_sigreturn");
	e->old_sigreturn = number_of(plans, WIRE_COMPAT_CALLS, "sigreturn");
	return e;
}

void
encoder_free(struct encoder *e)
{
	if (!e)
		return;
	text_fini(&e->out);
	map_fini(&e->execs);
	map_fini(&e->waits);
	map_fini(&e->returns);
	free(e);
}

void
encoder_on_cgroups(struct encoder *e,
		   struct span (*cgroups)(void *ctx, int64_t tid, struct span places), void *ctx)
{
	e->cgroups = (struct pieces_cgroups){ cgroups, ctx };
}

/* Begin an event with N parameters: their lengths are filled in as they come. */
static void
begin(struct encoder *e, const struct wire_head *head, uint16_t id, uint32_t n)
{
	size_t len = EVENT_HEADER_LEN + EVENT_COUNT_LEN + n * sizeof(uint16_t);
	uint64_t ts = e->in.ts_ns + e->wall_ns;
	int64_t tid = head->tid;
	char *p;

	e->out.len = 0;
	p = text_room(&e->out, len);
	e->out.len = len;
	memset(p, 0, len);
	memcpy(p, &ts, sizeof(ts));
	memcpy(p + sizeof(ts), &tid, sizeof(tid));
	memcpy(p + EVENT_ID_AT, &id, sizeof(id));
	memcpy(p + EVENT_COUNT_AT, &n, sizeof(n));
}

/* Parameter I ends here; it began at START. */
static void
end_parameter(struct encoder *e, size_t i, size_t start)
{
	uint16_t len = (uint16_t)(e->out.len - start);

	memcpy(e->out.p + EVENT_HEADER_LEN + EVENT_COUNT_LEN + 2 * i, &len, 2);
}

static bool
end(struct encoder *e, struct event *ev)
{
	uint32_t len = (uint32_t)e->out.len;

	memcpy(e->out.p + EVENT_LEN_AT, &len, 4);
	*ev = (struct event){ .cpu = e->in.cpu };
	return event_decode(ev, (const uint8_t *)e->out.p, e->out.len, true, NULL) == 0;
}

static void
put_one(struct encoder *e, size_t i, enum param_kind kind, uint64_t v)
{
	size_t start = e->out.len;

	pieces_number(&e->out, kind, v);
	end_parameter(e, i, start);
}

/* An event without parameters of which more is known than the result. */
static void
put_bare(struct encoder *e, const struct pieces *k, uint16_t id)
{
	const struct event_type *type = &event_types[id];

	begin(e, &k->call->head, id, type->n_params);
	if (k->call->head.kind == WIRE_EXIT && type->n_params &&
	    param_kind_len(type->params[0].kind) == 8)
		put_one(e, 0, type->params[0].kind, (uint64_t)k->call->result);
}

static void
put_generic(struct encoder *e, const struct pieces *k, bool is_exit)
{
	const struct syscall *s = k->plan ? k->plan->syscall : NULL;

	begin(e, &k->call->head, is_exit ? EV_GENERIC_X : EV_GENERIC_E, 2);
	put_one(e, 0, PK_SYSCALLID, s ? s->code : 0);
	put_one(e, 1, PK_UINT16, k->call->head.flags & WIRE_COMPAT ?
				 k->call->head.number - WIRE_COMPAT_CALLS :
				 k->call->head.number);
}

static uint16_t
event_id(const struct pieces *k, bool is_exit)
{
	const struct syscall *s = k->plan->syscall;

	/* A program that was started returns through execve, whatever started it. */
	if (is_exit && s->exit == EV_EXECVEAT_X && k->call->result == 0)
		return EV_EXECVE_19_X;
	return is_exit ? s->exit : s->enter;
}

/* The side of the call that K is about, as its plan says. */
static void
choose_side(struct pieces *k, bool is_exit)
{
	const struct call_plan *p = k->plan;

	k->takes = is_exit ? p->call->exit : p->call->enter;
	k->grab = is_exit ? p->exit_grab : p->enter_grab;
	k->n_grabs = is_exit ? p->n_exit_grabs : p->n_enter_grabs;
	k->name_grab = is_exit ? p->exit_name : p->enter_name;
}

static void
put_parameters(struct encoder *e, const struct pieces *k, uint16_t id, bool is_exit)
{
	const struct event_type *type = &event_types[id];
	size_t n = 0, start;

	while (k->takes[n].how != TAKE_END)
		n++;
	begin(e, &k->call->head, id, is_exit ? type->n_params : (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		start = e->out.len;
		parameter_put(&e->out, k, i, &k->takes[i], type->params[i].kind);
		end_parameter(e, i, start);
	}
}

/* Remember who starts a program: what that is called, its own return will tell. */
static void
note_exec(struct encoder *e, uint16_t id, uint32_t tid)
{
	switch (id) {
	case EV_EXECVE_19_E: case EV_EXECVEAT_E:
		map_put(&e->execs, tid, e);
		break;
	case EV_EXECVE_19_X: case EV_EXECVEAT_X:
		map_del(&e->execs, tid);
		break;
	default:
		break;
	}
}

/* ppoll() puts what is left of its time where that was given: when it returns, EV tells
 * what its enter event told. */
static void
keep_timeout(struct encoder *e, const struct event *ev)
{
	int at = event_type_param(ev->type, "timeout");
	struct span s = at < 0 ? (struct span){ NULL, 0 } : event_bytes(ev, (unsigned)at);
	uint64_t ns, key = (uint64_t)ev->tid;
	uintptr_t kept;

	if (s.len != sizeof(ns))
		return;
	memcpy(&ns, s.p, sizeof(ns));
	if (!event_id_is_exit(ev->id)) {
		if (ns + 1)
			map_put(&e->waits, key, (void *)(uintptr_t)(ns + 1));
		return;
	}
	kept = (uintptr_t)map_del(&e->waits, key);
	if (!kept)
		return;
	ns = kept - 1;
	memcpy(e->out.p + (s.p - (const uint8_t *)e->out.p), &ns, sizeof(ns));
}

/* When a thread returns from a signal, the registers are those of what that came between:
 * the number is that of the call that it made to return. */
static void
name_return(struct encoder *e, struct wire_head *head)
{
	if (head->kind == WIRE_ENTER && head->number == e->old_sigreturn)
		map_put(&e->returns, head->tid, e);
	if (head->kind != WIRE_EXIT || head->number != NO_CALL)
		return;
	head->number = !(head->flags & WIRE_COMPAT) ? e->sigreturn :
		       map_del(&e->returns, head->tid) ? e->old_sigreturn : e->compat_sigreturn;
}

static bool
take_call(struct encoder *e, struct event *ev)
{
	struct wire_call call;
	struct pieces k;
	bool is_exit;
	uint16_t id;

	if (e->in.len < sizeof(call))
		return false;
	memcpy(&call, e->in.p, sizeof(call));
	is_exit = call.head.kind == WIRE_EXIT;
	name_return(e, &call.head);
	k.call = &call;
	k.plan = NULL;
	k.message = e->message;
	k.cgroups = &e->cgroups;
	if (call.head.number < WIRE_CALLS)
		k.plan = &e->plans[call.head.number];
	if (!k.plan || !k.plan->syscall || k.plan->syscall->exit == EV_GENERIC_X) {
		put_generic(e, &k, is_exit);
		return end(e, ev);
	}
	id = event_id(&k, is_exit);
	if (event_types[id].flags & EF_UNUSED)
		return false;
	note_exec(e, id, call.head.tid);
	if (!k.plan->call) {
		put_bare(e, &k, id);
		return end(e, ev);
	}
	choose_side(&k, is_exit);
	pieces_take(&k, e->in.p, sizeof(call),
		    call.head.len < e->in.len ? call.head.len : e->in.len);
	e->n_messages = k.n_messages;
	put_parameters(e, &k, id, is_exit);
	if (!end(e, ev))
		return false;
	if (id == EV_PPOLL_E || id == EV_PPOLL_X)
		keep_timeout(e, ev);
	return true;
}

static bool
take_death(struct encoder *e, struct event *ev)
{
	struct wire_death death;
	uint32_t code;

	if (e->in.len < sizeof(death))
		return false;
	memcpy(&death, e->in.p, sizeof(death));
	code = (uint32_t)death.code;
	map_del(&e->execs, death.head.tid);
	map_del(&e->waits, death.head.tid);
	map_del(&e->returns, death.head.tid);
	begin(e, &death.head, EV_PROCEXIT_1_E, 5);
	put_one(e, 0, PK_ERRNO, code);
	put_one(e, 1, PK_ERRNO, code >> 8 & 0xff);
	put_one(e, 2, PK_SIGTYPE, code & 0x7f);
	put_one(e, 3, PK_UINT8, code >> 7 & 1);
	put_one(e, 4, PK_PID, death.reaper);
	return end(e, ev);
}

/* An event for whoever knows its NAME, of HEAD's thread: where its data begins, which
 * is text to be appended. */
static size_t
begin_async(struct encoder *e, const struct wire_head *head, const char *name)
{
	uint32_t no_plugin = 0, lens[3] = { sizeof(no_plugin), (uint32_t)strlen(name) + 1, 0 };
	uint32_t n = ARRAY_LEN(lens);

	begin(e, head, EV_ASYNCEVENT_E, 0);
	memcpy(e->out.p + EVENT_HEADER_LEN, &n, EVENT_COUNT_LEN);
	text_bytes(&e->out, lens, sizeof(lens));
	text_bytes(&e->out, &no_plugin, sizeof(no_plugin));
	text_bytes(&e->out, name, lens[1]);
	return e->out.len;
}

/* It has all its data, which begins at START. */
static bool
end_async(struct encoder *e, size_t start, struct event *ev)
{
	uint32_t len = (uint32_t)(e->out.len - start);

	memcpy(e->out.p + EVENT_HEADER_LEN + EVENT_COUNT_LEN + 2 * sizeof(len), &len, sizeof(len));
	return end(e, ev);
}

/* What a request of io_uring is. */
static bool
take_uring(struct encoder *e, struct event *ev)
{
	struct wire_uring uring;
	size_t start;

	if (e->in.len < sizeof(uring))
		return false;
	memcpy(&uring, e->in.p, sizeof(uring));
	start = begin_async(e, &uring.head, "io_uring");
	uring_put(&e->out, &uring);
	return end_async(e, start, ev);
}

static uint32_t
bounded(uint64_t kb)
{
	return kb < UINT32_MAX ? (uint32_t)kb : UINT32_MAX;
}

/* How long a thread has run: exactly for us, then as a sample for others. */
static bool
take_time(struct encoder *e, struct event *ev)
{
	uint64_t kb = (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	struct wire_cpu cpu;
	struct cpu_time time;
	size_t start;
	bool ok;

	if (e->in.len < sizeof(cpu))
		return false;
	memcpy(&cpu, e->in.p, sizeof(cpu));
	time = cpu_time_split(cpu.run_ns, cpu.user_ns, cpu.system_ns);
	time.has_faults = true;
	time.pf_major = cpu.pf_major;
	time.pf_minor = cpu.pf_minor;
	time.has_memory = cpu.memory.vm_pages > 0;
	time.vmsize_kb = bounded(cpu.memory.vm_pages * kb);
	time.vmrss_kb = bounded(cpu.memory.rss_pages * kb);
	time.vmswap_kb = bounded(cpu.memory.swap_pages * kb);
	if (e->has_sample) {
		e->has_sample = false;
		begin(e, &cpu.head, EV_PROCINFO_E, 2);
		put_one(e, 0, PK_UINT64, time.user_ns / CPU_TIME_TICK_NS);
		put_one(e, 1, PK_UINT64, time.system_ns / CPU_TIME_TICK_NS);
		return end(e, ev);
	}
	e->has_sample = true;
	start = begin_async(e, &cpu.head, CPU_TIME_NAME);
	cpu_time_put(&e->out, &time);
	ok = end_async(e, start, ev);
	/* It counts for nobody but the state. */
	ev->dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
	return ok;
}

static bool
take_switch(struct encoder *e, struct event *ev)
{
	uint64_t kb = (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	struct wire_switch s;

	if (e->in.len < sizeof(s))
		return false;
	memcpy(&s, e->in.p, sizeof(s));
	begin(e, &s.head, EV_SCHEDSWITCH_6_E, 6);
	put_one(e, 0, PK_PID, s.next);
	put_one(e, 1, PK_UINT64, s.pf_major);
	put_one(e, 2, PK_UINT64, s.pf_minor);
	put_one(e, 3, PK_UINT32, s.memory.vm_pages * kb);
	put_one(e, 4, PK_UINT32, s.memory.rss_pages * kb);
	put_one(e, 5, PK_UINT32, s.memory.swap_pages * kb);
	return end(e, ev);
}

static bool
take_fault(struct encoder *e, struct event *ev)
{
	struct wire_fault fault;

	if (e->in.len < sizeof(fault))
		return false;
	memcpy(&fault, e->in.p, sizeof(fault));
	begin(e, &fault.head, EV_PAGE_FAULT_E, 3);
	put_one(e, 0, PK_UINT64, fault.address);
	put_one(e, 1, PK_UINT64, fault.ip);
	put_one(e, 2, PK_FLAGS32, convert_page_fault(fault.error));
	return end(e, ev);
}

static bool
take_signal(struct encoder *e, struct event *ev)
{
	struct wire_signal signal;

	if (e->in.len < sizeof(signal))
		return false;
	memcpy(&signal, e->in.p, sizeof(signal));
	begin(e, &signal.head, EV_SIGNALDELIVER_E, 3);
	put_one(e, 0, PK_PID, signal.sender);
	put_one(e, 1, PK_PID, signal.head.tid);
	put_one(e, 2, PK_SIGTYPE, (uint32_t)signal.number);
	return end(e, ev);
}

/* A thread has another name: for the state, as no type of event tells that. */
static bool
take_rename(struct encoder *e, struct event *ev)
{
	struct scan_thread thread = { .ptid = -1 };
	struct wire_rename rename;

	if (e->in.len < sizeof(rename))
		return false;
	memcpy(&rename, e->in.p, sizeof(rename));
	if (map_get(&e->execs, rename.head.tid))
		return false;
	thread.pid = rename.pid;
	thread.comm = (struct span){ (const uint8_t *)rename.comm,
				     strnlen(rename.comm, sizeof(rename.comm)) };
	e->out.len = 0;
	scan_thread_event(rename.tid, &thread, &e->out, ev);
	ev->ts_ns = e->in.ts_ns + e->wall_ns;
	ev->cpu = e->in.cpu;
	ev->dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
	return true;
}

bool
encoder_take(struct encoder *e, const struct encoder_input *in, struct event *ev)
{
	struct wire_head head;

	if (in->len < sizeof(head))
		return false;
	memcpy(&head, in->p, sizeof(head));
	e->in = *in;
	e->message = e->n_messages = 0;
	e->has_sample = false;
	switch (head.kind) {
	case WIRE_ENTER: case WIRE_EXIT:
		return take_call(e, ev);
	case WIRE_DEATH:
		return take_death(e, ev);
	case WIRE_SIGNAL:
		return take_signal(e, ev);
	case WIRE_URING:
		return take_uring(e, ev);
	case WIRE_CPU:
		return take_time(e, ev);
	case WIRE_SWITCH:
		return take_switch(e, ev);
	case WIRE_FAULT:
		return take_fault(e, ev);
	case WIRE_RENAME:
		return take_rename(e, ev);
	default:
		return false;
	}
}

bool
encoder_has_more(const struct encoder *e)
{
	return e->has_sample || e->message + 1 < e->n_messages;
}

bool
encoder_more(struct encoder *e, struct event *ev)
{
	if (e->has_sample)
		return take_time(e, ev);
	e->message++;
	return take_call(e, ev);
}
