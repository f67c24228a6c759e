#include "probe/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/err.h"

/* What shells give back for a command that is not there, and one that is none. */
#define STATUS_ABSENT 127
#define STATUS_REFUSED 126

/* Is PATH a file that may be run? */
static bool
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* Where NAME is found, in PATH_MAX bytes at OUT. Looking here, and not in the child,
 * spares the user a list of failed attempts. */
static int
find_program(const char *name, char *out, struct err *err)
{
	const char *folders = getenv("PATH");
	size_t len;

	if (strchr(name, '/')) {
		if (snprintf(out, PATH_MAX, "%s", name) < PATH_MAX)
			return 0;
		return err_set(err, -ENAMETOOLONG, "the name of the command is too long");
	}
	for (; folders && *folders; folders += len + (folders[len] == ':')) {
		len = strcspn(folders, ":");
		if (snprintf(out, PATH_MAX, "%.*s/%s", len ? (int)len : 1,
			     len ? folders : ".", name) < PATH_MAX && is_program(out))
			return 0;
	}
	return err_set(err, -ENOENT, "there is no command %s", name);
}

/* The program will not find one, whatever it opens; nobody there can stop it. */
static void
leave_terminal(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	signal(SIGHUP, SIG_DFL);	/* which is how it is ended, whoever ignored it before */
	for (int i = 0; fd >= 0 && i <= STDERR_FILENO; i++)
		dup2(fd, i);
}

static void
become(const char *path, char *const *command, int wait_fd, bool is_apart)
{
	char go;

	/* It begins with what a shell would give it. */
	signal(SIGPIPE, SIG_DFL);

	/* End of file without the byte: nobody wants it to run any more. */
	if (read(wait_fd, &go, 1) != 1)
		_exit(0);
	if (is_apart)
		leave_terminal();
	execv(path, command);
	fprintf(stderr, "sysreel: cannot run %s: %s\n", command[0], strerror(errno));
	_exit(errno == ENOENT ? STATUS_ABSENT : STATUS_REFUSED);
}

int
launch_start(struct launch *l, char *const *command, bool is_apart, struct err *err)
{
	char path[PATH_MAX];
	int fds[2];

	*l = (struct launch){ .go_fd = -1, .is_apart = is_apart };
	if (find_program(command[0], path, err) < 0)
		return err->code;
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
		become(path, command, fds[0], is_apart);
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
	if (l->pid && l->go_fd < 0 && l->is_apart && !launch_has_ended(l))
		kill(-l->pid, SIGHUP);
	if (!l->pid || l->go_fd < 0)
		return;
	close(l->go_fd);
	l->go_fd = -1;
	waitpid(l->pid, &l->status, 0);
}
