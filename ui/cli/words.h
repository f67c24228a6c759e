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

/* Where the command begins, which follows "--", in the words from AT on, of which AT
 * may be the first behind it; END when there is none. */
int words_command(char **argv, int at, int end);

/* All words from AT to END in OUT, as if one had been written, with a NUL; no bytes if
 * there are none. */
void words_join(char **argv, int at, int end, struct text *out);

#endif
