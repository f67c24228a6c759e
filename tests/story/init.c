#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/story/kit.h"
#include "tests/story/roles.h"

#define PROGRAMS_MAX 4
#define RESTART_MS 800

static pid_t
start(char *path)
{
	pid_t child = fork();

	KIT_MUST(child >= 0);
	if (child)
		return child;
	execv(path, (char *[]){ path, NULL });
	kit_give_up(path);
}

/* init PROGRAM...: run them, and again when they end. Without any: reap. */
int
role_init(int argc, char **argv)
{
	pid_t children[PROGRAMS_MAX] = { 0 };
	int n = argc - 1 < PROGRAMS_MAX ? argc - 1 : PROGRAMS_MAX;

	for (int i = 0; i < n; i++)
		children[i] = start(argv[1 + i]);
	for (;;) {
		int status;
		pid_t ended = wait(&status);

		if (ended < 0)
			pause();
		for (int i = 0; i < n; i++) {
			if (ended < 0 || children[i] != ended)
				continue;
			kit_sleep_ms(RESTART_MS);
			children[i] = start(argv[1 + i]);
		}
	}
}
