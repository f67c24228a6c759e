/*
 * kernel_names - what the running kernel has, by the names in the description of its types.
 *
 * Only the names are read, which are a quarter of it, and nothing is made of them: to ask
 * whether there is a function takes one millisecond where libbpf takes twenty.
 */
#ifndef PROBE_KERNEL_NAMES_H
#define PROBE_KERNEL_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Embedded. */
struct kernel_names {
	char *p;			/* one behind the other, each between NULs */
	size_t len;
};

/* Read them from PATH: /sys/kernel/btf/vmlinux. None if they cannot be read. */
void kernel_names_init(struct kernel_names *k, const char *path);
void kernel_names_fini(struct kernel_names *k);

bool kernel_names_have(const struct kernel_names *k, const char *name);

#endif
