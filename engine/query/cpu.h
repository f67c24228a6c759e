/*
 * cpu - how long threads were on CPUs, by what captures tell of it.
 *
 * Samples say how much a thread had used at one moment; between two of them it is thought
 * to have run evenly. The first one of a thread that was not born in the capture is a base.
 * Of threads without two of them switches tell, each how long the thread that leaves a CPU
 * was there. Nothing else tells: who has neither is not known to have used nothing.
 */
#ifndef ENGINE_QUERY_CPU_H
#define ENGINE_QUERY_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kept_thread;
struct snapshot;

enum cpu_part { CPU_ALL, CPU_USER, CPU_SYSTEM };

/* What is known of how long a thread ran. */
enum cpu_knowledge {
	CPU_UNKNOWN,
	CPU_IN_PART,			/* so much that the others' numbers are no sum */
	CPU_KNOWN,
};

/* A time, and its events: FIRST to END - 1. */
struct cpu_window {
	const struct snapshot *snap;
	uint64_t first, end;
	uint64_t from_ns, to_ns;
};

struct cpu_sample {
	uint64_t ts_ns;
	double used_ns;
};

/* Embedded: zeroes; room that one thread after the other needs. */
struct cpu_room {
	struct cpu_sample *samples;
	size_t n, cap;
};

void cpu_room_fini(struct cpu_room *r);

/* How long T ran in the window W, at *NS. Switches tell of CPU_ALL only. */
enum cpu_knowledge cpu_used(const struct kept_thread *t, const struct cpu_window *w,
			    enum cpu_part part, struct cpu_room *room, double *ns);

/* Add that, of CPU_ALL, to the NS of N slices of W, which are as slices.h has them: those in
 * which it is not known become NAN. False: nothing is known. */
bool cpu_add_slices(const struct kept_thread *t, const struct cpu_window *w,
		    struct cpu_room *room, size_t n, double *ns);

#endif
