/*
 * history - what was typed in earlier runs: lines of a file, the newest last.
 */
#ifndef UI_HISTORY_H
#define UI_HISTORY_H

#include <stddef.h>

struct editor_history;
struct text;

/* Add the lines of TEXT, of LEN bytes, that an editor could have given. */
void history_parse(struct editor_history *h, const char *text, size_t len);

/* Append what history_parse() takes. */
void history_print(const struct editor_history *h, struct text *t);

#endif
