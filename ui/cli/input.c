#include "ui/cli/input.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/capture/capture.h"
#include "engine/event/source.h"
#include "ui/cli/cli.h"
#include "ui/cli/stop.h"

void
input_add(struct input *in, const char *name)
{
	xgrow(&in->names, &in->cap, in->n + 1, sizeof(in->names[0]));
	in->names[in->n++] = name;
}

int
input_take(struct input *in, const char *self, const char *name)
{
	if (in->n == INPUT_FILES_MAX)
		return cli_usage(self, "too many files, beginning with", name);
	if (!name[0])
		return cli_usage(self, "-r wants the name of a capture, not", name);
	input_add(in, name);
	return CLI_OK;
}

void
input_fini(struct input *in)
{
	free(in->names);
	*in = (struct input){ 0 };
}

/* Set *ERR to what the system says about NAME, as a clause. */
static int
refuse(const char *name, int code, struct err *err)
{
	const char *words = strerror(code);

	return err_set(err, -code, "%s: %c%s", name, tolower((unsigned char)words[0]),
		       words + 1);
}

/* Open NAME. The descriptor, or a negative errno. */
static int
open_one(struct input *in, const char *name, struct err *err)
{
	struct stat st;
	int fd = strcmp(name, "-") ? open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY) :
		 fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return refuse(name, errno, err);
	if (fstat(fd, &st) < 0) {
		close(fd);
		return refuse(name, EBADF, err);
	}
	if (S_ISDIR(st.st_mode)) {
		close(fd);
		return refuse(name, EISDIR, err);
	}
	in->may_stall |= !S_ISREG(st.st_mode);
	return fd;
}

struct source *
input_open(struct input *in, const struct capture_options *options, struct err *err)
{
	struct capture_input *files = xreallocarray(NULL, in->n, sizeof(*files));
	struct capture_options how = options ? *options : (struct capture_options){ 0 };
	struct source *s = NULL;
	size_t n;

	for (n = 0; n < in->n; n++) {
		int fd = open_one(in, in->names[n], err);

		if (fd < 0)
			break;
		files[n] = (struct capture_input){ .name = in->names[n], .fd = fd };
	}
	if (n < in->n) {
		while (n)
			close(files[--n].fd);
		goto out;
	}
	how.opening = stop_on_signals;
	s = capture_open(files, n, &how, err);
	stop_as_usual();
	if (!s)
		err_in(err, "%s", in->names[0]);

out:
	free(files);
	return s;
}

bool
input_report(const struct source *s)
{
	struct source_stats stats;
	struct source_end end;
	struct text events = { 0 };

	source_stats(s, &stats);
	source_end(s, &end);
	if (!end.damage.code)
		return true;
	text_count(&events, stats.n_events);
	text_str(&events, stats.n_events == 1 ? " event" : " events");
	text_char(&events, '\0');
	if (end.n_damages > 1)
		cli_error("%s, and %llu more: read %s", end.damage.text,
			  (unsigned long long)(end.n_damages - 1), events.p);
	else
		cli_error("%s: read %s %s", end.damage.text, events.p,
			  end.cut_short ? "before it" : "in spite of it");
	text_fini(&events);
	return stats.n_events || stats.n_tables;
}
