/*
 * launch - start a command that waits until it may run.
 */
#ifndef PROBE_LAUNCH_H
#define PROBE_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

struct err;

/* Embedded: launch_start() fills it. */
struct launch {
	pid_t pid;			/* 0: nothing was started */
	int go_fd;			/* closed when it may run; -1: it was */
	bool has_ended;
	int status;			/* as wait() tells it, when it has ended */
	bool is_apart;
};

/* Fork, but wait before running COMMAND, which ends with NULL. IS_APART: it has no
 * terminal, and /dev/null in its place. */
int launch_start(struct launch *l, char *const *command, bool is_apart, struct err *err);

/* Let it run. */
void launch_go(struct launch *l);

/* Has it ended? */
bool launch_has_ended(struct launch *l);

/* Forget about it. One that may not run yet never will; one that is apart is hung up,
 * with what it started, as if a terminal had been closed. */
void launch_fini(struct launch *l);

#endif
