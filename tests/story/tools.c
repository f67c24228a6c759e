#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/story/kit.h"
#include "tests/story/roles.h"

/* sudo COMMAND ARGS...: who is in sudoers may be root. */
int
role_sudo(int argc, char **argv)
{
	char rules[256] = { 0 };
	int fd = open("/etc/sudoers", O_RDONLY | O_CLOEXEC), log;

	KIT_MUST(argc > 1 && fd >= 0 && read(fd, rules, sizeof(rules) - 1) > 0);
	close(fd);
	if (getuid() != ROLES_UID_ALICE || !strstr(rules, "alice")) {
		fprintf(stderr, "sudo: you are not in the sudoers file\n");
		return 1;
	}
	log = kit_open_log("/var/log/auth.log");
	kit_log(log, "sudo: alice : USER=root ; COMMAND=%s%s%s", argv[1], argc > 2 ? " " : "",
		argc > 2 ? argv[2] : "");
	kit_become(0, 0);
	execvp(argv[1], argv + 1);
	fprintf(stderr, "sudo: %s: %s\n", argv[1], strerror(errno));
	return 127;
}

/* Is the process PID, a folder of /proc, called NAME? */
static int
is_called(const char *pid, const char *name)
{
	char path[64], comm[32] = { 0 };
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, comm, sizeof(comm) - 1);
	close(fd);
	return n > 0 && strlen(name) == (size_t)n - 1 && !memcmp(comm, name, (size_t)n - 1);
}

/* pkill [-HUP] NAME: signal all that are called NAME. */
int
role_pkill(int argc, char **argv)
{
	int sig = argc == 3 && !strcmp(argv[1], "-HUP") ? SIGHUP : SIGTERM;
	DIR *dir = opendir("/proc");
	struct dirent *d;
	int n = 0;

	KIT_MUST(argc > 1 && dir);
	while ((d = readdir(dir))) {
		pid_t pid = (pid_t)strtol(d->d_name, NULL, 10);

		if (pid > 1 && is_called(d->d_name, argv[argc - 1]) && kill(pid, sig) == 0)
			n++;
	}
	closedir(dir);
	return n == 0;
}
