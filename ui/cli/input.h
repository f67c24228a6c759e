/*
 * input - open the captures that a command line names, and say how they ended.
 */
#ifndef UI_CLI_INPUT_H
#define UI_CLI_INPUT_H

#include <stdbool.h>
#include <stddef.h>

struct capture_options;
struct err;
struct source;

/* As many files as one reel may have. */
#define INPUT_FILES_MAX 4096

/* The names that were given. Embedded: zeroes; input_fini() frees it. */
struct input {
	const char **names;		/* borrowed each */
	size_t n, cap;
	bool may_stall;			/* set by input_open(): a pipe, or a terminal */
};

void input_add(struct input *in, const char *name);
void input_fini(struct input *in);

/* The same for an option -r of the subcommand SELF. An exit status; the user was told. */
int input_take(struct input *in, const char *self, const char *name);

/* Open all of IN; "-" is standard input. The caller owns the source. NULL when
 * one cannot be opened, or the first is no capture: *err names it. */
struct source *input_open(struct input *in, const struct capture_options *options,
			  struct err *err);

/* Say on standard error if S ended before its time or was damaged. False when
 * nothing of it could be used. */
bool input_report(const struct source *s);

#endif
