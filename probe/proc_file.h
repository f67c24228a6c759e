/*
 * proc_file - read the small files of /proc.
 */
#ifndef PROBE_PROC_FILE_H
#define PROBE_PROC_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

#define PROC_PATH_MAX 128

/* Read the file PATH into *OUT, which is emptied before, at most MAX bytes. False
 * when it cannot be read. A NUL stands behind what was read. */
bool proc_read(const char *path, struct text *out, size_t max);

/* Where the link PATH leads; likewise. */
bool proc_link(const char *path, struct text *out);

/* The text behind "KEY:" and blanks in TEXT, a file of such lines; NULL when there
 * is no such line. */
const char *proc_value(const char *text, const char *key);

/* The number there in BASE, or WITHOUT. */
uint64_t proc_number(const char *text, const char *key, int base, uint64_t without);

#endif
