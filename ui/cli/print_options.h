/*
 * print_options - what a command line of `sysreel print` asks for.
 */
#ifndef UI_CLI_PRINT_OPTIONS_H
#define UI_CLI_PRINT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/text.h"
#include "engine/field/data.h"
#include "engine/field/field.h"
#include "ui/cli/cli.h"
#include "ui/cli/input.h"
#include "ui/cli/whom.h"

struct hosts;

enum print_form { PRINT_LINES, PRINT_JSON, PRINT_CSV };

/* Embedded: zeroes; print_options_fini(). Text is borrowed from the words. */
struct print_wishes {
	struct input input;		/* none: the running kernel */
	struct whom whom;		/* of whom there */
	const char *pattern;		/* NULL: the default line */
	struct text filter;		/* with a NUL; no bytes: none */
	uint64_t count;			/* events to show; 0: all */
	uint64_t skip;			/* events to leave out before */
	uint64_t duration_ns;		/* stop so long after the first shown; 0: never */
	enum time_mode time_mode;
	enum print_form form;
	struct data_style data;
	const char **suppressed;	/* names of programs */
	size_t n_suppressed, cap_suppressed;
	struct hosts *hosts;		/* owned; NULL: names of hosts are not wanted */
	bool has_data_form;
	bool follow, all, quiet, summary, verbose, raw;
	bool resolve_names, no_owners, numbers, unbuffered, progress;
	bool filter_only_hides, show_format;
};

/* Take the words of the command line. An exit status; the user was told of what
 * is wrong. */
int print_options_read(const struct cli_command *self, int argc, char **argv,
		       struct print_wishes *w);
void print_options_fini(struct print_wishes *w);

/* Do what they say (print.c). The exit status. */
int print_run(const struct cli_command *self, int argc, char **argv);

#endif
