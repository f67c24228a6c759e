#include "probe/calls.h"

#include <assert.h>
#include <string.h>

#include "engine/base/mem.h"
#include "probe/convert.h"

#if defined(__aarch64__)
#define MACHINE SYSCALL_AARCH64
#else
#define MACHINE SYSCALL_X86_64
#endif

#define R WIRE_NO_ARG

/* Short words for the table alone. */
#define NONE { .how = TAKE_EMPTY }
#define RES { .how = TAKE_RESULT }
#define ARG(n) { .how = TAKE_ARG, .arg = n }
#define INT(n) { .how = TAKE_INT, .arg = n }
#define VIA(n, f) { .how = TAKE_CONVERTED, .arg = n, .convert = convert_##f }
#define TEXT(n) { .how = TAKE_TEXT, .arg = n }
#define DATA_IN(n) { .how = TAKE_DATA, .arg = n, .more = R }
#define DATA_OUT(n, len) { .how = TAKE_DATA, .arg = n, .more = len }
#define VSIZE(n, count) { .how = TAKE_VECTOR_SIZE, .arg = n, .more = count }
#define VDATA_IN(n, count) { .how = TAKE_VECTOR_DATA, .arg = n, .more = count, .size = 1 }
#define VDATA_OUT(n, count) { .how = TAKE_VECTOR_DATA, .arg = n, .more = count }
#define MSIZE(n) { .how = TAKE_MESSAGE_SIZE, .arg = n }
#define MDATA(n) { .how = TAKE_MESSAGE_DATA, .arg = n }
#define MCONTROL(n) { .how = TAKE_MESSAGE_CONTROL, .arg = n }
#define NAME(n, len) { .how = TAKE_NAME, .arg = n, .more = len }
#define TUPLE(fd, way, name) { .how = TAKE_TUPLE, .arg = fd, .more = way, .size = name }
#define MTUPLE(way) { .how = TAKE_MESSAGE_TUPLE, .arg = 0, .more = way, .size = 1 }
#define QUEUE(fd, part) { .how = TAKE_QUEUE, .arg = fd, .more = QUEUE_##part }
#define SELF(n) { .how = TAKE_SOCKET_SELF, .arg = n, .more = 0 }
#define PEER(n) { .how = TAKE_SOCKET_SELF, .arg = n, .more = 1 }
#define OF_FILE(part) { .how = TAKE_FILE, .arg = R, .more = FILE_##part }
#define OPEN_FLAGS(n) { .how = TAKE_OPEN_FLAGS, .arg = n }
#define OPEN_MODE(n, flags) { .how = TAKE_OPEN_MODE, .arg = n, .more = flags }
#define PIPE_INO(n) { .how = TAKE_PIPE_INO, .arg = n }
#define POLL(n, count) { .how = TAKE_POLL, .arg = n, .more = count }
#define TIME(n) { .how = TAKE_TIMESPEC, .arg = n, .size = 16 }
#define WORD(n, i, bytes) { .how = TAKE_WORD, .arg = n, .more = i, .size = bytes }
#define WORD_VIA(n, i, bytes, f) \
	{ .how = TAKE_WORD, .arg = n, .more = i, .size = bytes, .convert = convert_##f }
#define HALF(n, i, bytes) { .how = TAKE_HALF, .arg = n, .more = i, .size = bytes }
#define MEMORY \
	{ .how = TAKE_SIZE, .more = SIZE_VM }, { .how = TAKE_SIZE, .more = SIZE_RSS }, \
	{ .how = TAKE_SIZE, .more = SIZE_SWAP }
#define TASK(part) { .how = TAKE_TASK, .more = TASK_##part }
#define LEVEL(n) { .how = TAKE_OPTION_LEVEL, .arg = n }
#define OPTION(n, level) { .how = TAKE_OPTION_NAME, .arg = n, .more = level }
#define VALUE(n, len) { .how = TAKE_OPTION_VALUE, .arg = n, .more = len }
#define VALUE_BACK(n, len) { .how = TAKE_OPTION_VALUE, .arg = n, .more = len, .size = 1 }
#define PRCTL_NAME(n) { .how = TAKE_PRCTL_NAME, .arg = n }

/* clone_flags of clone, whose flags are an argument, of clone3, where they are in
 * memory, and of the two that have none. */
#define CLONE_FLAGS { .how = TAKE_CLONE_FLAGS, .arg = 0, .convert = convert_clone_flags }
#define CLONE3_FLAGS \
	{ .how = TAKE_CLONE_FLAGS, .arg = 0, .size = 8, .convert = convert_clone_flags }
#define FORK_FLAGS(f) { .how = TAKE_CLONE_FLAGS, .arg = 0, .convert = convert_##f }

#define CHILD(flags) { \
	RES, TASK(EXE), TASK(ARGS), TASK(TID), TASK(PID), TASK(PTID), NONE, TASK(FDLIMIT), \
	TASK(PF_MAJOR), TASK(PF_MINOR), TASK(VM_SIZE), TASK(VM_RSS), TASK(VM_SWAP), \
	TASK(COMM), TASK(CGROUPS), flags, TASK(UID), TASK(GID), TASK(VTID), TASK(VPID), NONE }

/* Both, and what execve() has behind it. */
#define EXEC(...) { \
	RES, TASK(EXE), TASK(ARGS), TASK(TID), TASK(PID), TASK(PTID), NONE, TASK(FDLIMIT), \
	TASK(PF_MAJOR), TASK(PF_MINOR), TASK(VM_SIZE), TASK(VM_RSS), TASK(VM_SWAP), \
	TASK(COMM), TASK(CGROUPS), TASK(ENV), TASK(TTY), TASK(VPGID), TASK(LOGINUID), NONE, \
	TASK(CAP_INHERITABLE), TASK(CAP_PERMITTED), TASK(CAP_EFFECTIVE), TASK(EXE_INO), \
	TASK(EXE_CTIME), TASK(EXE_MTIME), TASK(UID), NONE, TASK(PGID), TASK(GID), __VA_ARGS__ }

#define CALL(call, ...) { .name = #call, __VA_ARGS__ },
#define ENTER(...) .enter = { __VA_ARGS__ }
#define EXIT(...) .exit = { __VA_ARGS__ }
#define EXIT_LIST(...) .exit = __VA_ARGS__

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

/* What must be copied for a parameter; WHAT is 0 when nothing. At the enter of a
 * call only the iovecs themselves count. */
static struct wire_grab
grab_of(const struct take *t, bool is_exit)
{
	struct wire_grab g = { .arg = t->arg, .more = t->more };

	switch ((enum take_how)t->how) {
	case TAKE_TEXT: case TAKE_PRCTL_NAME:
		return (struct wire_grab){ .what = GRAB_TEXT, .arg = t->arg };
	case TAKE_DATA:
		g.what = GRAB_RESULT;
		return g;
	case TAKE_VECTOR_DATA: case TAKE_VECTOR_SIZE:
		g.what = is_exit ? GRAB_VECTOR : GRAB_COUNTED;
		g.size = is_exit ? t->size : 16;
		g.max = WIRE_CHUNK_MAX;
		return g;
	case TAKE_MESSAGE_DATA: case TAKE_MESSAGE_SIZE: case TAKE_MESSAGE_CONTROL:
		return (struct wire_grab){ .what = GRAB_MESSAGE, .arg = t->arg };
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
	case TAKE_PIPE_INO:
		return (struct wire_grab){ .what = GRAB_FILE, .arg = t->arg, .size = 1 };
	case TAKE_POLL:
		g.what = GRAB_COUNTED;
		g.size = 8;
		g.max = 8 * CALL_POLL_MAX;
		return g;
	case TAKE_TIMESPEC: case TAKE_WORD: case TAKE_HALF:
		return (struct wire_grab){ .what = GRAB_FIXED, .arg = t->arg, .max = t->size };
	case TAKE_CLONE_FLAGS:
		return (struct wire_grab){ .what = t->size ? GRAB_FIXED : 0, .arg = t->arg,
					   .max = t->size };
	case TAKE_SIZE:
		return (struct wire_grab){ .what = GRAB_MEMORY };
	case TAKE_TASK:
		return (struct wire_grab){ .what = GRAB_TASK };
	case TAKE_END: case TAKE_EMPTY: case TAKE_RESULT: case TAKE_ARG: case TAKE_INT:
	case TAKE_CONVERTED: case TAKE_OPEN_MODE: case TAKE_OPTION_LEVEL:
	case TAKE_OPTION_NAME:
		break;
	}
	return (struct wire_grab){ 0 };
}

/* Put G among the *N at GRABS, once: its place. */
static uint8_t
add_grab(struct wire_grab *grabs, uint8_t *n, const struct wire_grab *g)
{
	for (uint8_t i = 0; i < *n; i++)
		if (grabs[i].what == g->what && grabs[i].arg == g->arg &&
		    grabs[i].size == g->size && grabs[i].max == g->max)
			return i;
	assert(*n < WIRE_GRABS);
	grabs[*n] = *g;
	return (*n)++;
}

/* An address that completes a tuple is the one argument, its length the next; a
 * call that receives has a pointer to the length. */
static struct wire_grab
name_grab(const struct take *t)
{
	return (struct wire_grab){ .what = GRAB_NAME, .arg = t->size,
				   .more = (uint8_t)(t->size + 1), .size = t->more == TUPLE_IN };
}

static void
plan_side(struct call_plan *p, bool is_exit, struct wire_spec *spec)
{
	const struct take *takes = is_exit ? p->call->exit : p->call->enter;
	uint8_t *which = is_exit ? p->exit_grab : p->enter_grab;
	struct wire_grab *grabs = is_exit ? spec->exit : spec->enter;
	uint8_t *n = is_exit ? &spec->n_exit : &spec->n_enter;

	for (size_t i = 0; takes[i].how != TAKE_END; i++) {
		struct wire_grab g = grab_of(&takes[i], is_exit);

		which[i] = g.what ? add_grab(grabs, n, &g) : CALL_NO_GRAB;
		if (takes[i].how == TAKE_TASK && takes[i].more == TASK_ENV)
			grabs[which[i]].more = 1;
		if (takes[i].how == TAKE_TUPLE && takes[i].size) {
			g = name_grab(&takes[i]);
			p->name_grab = add_grab(grabs, n, &g);
		}
		if (takes[i].how == TAKE_MESSAGE_TUPLE) {
			g = (struct wire_grab){ .what = GRAB_MESSAGE, .arg = takes[i].size };
			add_grab(grabs, n, &g);
		}
	}
}

static bool
changes_state(uint16_t exit_id)
{
	uint16_t flags = event_types[exit_id].flags;

	return flags & (EF_CREATES_FD | EF_DESTROYS_FD | EF_MODIFIES_STATE) &&
	       !(flags & (EF_READS | EF_WRITES));
}

static const struct call *
call_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		if (!strcmp(calls[i].name, name))
			return &calls[i];
	return NULL;
}

void
calls_plan(struct call_plan *plans, struct wire_spec *specs)
{
	for (uint32_t number = 0; number < WIRE_CALLS; number++) {
		struct call_plan *p = &plans[number];

		p->syscall = syscall_find(calls_machine(), number);
		if (!p->syscall)
			continue;
		specs[number].is_state = changes_state(p->syscall->exit);
		p->call = p->syscall->exit == EV_GENERIC_X ? NULL : call_find(p->syscall->name);
		if (!p->call)
			continue;
		plan_side(p, false, &specs[number]);
		plan_side(p, true, &specs[number]);
	}
}
