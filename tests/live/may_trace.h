/*
 * may_trace - may this user trace here? If not, tests of the running system are skipped.
 */
#ifndef TESTS_LIVE_MAY_TRACE_H
#define TESTS_LIVE_MAY_TRACE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* PROGRAM is asked, about a command of its own. */
static inline bool
may_trace(char *program)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(1);
		execl(program, program, "print", "-q", "--", "true", (char *)NULL);
		_exit(1);
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

/* The program that the first word names, from the root on; the caller's. NULL: the test ends with
 * *STATUS, and has said why. */
static inline char *
traced_program(int argc, char **argv, int *status)
{
	char *program = argc > 1 ? realpath(argv[1], NULL) : NULL;

	*status = program ? 0 : 2;
	if (!program || may_trace(program))
		return program;
	puts("1..0 # SKIP needs the rights to trace");
	free(program);
	return NULL;
}

#endif
