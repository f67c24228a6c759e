/*
 * run - let a command have the terminal, and take it back.
 *
 * The command is a program with its words; no shell is between. It is in our group of
 * processes, so that Ctrl-C ends it and not us, and Ctrl-Z stops both.
 */
#ifndef UI_RUN_H
#define UI_RUN_H

#include <stdbool.h>

struct term;

struct run {
	char *const *words;		/* NULL behind the last one */
	const char *shown;		/* the same for people, harmless to a terminal */
	bool waits;			/* for a key afterwards, even if all went well */
	int nice;			/* what the command has */
	int pidfd;			/* a process that must not have ended before; -1: none */
};

void run_command(struct term *t, const struct run *r);

#endif
