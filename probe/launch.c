#include "probe/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/err.h"

/* What shells give back for a command that is not there, and one that is none. */
#define STATUS_ABSENT 127
#define STATUS_REFUSED 126

static void
become(char *const *command, int wait_fd)
{
	char go;

	/* It begins with what a shell would give it. */
	signal(SIGPIPE, SIG_DFL);

	/* End of file without the byte: nobody wants it to run any more. */
	if (read(wait_fd, &go, 1) != 1)
		_exit(0);
	execvp(command[0], command);
	fprintf(stderr, "sysreel: cannot run %s: %s\n", command[0], strerror(errno));
	_exit(errno == ENOENT ? STATUS_ABSENT : STATUS_REFUSED);
}

int
launch_start(struct launch *l, char *const *command, struct err *err)
{
	int fds[2];

	*l = (struct launch){ .go_fd = -1 };
	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_set(err, -errno, "no pipe to start the command with: %s",
			       strerror(errno));
	l->pid = fork();
	if (l->pid < 0) {
		int code = errno;

		l->pid = 0;
		close(fds[0]);
		close(fds[1]);
		return err_set(err, -code, "cannot start a process: %s", strerror(code));
	}
	if (!l->pid) {
		close(fds[1]);
		become(command, fds[0]);
	}
	close(fds[0]);
	l->go_fd = fds[1];
	return 0;
}

void
launch_go(struct launch *l)
{
	ssize_t n = write(l->go_fd, "", 1);

	/* A child that is gone needs no permission. */
	(void)n;
	close(l->go_fd);
	l->go_fd = -1;
}

bool
launch_has_ended(struct launch *l)
{
	int status;

	if (!l->has_ended && l->pid && waitpid(l->pid, &status, WNOHANG) == l->pid) {
		l->has_ended = true;
		l->status = status;
	}
	return l->has_ended;
}

void
launch_fini(struct launch *l)
{
	if (!l->pid || l->go_fd < 0)
		return;
	close(l->go_fd);
	l->go_fd = -1;
	waitpid(l->pid, &l->status, 0);
}
