/*
 * command - what an action of a view does to one row, as words.
 *
 * A view's command was taken apart into words when the view was read. Here the row's
 * values take the places of its fields: each stays inside its word, whatever is in it,
 * and none becomes an option. What cannot be made so is refused.
 */
#ifndef UI_COMMAND_H
#define UI_COMMAND_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct table;
struct text;
struct view_action;

/* Embedded: zeroes, then command_make(); ended by command_fini(). */
struct command {
	char **words;			/* owned; NULL behind the last one */
	size_t n_words;
	int64_t pid;			/* the process that it acts on; 0: none */
	int signal;			/* all that it does is send this to .pid; 0: more */
};

/* What A does to ROW of T. 0 or a negative errno. */
int command_make(struct command *c, const struct view_action *a, const struct table *t,
		 size_t row, struct err *err);

void command_fini(struct command *c);

/* Append WORD, which is one, as somebody would type it for a shell, harmless. */
void command_word(const char *word, struct text *t);

/* Append it as somebody would type it for a shell, harmless to a terminal. */
void command_show(const struct command *c, struct text *t);

#endif
