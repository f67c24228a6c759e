#include "ui/cli/output.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "ui/cli/cli.h"

#define LINE_ROOM (16u * 1024)		/* so that a full piece need not grow */

void
output_init(struct output *o, int fd)
{
	*o = (struct output){ .fd = fd };
	text_room(&o->text, OUTPUT_PIECE + LINE_ROOM);
}

void
output_fini(struct output *o)
{
	text_fini(&o->text);
}

/* Somebody made our standard output non-blocking: wait until it takes more. */
static void
wait_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	poll(&p, 1, -1);
}

bool
output_flush(struct output *o)
{
	size_t done = 0;

	if (o->cancel && atomic_load(o->cancel) && !o->failed)
		o->failed = ECANCELED;
	while (done < o->text.len && !o->failed) {
		ssize_t n = write(o->fd, o->text.p + done, o->text.len - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno == EAGAIN)
			wait_writable(o->fd);
		else if (errno != EINTR)
			o->failed = errno;
	}
	o->text.len = 0;
	return !o->failed;
}

bool
output_end(struct output *o)
{
	output_flush(o);
	if (!o->failed || o->failed == EPIPE)
		return true;
	cli_error("cannot write: %s", strerror(o->failed));
	return false;
}
