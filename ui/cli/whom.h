/*
 * whom - options that say of whom, in the running system, events are asked for.
 *
 * Shared by the commands that show them and that record them.
 */
#ifndef UI_CLI_WHOM_H
#define UI_CLI_WHOM_H

#include <stdbool.h>
#include <stdint.h>

/* Keys of the options, above those that a command has for itself. */
enum { WHOM_TREE = 1024, WHOM_CGROUP, WHOM_SWITCHES, WHOM_PAGE_FAULTS };

/* Rows for the table of a command. */
#define WHOM_OPTIONS \
	{ WHOM_TREE, "tree", "PID", "Without -r: nobody but the process PID and all that it " \
	  "starts, until all of them have ended." }, \
	{ WHOM_CGROUP, "cgroup", "PATH", "Without -r: nobody but the processes in the cgroup " \
	  "PATH and below it, of version 2 or 1, which is a path as /proc/PID/cgroup has it, or " \
	  "a folder." }, \
	{ WHOM_SWITCHES, "switches", NULL, "Without -r: tell of each switch from one thread to " \
	  "another. A FILTER with evt.type=switch asks for them, too." }, \
	{ WHOM_PAGE_FAULTS, "page-faults", NULL, "Without -r: tell of page faults of programs. A " \
	  "FILTER with evt.type=page_fault asks for them, too." }

/* Embedded: zeroes. Texts are borrowed from the words. */
struct whom {
	char *const *command;		/* to be run and followed, ends with NULL; or NULL */
	int64_t tree;			/* a process to be followed; or 0 */
	const char *cgroup;		/* or NULL */
	bool switches, page_faults;
};

/* Take an option of the subcommand SELF. An exit status; -1 when KEY is none of those
 * above. */
int whom_take(struct whom *w, const char *self, int key, const char *arg);

/* Is it a wish that can be fulfilled, of a capture if HAS_INPUT? An exit status; the
 * user was told. */
int whom_check(const struct whom *w, bool has_input);

#endif
