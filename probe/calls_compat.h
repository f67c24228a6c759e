/*
 * calls_compat - what 32-bit programs do in another way.
 *
 * They lay out some things differently in memory: numbers of 64 bits are two arguments,
 * users have 16 bits, times, sizes and pointers have 32. Calls for which that makes a
 * difference have a row of their own here, in the words of calls.h, for each machine. Where
 * only pointers are narrower (buffers, messages, arguments) the kernel side sees to it, and
 * the row of 64-bit programs is theirs as well.
 *
 * And on x86 some of their calls are several. The first argument says which, the others stand
 * in memory or in another order; the kernel side makes one call of it, as if it had been
 * made by its own number. Those that have none are given numbers that Linux will not use.
 */
#ifndef PROBE_CALLS_COMPAT_H
#define PROBE_CALLS_COMPAT_H

#include <stdint.h>

#include "engine/event/syscall.h"
#include "probe/calls.h"
#include "probe/wire.h"

/* The call NUMBER of 32-bit programs on MACHINE, or NULL. */
const struct syscall *calls_compat_syscall(enum syscall_machine machine, uint32_t number);

/* The row of NAME, when it has one of its own there, or NULL. */
const struct call *calls_compat_row(enum syscall_machine machine, const char *name);

/* All rows of MACHINE, to be walked: *N of them. */
const struct call *calls_compat_rows(enum syscall_machine machine, size_t *n);

/* Fill in which calls of MACHINE are several. */
void calls_compat_plan(enum syscall_machine machine, struct wire_config *config);

#endif
