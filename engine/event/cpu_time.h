/*
 * cpu_time - how long a thread was on a CPU, as the event that a capture has of it.
 *
 * The format has process samples (procinfo) for it, in ticks of 10 ms. An async event
 * (402) named "cpu" of the thread stands before each of ours and is exact; other
 * readers skip it. Its data is text:
 *
 *	user_ns=1200340 system_ns=34000
 *
 * Behind it may stand how many page faults the thread had, and how large its process is, in
 * KiB; of one that ends the size is gone already:
 *
 *	pgft_maj=1 pgft_min=4120 vm_size=63500 vm_rss=59480 vm_swap=0
 */
#ifndef ENGINE_EVENT_CPU_TIME_H
#define ENGINE_EVENT_CPU_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/reader.h"

struct event;
struct text;

#define CPU_TIME_NAME "cpu"
#define CPU_TIME_TICK_NS 10000000u	/* of a process sample */

/* Since the thread was born. */
struct cpu_time {
	uint64_t user_ns, system_ns;
	bool has_faults, has_memory;	/* the second not without the first: */
	uint64_t pf_major, pf_minor;
	uint32_t vmsize_kb, vmrss_kb, vmswap_kb;
};

/* A thread has run for RUN_NS, exactly. Of that, the clock ticked so much in the program
 * and so much in the kernel, and the time is split as the ticks were. */
struct cpu_time cpu_time_split(uint64_t run_ns, uint64_t user_ns, uint64_t system_ns);

/* Append the data of the event, with a NUL. */
void cpu_time_put(struct text *out, const struct cpu_time *time);

/* Make EV the event that TID had run for TIME at NS. Its values are appended to BYTES, which
 * is empty, and borrowed from it. It has no number. */
void cpu_time_event(int64_t tid, uint64_t ns, const struct cpu_time *time, struct text *bytes,
		    struct event *ev);
/* The same as the process sample behind it. */
void cpu_sample_event(int64_t tid, uint64_t ns, const struct cpu_time *time, struct text *bytes,
		      struct event *ev);

/* Is this the data of such an event? */
bool cpu_time_parse(struct span data, struct cpu_time *out);

#endif
