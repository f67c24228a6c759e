/*
 * view_options - what a command line of `sysreel view` asks for.
 */
#ifndef UI_CLI_VIEW_OPTIONS_H
#define UI_CLI_VIEW_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/text.h"
#include "engine/query/path.h"
#include "engine/query/view.h"
#include "ui/cli/cli.h"
#include "ui/cli/input.h"
#include "ui/cli/when.h"
#include "ui/cli/whom.h"

enum view_form { VIEW_TEXT, VIEW_CSV, VIEW_JSON };

/* Embedded: zeroes; view_options_fini(). Text is borrowed from the words. */
struct view_wishes {
	struct input input;		/* none: the running kernel */
	struct whom whom;		/* of whom there */
	const char *view;		/* its id */
	const char *views_dir;		/* NULL: none */
	enum view_variant variant;
	struct when from, to;
	char *sort;			/* owned: name of a column, as it was written; or NULL */
	int sort_way;			/* 1: up, -1: down, 0: as its numbers are */
	struct path path;
	struct text filter;		/* with a NUL; no bytes: none */
	size_t limit;			/* rows; 0: all */
	enum view_form form;
	uint64_t seconds_ns;		/* live: how long; 0: until it is stopped */
	uint64_t every_ns;		/* live: a table every so often; 0: one at the end */
	uint64_t memory_bytes;		/* live: of the store; 0: the usual */
};

/* Take the words of the command line. An exit status; the user was told of what
 * is wrong. */
int view_options_read(const struct cli_command *self, int argc, char **argv,
		      struct view_wishes *w);
void view_options_fini(struct view_wishes *w);

/* Do what they say (view.c). The exit status. */
int view_run(const struct cli_command *self, int argc, char **argv);

#endif
