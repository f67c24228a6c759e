#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/live/actor.h"

#define TURNS 2000
#define FIRST 20			/* descriptors below are left alone */
#define COUNT 40

static unsigned
next_random(void)
{
	static unsigned state = 12345;

	state = state * 1103515245 + 12345;
	return state >> 16;
}

static void
open_something(unsigned what)
{
	char name[16];
	int fds[2];

	snprintf(name, sizeof(name), "f%u", next_random() % 10);
	switch (what % 6) {
	case 0:
		MUST(openat(AT_FDCWD, name, O_RDWR | O_CREAT, 0600) >= 0);
		break;
	case 1:
		MUST(socket(AF_INET, SOCK_DGRAM | (what & 64 ? SOCK_CLOEXEC : 0), 0) >= 0);
		break;
	case 2:
		MUST(syscall(SYS_pipe2, fds, O_CLOEXEC) == 0);
		break;
	case 3:
		MUST(eventfd(0, EFD_CLOEXEC) >= 0);
		break;
	case 4:
		MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
		break;
	case 5:
		MUST(openat(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0);
		break;
	}
}

static void
change_something(void)
{
	int one = FIRST + (int)(next_random() % COUNT), two = FIRST + (int)(next_random() % COUNT);
	unsigned what = next_random();

	switch (what % 5) {
	case 0: case 1:
		open_something(next_random());
		break;
	case 2:
		dup2(one, two);
		break;
	case 3:
		close(one);
		break;
	case 4:
		fcntl(one, F_DUPFD, two);
		break;
	}
	if (what % 50 == 7)
		syscall(SYS_close_range, one, one + 10, 0);
}

/* "fd NUMBER NAME" for all that is open; a NAME only for what has a path. */
static void
tell_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	char link[4096];
	struct dirent *d;

	MUST(dir);
	while ((d = readdir(dir))) {
		int fd = atoi(d->d_name);
		ssize_t n = readlinkat(dirfd(dir), d->d_name, link, sizeof(link));

		if (n < 0 || fd == dirfd(dir))
			continue;
		fprintf(actor_expects, "fd %d %.*s\n", fd,
			link[0] == '/' ? (int)n : 0, link);
	}
	closedir(dir);
}

/* Change descriptors at random, then say what is open; a call of getppid() marks
 * the moment. */
void
act_state(void)
{
	int room = fcntl(0, F_DUPFD, FIRST - 1);

	/* So that what is opened without a number gets one above. */
	for (int fd = 3; fd < room; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			dup2(room, fd);
	for (int i = 0; i < TURNS; i++) {
		change_something();
		/* Not ever more. */
		if (i % 100 == 99)
			syscall(SYS_close_range, FIRST + COUNT, ~0u, 0);
	}
	tell_descriptors();
	syscall(SYS_getppid);
	expect("> getppid");
}
