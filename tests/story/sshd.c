#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/story/kit.h"
#include "tests/story/roles.h"

/*
 * As far from a real one as can be: what goes over the line is XORed with a
 * pattern, so that it looks as it does with one, and nobody is asked who he is.
 */

#define PORT 22
#define KEYS "/home/alice/.ssh/authorized_keys"

/* What the n-th byte of a direction is XORed with; the script does the same. */
static uint8_t
pad(uint32_t n)
{
	uint32_t v = (n + 1) * 2654435761u;

	return (uint8_t)(v >> 24 ^ v >> 9);
}

/* Move what there is from one side to the other. False: the end. */
static int
relay(int from, int to, uint32_t *n)
{
	uint8_t bytes[1024];
	ssize_t len = read(from, bytes, sizeof(bytes));

	if (len <= 0)
		return 0;
	for (ssize_t i = 0; i < len; i++)
		bytes[i] ^= pad((*n)++);
	return write(to, bytes, (size_t)len) == len;
}

static void
be_the_shell(const char *tty)
{
	static char env[][40] = { "PATH=/bin:/usr/bin:/sbin:/usr/sbin", "HOME=/home/alice",
				  "USER=alice", "LOGNAME=alice", "SHELL=/bin/sh",
				  "TERM=xterm", "PS1=alice@shop-01:~$ " };
	char *words[sizeof(env) / sizeof(env[0]) + 1] = { NULL };
	char shell[] = "-sh";
	int fd;

	setsid();
	fd = open(tty, O_RDWR);
	KIT_MUST(fd >= 0 && ioctl(fd, TIOCSCTTY, 0) == 0);
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	if (fd > 2)
		close(fd);
	kit_become(ROLES_UID_ALICE, ROLES_UID_ALICE);
	KIT_MUST(chdir("/home/alice") == 0);
	for (size_t i = 0; i < sizeof(env) / sizeof(env[0]); i++)
		words[i] = env[i];
	execve("/bin/sh", (char *[]){ shell, NULL }, words);
	kit_give_up("/bin/sh");
}

/* Serve one connection, then end. */
static void
serve(int fd, int log)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	int keys = open(KEYS, O_RDONLY | O_CLOEXEC);
	struct pollfd fds[2] = { { .fd = fd, .events = POLLIN },
				 { .fd = master, .events = POLLIN } };
	uint32_t n_in = 0, n_out = 0;
	char text[512], tty[64];

	KIT_MUST(master >= 0 && keys >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	KIT_MUST(read(keys, text, sizeof(text)) > 0 && ptsname_r(master, tty, sizeof(tty)) == 0);
	close(keys);
	kit_send(fd, "SSH-2.0-OpenShop_1.0\r\n");
	KIT_MUST(kit_read_until(fd, text, sizeof(text), "\r\n", 2000) > 0);
	kit_log(log, "sshd: Accepted publickey for alice");
	if (fork() == 0)
		be_the_shell(tty);
	while (poll(fds, 2, -1) > 0) {
		if (fds[0].revents && !relay(fd, master, &n_in))
			break;
		if (fds[1].revents && !relay(master, fd, &n_out))
			break;
	}
	kit_log(log, "sshd: session closed for alice");
	exit(0);
}

/* Let alice in, one session after the other. */
int
role_sshd(int argc, char **argv)
{
	int listener = kit_listen(PORT), log = kit_open_log("/var/log/auth.log");

	(void)argc;
	(void)argv;
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		pid_t child = fd < 0 ? -1 : fork();

		if (child == 0)
			serve(fd, log);
		if (child > 0)
			waitpid(child, NULL, 0);
		close(fd);
	}
}
