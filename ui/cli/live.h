/*
 * live - the running kernel as what a command line shows.
 */
#ifndef UI_CLI_LIVE_H
#define UI_CLI_LIVE_H

#include <stdint.h>

struct err;
struct source;

struct live_options {
	char *const *command;		/* to be run and followed, ends with NULL; or NULL */
	int64_t tree;			/* the process to be followed; or 0 */
	uint64_t data_bytes;		/* of a call that are kept; UINT64_MAX: the usual */
	void (*idle)(void *ctx);	/* as in capture.h */
	void *ctx;
};

/* Begin. The caller owns the source. NULL when it is not possible: *err says why. */
struct source *live_open(const struct live_options *options, struct err *err);

/* Say on standard error what was lost, if anything was. */
void live_report(const struct source *s);

/* The exit status of the command, as a shell has it; STATUS when there is none, or
 * it runs still. */
int live_status(const struct source *s, int status);

#endif
