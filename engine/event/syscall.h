/*
 * syscall - system calls by number of a machine, and by the code that generic
 * events carry.
 */
#ifndef ENGINE_EVENT_SYSCALL_H
#define ENGINE_EVENT_SYSCALL_H

#include <stddef.h>
#include <stdint.h>

#include "engine/event/event_type.h"

/* What follows the machines is none: 32-bit programs on x86_64, and on aarch64. */
enum syscall_machine {
	SYSCALL_X86_64, SYSCALL_AARCH64, SYSCALL_MACHINES, SYSCALL_I386, SYSCALL_ARM
};

struct syscall {
	const char *name;		/* NULL: this machine has no such number */
	uint16_t code;			/* of generic events; 0: none */
	uint16_t enter;			/* event ids; 0 and 1: a generic event */
	uint16_t exit;
};

/* The system call NUMBER of MACHINE, or NULL. */
const struct syscall *syscall_find(enum syscall_machine machine, uint32_t number);

/* The name of a code of generic events, or NULL. Code 0 is "unknown". */
const char *syscall_code_name(uint32_t code);

/* What the call with this code is for. */
enum event_category syscall_code_category(uint32_t code);

/* One more than the largest code. */
size_t syscall_codes(void);

#endif
