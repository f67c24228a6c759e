#include "ui/cli/excerpt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "ui/cli/input.h"

#define SELF "/proc/self/exe"
#define LOOK_NS 20000000		/* how often it is looked whether to stop */
#define WORDS 8				/* besides two for each file */

extern char **environ;

static void
add_word(char **words, const char *word)
{
	while (*words)
		words++;
	*words = xstrdup(word);
}

bool
excerpt_is_gzip(const char *path)
{
	static const char end[] = ".gz";
	size_t len = strlen(path);

	return len >= sizeof(end) - 1 && !strcmp(path + len - (sizeof(end) - 1), end);
}

/* The words of the command, and NULL. Owned by the caller. */
static char **
words_of(const struct input *in, const char *filter, const char *path)
{
	char **words = xzalloc((2 * in->n + WORDS) * sizeof(*words));

	add_word(words, "sysreel");
	add_word(words, "record");
	for (size_t i = 0; i < in->n; i++) {
		add_word(words, "-r");
		add_word(words, in->names[i]);
	}
	add_word(words, "-w");
	add_word(words, "-");
	if (excerpt_is_gzip(path))
		add_word(words, "-z");
	if (*filter)
		add_word(words, filter);
	return words;
}

static void
words_free(char **words)
{
	for (char **w = words; *w; w++)
		free(*w);
	free(words);
}

static int
start(char **words, int fd, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none;
	int code;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, fd, 1);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_init(&how);
	/* What is typed is not for it. */
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&how, 0);
	posix_spawnattr_setsigmask(&how, &none);
	code = posix_spawn(pid, SELF, &files, &how, words, environ);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	return -code;
}

/* Wait for PID, and stop it once *CANCEL is set. */
static int
wait_for(pid_t pid, const atomic_bool *cancel)
{
	struct timespec a_while = { 0, LOOK_NS };
	bool was_stopped = false;
	int status;
	pid_t got;

	while ((got = waitpid(pid, &status, WNOHANG)) == 0 || (got < 0 && errno == EINTR)) {
		if (atomic_load(cancel) && !was_stopped) {
			kill(pid, SIGKILL);
			was_stopped = true;
		}
		nanosleep(&a_while, NULL);
	}
	if (was_stopped)
		return -ECANCELED;
	return got == pid && WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}

int
excerpt_write(const struct input *in, const char *filter, const char *path, int fd,
	      const atomic_bool *cancel)
{
	char **words = words_of(in, filter, path);
	pid_t pid;
	int code = start(words, fd, &pid);

	words_free(words);
	return code ? code : wait_for(pid, cancel);
}

bool
excerpt_is_possible(const struct input *in)
{
	for (size_t i = 0; i < in->n; i++)
		if (!strcmp(in->names[i], "-"))
			return false;
	return in->n > 0;
}
