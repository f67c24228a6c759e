/*
 * The explorer on a capture whose bytes come when test_slow.c wants it.
 *
 *	slow_term GATE
 *
 * GATE is a file that has a struct gate.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/query/view_set.h"
#include "tests/lib/gated.h"
#include "ui/explore.h"

static struct source *
open_gated(void *ctx, struct ingest *in, struct err *err)
{
	(void)in;
	(void)err;
	return gated_open(ctx);
}

static int
write_nothing(const struct table *t, const char *path, int fd, const atomic_bool *cancel)
{
	(void)t;
	(void)path;
	(void)fd;
	(void)cancel;
	return 0;
}

int
main(int argc, char **argv)
{
	int fd = open(argc > 1 ? argv[1] : "", O_RDWR | O_CLOEXEC);
	struct gate *gate = mmap(NULL, sizeof(*gate), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	struct view_set *views = view_set_new(NULL);
	struct explore_options o = {
		.name = "slow", .views = views, .view = "syscalls", .variant = VIEW_PLAIN,
		.source = "-r slow", .looks = "", .write_table = write_nothing,
		.open = open_gated, .ctx = gate,
	};
	struct err err = { 0 };

	if (gate == MAP_FAILED)
		die("the gate cannot be opened");
	if (explore_run(&o, &err) < 0)
		die("%s", err.text);
	view_set_free(views);
	munmap(gate, sizeof(*gate));
	close(fd);
	return 0;
}
