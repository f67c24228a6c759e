/*
 * alive - the running process that a row of a table is about.
 *
 * Numbers of processes are used again, and a capture may be of another system. So
 * before anything is done to a process, a descriptor of it is opened, and its start is
 * compared with what the row's process is known by. The descriptor stays that
 * process's, whoever has its number later.
 */
#ifndef UI_ALIVE_H
#define UI_ALIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct store;
struct table;

/* What is known of a process. Times are in ns since the epoch. */
struct alive_claim {
	int64_t pid;
	bool is_here;			/* it is of this system, since its last start */
	uint64_t born_ns;		/* when it was born; 0: that was not seen, */
	uint64_t there_ns;		/* but it was there at this time */
	uint64_t boot_ns;		/* when its system was started; 0: .is_here, or not known */
};

/* Fill in the times of C: what S knows of process C->pid in ROW of T. 0 or a negative
 * errno: it is not known well enough, or it has ended. */
int alive_claim(struct store *s, const struct table *t, size_t row, struct alive_claim *c,
		struct err *err);

/* A pidfd of that process, for the caller to close, or a negative errno. */
int alive_open(const struct alive_claim *c, struct err *err);

/* Has it not ended by now? */
bool alive_still(int pidfd);

/* Send it SIGNAL. 0 or a negative errno. */
int alive_signal(int pidfd, int signal, struct err *err);

#endif
