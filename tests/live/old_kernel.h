/*
 * old_kernel - run on the kernel that is there as if it were an older one.
 *
 * A second process is asked about each bpf() call (seccomp's notification) and refuses
 * what an older kernel would not know: types of maps, helpers, kinds of programs. Nothing
 * else changes.
 */
#ifndef TESTS_LIVE_OLD_KERNEL_H
#define TESTS_LIVE_OLD_KERNEL_H

#include <stdbool.h>

enum old_kernel {
	OLD_KERNEL_5_8,			/* maps and helpers of 5.8 */
	OLD_KERNEL_NO_ARGUMENTS,	/* tracepoints whose arguments have no types */
	OLD_KERNEL_NOTHING,		/* no program at all */
};

/* "5.8", "untyped" or "nothing" is *WHICH. False: it is none of them. */
bool old_kernel_find(const char *name, enum old_kernel *which);

/* From here on this process and what it starts live on WHICH. Another process goes on
 * before it as its parent, and ends as it does. False: this kernel has no notifications. */
bool old_kernel_begin(enum old_kernel which);

/* How many bpf() calls were refused so far, by all that live there. */
unsigned old_kernel_refused(void);

#endif
