/*
 * bundled - the capture that comes with the program.
 *
 * It is for whoever has nothing else to look at: no right to trace, and no capture.
 * It lies where it was installed, or next to the folder that the program was built in.
 */
#ifndef UI_CLI_BUNDLED_H
#define UI_CLI_BUNDLED_H

#include <stdbool.h>

struct text;

/* Append the path of it, without a NUL. False: it is not here, or may not be read. */
bool bundled_find(struct text *path);

/* The same for a program that lies in FOLDER. */
bool bundled_find_from(const char *folder, struct text *path);

/* Say on standard error how to look at it, if it is here: COMMAND and its path. */
void bundled_offer(const char *command);

#endif
