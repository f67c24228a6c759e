#include "ui/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"

#define PIECE 4096u
#define NAME_MAX_BYTES 64u

/* The folder DIR, or -1. */
static int
open_folder(const char *dir)
{
	return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Make DIR and what it stands in. */
static void
make_folder(const char *dir)
{
	char *path = xstrdup(dir);

	for (char *at = path + 1; *path && *at; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		mkdir(path, 0700);
		*at = '/';
	}
	mkdir(path, 0700);
	free(path);
}

static bool
read_whole(int fd, struct text *t)
{
	size_t start = t->len;

	while (t->len - start <= STATE_BYTES_MAX) {
		ssize_t n = read(fd, text_room(t, PIECE), PIECE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		t->len += (size_t)n;
	}
	return false;
}

bool
state_read(const char *dir, const char *name, struct text *t)
{
	int folder = dir ? open_folder(dir) : -1, fd = -1;
	size_t before = t->len;
	struct stat st;
	bool is_read = false;

	if (folder >= 0)
		fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	/* What is no file (a pipe, a device) could keep us for ever. */
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		is_read = read_whole(fd, t);
	if (!is_read)
		t->len = before;
	if (fd >= 0)
		close(fd);
	if (folder >= 0)
		close(folder);
	return is_read;
}

static bool
write_whole(int fd, const char *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* Write the file NAME in FOLDER. */
static int
write_file(int folder, const char *name, const struct text *t)
{
	char beside[NAME_MAX_BYTES + 32];
	int fd, code = 0;

	snprintf(beside, sizeof(beside), ".%.64s.%ld", name, (long)getpid());
	unlinkat(folder, beside, 0);
	fd = openat(folder, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (!write_whole(fd, t->p, t->len))
		code = -errno;
	if (close(fd) < 0 && !code)
		code = -errno;
	if (!code && renameat(folder, beside, folder, name) < 0)
		code = -errno;
	if (code)
		unlinkat(folder, beside, 0);
	return code;
}

int
state_write(const char *dir, const char *name, const struct text *t, struct err *err)
{
	struct stat st;
	int folder, code;

	if (!dir)
		return 0;
	folder = open_folder(dir);
	if (folder < 0) {
		make_folder(dir);
		folder = open_folder(dir);
	}
	if (folder < 0)
		return err_set(err, -errno, "%s: %s", dir, strerror(errno));
	/* Root with the home of somebody else leaves nothing there. */
	if (fstat(folder, &st) < 0 || st.st_uid != geteuid()) {
		close(folder);
		return err_set(err, -EPERM, "%s: it belongs to another user", dir);
	}
	code = write_file(folder, name, t);
	close(folder);
	return code ? err_set(err, code, "%s/%s: %s", dir, name, strerror(-code)) : 0;
}
