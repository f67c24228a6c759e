#include "ui/run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/flags.h"
#include "ui/alive.h"
#include "ui/term.h"

/* Programs that get a file's name from less as a part of a line for a shell. */
static const char *const dropped[] = { "LESSOPEN=", "LESSCLOSE=" };

/* Signals whose meaning is another one while a command has the terminal. */
static const struct {
	int signal;
	bool is_ignored;
} meanings[] = { { SIGINT, true }, { SIGQUIT, true }, { SIGTSTP, false } };

struct meant {
	struct sigaction before[ARRAY_LEN(meanings)];
};

/* Whoever closed the terminal does not care. */
static void
put(int fd, const struct text *t)
{
	for (size_t done = 0; done < t->len;) {
		ssize_t n = write(fd, t->p + done, t->len - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
}

/* Append a line about the program NAME, which somebody else may have chosen. */
static void
say(struct text *t, const char *before, const char *name, const char *behind)
{
	text_fmt(t, "sysreel: %s", before);
	text_safe(t, name, strlen(name));
	text_fmt(t, "%s\n", behind);
}

static void
mean_otherwise(struct meant *m)
{
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
		struct sigaction sa = { .sa_handler = meanings[i].is_ignored ? SIG_IGN : SIG_DFL };

		sigemptyset(&sa.sa_mask);
		sigaction(meanings[i].signal, &sa, &m->before[i]);
	}
}

static void
mean_as_before(const struct meant *m)
{
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++)
		sigaction(meanings[i].signal, &m->before[i], NULL);
}

static bool
is_dropped(const char *variable)
{
	for (size_t i = 0; i < ARRAY_LEN(dropped); i++)
		if (!strncmp(variable, dropped[i], strlen(dropped[i])))
			return true;
	return false;
}

/* The environment of the command; the caller frees the array. */
static char **
environment(void)
{
	size_t n = 0, kept = 0;
	char **env;

	while (environ[n])
		n++;
	env = xreallocarray(NULL, n + 1, sizeof(*env));
	for (size_t i = 0; i < n; i++)
		if (!is_dropped(environ[i]))
			env[kept++] = environ[i];
	env[kept] = NULL;
	return env;
}

/* In the child: become the command, or tell why not. Nothing here may need memory or a
 * lock, which another thread may have had. */
static void
become(const struct run *r, char *const *env, int terminal, int trouble)
{
	struct sigaction normal = { .sa_handler = SIG_DFL };
	int signals[] = { SIGINT, SIGQUIT, SIGTSTP, SIGPIPE, SIGHUP, SIGTERM, SIGCONT, SIGWINCH };
	ssize_t written;
	sigset_t none;
	int why;

	sigemptyset(&normal.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], &normal, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpriority(PRIO_PROCESS, 0, r->nice);
	syscall(SYS_close_range, 3, UINT_MAX, CLOSE_RANGE_CLOEXEC);
	if (dup2(terminal, 0) >= 0 && dup2(terminal, 1) >= 0 && dup2(terminal, 2) >= 0)
		execvpe(r->words[0], r->words, env);
	why = errno;
	written = write(trouble, &why, sizeof(why));
	(void)written;
	_exit(127);
}

/* Wait until CHILD has ended. False: we have to end before. */
static bool
await(struct term *t, pid_t child, int *status)
{
	int fd = (int)syscall(SYS_pidfd_open, child, 0);

	if (fd >= 0 && !term_wait_for(t, fd) && term_is_ending(t))
		kill(child, SIGHUP);
	if (fd >= 0)
		close(fd);
	return !term_is_ending(t) && waitpid(child, status, 0) == child;
}

/* What is to be said of our rights to a command that failed; "": it had them. */
static const char *
about_rights(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct own[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &head, own) < 0 || own[0].effective || own[1].effective)
		return "";
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return "; sysreel has given up its rights, and lends none to commands, but with "
		       "the option --actions";
	return "; sysreel has no rights to lend it";
}

/* Append how it ended. False: as it should. */
static bool
tell_end(struct text *t, const char *name, int why, int status)
{
	const char *signal = WIFSIGNALED(status) ? signal_name((uint64_t)WTERMSIG(status)) : NULL;

	if (why == ENOENT)
		say(t, "there is no program `", name, "` here");
	else if (why)
		say(t, "", name, why == EACCES ? ": may not be run by sysreel" :
						 ": could not be started");
	else if (WIFSIGNALED(status))
		say(t, "it was ended by ", signal ? signal : "a signal", "");
	else if (WEXITSTATUS(status))
		text_fmt(t, "sysreel: it ended with status %d%s\n", WEXITSTATUS(status),
			 about_rights());
	else
		return false;
	return true;
}

/* False: it went wrong, or we have to end. Appends what the user is to know. */
static bool
start(struct term *t, const struct run *r, struct text *words)
{
	int fd = term_fd(t), trouble[2], status = 0, why = 0;
	char **env = environment();
	bool is_over;
	pid_t child;

	if (pipe2(trouble, O_CLOEXEC) < 0) {
		say(words, "a pipe: ", strerror(errno), "");
		free(env);
		return false;
	}
	child = fork();
	if (!child)
		become(r, env, fd, trouble[1]);
	why = child < 0 ? errno : 0;
	close(trouble[1]);
	if (child > 0 && read(trouble[0], &why, sizeof(why)) != sizeof(why))
		why = 0;
	close(trouble[0]);
	free(env);
	is_over = child < 0 || await(t, child, &status);
	return is_over && !tell_end(words, r->words[0], why, status);
}

void
run_command(struct term *t, const struct run *r)
{
	struct text words = { 0 };
	bool is_well = false;
	struct meant meant;

	term_leave(t);
	mean_otherwise(&meant);
	text_fmt(&words, "%s\n", r->shown);
	put(term_fd(t), &words);
	words.len = 0;
	/* Whoever said yes took some time. */
	if (r->pidfd < 0 || alive_still(r->pidfd))
		is_well = start(t, r, &words);
	if (r->pidfd >= 0 && !alive_still(r->pidfd)) {
		say(&words, "the process has ended", "", is_well ? "" : "; see whether that is "
		    "why");
		is_well = false;
	}
	mean_as_before(&meant);
	if (!term_is_ending(t) && (r->waits || !is_well)) {
		put(term_fd(t), &words);
		term_await_key(t, "\nPress a key to go back. ");
	}
	text_fini(&words);
	term_return(t);
}
