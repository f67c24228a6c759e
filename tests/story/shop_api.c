#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/story/kit.h"
#include "tests/story/roles.h"

#define THREADS 4
#define DB_MS 600			/* patience with the database */
#define RETRIES 6
#define RETRY_MS 25

struct server {
	int listener, log, stats;
};

struct worker {
	struct server *server;
	int db;				/* -1: not connected */
	char request[KIT_LINE_MAX];
	char answer[KIT_LINE_MAX];
};

/* Who the customer is, from the program next door. */
static void
find_session(struct worker *w, char *who, size_t cap)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = ROLES_SESSION_SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ssize_t n = -1;

	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0) {
		kit_send(fd, "GET session:%u\n", (unsigned)strlen(w->request));
		n = kit_read_until(fd, who, cap, "\n", DB_MS);
	}
	if (n <= 0)
		kit_copy(who, cap, "nobody\n");
	who[strcspn(who, "\n")] = '\0';
	close(fd);
}

static int
connect_db(struct worker *w)
{
	for (int i = 0; i < RETRIES && w->db < 0; i++) {
		if (i)
			kit_sleep_ms(RETRY_MS);
		w->db = kit_connect(ROLES_DB_ADDR, ROLES_DB_PORT, DB_MS);
		if (w->db < 0)
			kit_log(w->server->log, "[warn] database " ROLES_DB_ADDR ":%d: %s",
				ROLES_DB_PORT, strerror(-w->db));
	}
	return w->db < 0 ? w->db : 0;
}

/* One question and its answer, over a connection that may be dead by now. */
static int
try_db(struct worker *w, const char *query)
{
	int error = connect_db(w);
	ssize_t n;

	if (error)
		return error;
	error = kit_send(w->db, "%s\n", query);
	n = error ? error : kit_read_until(w->db, w->answer, sizeof(w->answer), "\n\n", DB_MS);
	if (n > 0)
		return 0;
	/* An answer that comes late must not be taken for the next one's. */
	close(w->db);
	w->db = -1;
	return n ? (int)n : -EPIPE;
}

/* Ask the database; the answer goes into w->answer. 0 or a negative errno. */
static int
ask_db(struct worker *w, const char *query)
{
	int error = try_db(w, query);

	return error == -EPIPE ? try_db(w, query) : error;
}

/* The query that a request needs. */
static void
query_of(struct worker *w, char *query, size_t cap)
{
	char who[64];
	unsigned id = 0;

	if (sscanf(w->request, "GET /api/orders/%u", &id) == 1) {
		snprintf(query, cap, "SELECT id, customer, total, status FROM orders "
			 "WHERE id = %u;", id);
	} else if (!strncmp(w->request, "POST /api/checkout", 18)) {
		find_session(w, who, sizeof(who));
		snprintf(query, cap, "INSERT INTO orders (customer, total) VALUES ('%s', 59.90);",
			 who);
	} else {
		snprintf(query, cap, "SELECT id, name, price FROM products LIMIT 20;");
	}
}

static int
answer(struct worker *w, int fd)
{
	char query[256];
	int error;

	query_of(w, query, sizeof(query));
	error = ask_db(w, query);
	if (!error) {
		kit_send(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n%s", w->answer);
		return 200;
	}
	kit_log(w->server->log, "[error] %s: %s", query, strerror(-error));
	kit_send(fd, "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n\r\n"
		 "{\"error\": \"database: %s\"}\n", strerror(-error));
	return 503;
}

static void
measure(struct worker *w, int status, const struct timespec *from)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(ROLES_STATS_PORT) };
	struct timespec to;
	char text[64];
	long ms;
	int len;

	clock_gettime(CLOCK_MONOTONIC, &to);
	ms = (to.tv_sec - from->tv_sec) * 1000 + (to.tv_nsec - from->tv_nsec) / 1000000;
	len = snprintf(text, sizeof(text), "shop.request.%d:%ld|ms", status, ms);
	inet_pton(AF_INET, ROLES_HOST_ADDR, &a.sin_addr);
	sendto(w->server->stats, text, (size_t)len, 0, (struct sockaddr *)&a, sizeof(a));
}

static void *
work(void *arg)
{
	struct worker *w = arg;

	for (;;) {
		int fd = accept4(w->server->listener, NULL, NULL, SOCK_CLOEXEC);
		struct timespec from;

		if (fd < 0)
			continue;
		clock_gettime(CLOCK_MONOTONIC, &from);
		if (kit_read_until(fd, w->request, sizeof(w->request), "\r\n\r\n", DB_MS) > 0)
			measure(w, answer(w, fd), &from);
		close(fd);
	}
	return NULL;
}

/* The application: threads that turn requests into queries. */
int
role_api(int argc, char **argv)
{
	static struct server server;
	static struct worker workers[THREADS];

	(void)argc;
	(void)argv;
	server.log = kit_open_log("/var/log/shop-api.log");
	server.stats = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	server.listener = kit_listen(ROLES_API_PORT);
	kit_become(ROLES_UID_NOBODY, ROLES_UID_NOBODY);
	for (int i = 0; i < THREADS; i++) {
		char name[16];

		workers[i].server = &server;
		workers[i].db = -1;
		snprintf(name, sizeof(name), "api-worker-%d", i + 1);
		kit_start_thread(name, work, &workers[i]);
	}
	for (;;)
		pause();
}
