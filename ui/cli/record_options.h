/*
 * record_options - what a command line of `sysreel record` asks for.
 */
#ifndef UI_CLI_RECORD_OPTIONS_H
#define UI_CLI_RECORD_OPTIONS_H

#include <stdbool.h>

#include "engine/base/text.h"
#include "engine/record/recorder.h"
#include "ui/cli/cli.h"
#include "ui/cli/input.h"
#include "ui/cli/whom.h"

/* Embedded: zeroes; record_options_fini(). Text is borrowed from the words. */
struct record_wishes {
	struct input input;		/* none: the running kernel */
	struct whom whom;		/* of whom there */
	size_t ring_bytes;		/* for each CPU; 0: the usual */
	struct recorder_options recorder;	/* all but functions */
	struct sink_input *inputs;	/* owned: files that are read */
	struct text filter;		/* with a NUL; no bytes: none */
	bool follow, verbose;
};

/* Take the words of the command line. An exit status; the user was told of what
 * is wrong. */
int record_options_read(const struct cli_command *self, int argc, char **argv,
			struct record_wishes *w);
void record_options_fini(struct record_wishes *w);

/* Do what they say (record.c). The exit status. */
int record_run(const struct cli_command *self, int argc, char **argv);

#endif
