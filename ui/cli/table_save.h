/*
 * table_save - a table as a file, in the form that its name asks for.
 */
#ifndef UI_CLI_TABLE_SAVE_H
#define UI_CLI_TABLE_SAVE_H

#include <stdatomic.h>

struct table;

/* Write T to FD: as CSV or JSON when PATH ends in .csv or .json, otherwise as text. 0 or
 * a negative errno; -ECANCELED once *CANCEL (NULL: nobody cancels) is set. */
int table_save(const struct table *t, const char *path, int fd, const atomic_bool *cancel);

#endif
