#include "probe/encode.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/layout.h"
#include "probe/convert.h"
#include "probe/tuple.h"

#define PARTS 4				/* of one grab, at most */
#define PAGE_KB 4			/* a page of both machines as they are used */
#define O_HAS_MODE (0100 | 020000000)	/* open() makes a file: O_CREAT, O_TMPFILE's bit */
#define FLAG_F_CREATED 0x4000		/* of flag set file_flags */
#define FLAG_CHILD_IN_PIDNS 0x20000000	/* of flag set clone_flags */
#define PR_SET_NAME 15
#define PR_GET_NAME 16

struct encoder {
	const struct call_plan *plans;
	uint64_t wall_ns;
	struct span (*cgroups)(void *ctx, const struct wire_task *task);
	void *ctx;
	struct text out;		/* the event being made */
	const struct encoder_input *in;	/* what it is made of */
};

/* One call, taken apart. */
struct pieces {
	const struct wire_call *call;
	const struct call_plan *plan;
	const uint8_t *grab;		/* which grab answers which parameter */
	struct span parts[WIRE_GRABS][PARTS];
};

struct encoder *
encoder_new(const struct call_plan *plans, uint64_t wall_ns)
{
	struct encoder *e = xzalloc(sizeof(*e));

	e->plans = plans;
	e->wall_ns = wall_ns;
	return e;
}

void
encoder_free(struct encoder *e)
{
	if (!e)
		return;
	text_fini(&e->out);
	free(e);
}

void
encoder_on_cgroups(struct encoder *e,
		   struct span (*cgroups)(void *ctx, const struct wire_task *task), void *ctx)
{
	e->cgroups = cgroups;
	e->ctx = ctx;
}

/* Find the chunks behind the LEN bytes of P's fixed part. */
static void
take_parts(struct pieces *k, const uint8_t *p, size_t at, size_t len)
{
	struct wire_chunk c;

	while (len - at >= sizeof(c)) {
		memcpy(&c, p + at, sizeof(c));
		at += sizeof(c);
		if (c.len > len - at)
			return;
		if (c.grab < WIRE_GRABS && c.part < PARTS)
			k->parts[c.grab][c.part] = (struct span){ p + at, c.len };
		at += ((size_t)c.len + 3) & ~(size_t)3;
		if (at > len)
			return;
	}
}

/* What was copied for parameter I. */
static struct span
part_of(const struct pieces *k, size_t i, size_t part)
{
	uint8_t g = k->grab[i];

	return g < WIRE_GRABS ? k->parts[g][part] : (struct span){ NULL, 0 };
}

static uint64_t
arg_of(const struct pieces *k, uint8_t arg)
{
	return arg < 6 ? k->call->args[arg] : (uint64_t)k->call->result;
}

/* V as a number of as many bytes as a parameter of KIND has. */
static void
put_number(struct text *out, enum param_kind kind, uint64_t v)
{
	text_bytes(out, &v, param_kind_len(kind));
}

static void
put_text(struct text *out, struct span s)
{
	if (!s.p || !s.len)
		return;
	text_bytes(out, s.p, s.len);
	if (s.p[s.len - 1])
		text_char(out, '\0');
}

/* The Nth number of SIZE bytes in S, through CONVERT if there is one. */
static void
put_word(struct text *out, enum param_kind kind, struct span s, const struct take *t, bool half)
{
	size_t size = half ? 4 : 8, at = t->more * size;
	uint64_t v = 0;
	int32_t low;

	if (at + size > s.len)
		return;
	memcpy(&v, s.p + at, size);
	if (half) {
		memcpy(&low, s.p + at, sizeof(low));
		v = (uint64_t)(int64_t)low;
	}
	put_number(out, kind, t->convert ? t->convert(v) : v);
}

static void
put_vector_size(struct text *out, struct span iovs)
{
	uint64_t sum = 0, len;

	if (!iovs.p)
		return;
	for (size_t at = 0; at + 16 <= iovs.len; at += 16) {
		memcpy(&len, iovs.p + at + 8, sizeof(len));
		sum += len;
	}
	put_number(out, PK_UINT32, sum);
}

static void
put_poll(struct text *out, struct span fds, bool is_exit)
{
	uint16_t n = (uint16_t)(fds.len / 8), events;
	int32_t fd32;
	int64_t fd;

	if (!fds.p)
		return;
	text_bytes(out, &n, sizeof(n));
	for (size_t i = 0; i < n; i++) {
		memcpy(&fd32, fds.p + 8 * i, sizeof(fd32));
		memcpy(&events, fds.p + 8 * i + (is_exit ? 6 : 4), sizeof(events));
		fd = fd32;
		events = (uint16_t)convert_poll_events(events);
		text_bytes(out, &fd, sizeof(fd));
		text_bytes(out, &events, sizeof(events));
	}
}

static void
put_time(struct text *out, const struct pieces *k, size_t i, uint8_t arg)
{
	struct span s = part_of(k, i, 0);
	uint64_t ns = UINT64_MAX;
	int64_t v[2];

	if (!arg_of(k, arg)) {
		put_number(out, PK_UINT64, ns);
		return;
	}
	if (s.len < sizeof(v))
		return;
	memcpy(v, s.p, sizeof(v));
	ns = (uint64_t)v[0] * 1000000000u + (uint64_t)v[1];
	put_number(out, PK_UINT64, ns);
}

/* The arguments begin with the program's own name; PART says which is wanted. */
static void
put_arguments(struct text *out, struct span all, enum task_part part)
{
	const uint8_t *nul = all.len ? memchr(all.p, '\0', all.len) : NULL;
	size_t first = nul ? (size_t)(nul - all.p) + 1 : all.len;

	if (part == TASK_EXE) {
		put_text(out, (struct span){ all.p, first });
	} else if (first < all.len) {
		text_bytes(out, all.p + first, all.len - first);
		if (all.p[all.len - 1])
			text_char(out, '\0');
	}
}

static uint64_t
task_number(const struct wire_task *t, enum task_part part)
{
	switch (part) {
	case TASK_TID: return t->tid;
	case TASK_PID: return t->pid;
	case TASK_PTID: return t->ptid;
	case TASK_FDLIMIT: return t->fdlimit;
	case TASK_PF_MAJOR: return t->pf_major;
	case TASK_PF_MINOR: return t->pf_minor;
	case TASK_VM_SIZE: return t->memory.vm_pages * PAGE_KB;
	case TASK_VM_RSS: return t->memory.rss_pages * PAGE_KB;
	case TASK_VM_SWAP: return t->memory.swap_pages * PAGE_KB;
	case TASK_TTY: return t->tty;
	case TASK_VPGID: return (uint64_t)(int64_t)t->vpgid;
	case TASK_LOGINUID: return t->loginuid;
	case TASK_CAP_INHERITABLE: return t->cap_inheritable;
	case TASK_CAP_PERMITTED: return t->cap_permitted;
	case TASK_CAP_EFFECTIVE: return t->cap_effective;
	case TASK_EXE_INO: return t->exe_ino;
	case TASK_EXE_CTIME: return t->exe_ctime_ns;
	case TASK_EXE_MTIME: return t->exe_mtime_ns;
	case TASK_UID: return t->uid;
	case TASK_GID: return t->gid;
	case TASK_PGID: return (uint64_t)(int64_t)t->pgid;
	case TASK_VTID: return (uint64_t)(int64_t)t->vtid;
	case TASK_VPID: return (uint64_t)(int64_t)t->vpid;
	case TASK_EXE: case TASK_ARGS: case TASK_COMM: case TASK_CGROUPS: case TASK_ENV:
		break;
	}
	return 0;
}

static bool
task_of(const struct pieces *k, size_t i, struct wire_task *task)
{
	struct span s = part_of(k, i, 0);

	if (s.len != sizeof(*task))
		return false;
	memcpy(task, s.p, sizeof(*task));
	return true;
}

static void
put_task(struct encoder *e, const struct pieces *k, size_t i, enum task_part part,
	 enum param_kind kind)
{
	struct span cgroups;
	struct wire_task t;

	if (!task_of(k, i, &t))
		return;
	switch (part) {
	case TASK_EXE: case TASK_ARGS:
		put_arguments(&e->out, part_of(k, i, 1), part);
		return;
	case TASK_ENV:
		text_bytes(&e->out, part_of(k, i, 2).p, part_of(k, i, 2).len);
		return;
	case TASK_COMM:
		put_text(&e->out, (struct span){ (uint8_t *)t.comm,
						 strnlen(t.comm, sizeof(t.comm)) });
		return;
	case TASK_CGROUPS:
		if (!e->cgroups)
			return;
		cgroups = e->cgroups(e->ctx, &t);
		text_bytes(&e->out, cgroups.p, cgroups.len);
		return;
	default:
		put_number(&e->out, kind, task_number(&t, part));
	}
}

static void
put_size(struct text *out, const struct pieces *k, size_t i, enum size_part part,
	 enum param_kind kind)
{
	struct span s = part_of(k, i, 0);
	struct wire_memory m;

	if (s.len != sizeof(m))
		return;
	memcpy(&m, s.p, sizeof(m));
	put_number(out, kind, PAGE_KB * (part == SIZE_VM ? m.vm_pages :
					 part == SIZE_RSS ? m.rss_pages : m.swap_pages));
}

static void
put_clone_flags(struct text *out, const struct pieces *k, size_t i, const struct take *t)
{
	struct span s = part_of(k, i, 0);
	uint64_t raw = k->call->args[t->arg], flags;
	struct wire_task task;

	if (t->size && s.len < 8)
		return;
	if (t->size)
		memcpy(&raw, s.p, 8);
	flags = t->convert(raw);
	/* Parameter 1 of all these events is made from the task. */
	if (task_of(k, 1, &task) && (task.child_level || task.level))
		flags |= FLAG_CHILD_IN_PIDNS;
	put_number(out, PK_UINT32, flags);
}

static void
put_file(struct text *out, const struct pieces *k, size_t i, const struct take *t,
	 enum param_kind kind)
{
	struct span s = part_of(k, i, 0);
	struct wire_file file = { 0 };
	bool is_there = s.len == sizeof(file);

	if (is_there)
		memcpy(&file, s.p, sizeof(file));
	if (t->how == TAKE_OPEN_FLAGS)
		put_number(out, kind, convert_open_flags(k->call->args[t->arg]) |
				      (file.was_created ? FLAG_F_CREATED : 0));
	else if (is_there && t->how == TAKE_FILE && t->more == FILE_DEV)
		put_number(out, kind, convert_device(file.dev));
	else if (is_there)
		put_number(out, kind, file.ino);
}

static void
put_socket(struct text *out, const struct pieces *k, size_t i, const struct take *t)
{
	struct span s = part_of(k, i, 0);
	struct wire_socket socket;
	uint64_t percent;

	if (s.len != sizeof(socket))
		return;
	memcpy(&socket, s.p, sizeof(socket));
	percent = socket.backlog_max ? socket.backlog * 100u / socket.backlog_max : 0;
	if (t->how == TAKE_SOCKET_SELF)
		put_number(out, PK_UINT64, t->more ? socket.peer : socket.self);
	else if (t->more == QUEUE_PERCENT)
		put_number(out, PK_UINT8, percent);
	else
		put_number(out, PK_UINT32, t->more == QUEUE_LENGTH ? socket.backlog :
						 socket.backlog_max);
}

/* The address that completes a tuple: it was copied for it alone. */
static struct span
address_for(const struct pieces *k, const struct take *t)
{
	const struct take *takes = k->plan->call->exit;

	if (t->how == TAKE_MESSAGE_TUPLE) {
		for (size_t i = 0; takes[i].how != TAKE_END; i++)
			if (takes[i].how == TAKE_MESSAGE_SIZE)
				return part_of(k, i, 2);
		return (struct span){ NULL, 0 };
	}
	return t->size ? k->parts[k->plan->name_grab & 3][0] : (struct span){ NULL, 0 };
}

static void
put_tuple(struct text *out, const struct pieces *k, size_t i, const struct take *t)
{
	struct span s = part_of(k, i, 0);
	struct wire_socket socket;

	if (s.len != sizeof(socket))
		return;
	memcpy(&socket, s.p, sizeof(socket));
	tuple_complete(&socket, address_for(k, t));
	tuple_put(out, &socket, t->more == TUPLE_IN);
}

/* A value with the type that it has; its first byte says which that is. */
static void
put_option_value(struct text *out, const struct pieces *k, size_t i)
{
	enum { AS_BYTES, AS_ERRNO, AS_U32, AS_U64, AS_TIME };
	struct span s = part_of(k, i, 0);
	int name = k->call->args[1] == SOL_SOCKET ? (int)k->call->args[2] : 0;
	struct timeval t;
	uint64_t v = 0;

	if (!s.p || !s.len)
		return;
	if ((name == SO_RCVTIMEO || name == SO_SNDTIMEO) && s.len >= sizeof(t)) {
		memcpy(&t, s.p, sizeof(t));
		text_char(out, AS_TIME);
		put_number(out, PK_RELTIME, (uint64_t)t.tv_sec * 1000000000u +
					    (uint64_t)t.tv_usec * 1000u);
	} else if (name == SO_ERROR && s.len == 4) {
		memcpy(&v, s.p, 4);
		text_char(out, AS_ERRNO);
		put_number(out, PK_ERRNO, -v);
	} else if (s.len == 4 || (name == SO_COOKIE && s.len == 8)) {
		memcpy(&v, s.p, s.len);
		text_char(out, s.len == 4 ? AS_U32 : AS_U64);
		put_number(out, s.len == 4 ? PK_UINT32 : PK_UINT64, v);
	} else {
		text_char(out, AS_BYTES);
		text_bytes(out, s.p, s.len);
	}
}

/* The small ones, made from the registers alone. */
static void
put_register(struct text *out, const struct pieces *k, const struct take *t,
	     enum param_kind kind)
{
	uint64_t arg = arg_of(k, t->arg);

	switch ((enum take_how)t->how) {
	case TAKE_RESULT:
		put_number(out, kind, (uint64_t)k->call->result);
		break;
	case TAKE_ARG:
		put_number(out, kind, arg);
		break;
	case TAKE_INT:
		put_number(out, kind, (uint64_t)(int64_t)(int32_t)arg);
		break;
	case TAKE_CONVERTED:
		put_number(out, kind, t->convert(arg));
		break;
	case TAKE_OPTION_LEVEL:
		put_number(out, kind, convert_option_level(arg));
		break;
	case TAKE_OPTION_NAME:
		put_number(out, kind, k->call->args[t->more] == SOL_SOCKET ?
				      convert_option_name(arg) : 0);
		break;
	case TAKE_OPEN_MODE:
		put_number(out, kind, k->call->args[t->more] & O_HAS_MODE ? arg & 07777 : 0);
		break;
	default:
		break;
	}
}

static void
put_parameter(struct encoder *e, const struct pieces *k, size_t i, const struct take *t,
	      enum param_kind kind)
{
	struct text *out = &e->out;
	bool is_exit = k->call->head.kind == WIRE_EXIT;

	switch ((enum take_how)t->how) {
	case TAKE_TEXT:
		put_text(out, part_of(k, i, 0));
		break;
	case TAKE_PRCTL_NAME:
		if (k->call->args[0] == PR_SET_NAME || k->call->args[0] == PR_GET_NAME)
			put_text(out, part_of(k, i, 0));
		break;
	case TAKE_DATA:
		text_bytes(out, part_of(k, i, 0).p, part_of(k, i, 0).len);
		break;
	case TAKE_VECTOR_DATA: case TAKE_MESSAGE_DATA:
		text_bytes(out, part_of(k, i, 1).p, part_of(k, i, 1).len);
		break;
	case TAKE_VECTOR_SIZE: case TAKE_MESSAGE_SIZE:
		put_vector_size(out, part_of(k, i, 0));
		break;
	case TAKE_MESSAGE_CONTROL:
		text_bytes(out, part_of(k, i, 3).p, part_of(k, i, 3).len);
		break;
	case TAKE_NAME:
		tuple_put_address(out, part_of(k, i, 0));
		break;
	case TAKE_TUPLE: case TAKE_MESSAGE_TUPLE:
		put_tuple(out, k, i, t);
		break;
	case TAKE_OPTION_VALUE:
		put_option_value(out, k, i);
		break;
	case TAKE_QUEUE: case TAKE_SOCKET_SELF:
		put_socket(out, k, i, t);
		break;
	case TAKE_FILE: case TAKE_OPEN_FLAGS: case TAKE_PIPE_INO:
		put_file(out, k, i, t, kind);
		break;
	case TAKE_POLL:
		put_poll(out, part_of(k, i, 0), is_exit);
		break;
	case TAKE_TIMESPEC:
		put_time(out, k, i, t->arg);
		break;
	case TAKE_WORD: case TAKE_HALF:
		put_word(out, kind, part_of(k, i, 0), t, t->how == TAKE_HALF);
		break;
	case TAKE_TASK:
		put_task(e, k, i, (enum task_part)t->more, kind);
		break;
	case TAKE_SIZE:
		put_size(out, k, i, (enum size_part)t->more, kind);
		break;
	case TAKE_CLONE_FLAGS:
		put_clone_flags(out, k, i, t);
		break;
	default:
		put_register(out, k, t, kind);
	}
}

/* Begin an event with N parameters: their lengths are filled in as they come. */
static void
begin(struct encoder *e, const struct wire_head *head, uint16_t id, uint32_t n)
{
	uint64_t ts = e->in->ts_ns + e->wall_ns;
	int64_t tid = head->tid;
	uint32_t len = 0;
	uint16_t zero = 0;

	e->out.len = 0;
	text_bytes(&e->out, &ts, 8);
	text_bytes(&e->out, &tid, 8);
	text_bytes(&e->out, &len, 4);
	text_bytes(&e->out, &id, 2);
	text_bytes(&e->out, &n, 4);
	for (uint32_t i = 0; i < n; i++)
		text_bytes(&e->out, &zero, 2);
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
	*ev = (struct event){ .cpu = e->in->cpu };
	return event_decode(ev, (const uint8_t *)e->out.p, e->out.len, true, NULL) == 0;
}

static void
put_one(struct encoder *e, size_t i, enum param_kind kind, uint64_t v)
{
	size_t start = e->out.len;

	put_number(&e->out, kind, v);
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
	put_one(e, 1, PK_UINT16, k->call->head.number);
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

static bool
take_call(struct encoder *e, struct event *ev)
{
	struct wire_call call;
	struct pieces k = { .call = &call };
	const struct take *takes;
	bool is_exit;
	size_t n = 0;
	uint16_t id;

	if (e->in->len < sizeof(call))
		return false;
	memcpy(&call, e->in->p, sizeof(call));
	is_exit = call.head.kind == WIRE_EXIT;
	if (call.head.number < WIRE_CALLS && !(call.head.flags & WIRE_COMPAT))
		k.plan = &e->plans[call.head.number];
	if (!k.plan || !k.plan->syscall || k.plan->syscall->exit == EV_GENERIC_X) {
		put_generic(e, &k, is_exit);
		return end(e, ev);
	}
	id = event_id(&k, is_exit);
	if (event_types[id].flags & EF_UNUSED)
		return false;
	if (!k.plan->call) {
		put_bare(e, &k, id);
		return end(e, ev);
	}
	takes = is_exit ? k.plan->call->exit : k.plan->call->enter;
	k.grab = is_exit ? k.plan->exit_grab : k.plan->enter_grab;
	take_parts(&k, e->in->p, sizeof(call), e->in->len);
	while (takes[n].how != TAKE_END)
		n++;
	begin(e, &call.head, id, is_exit ? event_types[id].n_params : (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		size_t start = e->out.len;

		put_parameter(e, &k, i, &takes[i], event_types[id].params[i].kind);
		end_parameter(e, i, start);
	}
	return end(e, ev);
}

static bool
take_death(struct encoder *e, struct event *ev)
{
	struct wire_death death;
	uint32_t code;

	if (e->in->len < sizeof(death))
		return false;
	memcpy(&death, e->in->p, sizeof(death));
	code = (uint32_t)death.code;
	begin(e, &death.head, EV_PROCEXIT_1_E, 5);
	put_one(e, 0, PK_ERRNO, code);
	put_one(e, 1, PK_ERRNO, code >> 8 & 0xff);
	put_one(e, 2, PK_SIGTYPE, code & 0x7f);
	put_one(e, 3, PK_UINT8, code >> 7 & 1);
	put_one(e, 4, PK_PID, death.reaper);
	return end(e, ev);
}

static bool
take_signal(struct encoder *e, struct event *ev)
{
	struct wire_signal signal;

	if (e->in->len < sizeof(signal))
		return false;
	memcpy(&signal, e->in->p, sizeof(signal));
	begin(e, &signal.head, EV_SIGNALDELIVER_E, 3);
	put_one(e, 0, PK_PID, signal.sender);
	put_one(e, 1, PK_PID, signal.head.tid);
	put_one(e, 2, PK_SIGTYPE, (uint32_t)signal.number);
	return end(e, ev);
}

bool
encoder_take(struct encoder *e, const struct encoder_input *in, struct event *ev)
{
	struct wire_head head;

	if (in->len < sizeof(head))
		return false;
	memcpy(&head, in->p, sizeof(head));
	e->in = in;
	switch (head.kind) {
	case WIRE_ENTER: case WIRE_EXIT:
		return take_call(e, ev);
	case WIRE_DEATH:
		return take_death(e, ev);
	case WIRE_SIGNAL:
		return take_signal(e, ev);
	default:
		return false;
	}
}
