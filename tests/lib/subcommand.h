/*
 * subcommand - run a subcommand from its words, in a child, and see what it says.
 */
#ifndef TESTS_LIB_SUBCOMMAND_H
#define TESTS_LIB_SUBCOMMAND_H

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "ui/cli/cli.h"

#define SUBCOMMAND_WORDS_MAX 12
#define SUBCOMMAND_INPUT_FD 77
#define SUBCOMMAND_INPUT "/dev/fd/77"

/* Run C with WORDS, which end with NULL or at the most that there may be. IN is its
 * standard input, and SUBCOMMAND_INPUT, too; OUT and ERR are the other two. Its exit
 * status; -1 when it came to another end. */
static inline int
subcommand_run(const struct cli_command *c, const char *const *words, int in, int out, int err)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		char *argv[SUBCOMMAND_WORDS_MAX + 2] = { xstrdup(c->name) };
		int argc = 1;

		for (; argc <= SUBCOMMAND_WORDS_MAX && words[argc - 1]; argc++)
			argv[argc] = xstrdup(words[argc - 1]);
		dup2(in, SUBCOMMAND_INPUT_FD);
		dup2(in, STDIN_FILENO);
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		signal(SIGPIPE, SIG_IGN);
		_exit(c->run(c, argc, argv));
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* What was written to the file FD, as far as it fits into BUF. */
static inline const char *
subcommand_said(int fd, char *buf, size_t size)
{
	ssize_t n = pread(fd, buf, size - 1, 0);

	buf[n > 0 ? n : 0] = '\0';
	return buf;
}

#endif
