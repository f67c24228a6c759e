/*
 * tempdir - a folder for the files of one test, below the current one.
 */
#ifndef TESTS_LIB_TEMPDIR_H
#define TESTS_LIB_TEMPDIR_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"

/* Embedded: tempdir_init(), tempdir_fini(). */
struct tempdir {
	char path[64];
};

static inline void
tempdir_init(struct tempdir *d)
{
	snprintf(d->path, sizeof(d->path), "test-%ld-XXXXXX", (long)getpid());
	if (!mkdtemp(d->path))
		die("cannot make a folder");
}

/* The path of NAME in it, in OUT. */
static inline const char *
tempdir_path(const struct tempdir *d, const char *name, char out[256])
{
	snprintf(out, 256, "%s/%s", d->path, name);
	return out;
}

/* Remove all files in it. How many there were. */
static inline size_t
tempdir_clear(const struct tempdir *d)
{
	DIR *dir = opendir(d->path);
	const struct dirent *entry;
	char path[512];
	size_t n = 0;

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", d->path, entry->d_name);
		n += !unlink(path);
	}
	if (dir)
		closedir(dir);
	return n;
}

static inline void
tempdir_fini(const struct tempdir *d)
{
	tempdir_clear(d);
	rmdir(d->path);
}

/* What is in the file PATH, the caller's; at *LEN how much. NULL: it is not there. */
static inline uint8_t *
tempdir_read(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = NULL;
	size_t cap = 0, n = 1;

	*len = 0;
	if (!f)
		return NULL;
	while (n) {
		xgrow(&p, &cap, *len + 65536, 1);
		n = fread(p + *len, 1, 65536, f);
		*len += n;
	}
	fclose(f);
	return p;
}

#endif
