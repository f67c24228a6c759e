/*
 * words - what stands behind the options of a command line: a filter, a command.
 */
#ifndef UI_CLI_WORDS_H
#define UI_CLI_WORDS_H

#include <stdbool.h>
#include <stdint.h>

struct text;

/* A number of at most MOST in *OUT. False when ARG is none. */
bool words_count(const char *arg, uint64_t most, uint64_t *out);

/* All words from AT to END in OUT, as if one had been written, with a NUL; no bytes if
 * there are none. */
void words_join(char **argv, int at, int end, struct text *out);

/* The same of the words from AT to END, but those behind a "--", before which AT may
 * stand, are a command: the first of them, or NULL. Not IF_LIVE: there is no command. */
char **words_split(char **argv, int at, int end, bool if_live, struct text *out);

/* Take "COLUMN", "COLUMN:up" or "COLUMN:down". *COLUMN is freed, and then the caller's; *WAY
 * is 1 for up, -1 for down, 0 where nothing is said. */
void words_sort(const char *arg, char **column, int *way);

#endif
