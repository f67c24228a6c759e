#include "probe/heal.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/event/scan.h"
#include "probe/wire.h"
#include "tests/lib/check.h"

#define SECOND_NS 1000000000u

static uint64_t after_ns;

static uint64_t
then_ns(void)
{
	return after_ns;
}

/* Append an entry to FD. */
static void
list(int fd, uint32_t pid, uint32_t num, const char *path, const struct wire_socket *socket)
{
	char path_room[64] = "";
	struct wire_listed l = { .pid = pid, .fd = num, .file = { .mode = S_IFREG, .ino = 9 } };

	strcpy(path_room, path);
	l.path_len = (uint32_t)strlen(path) + 1;
	l.len = (uint32_t)(sizeof(l) + ((l.path_len + 7) & ~7u));
	if (socket)
		l.socket = *socket;
	CHECK(write(fd, &l, sizeof(l)) == sizeof(l) &&
	      write(fd, path_room, l.len - sizeof(l)) == (ssize_t)(l.len - sizeof(l)), "listed");
}

static void
it_tells_what_is_listed(void)
{
	static const uint16_t ids[] = {
		EV_ITER_TASK_FILE_REGULAR_E, EV_ITER_TASK_FILE_SOCKET_INET_E, EV_ASYNCEVENT_E,
		EV_ITER_TASK_FILE_ANON_INODE_E, EV_ASYNCEVENT_E,
	};
	struct wire_socket socket = { .family = AF_INET, .protocol = 6, .remote_port = 80 };
	int fd = memfd_create("listed", 0);
	struct heal *h = heal_new();
	struct event ev;

	list(fd, 5, 0, "/a", NULL);
	list(fd, 5, 1, "socket:[1]", &socket);
	list(fd, 6, 3, "anon_inode:[eventpoll]", NULL);
	CHECK(write(fd, "torn", 4) == 4, "and something torn");
	lseek(fd, 0, SEEK_SET);
	CHECK(!heal_is_due(h, UINT64_MAX) && !heal_has(h, UINT64_MAX), "nobody asks");
	heal_ask(h);
	CHECK(heal_is_due(h, 1000), "it is due at once");
	after_ns = 2000;
	heal_read(h, fd, 1000, then_ns);
	CHECK(!heal_has(h, 1000) && heal_has(h, 1001), "it is told of when reading began");
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		CHECK(heal_next(h, &ev) && ev.id == ids[i] && ev.ts_ns == 1000 &&
		      ev.dump_flags == (EVENT_STATE_ONLY | EVENT_RESTATED), "event %zu is %u", i,
		      ev.id);
	CHECK(!heal_next(h, &ev) && !heal_has(h, UINT64_MAX), "and nothing else");
	heal_free(h);
}

static void
it_takes_its_time(void)
{
	struct heal *h = heal_new();

	heal_ask(h);
	after_ns = SECOND_NS / 10;
	heal_read(h, -1, 0, then_ns);
	CHECK(!heal_has(h, UINT64_MAX), "who may not read tells nothing");
	heal_ask(h);
	CHECK(!heal_is_due(h, 5u * SECOND_NS - 1) && heal_is_due(h, 5ull * SECOND_NS),
	      "a tenth of a second each five seconds");
	heal_free(h);
}

int
main(void)
{
	it_tells_what_is_listed();
	it_takes_its_time();
	return check_done();
}
