/*
 * timed - a program in a terminal, and how long its screens take.
 *
 * A screen is complete when it has got what it will have: it changes no more, nothing
 * on it says that it is not, and, where the program sleeps when it has nothing to do,
 * all of its threads sleep. The time of that is the time of its last change.
 */
#ifndef TESTS_BENCH_TIMED_H
#define TESTS_BENCH_TIMED_H

#include <stdbool.h>

#include "engine/base/text.h"

#define TIMED_ROWS 24
#define TIMED_COLS 80

/* How a program is watched. */
struct timed_program {
	const char *name;		/* as a table has it */
	const char *path;
	const char *busy[3];		/* words on a screen that is not complete; NULL ends */
	bool sleeps;			/* when it has nothing to do */
	int quiet_ms;			/* how long nothing may change at the end */
};

struct timed {
	const struct timed_program *program;
	struct vt *vt;
	struct text screen;		/* as it is now; ends with NUL */
};

/* When something was to be seen first, and when all was, in seconds from the key on;
 * less than 0: it did not come. */
struct timed_span {
	double first, done;
};

/* Run PROGRAM with WORDS, which end with NULL, and wait until its first screen is complete. FIRST
 * tells whether a screen shows what is waited for. Dies when it cannot be started. */
struct timed_span timed_start(struct timed *t, const struct timed_program *program,
			      const char *const *words, bool (*first)(const char *screen));

/* Press PREPARE, wait; type TEXT, which may be NULL; press KEY, and time what follows.
 * Keys are named as vt.h has them. FIRST may be NULL. */
struct timed_step {
	const char *prepare, *text, *key;
	bool (*first)(const char *screen);
};
struct timed_span timed_press(struct timed *t, const struct timed_step *step);

/* The same, but wait only until STEP->first says yes: in seconds; less than 0: it does
 * not. */
double timed_until(struct timed *t, const struct timed_step *step);

/* Run PROGRAM, and wait for nothing. */
void timed_open(struct timed *t, const struct timed_program *program,
		const char *const *words);

/* Let it run for SECONDS, and see what it shows then. */
void timed_wait(struct timed *t, double seconds);

/* Clock ticks that it has had on the cpu so far. */
long timed_cpu(struct timed *t);

/* What the time is, in seconds. */
double timed_now(void);

/* It does not do as it should: end it, and die with WHAT and its screen. */
_Noreturn void timed_fail(struct timed *t, const char *what);

/* End it. */
void timed_end(struct timed *t);

#endif
