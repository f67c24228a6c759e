/*
 * turn - two programs for one tracepoint, of which one does the work.
 *
 * Where the kernel lets other threads in between (the steady build, see look.h), it does so
 * at the end of a program, too: the thread that waits there keeps its program from all
 * others on that CPU. For these there is a second one. The first leaves word with the
 * thread, which the second takes away; where there is none, the first was left out, and the
 * second does its work. What neither can do is counted by the kernel.
 */
#ifndef PROBE_BPF_TURN_H
#define PROBE_BPF_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/bpf/kernel.h"
#include "probe/bpf/look.h"
#include "probe/bpf/maps.h"

#include <bpf/bpf_helpers.h>

/* Pairs. */
enum turn {
	TURN_FORK, TURN_DEATH, TURN_RENAME, TURN_SEND, TURN_SIGNAL,
	TURNS = 8,
};

#if defined(PROBE_STEADY)
/* Of a thread: which of the first programs have left word. */
struct turns {
	uint8_t is_taken[TURNS];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct turns);
} turns SEC(".maps");

static __always_inline void
count_relief(uint32_t n)
{
	uint32_t cpu = bpf_get_smp_processor_id();
	struct wire_cell *cell = bpf_map_lookup_elem(&cells, &cpu);

	if (cell)
		cell->relieved += n;
}

/* Is it this program of the pair TURN that has to do the work? */
static __always_inline bool
takes_turn(enum turn turn, const bool is_second)
{
	struct turns *mine = bpf_task_storage_get(&turns, this_task(), 0,
						  BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (is_second) {
		if (mine && mine->is_taken[turn]) {
			mine->is_taken[turn] = 0;
			return false;
		}
		count_relief(1);
		return true;
	}
	if (!mine) {
		count_relief(-1);
		return false;
	}
	mine->is_taken[turn] = 1;
	return true;
}
#else
static __always_inline bool
takes_turn(enum turn turn, const bool is_second)
{
	(void)turn;
	(void)is_second;
	return true;
}
#endif

#endif
