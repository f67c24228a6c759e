#include "probe/calls.h"

#include <assert.h>
#include <linux/io_uring.h>
#include <linux/mount.h>
#include <linux/quota.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/sem.h>

#include "engine/base/mem.h"
#include "probe/convert.h"

#if defined(__aarch64__)
#define MACHINE SYSCALL_AARCH64
#define COMPAT_MACHINE SYSCALL_MACHINES	/* which has no table */
#else
#define MACHINE SYSCALL_X86_64
#define COMPAT_MACHINE SYSCALL_I386
#endif

#define R WIRE_NO_ARG

/* Short words for the table alone. */
#define RES { .how = TAKE_RESULT }
#define ARG(n) { .how = TAKE_ARG, .arg = n }
#define INT(n) { .how = TAKE_INT, .arg = n }
#define VIA(n, f) { .how = TAKE_CONVERTED, .arg = n, .convert = convert_##f }
#define ZERO { .how = TAKE_CONVERTED, .convert = convert_to_zero }
#define TEXT(n) { .how = TAKE_TEXT, .arg = n }
#define TEXT_WHEN(n, c) { .how = TAKE_TEXT, .arg = n, .when = when_##c }
#define BUFFER(n, len) { .how = TAKE_BUFFER, .arg = n, .more = len }
#define BUFFER_WHEN(n, len, c) { .how = TAKE_BUFFER, .arg = n, .more = len, .when = when_##c }
#define INT_WHEN(n, c) { .how = TAKE_INT, .arg = n, .when = when_##c }
#define DATA_IN(n) { .how = TAKE_DATA, .arg = n, .more = R }
#define DATA_OUT(n, len) { .how = TAKE_DATA, .arg = n, .more = len }
#define VSIZE(n, count) { .how = TAKE_VECTOR_SIZE, .arg = n, .more = count }
#define VDATA_IN(n, count) { .how = TAKE_VECTOR_DATA, .arg = n, .more = count, .size = 1 }
#define VDATA_OUT(n, count) { .how = TAKE_VECTOR_DATA, .arg = n, .more = count }
#define MSIZE(n) { .how = TAKE_MESSAGE_SIZE, .arg = n }
#define MDATA(n) { .how = TAKE_MESSAGE_DATA, .arg = n }
#define MCONTROL(n) { .how = TAKE_MESSAGE_CONTROL, .arg = n }
#define EACH_RES { .how = TAKE_MESSAGE_RESULT, .arg = 1, .more = 2, .size = 1 }
#define EACH_SIZE { .how = TAKE_MESSAGE_SIZE, .arg = 1, .more = 2, .size = 1 }
#define EACH_DATA { .how = TAKE_MESSAGE_DATA, .arg = 1, .more = 2, .size = 1 }
#define EACH_CONTROL { .how = TAKE_MESSAGE_CONTROL, .arg = 1, .more = 2, .size = 1 }
#define NAME(n, len) { .how = TAKE_NAME, .arg = n, .more = len }
#define TUPLE(fd, way, name) { .how = TAKE_TUPLE, .arg = fd, .more = way, .size = name }
#define MTUPLE(way) { .how = TAKE_MESSAGE_TUPLE, .arg = 0, .more = way }
#define QUEUE(fd, part) { .how = TAKE_QUEUE, .arg = fd, .more = QUEUE_##part }
#define SELF(n) { .how = TAKE_SOCKET_SELF, .arg = n, .more = 0 }
#define PEER(n) { .how = TAKE_SOCKET_SELF, .arg = n, .more = 1 }
#define FILE_PATH { .how = TAKE_FILE_PATH, .arg = R }
#define OF_FILE(part) { .how = TAKE_FILE, .arg = R, .more = FILE_##part }
#define OPEN_FLAGS(n) { .how = TAKE_OPEN_FLAGS, .arg = n }
#define OPEN_MODE(n, flags) { .how = TAKE_OPEN_MODE, .arg = n, .more = flags }
#define PIPE_INO(n) { .how = TAKE_PIPE_INO, .arg = n, .when = when_done }
#define POLL(n, count) { .how = TAKE_POLL, .arg = n, .more = count }
#define TIME(n) { .how = TAKE_TIMESPEC, .arg = n, .size = 16 }
#define WORD(n, i, bytes) { .how = TAKE_WORD, .arg = n, .more = i, .size = bytes }
#define WORD_VIA(n, i, bytes, f) \
	{ .how = TAKE_WORD, .arg = n, .more = i, .size = bytes, .convert = convert_##f }
#define HALF(n, i, bytes) { .how = TAKE_HALF, .arg = n, .more = i, .size = bytes }
#define HALF_VIA(n, i, bytes, f) \
	{ .how = TAKE_HALF, .arg = n, .more = i, .size = bytes, .convert = convert_##f }
#define HALF_WHEN(n, i, bytes, c) \
	{ .how = TAKE_HALF, .arg = n, .more = i, .size = bytes, .when = when_##c }
#define QUOTA_ON_FORMAT { .how = TAKE_CONVERTED, .arg = 2, .convert = convert_quota_format, \
	.when = when_quota_file }
#define WORD_BACK(n, i, bytes) \
	{ .how = TAKE_WORD, .arg = n, .more = i, .size = bytes, .when = when_done }
#define HALF_BACK(n, i, bytes) HALF_WHEN(n, i, bytes, done)
#define OFFSET(high, low) { .how = TAKE_OFFSET, .arg = high, .more = low }
#define SEMAPHORE(i) { .how = TAKE_SEMAPHORE, .arg = 1, .more = i, .size = 2 }
#define SEMAPHORE_VIA(i, f) \
	{ .how = TAKE_SEMAPHORE, .arg = 1, .more = i, .size = 2, .convert = convert_##f }
#define PTRACE(n, part) { .how = TAKE_PTRACE, .arg = n, .more = PTRACE_##part, .size = 8 }
#define KEY(n) { .how = TAKE_KEYCTL, .arg = n }
#define QUOTA(part) { .how = TAKE_QUOTA, .arg = 3, .more = QUOTA_##part, .size = 72 }
#define FILENAME(n) { .how = TAKE_FILENAME, .arg = n }
#define MEMORY \
	{ .how = TAKE_SIZE, .more = SIZE_VM }, { .how = TAKE_SIZE, .more = SIZE_RSS }, \
	{ .how = TAKE_SIZE, .more = SIZE_SWAP }
#define TASK(part) { .how = TAKE_TASK, .more = TASK_##part }
#define LAST { .how = TAKE_END }
#define ENVIRONMENT(argv) { .how = TAKE_TASK, .arg = argv, .more = TASK_ENV }
#define LEVEL(n) { .how = TAKE_OPTION_LEVEL, .arg = n }
#define OPTION(n, level) { .how = TAKE_OPTION_NAME, .arg = n, .more = level }
#define VALUE(n, len) { .how = TAKE_OPTION_VALUE, .arg = n, .more = len }
#define VALUE_BACK(n, len) \
	{ .how = TAKE_OPTION_VALUE, .arg = n, .more = len, .size = 1, .when = when_done }

/* clone_flags of clone, whose flags are an argument, of clone3, where they are in
 * memory, and of the two that have none. */
#define CLONE_FLAGS { .how = TAKE_CLONE_FLAGS, .arg = 0, .convert = convert_clone_flags }
#define CLONE3_FLAGS \
	{ .how = TAKE_CLONE_FLAGS, .arg = 0, .size = 8, .convert = convert_clone_flags }
#define FORK_FLAGS(f) { .how = TAKE_CLONE_FLAGS, .arg = 0, .convert = convert_##f }

#define CHILD(flags) { \
	RES, TASK(EXE), TASK(ARGS), TASK(TID), TASK(PID), TASK(PTID), TASK(CWD), TASK(FDLIMIT), \
	TASK(PF_MAJOR), TASK(PF_MINOR), TASK(VM_SIZE), TASK(VM_RSS), TASK(VM_SWAP), \
	TASK(COMM), TASK(CGROUPS), flags, TASK(UID), TASK(GID), TASK(VTID), TASK(VPID), \
	TASK(PIDNS_START) }

/* Both, and what execve() has behind it. */
#define EXEC(argv, more) { \
	RES, TASK(EXE), TASK(ARGS), TASK(TID), TASK(PID), TASK(PTID), TASK(CWD), TASK(FDLIMIT), \
	TASK(PF_MAJOR), TASK(PF_MINOR), TASK(VM_SIZE), TASK(VM_RSS), TASK(VM_SWAP), \
	TASK(COMM), TASK(CGROUPS), ENVIRONMENT(argv), TASK(TTY), TASK(VPGID), TASK(LOGINUID), \
	TASK(EXE_FLAGS), \
	TASK(CAP_INHERITABLE), TASK(CAP_PERMITTED), TASK(CAP_EFFECTIVE), TASK(EXE_INO), \
	TASK(EXE_CTIME), TASK(EXE_MTIME), TASK(UID), TASK(EXEPATH), TASK(PGID), \
	TASK(GID), more }

#define CALL(call, ...) { .name = #call, __VA_ARGS__ },
#define ENTER(...) .enter = { __VA_ARGS__ }
#define EXIT(...) .exit = { __VA_ARGS__ }
#define EXIT_LIST(...) .exit = __VA_ARGS__
#define NO_PARAMETERS .exit = { { .how = TAKE_END } }

/* When an argument is what it is taken for. */

/* What a call that failed was to fill in means nothing. */
static bool
when_done(const struct wire_call *call)
{
	return call->result >= 0;
}

static bool
when_name(const struct wire_call *call)
{
	return call->args[0] == PR_SET_NAME || call->args[0] == PR_GET_NAME;
}

static bool
when_semaphore_value(const struct wire_call *call)
{
	return convert_semctl_command(call->args[2]) == convert_semctl_command(SETVAL);
}

/* With more in the structure the mask is somewhere else. */
static bool
when_ring_mask(const struct wire_call *call)
{
	return !(call->args[3] & IORING_ENTER_EXT_ARG);
}

static bool
when_fs_bytes(const struct wire_call *call)
{
	return call->args[1] == FSCONFIG_SET_BINARY;
}

static bool
when_fs_text(const struct wire_call *call)
{
	return call->args[1] == FSCONFIG_SET_STRING || call->args[1] == FSCONFIG_SET_PATH ||
	       call->args[1] == FSCONFIG_SET_PATH_EMPTY;
}

static bool
when_quota_file(const struct wire_call *call)
{
	return (uint32_t)call->args[0] >> SUBCMDSHIFT == (Q_QUOTAON & 0xffffff);
}

const struct call calls[] = {
#include "probe/calls.def"
};

size_t
calls_count(void)
{
	return ARRAY_LEN(calls);
}

enum syscall_machine
calls_machine(void)
{
	return MACHINE;
}

/* What must be copied for a parameter; WHAT is 0 when nothing. */
static struct wire_grab
grab_of(const struct take *t)
{
	struct wire_grab g = { .arg = t->arg, .more = t->more };

	switch ((enum take_how)t->how) {
	case TAKE_TEXT: case TAKE_KEYCTL: case TAKE_FILENAME:
		return (struct wire_grab){ .what = GRAB_TEXT, .arg = t->arg };
	case TAKE_DATA:
		g.what = GRAB_RESULT;
		return g;
	case TAKE_BUFFER:
		g.what = GRAB_COUNTED;
		g.size = 1;
		return g;
	case TAKE_VECTOR_DATA: case TAKE_VECTOR_SIZE:
		g.what = GRAB_VECTOR;
		g.size = t->size;
		return g;
	case TAKE_MESSAGE_DATA: case TAKE_MESSAGE_SIZE: case TAKE_MESSAGE_CONTROL:
	case TAKE_MESSAGE_RESULT:
		g.what = t->size ? GRAB_MESSAGES : GRAB_MESSAGE;
		return g;
	case TAKE_NAME: case TAKE_OPTION_VALUE:
		g.what = GRAB_NAME;
		g.size = t->size;
		return g;
	case TAKE_TUPLE: case TAKE_MESSAGE_TUPLE: case TAKE_QUEUE:
		return (struct wire_grab){ .what = GRAB_SOCKET, .arg = t->arg };
	case TAKE_SOCKET_SELF:
		return (struct wire_grab){ .what = GRAB_SOCKET, .arg = t->arg, .size = 1 };
	case TAKE_FILE: case TAKE_OPEN_FLAGS:
		return (struct wire_grab){ .what = GRAB_FILE, .arg = WIRE_NO_ARG };
	case TAKE_FILE_PATH:
		return (struct wire_grab){ .what = GRAB_FILE, .arg = WIRE_NO_ARG, .more = 1 };
	case TAKE_PIPE_INO:
		return (struct wire_grab){ .what = GRAB_FILE, .arg = t->arg, .size = 1 };
	case TAKE_POLL:
		g.what = GRAB_COUNTED;
		g.size = 8;
		g.max = 8 * CALL_POLL_MAX;
		return g;
	case TAKE_SEMAPHORE:
		return (struct wire_grab){ .what = GRAB_COUNTED, .arg = t->arg, .more = t->size,
					   .size = 6, .max = 12 };
	case TAKE_PTRACE:
		if (t->more == PTRACE_ADDR)
			return (struct wire_grab){ 0 };
		/* fall through */
	case TAKE_TIMESPEC: case TAKE_WORD: case TAKE_HALF: case TAKE_QUOTA:
		return (struct wire_grab){ .what = GRAB_FIXED, .arg = t->arg, .max = t->size };
	case TAKE_CLONE_FLAGS:
		return (struct wire_grab){ .what = t->size ? GRAB_FIXED : 0, .arg = t->arg,
					   .max = t->size };
	case TAKE_SIZE:
		return (struct wire_grab){ .what = GRAB_MEMORY };
	case TAKE_TASK:
		return (struct wire_grab){ .what = GRAB_TASK };
	case TAKE_END: case TAKE_RESULT: case TAKE_ARG: case TAKE_INT:
	case TAKE_CONVERTED: case TAKE_OPEN_MODE: case TAKE_OPTION_LEVEL:
	case TAKE_OPTION_NAME: case TAKE_OFFSET:
		break;
	}
	return (struct wire_grab){ 0 };
}

/* Facts of the task are asked for once, whatever else is. */
static bool
is_same_place(const struct wire_grab *a, const struct wire_grab *b)
{
	return a->what == GRAB_TASK || a->arg == b->arg;
}

/* Put G among the *N at GRABS, once: its place. */
static uint8_t
add_grab(struct wire_grab *grabs, uint8_t *n, const struct wire_grab *g)
{
	for (uint8_t i = 0; i < *n; i++)
		if (grabs[i].what == g->what && is_same_place(&grabs[i], g) &&
		    grabs[i].size == g->size && grabs[i].max == g->max) {
			grabs[i].more |= g->what == GRAB_FILE ? g->more : 0;
			return i;
		}
	assert(*n < WIRE_GRABS);
	grabs[*n] = *g;
	return (*n)++;
}

/* Where the address comes from that completes a tuple. In a call that has no message it
 * is an argument, its length the next; a call that receives has a pointer to that. */
static struct wire_grab
name_grab(const struct take *takes, const struct take *t)
{
	if (t->how == TAKE_MESSAGE_TUPLE) {
		while (takes->how != TAKE_MESSAGE_SIZE)
			takes++;
		return grab_of(takes);
	}
	return (struct wire_grab){ .what = GRAB_NAME, .arg = t->size,
				   .more = (uint8_t)(t->size + 1), .size = t->more == TUPLE_IN };
}

/* What 32-bit programs lay out in another way in memory is not told. */
static bool
is_same_in_compat(const struct take *t)
{
	switch ((enum take_how)t->how) {
	case TAKE_VECTOR_DATA: case TAKE_VECTOR_SIZE: case TAKE_MESSAGE_DATA:
	case TAKE_MESSAGE_SIZE: case TAKE_MESSAGE_CONTROL: case TAKE_MESSAGE_RESULT:
	case TAKE_MESSAGE_TUPLE: case TAKE_TIMESPEC: case TAKE_WORD: case TAKE_PTRACE:
	case TAKE_QUOTA:
		return false;
	default:
		return true;
	}
}

static void
plan_side(struct call_plan *p, bool is_exit, bool is_compat, struct wire_spec *spec)
{
	const struct take *takes = is_exit ? p->call->exit : p->call->enter;
	uint8_t *which = is_exit ? p->exit_grab : p->enter_grab;
	uint8_t *name = is_exit ? &p->exit_name : &p->enter_name;
	struct wire_grab *grabs = is_exit ? spec->exit : spec->enter;
	uint8_t *n = is_exit ? &spec->n_exit : &spec->n_enter;

	*name = CALL_NO_GRAB;
	for (size_t i = 0; takes[i].how != TAKE_END; i++) {
		struct wire_grab g = grab_of(&takes[i]);

		which[i] = CALL_NO_GRAB;
		if (is_compat && !is_same_in_compat(&takes[i]))
			continue;
		if (g.what)
			which[i] = add_grab(grabs, n, &g);
		p->has_messages |= g.what == GRAB_MESSAGES;
		if (takes[i].how == TAKE_TASK && takes[i].more == TASK_ENV)
			grabs[which[i]] = (struct wire_grab){ .what = GRAB_TASK, .more = 1,
							      .arg = takes[i].arg };
		if ((takes[i].how == TAKE_TUPLE && takes[i].size) ||
		    takes[i].how == TAKE_MESSAGE_TUPLE) {
			g = name_grab(takes, &takes[i]);
			*name = add_grab(grabs, n, &g);
		}
	}
	*(is_exit ? &p->n_exit_grabs : &p->n_enter_grabs) = *n;
}

static bool
changes_state(uint16_t exit_id)
{
	uint16_t flags = event_types[exit_id].flags;

	return flags & (EF_CREATES_FD | EF_DESTROYS_FD | EF_MODIFIES_STATE) &&
	       !(flags & (EF_READS | EF_WRITES));
}

const struct syscall *
calls_syscall(uint32_t number)
{
	if (number < WIRE_COMPAT_CALLS)
		return syscall_find(MACHINE, number);
	if (COMPAT_MACHINE == SYSCALL_MACHINES || number >= WIRE_CALLS)
		return NULL;
	return syscall_find(COMPAT_MACHINE, number - WIRE_COMPAT_CALLS);
}

static const struct call *
call_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		if (!strcmp(calls[i].name, name))
			return &calls[i];
	return NULL;
}

/* Numbers of calls of 32-bit programs have names of their own where the width changes. */
static const struct call *
row_of(const struct syscall *s, bool is_compat)
{
	const struct call *c = call_find(s->name);
	const struct syscall *same;

	if (c || !is_compat)
		return c;
	for (uint32_t i = 0; i < WIRE_COMPAT_CALLS && !c; i++) {
		same = syscall_find(MACHINE, i);
		if (same && same->exit == s->exit)
			c = call_find(same->name);
	}
	return c;
}

void
calls_plan(struct call_plan *plans, struct wire_spec *specs)
{
	for (uint32_t number = 0; number < WIRE_CALLS; number++) {
		bool is_compat = number >= WIRE_COMPAT_CALLS;
		struct call_plan *p = &plans[number];

		p->syscall = calls_syscall(number);
		if (!p->syscall)
			continue;
		specs[number].is_state = changes_state(p->syscall->exit);
		if (p->syscall->exit == EV_GENERIC_X)
			continue;
		p->call = row_of(p->syscall, is_compat);
		if (!p->call)
			continue;
		plan_side(p, false, is_compat, &specs[number]);
		plan_side(p, true, is_compat, &specs[number]);
	}
}
