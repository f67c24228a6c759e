/*
 * loads - things that programs do, to be timed while somebody traces them.
 */
#ifndef TESTS_BENCH_LOADS_H
#define TESTS_BENCH_LOADS_H

#include <stddef.h>

#define LOAD_ROUNDS 60			/* batches of a loop, of which the first is not timed */

/* A loop: done N times in a row it is a batch. */
struct load {
	const char *name;
	void (*once)(void);
	unsigned n;
	unsigned calls;			/* that one turn makes */
	double limit;			/* times the floor, at most; 0: none is set */
};
extern const struct load loads[];
extern const size_t n_loads;

/* A command, timed as a whole. */
struct program {
	const char *name;
	const char *words;		/* for sh -c */
};
extern const struct program programs[];
extern const size_t n_programs;

/* What the loads need: descriptors, the process at the other end of the pipes. */
void loads_begin(void);
void loads_end(void);

/* ns for a turn of L: the lowest tenth ends there, and half of them do. */
struct load_time {
	double p10_ns, median_ns;
};
struct load_time load_run(const struct load *l);

/* CPU seconds of P, with all that it started; negative when it failed. */
double program_run(const struct program *p);

#endif
