#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/story/kit.h"
#include "tests/story/roles.h"

#define PAGE 4096
#define DATA "/var/lib/orders/orders.db"
#define WAL "/var/lib/orders/wal.log"
#define CHECKPOINT_MS 1500
#define ROW_MAX 160

struct db {
	int data;			/* the pages, past the cache */
	off_t n_pages;
	int wal;
	int log;
	pthread_mutex_t wal_lock;	/* one writer at a time; readers need none */
	unsigned n_rows;
};

static struct db db = { .wal_lock = PTHREAD_MUTEX_INITIALIZER };

struct session {
	int fd;
	char *page;			/* aligned, for reads past the cache */
	char query[KIT_LINE_MAX];
};

/* What was written since the last checkpoint is read again at the start. */
static void
replay_wal(void)
{
	char piece[PAGE];
	ssize_t n;
	size_t bytes = 0;

	while ((n = read(db.wal, piece, sizeof(piece))) > 0)
		bytes += (size_t)n;
	kit_log(db.log, "replayed %zu bytes of %s", bytes, WAL);
}

/* Table products is the first page; an order has the page of its number. */
static int
do_select(struct session *s)
{
	const char *where = strstr(s->query, "id = ");
	unsigned long id = where ? strtoul(where + 5, NULL, 10) : 0;
	off_t page = where ? (off_t)(id % (unsigned long)db.n_pages) : 0;
	size_t len;

	if (pread(db.data, s->page, PAGE, page * PAGE) != PAGE)
		return kit_send(s->fd, "ERROR %s\n\n", strerror(errno));
	len = strcspn(s->page, "\n");
	return kit_send(s->fd, "%.*s\n\n", (int)(len < ROW_MAX ? len : ROW_MAX), s->page);
}

static int
do_insert(struct session *s)
{
	char record[KIT_LINE_MAX + 16];
	unsigned id;
	int len;

	pthread_mutex_lock(&db.wal_lock);
	id = ++db.n_rows;
	len = snprintf(record, sizeof(record), "%u %s\n", id, s->query);
	KIT_MUST(write(db.wal, record, (size_t)len) == len && fdatasync(db.wal) == 0);
	pthread_mutex_unlock(&db.wal_lock);
	return kit_send(s->fd, "INSERT %u\n\n", id);
}

static void *
run_session(void *arg)
{
	struct session *s = arg;
	int error = 0;

	while (!error && kit_read_until(s->fd, s->query, sizeof(s->query), "\n", -1) > 0) {
		s->query[strcspn(s->query, "\n")] = '\0';
		error = strncmp(s->query, "INSERT", 6) ? do_select(s) : do_insert(s);
	}
	if (error)
		kit_log(db.log, "client went away: %s: %s", s->query, strerror(-error));
	close(s->fd);
	free(s->page);
	free(s);
	return NULL;
}

/* Write one page of the data, now and then. */
static void *
run_checkpointer(void *arg)
{
	char *page = aligned_alloc(PAGE, PAGE);
	off_t at = 0;

	(void)arg;
	KIT_MUST(page);
	for (;;) {
		kit_sleep_ms(CHECKPOINT_MS);
		at = (at + 1) % db.n_pages;
		pthread_mutex_lock(&db.wal_lock);
		KIT_MUST(pread(db.data, page, PAGE, at * PAGE) == PAGE);
		KIT_MUST(pwrite(db.data, page, PAGE, at * PAGE) == PAGE);
		KIT_MUST(fdatasync(db.data) == 0);
		pthread_mutex_unlock(&db.wal_lock);
	}
	return NULL;
}

/* The database: a thread for each connection, one file of pages, one log. */
int
role_db(int argc, char **argv)
{
	int listener;

	(void)argc;
	(void)argv;
	db.log = kit_open_log("/var/log/ordersdb.log");
	kit_become(ROLES_UID_ORDERS, ROLES_UID_ORDERS);
	db.data = open(DATA, O_RDWR | O_DIRECT | O_CLOEXEC);
	db.wal = open(WAL, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	KIT_MUST(db.data >= 0 && db.wal >= 0);
	db.n_pages = lseek(db.data, 0, SEEK_END) / PAGE;
	KIT_MUST(db.n_pages > 1);
	replay_wal();
	listener = kit_listen(ROLES_DB_PORT);
	kit_log(db.log, "ready: %lld pages", (long long)db.n_pages);
	kit_start_thread("checkpointer", run_checkpointer, NULL);
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		struct session *s = fd < 0 ? NULL : calloc(1, sizeof(*s));

		if (!s)
			continue;
		s->fd = fd;
		s->page = aligned_alloc(PAGE, PAGE);
		KIT_MUST(s->page);
		kit_start_thread("session", run_session, s);
	}
}
