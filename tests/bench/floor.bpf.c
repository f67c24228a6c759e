/*
 * floor - what tracing each call costs when nothing is done: two empty programs.
 *
 * For the measurements alone; what the probe costs is told as a multiple of it.
 */
#include "probe/bpf/kernel.h"

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/sys_enter")
int
on_sys_enter(void *ctx)
{
	(void)ctx;
	return 0;
}

SEC("tp_btf/sys_exit")
int
on_sys_exit(void *ctx)
{
	(void)ctx;
	return 0;
}
