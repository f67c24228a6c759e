/*
 * cli - what all subcommands share: their table, their options, their help.
 *
 * A subcommand is a row, its options are rows; usage, help, manual and completions
 * are made from them. Only ui/ shows errors.
 */
#ifndef UI_CLI_CLI_H
#define UI_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/* One option of a subcommand. */
struct cli_option {
	int key;			/* its letter, or a number above 255 when it has none */
	const char *name;		/* the long form, or NULL */
	const char *arg;		/* what its argument is called, or NULL */
	const char *doc;		/* one sentence */
};

/* A name that sysdig has for an option, or for what is done elsewhere here. */
struct cli_known {
	int key;			/* its letter, or 0 */
	const char *name;		/* the long form */
	const char *where;		/* what to do in its place, a clause; NULL: the
					 * option of that letter is the same */
};

/* One example of its use. */
struct cli_example {
	const char *words;		/* what to type, behind the options */
	const char *doc;		/* what it gives */
};

/* Exit statuses. */
enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

struct cli_command {
	const char *name;
	const char *synopsis;		/* behind "sysreel NAME" */
	const char *doc;		/* one sentence for the list of commands */
	const char *more;		/* paragraphs for its own help, or NULL */
	const struct cli_option *options;
	size_t n_options;
	const struct cli_known *known;	/* ends with a NULL name; or NULL */
	const struct cli_example *examples;	/* NULL: none */
	size_t n_examples;
	/* Its exit status. ARGV[0] is the command's name. */
	int (*run)(const struct cli_command *self, int argc, char **argv);
};

/* Walk options as getopt_long() does, from the rows of C. The key of the next
 * one, with *ARG its argument; 0 at the first word that is none, -1 after an
 * option that C does not have or that lacks its argument (the user was told).
 * *AT starts as 1 and is where the remaining words begin afterwards. Letters
 * in one word ("-qf") are taken apart in place. --help is main's. */
int cli_option(const struct cli_command *c, int argc, char **argv, int *at,
	       const char **arg);

/* Print the help of C on standard output. Gives CLI_OK, or CLI_FAILED when it did not get
 * there, which is told; so does cli_list(). */
int cli_help(const struct cli_command *c);

/* Print the list of the N commands at COMMANDS on standard output. */
int cli_list(const struct cli_command *const *commands, size_t n);

/* The one called NAME. NULL: there is none (the user was told). */
const struct cli_command *cli_find(const struct cli_command *const *commands, size_t n,
				   const char *name);

/* "sysreel: TEXT" on standard error, harmless to a terminal. */
void cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* "sysreel: WORDS `WHAT`; ..." on standard error, with the way to the help of the
 * subcommand SELF. Gives CLI_USAGE. */
int cli_usage(const char *self, const char *words, const char *what);

/* What is wrong with WORDS, on standard error: "sysreel: CONTEXT...", with a
 * caret under the place. */
void cli_explain(const char *context, const char *words, const struct err *err);
/* The same of a FILTER of the command line, behind which there may be what is no part of it. */
void cli_explain_filter(const char *filter, const struct err *err);

/* All of them, in the order in which they are listed. */
extern const struct cli_command *const cli_commands[];
extern const size_t n_cli_commands;

extern const struct cli_command completion_command;
extern const struct cli_command explore_command;
extern const struct cli_command print_command;
extern const struct cli_command info_command;
extern const struct cli_command list_command;
extern const struct cli_command manual_command;
extern const struct cli_command record_command;
extern const struct cli_command view_command;

#endif
