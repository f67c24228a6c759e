#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/event/source.h"
#include "probe/listed.h"
#include "probe/wire.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"

#define RANDOM_TURNS 20000

/* An entry: what it says of itself, and its path. */
struct entry {
	struct wire_listed head;
	char path[16];
};

static struct entry
entry_of(uint32_t pid, uint32_t fd, const char *path)
{
	struct entry e = { .head = { .len = sizeof(e), .pid = pid, .fd = fd,
				     .path_len = (uint16_t)(strlen(path) + 1),
				     .file = { .mode = S_IFREG, .ino = 9, .dev = 8 << 20 | 1 } } };

	strcpy(e.path, path);
	return e;
}

static void
read_bytes(struct listed *l, const void *p, size_t len)
{
	int fd = memfd_create("listed", 0);

	CHECK(write(fd, p, len) == (ssize_t)len, "%zu bytes are listed", len);
	lseek(fd, 0, SEEK_SET);
	listed_read(l, fd);
}

static void
processes_are_found(void)
{
	const struct entry all[] = {
		entry_of(5, 0, "/a"), entry_of(5, 3, "/b"), entry_of(9, 1, "/c"),
		entry_of(7, 2, "/d"),
	};
	struct listed l = { 0 };
	struct fd_record fd;

	read_bytes(&l, all, sizeof(all));
	CHECK(listed_seek(&l, 9) && listed_next(&l, &fd) && fd.tid == 9 && fd.fd == 1 &&
	      fd.kind == FD_FILE && fd.ino == 9 && fd.dev == 0x801 && fd.name.len == 2 &&
	      !memcmp(fd.name.p, "/c", 2), "one in the middle");
	CHECK(listed_pid(&l) == 7 && listed_seek(&l, 5) && listed_next(&l, &fd) && !fd.fd &&
	      listed_pid(&l) == 5 && listed_next(&l, &fd) && fd.fd == 3, "one before it");
	CHECK(!listed_seek(&l, 6), "one that is not there");
	CHECK(listed_seek(&l, 7) && listed_next(&l, &fd) && !listed_next(&l, &fd) &&
	      !listed_pid(&l), "the last");
	listed_read(&l, -1);
	CHECK(!listed_pid(&l) && !listed_seek(&l, 5), "who may not read lists nothing");
	listed_fini(&l);
}

static const struct {
	const char *what;
	struct wire_socket socket;
	uint8_t kind, l4;
	const char *name;
} sockets[] = {
	{ "a connection", { .family = AF_INET, .protocol = 6, .state = 1, .local_port = 5,
	  .remote_port = 80 }, FD_IPV4, L4_TCP, "" },
	{ "a server", { .family = AF_INET6, .protocol = 6, .state = 10, .local_port = 80 },
	  FD_IPV6_SERVER, L4_TCP, "" },
	{ "bound", { .family = AF_INET, .protocol = 17, .local_port = 53 }, FD_IPV4_SERVER,
	  L4_UDP, "" },
	{ "not bound", { .family = AF_INET, .protocol = 17 }, FD_IPV4, L4_UDP, "" },
	{ "a path", { .family = AF_UNIX, .path_len = 3, .path = "/u" }, FD_UNIX, L4_UNKNOWN,
	  "/u" },
	{ "a name that is no path", { .family = AF_UNIX, .path_len = 5, .path = "\0a\0b" },
	  FD_UNIX, L4_UNKNOWN, "@a@b@" },
	{ "a length that cannot be", { .family = AF_UNIX, .path_len = 999, .path = "/u" },
	  FD_UNIX, L4_UNKNOWN, "" },
	{ "netlink", { .family = AF_NETLINK }, FD_NETLINK, L4_UNKNOWN, "" },
	{ "anything", { .family = AF_PACKET }, FD_UNSUPPORTED, L4_UNKNOWN, "socket:[1]" },
};

static void
sockets_have_kinds(void)
{
	for (size_t i = 0; i < ARRAY_LEN(sockets); i++) {
		struct entry e = entry_of(5, 3, "socket:[1]");
		struct listed l = { 0 };
		struct fd_record fd;

		e.head.socket = sockets[i].socket;
		read_bytes(&l, &e, sizeof(e));
		CHECK(listed_next(&l, &fd) && fd.kind == sockets[i].kind &&
		      fd.l4 == sockets[i].l4, "%s is of kind %u", sockets[i].what, fd.kind);
		CHECK(fd.name.len == strlen(sockets[i].name) &&
		      !memcmp(fd.name.p, sockets[i].name, fd.name.len), "  called %s",
		      sockets[i].name);
		listed_fini(&l);
	}
}

/* What a kernel that hands out no paths tells instead: names, the last one first. */
static const struct {
	const char *names;
	size_t len;
	uint32_t mode;
	bool is_gone;
	const char *called;
	uint8_t kind;
} names[] = {
	{ "b\0a", 4, S_IFREG, false, "/a/b", FD_FILE },
	{ "b\0a", 4, S_IFREG, true, "/a/b (deleted)", FD_FILE },
	{ "", 1, S_IFDIR, false, "/", FD_DIRECTORY },
	{ "\0", 2, S_IFIFO, true, "pipe:[9]", FD_FIFO },
	{ "\0", 2, S_IFSOCK, true, "socket:[9]", FD_UNSUPPORTED },
	{ "[eventfd]\0", 11, 0, true, "anon_inode:[eventfd]", FD_EVENT },
	{ "memfd:x\0", 9, S_IFREG, true, "/memfd:x (deleted)", FD_MEMFD },
	{ "x", 1, S_IFREG, false, "", FD_UNSUPPORTED },
	{ "", 0, S_IFREG, true, "", FD_UNSUPPORTED },
};

static void
names_become_paths(void)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct entry e = entry_of(5, 3, "");
		struct listed l = { 0 };
		struct fd_record fd;

		memcpy(e.path, names[i].names, names[i].len);
		e.head.path_len = (uint16_t)names[i].len;
		e.head.are_names = 1;
		e.head.is_gone = names[i].is_gone;
		e.head.file.mode = names[i].mode;
		read_bytes(&l, &e, sizeof(e));
		CHECK(listed_next(&l, &fd) && fd.name.len == strlen(names[i].called) &&
		      !memcmp(fd.name.p, names[i].called, fd.name.len), "\"%s\" is called %.*s",
		      names[i].called, (int)fd.name.len, (const char *)fd.name.p);
		CHECK(fd.kind == names[i].kind, "  of kind %u", fd.kind);
		listed_fini(&l);
	}
}

/* Lengths that lead out of what there is, and anything else. */
static void
nothing_is_believed(struct rng rng)
{
	struct entry e = entry_of(5, 3, "/a");
	struct listed l = { 0 };
	struct fd_record fd;
	size_t n = 0;

	for (int i = 0; i < RANDOM_TURNS; i++) {
		struct entry all[3] = { e, e, e };
		uint8_t *bytes = (uint8_t *)all;

		for (int k = 0; k < 4; k++)
			bytes[rng_below(&rng, sizeof(all))] = (uint8_t)rng_below(&rng, 256);
		l.bytes.len = l.at = 0;
		text_bytes(&l.bytes, all, sizeof(all) - rng_below(&rng, 40));
		while (listed_next(&l, &fd))
			for (size_t k = 0; k < fd.name.len; k++)
				n += fd.name.p[k];
	}
	CHECK(n, "%d lists with wrong bytes are read as far as they make sense", RANDOM_TURNS);
	listed_fini(&l);
}

int
main(int argc, char **argv)
{
	struct rng rng = rng_from_args(argc, argv);

	processes_are_found();
	sockets_have_kinds();
	names_become_paths();
	nothing_is_believed(rng);
	return check_done();
}
