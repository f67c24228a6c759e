/*
 * live - the running kernel as what a command line shows.
 */
#ifndef UI_CLI_LIVE_H
#define UI_CLI_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/cli/pushdown.h"

struct err;
struct process;
struct source;
struct whom;

struct live_options {
	const struct whom *whom;
	bool command_apart, goes_first;	/* as in probe.h */
	struct pushdown_options ask;	/* all but the cgroup */
	bool verbose;			/* say what is left to the kernel */
	size_t ring_bytes;		/* for events of each CPU; 0: the usual */
	uint64_t data_bytes;		/* of a call that are kept; UINT64_MAX: the usual */
	void (*idle)(void *ctx);	/* as in capture.h */
	void *ctx;
};

/* Begin. The caller owns the source. NULL when it is not possible: *err says why. */
struct source *live_open(const struct live_options *options, struct err *err);

/* Can files be made in the folder of PATH once all rights have been given up? *ERR
 * says why not. */
bool live_may_write_later(const char *path, struct err *err);

/* The process that is followed with all that it starts; 0: all are. */
int64_t live_root(const struct source *s);

/* Is P known only because it is above others that are in the cgroup that is asked for? */
bool live_is_above(const struct source *s, const struct process *p);

/* What a store of the running system may take unless something else is said: an eighth of
 * the machine's memory, at most 2 GiB. */
uint64_t live_memory_bytes(void);

/* The time of what happens now. */
uint64_t live_now_ns(void);

/* Say on standard error what is about to be shown or recorded. */
void live_announce(const struct live_options *options, const char *verb);

/* Say on standard error what else went wrong, if anything did. */
void live_report(const struct source *s);

/* The exit status of the command, as a shell has it; STATUS when there is none, or
 * it runs still. */
int live_status(const struct source *s, int status);

#endif
