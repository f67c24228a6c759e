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
#include "probe/call_words.h"
#include "probe/calls_compat.h"
#include "probe/convert.h"

#if defined(__aarch64__)
#define MACHINE SYSCALL_AARCH64
#else
#define MACHINE SYSCALL_X86_64
#endif

/* When an argument is what it is taken for. */

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
	case TAKE_TIMESPEC: case TAKE_WORD: case TAKE_HALF: case TAKE_QUARTER: case TAKE_QUOTA:
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

static void
plan_side(struct call_plan *p, bool is_exit, struct wire_spec *spec)
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
calls_syscall(enum syscall_machine machine, uint32_t number)
{
	if (number < WIRE_COMPAT_CALLS)
		return syscall_find(machine, number);
	return number < WIRE_CALLS ? calls_compat_syscall(machine, number - WIRE_COMPAT_CALLS) :
	       NULL;
}

static const struct call *
call_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		if (!strcmp(calls[i].name, name))
			return &calls[i];
	return NULL;
}

/* What a 32-bit program calls has a row of its own where it differs. Else it is the one of
 * the call that becomes the same event: the name may be another one. */
static const struct call *
compat_row_of(enum syscall_machine machine, const struct syscall *s)
{
	const struct call *c = calls_compat_row(machine, s->name);
	const struct syscall *same;

	if (!c)
		c = call_find(s->name);
	for (uint32_t i = 0; i < WIRE_COMPAT_CALLS && !c; i++) {
		same = syscall_find(SYSCALL_X86_64, i);
		if (same && same->exit == s->exit)
			c = call_find(same->name);
	}
	return c;
}

void
calls_plan(enum syscall_machine machine, struct call_plan *plans, struct wire_config *config)
{
	for (uint32_t number = 0; number < WIRE_CALLS; number++) {
		struct wire_spec *spec = &config->specs[number];
		struct call_plan *p = &plans[number];

		p->syscall = calls_syscall(machine, number);
		if (!p->syscall)
			continue;
		spec->is_state = changes_state(p->syscall->exit);
		if (p->syscall->exit == EV_GENERIC_X)
			continue;
		p->call = number < WIRE_COMPAT_CALLS ? call_find(p->syscall->name) :
			  compat_row_of(machine, p->syscall);
		if (!p->call)
			continue;
		plan_side(p, false, spec);
		plan_side(p, true, spec);
	}
	calls_compat_plan(machine, config);
}
