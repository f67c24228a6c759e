#include "engine/record/open_output.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/err.h"

#define OUTPUT_MODE 0600
#define OUTPUT_FLAGS (O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW)

int
open_output_failed(int code, struct err *err)
{
	const char *words = strerror(code);

	return err_set(err, -code, "%c%s", tolower((unsigned char)words[0]), words + 1);
}

/* May the file that ST tells of be written to? */
static int
check_output(const struct stat *st, const struct sink_options *options, struct err *err)
{
	if (S_ISDIR(st->st_mode))
		return open_output_failed(EISDIR, err);
	for (size_t i = 0; i < options->n_inputs; i++)
		if (st->st_dev == options->inputs[i].dev && st->st_ino == options->inputs[i].ino)
			return err_set(err, -EBUSY, "this is what is being read");
	if (!S_ISREG(st->st_mode)) {
		if (st->st_uid == geteuid() || !st->st_uid)
			return 0;
		return err_set(err, -EPERM, "it is no ordinary file, and somebody else's");
	}
	if (st->st_uid != geteuid())
		return err_set(err, -EPERM, "it is there already, and somebody else's");
	if (st->st_nlink > 1)
		return err_set(err, -EPERM, "it has other names; remove it first");
	return 0;
}

/* Take over what is there. */
static int
open_existing(const char *path, const struct sink_options *options, struct err *err)
{
	int fd = open(path, OUTPUT_FLAGS | O_NONBLOCK);
	struct stat st;
	int status;

	if (fd < 0 && errno == ELOOP)
		return err_set(err, -ELOOP, "it is a symbolic link; name what it points to");
	if (fd < 0 && errno == ENXIO)
		return err_set(err, -ENXIO, "nobody reads from this pipe");
	if (fd < 0)
		return open_output_failed(errno, err);
	status = fstat(fd, &st) < 0 ? open_output_failed(errno, err) :
				      check_output(&st, options, err);
	if (!status && S_ISREG(st.st_mode) &&
	    (fchmod(fd, OUTPUT_MODE) < 0 || ftruncate(fd, 0) < 0))
		status = open_output_failed(errno, err);
	if (!status && fcntl(fd, F_SETFL, 0) < 0)
		status = open_output_failed(errno, err);
	if (!status)
		return fd;
	close(fd);
	return status;
}

int
open_output(const char *path, const struct sink_options *options, struct err *err)
{
	int fd = open(path, OUTPUT_FLAGS | O_CREAT | O_EXCL, OUTPUT_MODE);

	if (fd >= 0)
		return fd;
	if (errno == EEXIST)
		return open_existing(path, options, err);
	return open_output_failed(errno, err);
}
