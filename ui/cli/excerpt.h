/*
 * excerpt - a part of a capture as a capture of its own, which sysreel itself writes: this
 * program is run once more, as `sysreel record`.
 */
#ifndef UI_CLI_EXCERPT_H
#define UI_CLI_EXCERPT_H

#include <stdatomic.h>
#include <stdbool.h>

struct input;

/* Write to FD what FILTER ("": all) wants of IN, compressed if PATH ends so. It stops once
 * *CANCEL is set. 0 or a negative errno. Any thread. */
int excerpt_write(const struct input *in, const char *filter, const char *path, int fd,
		  const atomic_bool *cancel);

/* Is a capture of that name to be compressed? */
bool excerpt_is_gzip(const char *path);

/* Can that be read a second time? */
bool excerpt_is_possible(const struct input *in);

#endif
