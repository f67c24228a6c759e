/*
 * may_trace - may this user trace here? If not, tests of the running system are skipped.
 */
#ifndef TESTS_LIVE_MAY_TRACE_H
#define TESTS_LIVE_MAY_TRACE_H

#include <stdbool.h>
#include <stdio.h>
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

#endif
