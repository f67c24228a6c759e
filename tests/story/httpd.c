#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/story/kit.h"
#include "tests/story/roles.h"

#define WORKERS 4
#define PATIENCE_MS 2000		/* with a customer */
#define UPSTREAM_MS 900			/* with the application */
#define ACCESS_LOG "/var/log/httpd/access.log"
#define ERROR_LOG "/var/log/httpd/error.log"
#define SITE "/srv/www"

struct worker {
	int listener, access, errors;
};

struct request {
	int fd;
	char peer[INET_ADDRSTRLEN];
	char text[KIT_LINE_MAX];
	char method[8], path[200];
};

static volatile sig_atomic_t must_reopen;

static void
reopen(int sig)
{
	(void)sig;
	must_reopen = 1;
}

static void
open_logs(struct worker *w)
{
	if (must_reopen) {
		close(w->access);
		close(w->errors);
	}
	must_reopen = 0;
	w->access = kit_open_log(ACCESS_LOG);
	w->errors = kit_open_log(ERROR_LOG);
}

static const char *
reason_of(int status)
{
	switch (status) {
	case 200: return "OK";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 502: return "Bad Gateway";
	default: return "Gateway Timeout";
	}
}

static int
refuse(const struct request *q, int status)
{
	char body[80];
	int len = snprintf(body, sizeof(body), "<h1>%d %s</h1>\n", status, reason_of(status));

	kit_send(q->fd, "HTTP/1.1 %d %s\r\nServer: httpd\r\nContent-Length: %d\r\n"
		 "Connection: close\r\n\r\n%s", status, reason_of(status), len, body);
	return status;
}

static int
serve_file(struct worker *w, const struct request *q)
{
	char path[256];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), SITE "%s", strcmp(q->path, "/") ? q->path : "/index.html");
	fd = strstr(path, "..") ? (errno = ENOENT, -1) : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		kit_log(w->errors, "[error] %s: open %s: %s", q->peer, path, strerror(errno));
		return refuse(q, errno == EACCES ? 403 : 404);
	}
	KIT_MUST(fstat(fd, &st) == 0);
	kit_send(q->fd, "HTTP/1.1 200 OK\r\nServer: httpd\r\nContent-Length: %lld\r\n"
		 "Connection: close\r\n\r\n", (long long)st.st_size);
	sendfile(q->fd, fd, NULL, (size_t)st.st_size);
	close(fd);
	return 200;
}

/* What the application answers, or why it does not. */
static int
forward(struct worker *w, const struct request *q)
{
	char answer[KIT_LINE_MAX];
	int status = 0, fd = kit_connect(ROLES_API_ADDR, ROLES_API_PORT, UPSTREAM_MS);
	ssize_t n = fd;

	if (fd >= 0) {
		kit_send(fd, "%s %s HTTP/1.1\r\nHost: shop-api\r\nX-Forwarded-For: %s\r\n\r\n",
			 q->method, q->path, q->peer);
		n = kit_read_until(fd, answer, sizeof(answer), NULL, UPSTREAM_MS);
		close(fd);
	}
	if (n <= 0) {
		kit_log(w->errors, "[error] %s: upstream " ROLES_API_ADDR ":%d %s: %s", q->peer,
			ROLES_API_PORT, q->path, strerror((int)-n));
		return refuse(q, n == -ETIMEDOUT ? 504 : 502);
	}
	sscanf(answer, "HTTP/1.1 %d", &status);
	if (status >= 500)
		kit_log(w->errors, "[error] %s: upstream " ROLES_API_ADDR ":%d %s: answered %d",
			q->peer, ROLES_API_PORT, q->path, status);
	kit_send(q->fd, "%s", answer);
	return status;
}

static void
serve(struct worker *w, struct request *q)
{
	int status;

	if (kit_read_until(q->fd, q->text, sizeof(q->text), "\r\n\r\n", PATIENCE_MS) < 0 ||
	    sscanf(q->text, "%7s %199s", q->method, q->path) != 2)
		return;
	status = strncmp(q->path, "/api/", 5) ? serve_file(w, q) : forward(w, q);
	kit_log(w->access, "%s \"%s %s\" %d", q->peer, q->method, q->path, status);
}

static void
work(struct worker *w)
{
	struct sigaction on_hup = { .sa_handler = reopen };	/* accept() is interrupted */
	struct request *q = malloc(sizeof(*q));

	KIT_MUST(q);
	sigaction(SIGHUP, &on_hup, NULL);
	kit_become(ROLES_UID_WEB, ROLES_UID_WEB);
	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof(from);

		if (must_reopen)
			open_logs(w);
		q->fd = accept4(w->listener, (struct sockaddr *)&from, &len, SOCK_CLOEXEC);
		if (q->fd < 0)
			continue;
		inet_ntop(AF_INET, &from.sin_addr, q->peer, sizeof(q->peer));
		serve(w, q);
		close(q->fd);
	}
}

/* A master and its workers: files of the site, and what the application says. */
int
role_httpd(int argc, char **argv)
{
	struct worker w = { .listener = kit_listen(ROLES_HTTP_PORT) };

	(void)argc;
	(void)argv;
	open_logs(&w);
	KIT_MUST(fchown(w.access, ROLES_UID_WEB, ROLES_UID_WEB) == 0 &&
		 fchown(w.errors, ROLES_UID_WEB, ROLES_UID_WEB) == 0);
	signal(SIGHUP, SIG_IGN);
	for (int n = 0;; n++) {
		pid_t child;

		if (n >= WORKERS)
			wait(NULL);
		child = fork();
		KIT_MUST(child >= 0);
		if (!child)
			work(&w);
	}
}
