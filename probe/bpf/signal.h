/*
 * signal - which signal it is, and who sent it.
 *
 * What is delivered tells of its sender by the number that the receiver knows it by, and
 * nothing at all when it ends the process: then the kernel delivers SIGKILL to all threads,
 * whatever it was. So senders are remembered when they send.
 */
#ifndef PROBE_BPF_SIGNAL_H
#define PROBE_BPF_SIGNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/bpf/kernel.h"
#include "probe/bpf/look.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define SENDERS_MAX 4096		/* signals on their way */
#define SIGNAL_KILL 9
#define FROM_NOBODY ((struct kernel_siginfo *)1)	/* pointers up to here stand for facts */

/* Who sent a signal last, by receiving process and number. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, SENDERS_MAX);
	__type(key, uint64_t);
	__type(value, uint32_t);
} senders SEC(".maps");

static __always_inline uint64_t
sender_key(uint32_t pid, int number)
{
	return (uint64_t)pid << 32 | (uint32_t)number;
}

/* Does INFO tell of a signal that a process has sent, rather than a timer or the kernel? */
static __always_inline bool
is_sent(struct kernel_siginfo *info)
{
	int code;

	if (info <= FROM_NOBODY)
		return !info;
	code = BPF_CORE_READ(info, si_code);
	return code == SI_USER || code == SI_QUEUE || code == SI_MESGQ || code == SI_TKILL;
}

/* Whoever runs sends signal NUMBER to TASK. */
static __always_inline void
note_sender(int number, struct kernel_siginfo *info, struct task_struct *task)
{
	uint64_t key = sender_key(tgid_of(task), number);
	uint32_t pid = tgid_of(this_task());

	if (is_sent(info))
		bpf_map_update_elem(&senders, &key, &pid, 0);
	else
		bpf_map_delete_elem(&senders, &key);
}

/* Who sent signal NUMBER to TASK; 0: no process, as far as is known. */
static __always_inline uint32_t
sender_of(struct task_struct *task, int number)
{
	uint64_t key = sender_key(tgid_of(task), number);
	uint32_t *pid = bpf_map_lookup_elem(&senders, &key);

	return pid ? *pid : 0;
}

/* What ended the process of TASK, to which NUMBER is delivered with INFO. */
static __always_inline int
number_of_signal(struct task_struct *task, int number, struct kernel_siginfo *info)
{
	int ending = BPF_CORE_READ(task, signal, group_exit_code) & 0x7f;

	return number == SIGNAL_KILL && info <= FROM_NOBODY && ending ? ending : number;
}

#endif
