#include <dirent.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/event/source.h"
#include "probe/calls.h"
#include "probe/demand.h"
#include "probe/listed.h"
#include "probe/loader.h"
#include "probe/proc_entry.h"
#include "probe/sockets.h"
#include "tests/lib/check.h"

/*
 * What the iterator in the kernel says of descriptors is what /proc says of them. Only
 * a child of this process is looked at.
 */

#define RING_BYTES 65536
#define MANY 3000			/* more descriptors, for the time that it takes */

static void
make_inet(int family, int type, bool connected)
{
	struct sockaddr_storage a = { .ss_family = (sa_family_t)family };
	socklen_t len = family == AF_INET ? sizeof(struct sockaddr_in) :
			sizeof(struct sockaddr_in6);
	int one = socket(family, type, 0), two;

	if (family == AF_INET)
		((struct sockaddr_in *)&a)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		((struct sockaddr_in6 *)&a)->sin6_addr = in6addr_loopback;
	if (bind(one, (struct sockaddr *)&a, len) < 0)
		return;			/* a machine without IPv6 */
	if (type == SOCK_STREAM)
		listen(one, 5);
	getsockname(one, (struct sockaddr *)&a, &len);
	two = socket(family, type, 0);
	if (connected && connect(two, (struct sockaddr *)&a, len) == 0 && type == SOCK_STREAM)
		accept(one, NULL, NULL);
}

static void
make_unix(const char *folder)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fds[2], fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(a.sun_path, sizeof(a.sun_path), "%s/socket", folder);
	bind(fd, (struct sockaddr *)&a, sizeof(a));
	listen(fd, 5);
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	snprintf(a.sun_path, sizeof(a.sun_path), "%csysreel-test-%d", 0, getpid());
	bind(fd, (struct sockaddr *)&a,
	     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(a.sun_path + 1)));
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
		_exit(1);
}

static void
make_others(const char *folder)
{
	char path[128];
	sigset_t set;
	int fds[2];

	sigemptyset(&set);
	snprintf(path, sizeof(path), "%s/file", folder);
	open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	snprintf(path, sizeof(path), "%s/gone", folder);
	open(path, O_WRONLY | O_CREAT, 0600);
	unlink(path);
	open(folder, O_RDONLY | O_DIRECTORY);
	open("/dev/null", O_RDONLY | O_NONBLOCK);
	open("/proc/self/status", O_RDONLY);
	if (pipe(fds) < 0)
		_exit(1);
	eventfd(0, 0);
	epoll_create1(0);
	signalfd(-1, &set, 0);
	timerfd_create(CLOCK_MONOTONIC, 0);
	inotify_init1(0);
	memfd_create("some", 0);
	socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
}

/* Open something of each kind, say so, and wait to be ended. */
static void
be_looked_at(const char *folder, int out, int n_more)
{
	make_others(folder);
	make_unix(folder);
	make_inet(AF_INET, SOCK_STREAM, true);
	make_inet(AF_INET6, SOCK_STREAM, true);
	make_inet(AF_INET, SOCK_DGRAM, true);
	make_inet(AF_INET6, SOCK_DGRAM, false);
	for (int i = 0; i < n_more; i++)
		dup(out);
	if (write(out, "r", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static bool
is_same_name(const struct fd_record *a, const struct fd_record *b)
{
	/* /proc does not tell the end of a connection that has no name the other's. */
	if (b->kind == FD_UNIX && !b->name.len)
		return true;
	return a->name.len == b->name.len && !memcmp(a->name.p, b->name.p, a->name.len);
}

static void
compare(const struct fd_record *a, const struct fd_record *b)
{
	/* What is bound to nothing does not stand in its tables. */
	if (b->kind == FD_UNSUPPORTED && b->name.len > 8 && !memcmp(b->name.p, "socket:[", 8)) {
		CHECK(a->ino == b->ino && a->kind != FD_UNSUPPORTED,
		      "%d: a socket that /proc does not know is of kind %u", (int)a->fd, a->kind);
		return;
	}
	CHECK(a->kind == b->kind && a->ino == b->ino && a->dev == b->dev && a->l4 == b->l4,
	      "%d: kind %u, inode %llu, device %x, protocol %u", (int)a->fd, b->kind,
	      (unsigned long long)b->ino, b->dev, b->l4);
	CHECK(a->open_flags == b->open_flags, "  flags %x", b->open_flags);
	CHECK(!memcmp(a->src_ip, b->src_ip, 16) && !memcmp(a->dst_ip, b->dst_ip, 16) &&
	      a->src_port == b->src_port && a->dst_port == b->dst_port, "  ends %u and %u",
	      b->src_port, b->dst_port);
	CHECK(is_same_name(a, b), "  called %.*s", (int)b->name.len, (const char *)b->name.p);
}

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* All descriptors of PID from /proc, of which there are *N; how long that takes. */
static double
read_proc(pid_t pid, size_t *n)
{
	struct sockets *sockets = sockets_new();
	struct proc_entry e = { 0 };
	double start = now_ms();
	struct fd_record fd;
	struct dirent *d;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir)))
		if (d->d_name[0] != '.' &&
		    proc_entry_fd(&e, sockets, pid, strtoll(d->d_name, NULL, 10), &fd))
			++*n;
	if (dir)
		closedir(dir);
	proc_entry_fini(&e);
	sockets_free(sockets);
	return now_ms() - start;
}

static void
look_at(struct loader *l, pid_t pid)
{
	struct sockets *sockets = sockets_new();
	struct proc_entry e = { 0 };
	struct listed listed = { 0 };
	struct fd_record there, here;
	size_t n = 0, n_there = 0;
	double listing, start = now_ms();

	listed_read(&listed, loader_list_files(l));
	listing = now_ms() - start;
	CHECK(listed_seek(&listed, pid), "the child is listed");
	while (listed_pid(&listed) == pid && listed_next(&listed, &there)) {
		n++;
		if (n < 60 && CHECK(proc_entry_fd(&e, sockets, pid, there.fd, &here),
				    "%d is open", (int)there.fd))
			compare(&there, &here);
	}
	printf("# %zu descriptors: listed in %.2f ms, from /proc in %.2f ms\n", n, listing,
	       read_proc(pid, &n_there));
	CHECK(n == n_there && n > 30, "all %zu of them", n);
	CHECK(!listed_pid(&listed), "and nobody else's");
	listed_fini(&listed);
	proc_entry_fini(&e);
	sockets_free(sockets);
}

static void
compare_all(const char *folder, int n_more)
{
	static struct wire_config config;
	static struct call_plan plans[WIRE_CALLS];
	const struct demand everything = { 0 };
	struct err err = { 0 };
	struct loader *l;
	int ends[2], status;
	pid_t child;
	char c;

	if (pipe(ends) < 0)
		return;
	child = fork();
	if (!child)
		be_looked_at(folder, ends[1], n_more);
	CHECK(read(ends[0], &c, 1) == 1, "a child opens things");
	calls_plan(calls_machine(), plans, &config);
	config.only_marked = 1;
	demand_apply(&everything, NULL, &config);
	l = loader_open(&config, RING_BYTES, &err);
	if (l && loader_attach(l, &err) == 0 && loader_mark(l, (uint32_t)child, &err) == 0)
		look_at(l, child);
	else
		check_skip("%s", err.text);
	loader_close(l);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	char folder[] = "/tmp/sysreel-listed-XXXXXX", path[64];

	if (!CHECK(mkdtemp(folder), "there is a folder to work in"))
		return check_done();
	compare_all(folder, MANY);
	snprintf(path, sizeof(path), "%s/file", folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/socket", folder);
	unlink(path);
	rmdir(folder);
	return check_done();
}
