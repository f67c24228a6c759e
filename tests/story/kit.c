#include "tests/story/kit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

void
kit_give_up(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	exit(111);
}

int
kit_listen(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int one = 1;

	KIT_MUST(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	KIT_MUST(bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	KIT_MUST(listen(fd, 64) == 0);
	return fd;
}

/* Wait for something to read. 0 or a negative errno. */
static int
wait_for(int fd, int patience_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n;

	do
		n = poll(&p, 1, patience_ms);
	while (n < 0 && errno == EINTR);
	return n > 0 ? 0 : n < 0 ? -errno : -ETIMEDOUT;
}

int
kit_connect(const char *addr, uint16_t port, int patience_ms)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct timeval patience = { .tv_sec = patience_ms / 1000,
				    .tv_usec = patience_ms % 1000 * 1000L };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error;

	KIT_MUST(fd >= 0 && inet_pton(AF_INET, addr, &a.sin_addr) == 1);
	/* It holds for connect(), too, which then says EINPROGRESS. */
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	error = errno == EINPROGRESS ? -ETIMEDOUT : -errno;
	close(fd);
	return error;
}

ssize_t
kit_read_until(int fd, char *buf, size_t cap, const char *end, int patience_ms)
{
	size_t len = 0;

	buf[0] = '\0';
	while (len < cap - 1 && !(end && strstr(buf, end))) {
		int error = wait_for(fd, patience_ms);
		ssize_t n = error ? error : recv(fd, buf + len, cap - 1 - len, 0);

		if (n < 0)
			return error ? error : -errno;
		if (n == 0)
			return end && !len ? -EPIPE : (ssize_t)len;
		len += (size_t)n;
		buf[len] = '\0';
	}
	return (ssize_t)len;
}

int
kit_send(int fd, const char *fmt, ...)
{
	char text[KIT_LINE_MAX * 2];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	KIT_MUST(len >= 0 && (size_t)len < sizeof(text));
	return send(fd, text, (size_t)len, MSG_NOSIGNAL) == len ? 0 : -errno;
}

int
kit_open_log(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	KIT_MUST(fd >= 0);
	return fd;
}

void
kit_log(int fd, const char *fmt, ...)
{
	char text[KIT_LINE_MAX];
	struct timespec now;
	struct tm tm;
	va_list args;
	size_t len;
	int n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	len = strftime(text, sizeof(text), "%H:%M:%S", &tm);
	len += (size_t)snprintf(text + len, sizeof(text) - len, ".%03ld ", now.tv_nsec / 1000000);
	va_start(args, fmt);
	n = vsnprintf(text + len, sizeof(text) - len - 1, fmt, args);
	va_end(args);
	KIT_MUST(n >= 0);
	len = len + (size_t)n < sizeof(text) - 1 ? len + (size_t)n : sizeof(text) - 2;
	text[len++] = '\n';
	KIT_MUST(write(fd, text, len) == (ssize_t)len);
}

void
kit_start_thread(const char *name, void *(*run)(void *arg), void *arg)
{
	pthread_t thread;

	/* It inherits the name of who starts it. What it is called later, readers of
	 * captures do not follow. */
	pthread_setname_np(pthread_self(), name);
	KIT_MUST(pthread_create(&thread, NULL, run, arg) == 0);
	pthread_setname_np(pthread_self(), program_invocation_short_name);
	pthread_detach(thread);
}

void
kit_become(uid_t uid, gid_t gid)
{
	KIT_MUST(setgroups(1, &gid) == 0 && setresgid(gid, gid, gid) == 0 &&
		 setresuid(uid, uid, uid) == 0);
}

void
kit_sleep_ms(unsigned ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

void
kit_copy(char *out, size_t cap, const char *text)
{
	size_t len = strlen(text);

	if (len >= cap)
		len = cap - 1;
	memcpy(out, text, len);
	out[len] = '\0';
}
