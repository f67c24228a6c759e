/*
 * others - captures from files: those that others made stand in the folder that
 * $SYSREEL_CAPTURES names.
 */
#ifndef TESTS_LIB_OTHERS_H
#define TESTS_LIB_OTHERS_H

#include <stdbool.h>
#include <stddef.h>

struct scap;

/* Append what the file at PATH holds, inflated if it is compressed. False: nothing. */
bool others_read(struct scap *b, const char *path);

/* Let SEE have each capture of the folder, in the order of their names. How many; 0, too,
 * when there is no folder: OTHERS_LACKING is why they are skipped. */
size_t others_each(void (*see)(void *ctx, const char *name, const struct scap *b), void *ctx);

#define OTHERS_LACKING "captures of others: SYSREEL_CAPTURES names no folder with some"

#endif
