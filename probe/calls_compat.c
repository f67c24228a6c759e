#include "probe/calls_compat.h"

#include <assert.h>
#include <string.h>

#include "engine/base/mem.h"
#include "probe/call_words.h"

/* The first number that Linux leaves free ("don't use"). */
#define FREE_NUMBER 387

#define WORD_0 WIRE_INNER_WORD		/* the first in memory */
#define NOTHING 7

#define WIDE(n) WIDE_##n

#define WIDE_3 OFFSET(4, 3)
static const struct call i386_rows[] = {
#include "probe/calls_compat.def"
};
#undef WIDE_3

/* Begins at an even register. */
#define WIDE_3 OFFSET(5, 4)
static const struct call arm_rows[] = {
#include "probe/calls_compat.def"
};
#undef WIDE_3

/* Without a number on x86. */
static const struct syscall i386_free[] = {
	{ "accept", 245, EV_ACCEPT_5_E, EV_ACCEPT_5_X },
	{ "send", 395, EV_SEND_E, EV_SEND_X },
	{ "recv", 394, EV_RECV_E, EV_RECV_X },
	{ "semop", 259, EV_SEMOP_E, EV_SEMOP_X },
	{ "mmap", 55, EV_MMAP_E, EV_MMAP_X },
};

#define IN_MEMORY(n) .n_words = n, \
	.from = { WORD_0, WORD_0 + 1, WORD_0 + 2, WORD_0 + 3, WORD_0 + 4, WORD_0 + 5 }

/* Which call of a call it is: KEY is the first argument, or 0 where there is one only. */
static const struct {
	const char *outer, *name;
	uint8_t key;
	struct wire_inner inner;
} i386_inners[] = {
	{ "socketcall", "socket", 1, { .words_at = 1, IN_MEMORY(3) } },
	{ "socketcall", "bind", 2, { .words_at = 1, IN_MEMORY(3) } },
	{ "socketcall", "connect", 3, { .words_at = 1, IN_MEMORY(3) } },
	{ "socketcall", "listen", 4, { .words_at = 1, IN_MEMORY(2) } },
	{ "socketcall", "accept", 5, { .words_at = 1, IN_MEMORY(3) } },
	{ "socketcall", "getsockname", 6, { .words_at = 1, IN_MEMORY(3) } },
	{ "socketcall", "getpeername", 7, { .words_at = 1, IN_MEMORY(3) } },
	{ "socketcall", "socketpair", 8, { .words_at = 1, IN_MEMORY(4) } },
	{ "socketcall", "send", 9, { .words_at = 1, IN_MEMORY(4) } },
	{ "socketcall", "recv", 10, { .words_at = 1, IN_MEMORY(4) } },
	{ "socketcall", "sendto", 11, { .words_at = 1, IN_MEMORY(6) } },
	{ "socketcall", "recvfrom", 12, { .words_at = 1, IN_MEMORY(6) } },
	{ "socketcall", "shutdown", 13, { .words_at = 1, IN_MEMORY(2) } },
	{ "socketcall", "setsockopt", 14, { .words_at = 1, IN_MEMORY(5) } },
	{ "socketcall", "getsockopt", 15, { .words_at = 1, IN_MEMORY(5) } },
	{ "socketcall", "sendmsg", 16, { .words_at = 1, IN_MEMORY(3) } },
	{ "socketcall", "recvmsg", 17, { .words_at = 1, IN_MEMORY(3) } },
	{ "socketcall", "accept4", 18, { .words_at = 1, IN_MEMORY(4) } },
	{ "socketcall", "recvmmsg", 19, { .words_at = 1, IN_MEMORY(5) } },
	{ "socketcall", "sendmmsg", 20, { .words_at = 1, IN_MEMORY(4) } },
	{ "ipc", "semop", 1, { .from = { 1, 4, 2, NOTHING, NOTHING, NOTHING } } },
	{ "ipc", "semget", 2, { .from = { 1, 2, 3, NOTHING, NOTHING, NOTHING } } },
	{ "ipc", "semctl", 3, { .words_at = 4, .n_words = 1,
				.from = { 1, 2, 3, WORD_0, NOTHING, NOTHING } } },
	{ "ipc", "semtimedop_time64", 4, { .from = { 1, 4, 2, 5, NOTHING, NOTHING } } },
	{ "ipc", "msgsnd", 11, { .from = { 1, 4, 2, 3, NOTHING, NOTHING } } },
	{ "ipc", "msgrcv", 12, { .from = { 1, 4, 2, 5, 3, NOTHING } } },
	{ "ipc", "msgget", 13, { .from = { 1, 2, NOTHING, NOTHING, NOTHING, NOTHING } } },
	{ "ipc", "msgctl", 14, { .from = { 1, 2, 4, NOTHING, NOTHING, NOTHING } } },
	{ "ipc", "shmat", 21, { .from = { 1, 4, 2, NOTHING, NOTHING, NOTHING } } },
	{ "ipc", "shmdt", 22, { .from = { 4, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING } } },
	{ "ipc", "shmget", 23, { .from = { 1, 2, 3, NOTHING, NOTHING, NOTHING } } },
	{ "ipc", "shmctl", 24, { .from = { 1, 2, 4, NOTHING, NOTHING, NOTHING } } },
	{ "mmap", "mmap", 0, { .words_at = 0, IN_MEMORY(6) } },
};

static enum syscall_machine
compat_machine(enum syscall_machine machine)
{
	return machine == SYSCALL_AARCH64 ? SYSCALL_ARM : SYSCALL_I386;
}

const struct syscall *
calls_compat_syscall(enum syscall_machine machine, uint32_t number)
{
	const struct syscall *s = syscall_find(compat_machine(machine), number);

	if (!s && machine == SYSCALL_X86_64 && number >= FREE_NUMBER &&
	    number - FREE_NUMBER < ARRAY_LEN(i386_free))
		s = &i386_free[number - FREE_NUMBER];
	return s;
}

const struct call *
calls_compat_rows(enum syscall_machine machine, size_t *n)
{
	*n = ARRAY_LEN(i386_rows);
	return machine == SYSCALL_AARCH64 ? arm_rows : i386_rows;
}

const struct call *
calls_compat_row(enum syscall_machine machine, const char *name)
{
	size_t n;
	const struct call *rows = calls_compat_rows(machine, &n);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}

/* The number of wire.h that a call has which is the only one of its NAME, or is made with
 * its arguments in registers (LAST). */
static uint32_t
number_of(const char *name, bool last)
{
	const struct syscall *s;
	uint32_t found = 0;

	for (uint32_t i = 0; i < WIRE_COMPAT_CALLS; i++) {
		s = calls_compat_syscall(SYSCALL_X86_64, i);
		if (s && !strcmp(s->name, name) && (last || !found))
			found = i + WIRE_COMPAT_CALLS;
	}
	return found;
}

void
calls_compat_plan(enum syscall_machine machine, struct wire_config *config)
{
	const char *outer = "";
	struct wire_spec *spec = NULL;
	uint32_t n = 0, at;

	if (machine != SYSCALL_X86_64)
		return;
	for (size_t i = 0; i < ARRAY_LEN(i386_inners); i++) {
		if (strcmp(outer, i386_inners[i].outer) != 0) {
			outer = i386_inners[i].outer;
			spec = &config->specs[number_of(outer, false)];
			spec->inner = (uint8_t)n;
			/* The upper half is a version. */
			spec->inner_mask = i386_inners[i].key ? UINT16_MAX : 0;
		}
		at = spec->inner + i386_inners[i].key;
		assert(at < WIRE_INNERS);
		spec->n_inner = (uint8_t)(i386_inners[i].key + 1);
		config->inners[at] = i386_inners[i].inner;
		config->inners[at].number = (uint16_t)number_of(i386_inners[i].name, true);
		n = at + 1;
	}
}
