/*
 * part - a part of a store that was written as a capture, and a store of that.
 */
#ifndef TESTS_LIB_PART_H
#define TESTS_LIB_PART_H

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/capture/capture.h"
#include "engine/store/store.h"
#include "ui/cli/retained.h"
#include "ui/explore.h"

/* Write PART to the file PATH. As retained_write(). */
static inline int
part_write(struct explore_part *part, const char *path)
{
	atomic_bool cancel = false;
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), code;

	if (fd < 0)
		die("cannot write %s", path);
	code = retained_write(part, path, fd, &cancel);
	close(fd);
	return code;
}

/* What the capture PATH has; at *SOURCE what is to be closed behind it. */
static inline struct store *
part_load(const char *path, struct source **source)
{
	const struct capture_options options = { .reread = true };
	struct capture_input input = { .name = path, .fd = open(path, O_RDONLY | O_CLOEXEC) };
	struct store *s = store_new(0);
	struct record rec;
	struct err err;

	*source = capture_open(&input, 1, &options, &err);
	if (!*source)
		die("%s: %s", path, err.text);
	store_set_source(s, *source);
	while (source_next(*source, &rec))
		store_take(s, &rec);
	store_end(s);
	store_publish(s);
	return s;
}

#endif
