/*
 * mkdemo - write the demonstration capture: mkdemo FILE
 *
 * Fourteen seconds on the host web-1. In one container a web server answers
 * requests, some of them with files, some by asking the shop's API in another
 * container, a pod of two threads with a slow disk. On the host somebody looks
 * around in a shell, fails to read what is not theirs, has the server reloaded;
 * a nightly job turns the log. All names and addresses are invented. The bytes
 * are the same each time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "engine/base/mem.h"
#include "tests/tools/story.h"

#define START_NS 1767283200000000000ull	/* 2026-01-01 16:00 UTC */
#define BOOT_NS (START_NS - 86400 * SEC)
#define CWD (-100)
#define THREAD_FLAGS 0x2001		/* of clone: a thread that shares its descriptors */
#define NGINX_ID "3f9d2c81a6e0b7544d1f08e2c9ab7650d3e4f5a6b7c8091a2b3c4d5e6f708192"
#define API_ID "b81e40cc92d7f3056a1e9b8d7c6f5e4d3c2b1a09f8e7d6c5b4a3928170f6e5d4"
#define CGROUP_ALL(path) \
	"cpuset=" path "\0" "cpu=" path "\0" "cpuacct=" path "\0" "blkio=" path "\0" \
	"memory=" path "\0"
#define HOST_CGROUPS CGROUP_ALL("/system.slice")
#define USER_CGROUPS CGROUP_ALL("/user.slice/user-1000.slice")
#define NGINX_CGROUPS CGROUP_ALL("/docker/" NGINX_ID)
#define API_CGROUPS CGROUP_ALL("/kubepods/burstable/pod7c1d/" API_ID)
#define IPV4(a, b, c, d) { a, b, c, d }

#define WAIT4 61			/* system calls of x86-64 */
#define RT_SIGACTION 13
#define GETRANDOM 318
#define EPOLL_CTL 233

enum who { INIT, DOCKERD, SSHD, BASH, CRON, MASTER, WORKER, API, API_2, WHO };

static const struct proc_record procs[WHO] = {
	[INIT] = { .tid = 1, .pid = 1, .ptid = 0, .comm = SCAP_SPAN("systemd"),
		   .exe = SCAP_SPAN("/sbin/init"), .exepath = SCAP_SPAN("/lib/systemd/systemd"),
		   .args = SCAP_SPAN(""), .cwd = SCAP_SPAN("/"), .sid = 1, .vpgid = 1,
		   .vmsize_kb = 168000, .vmrss_kb = 12800, .cgroups = SCAP_SPAN(HOST_CGROUPS) },
	[DOCKERD] = { .tid = 640, .pid = 640, .ptid = 1, .comm = SCAP_SPAN("dockerd"),
			 .exe = SCAP_SPAN("/usr/bin/dockerd"),
			 .exepath = SCAP_SPAN("/usr/bin/dockerd"), .args = SCAP_SPAN(""),
			 .cwd = SCAP_SPAN("/"), .sid = 640, .vpgid = 640,
			 .vmsize_kb = 1349000, .vmrss_kb = 48200,
			 .cgroups = SCAP_SPAN(HOST_CGROUPS) },
	[SSHD] = { .tid = 702, .pid = 702, .ptid = 1, .comm = SCAP_SPAN("sshd"),
		   .exe = SCAP_SPAN("sshd: alice@pts/0"),
		   .exepath = SCAP_SPAN("/usr/sbin/sshd"), .args = SCAP_SPAN(""),
		   .cwd = SCAP_SPAN("/"), .sid = 702, .vpgid = 702, .vmsize_kb = 15400,
		   .vmrss_kb = 8100, .cgroups = SCAP_SPAN(HOST_CGROUPS) },
	[BASH] = { .tid = 2101, .pid = 2101, .ptid = 702, .comm = SCAP_SPAN("bash"),
		   .exe = SCAP_SPAN("-bash"), .exepath = SCAP_SPAN("/bin/bash"),
		   .args = SCAP_SPAN(""), .cwd = SCAP_SPAN("/home/alice"), .uid = 1000,
		   .gid = 1000, .sid = 2101, .vpgid = 2101, .vmsize_kb = 8200,
		   .vmrss_kb = 5100, .pfminor = 1480, .tty = 34816, .loginuid = 1000,
		   .env = SCAP_SPAN("HOME=/home/alice\0SHELL=/bin/bash\0LANG=C.UTF-8\0"),
		   .cgroups = SCAP_SPAN(USER_CGROUPS) },
	[CRON] = { .tid = 655, .pid = 655, .ptid = 1, .comm = SCAP_SPAN("cron"),
		   .exe = SCAP_SPAN("/usr/sbin/cron"), .exepath = SCAP_SPAN("/usr/sbin/cron"),
		   .args = SCAP_SPAN("-f\0"), .cwd = SCAP_SPAN("/var/spool/cron"), .sid = 655,
		   .vpgid = 655, .vmsize_kb = 6600, .vmrss_kb = 2800,
		   .cgroups = SCAP_SPAN(HOST_CGROUPS) },
	[MASTER] = { .tid = 1201, .pid = 1201, .ptid = 640, .comm = SCAP_SPAN("nginx"),
		     .exe = SCAP_SPAN("nginx: master process"),
		     .exepath = SCAP_SPAN("/usr/sbin/nginx"),
		     .args = SCAP_SPAN("-g\0daemon off;\0"), .cwd = SCAP_SPAN("/"), .sid = 1201,
		     .vpgid = 1, .vtid = 1, .vpid = 1, .vmsize_kb = 10300, .vmrss_kb = 6400,
		     .pfminor = 902, .cgroups = SCAP_SPAN(NGINX_CGROUPS) },
	[WORKER] = { .tid = 1210, .pid = 1210, .ptid = 1201, .comm = SCAP_SPAN("nginx"),
		     .exe = SCAP_SPAN("nginx: worker process"),
		     .exepath = SCAP_SPAN("/usr/sbin/nginx"), .args = SCAP_SPAN(""),
		     .cwd = SCAP_SPAN("/"), .uid = 101, .gid = 101, .sid = 1201, .vpgid = 1,
		     .vtid = 7, .vpid = 7, .vmsize_kb = 10800, .vmrss_kb = 3900, .pfminor = 411,
		     .cgroups = SCAP_SPAN(NGINX_CGROUPS) },
	[API] = { .tid = 1301, .pid = 1301, .ptid = 640, .comm = SCAP_SPAN("shop-api"),
		  .exe = SCAP_SPAN("/app/shop-api"), .exepath = SCAP_SPAN("/app/shop-api"),
		  .args = SCAP_SPAN("--port\0" "8080\0"), .cwd = SCAP_SPAN("/app"), .uid = 10001,
		  .gid = 10001, .sid = 1301, .vpgid = 1, .vtid = 1, .vpid = 1,
		  .vmsize_kb = 702000, .vmrss_kb = 61000, .pfmajor = 12, .pfminor = 22400,
		  .env = SCAP_SPAN("PORT=8080\0DB_PATH=/data/orders.db\0"),
		  .cgroups = SCAP_SPAN(API_CGROUPS) },
	[API_2] = { .tid = 1304, .pid = 1301, .ptid = 640, .flags = THREAD_FLAGS,
		    .comm = SCAP_SPAN("db-reader"),
		    .exe = SCAP_SPAN("/app/shop-api"), .exepath = SCAP_SPAN("/app/shop-api"),
		    .args = SCAP_SPAN("--port\0" "8080\0"), .cwd = SCAP_SPAN("/app"),
		    .uid = 10001, .gid = 10001, .sid = 1301, .vpgid = 1, .vtid = 4, .vpid = 1,
		    .vmsize_kb = 702000, .vmrss_kb = 61000, .pfmajor = 3, .pfminor = 810,
		    .cgroups = SCAP_SPAN(API_CGROUPS) },
};

static const struct fd_record init_fds[] = {
	{ .fd = 1, .ino = 2051, .kind = FD_UNIX, .unix_src = 0xFFFF9A8101A20800,
	  .name = SCAP_SPAN("/run/systemd/journal/stdout") },
	{ .fd = 4, .ino = 2060, .kind = FD_EPOLL, .name = SCAP_SPAN("[eventpoll]") },
	{ .fd = 5, .ino = 2061, .kind = FD_SIGNALFD, .name = SCAP_SPAN("[signalfd]") },
	{ .fd = 6, .ino = 2062, .kind = FD_INOTIFY, .name = SCAP_SPAN("inotify") },
	{ .fd = 9, .ino = 2065, .kind = FD_TIMERFD, .name = SCAP_SPAN("[timerfd]") },
	{ .fd = 11, .ino = 2070, .kind = FD_NETLINK, .name = SCAP_SPAN("") },
};

static const struct fd_record sshd_fds[] = {
	{ .fd = 4, .ino = 31002, .kind = FD_IPV4, .l4 = L4_TCP,
	  .src_ip = IPV4(203, 0, 113, 77), .dst_ip = IPV4(192, 0, 2, 1), .src_port = 51022,
	  .dst_port = 22 },
	{ .fd = 9, .ino = 5, .kind = FD_FILE, .name = SCAP_SPAN("/dev/ptmx") },
};

static const struct fd_record bash_fds[] = {
	{ .fd = 0, .ino = 3, .kind = FD_FILE, .name = SCAP_SPAN("/dev/pts/0") },
	{ .fd = 1, .ino = 3, .kind = FD_FILE, .name = SCAP_SPAN("/dev/pts/0") },
	{ .fd = 2, .ino = 3, .kind = FD_FILE, .name = SCAP_SPAN("/dev/pts/0") },
	{ .fd = 255, .ino = 3, .kind = FD_FILE, .name = SCAP_SPAN("/dev/pts/0") },
};

static const struct fd_record nginx_fds[] = {
	{ .fd = 0, .ino = 6, .kind = FD_FILE, .name = SCAP_SPAN("/dev/null") },
	{ .fd = 1, .ino = 41001, .kind = FD_FIFO, .name = SCAP_SPAN("pipe:[41001]") },
	{ .fd = 2, .ino = 41002, .kind = FD_FIFO, .name = SCAP_SPAN("pipe:[41002]") },
	{ .fd = 4, .ino = 7710, .kind = FD_FILE_V2, .open_flags = 0xE, .dev = 0x801,
	  .name = SCAP_SPAN("/var/log/nginx/access.log") },
	{ .fd = 5, .ino = 7711, .kind = FD_FILE_V2, .open_flags = 0xE, .dev = 0x801,
	  .name = SCAP_SPAN("/var/log/nginx/error.log") },
	{ .fd = 6, .ino = 41010, .kind = FD_IPV4_SERVER, .l4 = L4_TCP,
	  .src_ip = IPV4(0, 0, 0, 0), .src_port = 80 },
	{ .fd = 7, .ino = 41011, .kind = FD_IPV6_SERVER, .l4 = L4_TCP, .src_port = 80 },
	{ .fd = 9, .ino = 41013, .kind = FD_EPOLL, .name = SCAP_SPAN("[eventpoll]") },
	{ .fd = 10, .ino = 41014, .kind = FD_EVENT, .name = SCAP_SPAN("[eventfd]") },
};

static const struct fd_record api_fds[] = {
	{ .fd = 0, .ino = 6, .kind = FD_FILE, .name = SCAP_SPAN("/dev/null") },
	{ .fd = 1, .ino = 42001, .kind = FD_FIFO, .name = SCAP_SPAN("pipe:[42001]") },
	{ .fd = 3, .ino = 42010, .kind = FD_IPV4_SERVER, .l4 = L4_TCP,
	  .src_ip = IPV4(0, 0, 0, 0), .src_port = 8080 },
	{ .fd = 5, .ino = 9102, .kind = FD_FILE_V2, .open_flags = 0x3, .dev = 0x802,
	  .name = SCAP_SPAN("/data/orders.db") },
	{ .fd = 7, .ino = 9000, .kind = FD_DIRECTORY, .name = SCAP_SPAN("/data") },
};

static const struct iface_record ifaces[] = {
	{ .name = SCAP_SPAN("lo"), .addr = IPV4(127, 0, 0, 1), .netmask = IPV4(255, 0, 0, 0) },
	{ .name = SCAP_SPAN("eth0"), .addr = IPV4(192, 0, 2, 1),
	  .netmask = IPV4(255, 255, 255, 0), .broadcast = IPV4(192, 0, 2, 255) },
	{ .name = SCAP_SPAN("eth0"), .is_v6 = true,
	  .addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x01 },
	  .netmask = { 255, 255, 255, 255, 255, 255, 255, 255 } },
};

static const struct user_record users[] = {
	{ .uid = 0, .gid = 0, .name = SCAP_SPAN("root"), .home = SCAP_SPAN("/root"),
	  .shell = SCAP_SPAN("/bin/bash") },
	{ .uid = 101, .gid = 101, .name = SCAP_SPAN("nginx"), .home = SCAP_SPAN("/nonexistent"),
	  .shell = SCAP_SPAN("/bin/false") },
	{ .uid = 1000, .gid = 1000, .name = SCAP_SPAN("alice"),
	  .home = SCAP_SPAN("/home/alice"), .shell = SCAP_SPAN("/bin/bash") },
	{ .uid = 1001, .gid = 1001, .name = SCAP_SPAN("backup"),
	  .home = SCAP_SPAN("/var/backups"), .shell = SCAP_SPAN("/bin/sh") },
};

static const struct user_record groups[] = {
	{ .gid = 0, .name = SCAP_SPAN("root") },
	{ .gid = 101, .name = SCAP_SPAN("nginx") },
	{ .gid = 1000, .name = SCAP_SPAN("alice") },
	{ .gid = 1001, .name = SCAP_SPAN("backup") },
};

static const char nginx_json[] =
	"{\"container\":{\"id\":\"3f9d2c81a6e0\",\"full_id\":\"" NGINX_ID "\",\"type\":0,"
	"\"name\":\"shop-web\",\"image\":\"nginx:1.27\",\"imagerepo\":\"nginx\","
	"\"imagetag\":\"1.27\",\"imageid\":\"5ef79149e0ec84a7a9f9284c3f91aa3c20608f8391f5445e"
	"abe92ef07dbda03c\",\"privileged\":false,\"lookup_state\":1,\"created_time\":1767196860,"
	"\"ip\":\"192.0.2.10\",\"User\":\"\",\"Mounts\":[{\"Source\":\"/srv/shop/html\","
	"\"Destination\":\"/usr/share/nginx/html\",\"Mode\":\"ro\",\"RW\":false,"
	"\"Propagation\":\"rprivate\"}],\"port_mappings\":[{\"HostIp\":0,\"HostPort\":80,"
	"\"ContainerPort\":80}],\"labels\":{\"org.example.team\":\"shop\","
	"\"org.example.tier\":\"front\"},\"memory_limit\":268435456,\"swap_limit\":0,"
	"\"cpu_shares\":1024,\"cpu_quota\":0,\"cpu_period\":100000}}";

static const char api_json[] =
	"{\"container\":{\"id\":\"b81e40cc92d7\",\"full_id\":\"" API_ID "\",\"type\":7,"
	"\"name\":\"shop-api\",\"image\":\"registry.example/shop/api:4.2\","
	"\"imagerepo\":\"registry.example/shop/api\",\"imagetag\":\"4.2\",\"imageid\":"
	"\"9c7a54a9a43cca047013b82af109fe963fde787f63f9e016fdc3384500c2823d\","
	"\"privileged\":false,\"lookup_state\":1,\"created_time\":1767196901,"
	"\"ip\":\"192.0.2.20\",\"cni_json\":\"\",\"pod_sandbox_id\":\"e1a2b3c4d5f60718293a4b5c6d7e"
	"8f90a1b2c3d4e5f60718293a4b5c6d7e8f90\",\"labels\":{\"io.kubernetes.container.name\":"
	"\"shop-api\",\"io.kubernetes.pod.name\":\"shop-api-6d5f9\","
	"\"io.kubernetes.pod.namespace\":\"shop\",\"io.kubernetes.pod.uid\":"
	"\"7c1d4a52-0b9e-4c53-9f0e-5b1f0a6d2e11\"},"
	"\"pod_sandbox_labels\":{\"app\":\"shop-api\",\"tier\":\"back\"},"
	"\"env\":[\"PORT=8080\",\"DB_PATH=/data/orders.db\"],\"memory_limit\":536870912,"
	"\"cpu_shares\":512}}";

struct demo {
	struct story story;
	struct actor who[WHO];
};

/* A web request and what becomes of it. */
struct request {
	const char *client;		/* address */
	const char *method_path;
	const char *file;		/* to be sent, or NULL: the API is asked */
	uint32_t size;			/* of FILE; 0: it does not exist */
};

static const struct request requests[] = {
	{ "198.51.100.23", "GET /", "/usr/share/nginx/html/index.html", 5120 },
	{ "198.51.100.23", "GET /style.css", "/usr/share/nginx/html/style.css", 18300 },
	{ "203.0.113.9", "GET /api/orders/41", NULL, 0 },
	{ "2001:db8:7::4a", "GET /", "/usr/share/nginx/html/index.html", 5120 },
	{ "203.0.113.9", "GET /favicon.ico", "/usr/share/nginx/html/favicon.ico", 0 },
	{ "198.51.100.140", "GET /img/hat.jpg", "/usr/share/nginx/html/img/hat.jpg", 91000 },
	{ "198.51.100.23", "POST /api/orders", NULL, 0 },
	{ "2001:db8:7::4a", "GET /api/orders/42", NULL, 0 },
};

static struct scap_value
tuple_of(const char *client, uint16_t port)
{
	const char *own = strchr(client, ':') ? "2001:db8::10" : "192.0.2.10";

	return scap_tuple(client, port, own, 80);
}

/* The API's side: its first thread accepts and hands over, the second one
 * reads from the disk. Each fifth read waits long. */
static void
api_answers(struct demo *d, unsigned i, uint16_t port, const char *request)
{
	struct actor *api = &d->who[API], *reader = &d->who[API_2];
	struct scap_value peer = scap_tuple("192.0.2.10", port, "192.0.2.20", 8080);
	uint64_t disk_ns = i % 5 == 2 ? 480 * MSEC : 900 * USEC;

	story_accept(api, 8, peer);
	story_recvfrom(api, 8, request, scap_empty(), 4 * USEC);
	story_futex_wake(api, 0xC000042148);
	story_wait_for(reader, api);
	story_futex_wait(reader, 0xC000042148, 30 * USEC);
	story_pread(reader, 5, 4096ull * (i * 37 % 512), "SQLite page: order, hat, 2, 19.90",
		    disk_ns);
	story_futex_wake(reader, 0xC000051900);
	story_futex_wait(api, 0xC000051900,
			 reader->now_ns > api->now_ns ? reader->now_ns - api->now_ns : 0);
	story_wait_for(api, reader);
	story_write_to(api, 1, "{\"level\":\"info\",\"msg\":\"order read\"}\n");
	story_write_to(api, 8, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
		       "{\"item\":\"hat\",\"count\":2}");
	story_close(api, 8);
}

/* The API asks for a name before it first talks to anybody. */
static void
api_resolves(struct demo *d)
{
	struct actor *api = &d->who[API];
	struct scap_value to = scap_tuple("192.0.2.20", 40211, "192.0.2.53", 53);
	struct scap_value from = scap_tuple("192.0.2.53", 53, "192.0.2.20", 40211);

	story_openat(api, 8, CWD, "/etc/resolv.conf", SO_READ | SO_CLOEXEC);
	story_read(api, 8, 4096, "nameserver 192.0.2.53\nsearch shop.example\n", 3 * USEC);
	story_close(api, 8);
	story_socket(api, 8, AF_INET, 2);
	story_connect(api, 0, 8, scap_addr("192.0.2.53", 53), to);
	story_sendto(api, 8, "\x1a\x2b\x01\1\1\1\1\4mail\4shop\7example", scap_empty());
	story_recvfrom(api, 8, "\x1a\x2b\x81\x80\1\1\1\1\4mail\4shop\7example", from,
		       7 * MSEC);
	story_close(api, 8);
}

static void
ask_api(struct demo *d, unsigned i, const char *request)
{
	struct actor *w = &d->who[WORKER], *api = &d->who[API];
	uint16_t port = (uint16_t)(45000 + i);
	struct scap_value addr = scap_addr("192.0.2.20", 8080);
	struct scap_value tuple = scap_tuple("192.0.2.10", port, "192.0.2.20", 8080);
	uint64_t asked_ns;

	story_socket(w, 12, AF_INET, 1);
	story_connect(w, -EINPROGRESS, 12, addr, tuple);
	story_generic(w, EPOLL_CTL, USEC);
	story_epoll_wait(w, 90 * USEC);
	story_write_to(w, 12, request);
	asked_ns = w->now_ns;
	story_wait_for(api, w);
	api_answers(d, i, port, request);
	story_epoll_wait(w, api->now_ns > asked_ns ? api->now_ns - asked_ns : USEC);
	story_recvfrom(w, 12, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
		       "{\"item\":\"hat\",\"count\":2}", scap_empty(), 3 * USEC);
	story_close(w, 12);
}

static void
serve(struct demo *d, unsigned i, int64_t fd)
{
	const struct request *r = &requests[i % ARRAY_LEN(requests)];
	struct actor *w = &d->who[WORKER];
	uint16_t port = (uint16_t)(52000 + 7 * i);
	char head[160], line[220];
	int status = 200;

	snprintf(head, sizeof(head), "%s HTTP/1.1\r\nHost: shop.example\r\n\r\n",
		 r->method_path);
	story_accept(w, fd, tuple_of(r->client, port));
	story_generic(w, EPOLL_CTL, USEC);
	story_epoll_wait(w, 60 * USEC);
	story_recvfrom(w, fd, head, scap_empty(), 3 * USEC);
	if (!r->file) {
		ask_api(d, i, head);
		story_write_to(w, fd, "HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\n");
	} else if (!r->size) {
		status = 404;
		story_open(w, -ENOENT, r->file, SO_READ | SO_NONBLOCK);
		story_write_to(w, 5, "open() \"/usr/share/nginx/html/favicon.ico\" failed "
			       "(2: No such file or directory)\n");
		story_write_to(w, fd, "HTTP/1.1 404 Not Found\r\nServer: nginx\r\n\r\n");
	} else {
		story_open(w, 13, r->file, SO_READ | SO_NONBLOCK);
		story_fstat(w, 13);
		story_write_to(w, fd, "HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\n");
		story_sendfile(w, fd, 13, r->size);
		story_close(w, 13);
	}
	snprintf(line, sizeof(line), "%s - - \"%s HTTP/1.1\" %d %u\n", r->client, r->method_path,
		 status, r->size);
	story_write_to(w, 4, line);
	story_close(w, fd);
}

static void
serve_all(struct demo *d, unsigned from, unsigned n)
{
	struct actor *w = &d->who[WORKER];
	bool is_new = w->proc.pid != procs[WORKER].pid;

	for (unsigned i = from; i < from + n; i++) {
		uint64_t busy_ns = is_new ? (54 + 33 * (i % 7)) * MSEC : 0;

		/* The new worker has much to do between requests. */
		story_compute(w, busy_ns);
		story_epoll_wait(w, (60 + 37 * (i % 7)) * MSEC - busy_ns);
		serve(d, i, 11);
	}
}

/* A command of the shell, from fork to exec. Its exit is the caller's part. */
static struct actor
run(struct actor *bash, int64_t pid, const char *path, const char *comm, struct span args)
{
	struct actor child = story_clone(bash, pid, pid, 0x1200000);

	story_exec(&child, path, comm, args);
	return child;
}

static void
reap(struct actor *bash, struct actor *child, int status, int sig)
{
	uint64_t since_ns = bash->now_ns;

	story_exit(child, status, sig);
	story_generic(bash, WAIT4, child->now_ns > since_ns ? child->now_ns - since_ns : 0);
	story_signal(bash, child->proc.pid, 17);
}

/* What the user types arrives slowly, key by key. */
static void
prompt(struct actor *bash, const char *line)
{
	char key[2] = { 0 };

	story_write_to(bash, 2, "alice@web-1:~$ ");
	for (; *line; line++) {
		key[0] = *line;
		story_read(bash, 0, 1, key, 70 * MSEC);
		story_write_to(bash, 2, key);
	}
}

/* ls, a file that is not there, one that is somebody else's. */
static void
look_around(struct actor *bash)
{
	struct actor c;

	prompt(bash, "ls\n");
	c = run(bash, 2140, "/bin/ls", "ls", SCAP_LIST("--color=auto\0"));
	story_openat(&c, 3, CWD, ".", SO_READ | SO_NONBLOCK | SO_DIRECTORY | SO_CLOEXEC);
	story_event(&c, EV_GETDENTS64_E, scap_num(3));
	story_event(&c, EV_GETDENTS64_X, scap_num(168));
	story_close(&c, 3);
	story_write_to(&c, 1, "notes.txt  deploy.sh  shop\n");
	reap(bash, &c, 0, 0);

	prompt(bash, "cat nots.txt\n");
	c = run(bash, 2141, "/bin/cat", "cat", SCAP_LIST("nots.txt\0"));
	story_openat(&c, -ENOENT, CWD, "nots.txt", SO_READ);
	story_write_to(&c, 2, "cat: nots.txt: No such file or directory\n");
	reap(bash, &c, 1, 0);

	prompt(bash, "cat /etc/shadow\n");
	c = run(bash, 2142, "/bin/cat", "cat", SCAP_LIST("/etc/shadow\0"));
	story_openat(&c, -EACCES, CWD, "/etc/shadow", SO_READ);
	story_write_to(&c, 2, "cat: /etc/shadow: Permission denied\n");
	reap(bash, &c, 1, 0);
}

/* grep 404 access.log | wc -l */
static void
pipe_two(struct actor *bash)
{
	static const char found[] = "203.0.113.9 - - \"GET /favicon.ico HTTP/1.1\" 404 0\n";
	struct actor grep, wc;

	prompt(bash, "grep 404 shop/access.log | wc -l\n");
	story_pipe(bash, 3, 4, 52011);
	grep = story_clone(bash, 2150, 2150, 0x1200000);
	wc = story_clone(bash, 2151, 2151, 0x1200000);
	story_compute(bash, 120 * USEC);
	story_close(bash, 3);
	story_close(bash, 4);
	story_dup(&grep, 4, 1);
	story_close(&grep, 4);
	story_close(&grep, 3);
	story_dup(&wc, 3, 0);
	story_close(&wc, 3);
	story_close(&wc, 4);
	story_exec(&grep, "/bin/grep", "grep", SCAP_LIST("404\0shop/access.log\0"));
	story_exec(&wc, "/usr/bin/wc", "wc", SCAP_LIST("-l\0"));
	story_openat(&grep, 3, CWD, "shop/access.log", SO_READ);
	story_fstat(&grep, 3);
	for (int i = 0; i < 6; i++) {
		story_read(&grep, 3, 32768, found, 11 * MSEC);
		story_write_to(&grep, 1, found);
		story_read(&wc, 0, 16384, found, 11 * MSEC);
		story_wait_for(&wc, &grep);
	}
	story_read(&grep, 3, 32768, "", 2 * USEC);
	story_close(&grep, 3);
	story_exit(&grep, 0, 0);
	story_wait_for(&wc, &grep);
	story_read(&wc, 0, 16384, "", 2 * USEC);
	story_write_to(&wc, 1, "6\n");
	reap(bash, &wc, 0, 0);
}

/* A command that does not end is ended. */
static void
stop_one(struct actor *bash)
{
	struct actor tail;

	prompt(bash, "tail -f x &\n");
	tail = run(bash, 2160, "/usr/bin/tail", "tail", SCAP_LIST("-f\0x\0"));
	story_openat(&tail, 3, CWD, "x", SO_READ);
	for (int i = 0; i < 3; i++) {
		story_nanosleep(&tail, 300 * MSEC);
		story_read(&tail, 3, 8192, "", 2 * USEC);
	}
	prompt(bash, "kill %1\n");
	story_kill(bash, &tail, 15);
	reap(bash, &tail, 0, 15);
}

static void
shell(struct demo *d)
{
	struct actor *bash = &d->who[BASH];

	look_around(bash);
	pipe_two(bash);
	prompt(bash, "cd /srv\n");
	story_stat(bash, 0, "/srv");
	story_chdir(bash, "/srv");
	stop_one(bash);
}

/* A command asks the daemon, over a unix socket, to send a signal. */
static void
ask_daemon(struct demo *d)
{
	static const char path[] = "/run/docker.sock";
	static const char reply[] = "HTTP/1.1 204 No Content\r\n\r\n";
	static const char request[] =
		"POST /v1.43/containers/shop-web/kill?signal=HUP HTTP/1.1\r\n";
	struct actor *bash = &d->who[BASH], *daemon = &d->who[DOCKERD];
	struct scap_value tuple = scap_unix_tuple(0xFFFF9A81055E7400, 0xFFFF9A81055E0800, path);
	struct actor c;

	prompt(bash, "docker kill -s HUP shop-web\n");
	c = run(bash, 2170, "/usr/bin/docker", "docker",
		SCAP_LIST("kill\0-s\0HUP\0shop-web\0"));
	story_socket(&c, 3, AF_UNIX, 1);
	story_connect(&c, 0, 3, scap_unix_addr(path), tuple);
	story_write_to(&c, 3, request);
	story_wait_for(daemon, &c);
	story_accept(daemon, 14, tuple);
	story_read(daemon, 14, 4096, request, 2 * USEC);
	story_wait_for(&d->who[MASTER], daemon);
	story_kill(daemon, &d->who[MASTER], 1);
	story_write_to(daemon, 14, reply);
	story_close(daemon, 14);
	story_read(&c, 3, 4096, reply, daemon->now_ns - c.now_ns);
	story_write_to(&c, 1, "shop-web\n");
	reap(bash, &c, 0, 0);
}

/* The server is told to reload: the master starts a new worker. */
static void
reload(struct demo *d)
{
	struct actor *master = &d->who[MASTER], *w = &d->who[WORKER];
	struct actor next;

	ask_daemon(d);
	story_openat(master, 12, CWD, "/etc/nginx/nginx.conf", SO_READ);
	story_pread(master, 12, 0, "worker_processes 1;\nevents { }\n", 3 * USEC);
	story_close(master, 12);
	next = story_clone(master, 1222, 9, 0x1200000);
	story_setuid(&next, 101, 101);
	story_event(&next, EV_EVENTFD_E, scap_num(0), scap_num(0));
	story_event(&next, EV_EVENTFD_X, scap_num(10));
	story_wait_for(w, master);
	story_kill(master, w, 3);
	story_exit(w, 0, 0);
	story_signal(master, 1210, 17);
	*w = next;
}

/* Each night the log is turned. */
static void
nightly(struct demo *d)
{
	struct actor *cron = &d->who[CRON];
	struct actor job;

	story_nanosleep(cron, 4 * SEC);
	job = story_clone(cron, 2201, 2201, 0x1200000);
	story_setuid(&job, 1001, 1001);
	story_exec(&job, "/usr/sbin/turnlog", "turnlog", SCAP_LIST("--keep\0" "7\0"));
	story_generic(&job, GETRANDOM, USEC);
	story_unlink(&job, -ENOENT, "/var/log/shop/access.log.8");
	for (int i = 7; i > 0; i--) {
		char from[64], to[64];

		snprintf(from, sizeof(from), "/var/log/shop/access.log.%d", i);
		snprintf(to, sizeof(to), "/var/log/shop/access.log.%d", i + 1);
		story_rename(&job, from, to);
	}
	story_openat(&job, 3, CWD, "/var/log/shop/access.log", SO_WRITE | SO_CREATE | SO_TRUNCATE);
	for (int i = 0; i < 25; i++) {
		story_write_to(&job, 3, "turned: a line of the log that is kept for a week\n");
		story_compute(&job, 3 * MSEC);
	}
	story_close(&job, 3);
	story_exit(&job, 0, 0);
	story_generic(cron, WAIT4, 90 * MSEC);
}

/* The first process wakes each second; the samples of the agent come with it. */
static void
ticks(struct demo *d)
{
	struct actor *init = &d->who[INIT], *other;
	static const enum who sampled[] = { WORKER, API, API_2 };

	for (unsigned s = 1; s < 14; s++) {
		story_epoll_wait(init, SEC - 40 * USEC);
		story_read(init, 9, 8, "\1", 2 * USEC);
		for (size_t i = 0; i < ARRAY_LEN(sampled); i++) {
			struct actor a = *init;

			other = &d->who[sampled[i]];
			a.proc.tid = other->proc.tid;
			story_procinfo(&a, 40 + s * 3 + i, 20 + s);
		}
	}
}

/* What most of them have in common. */
static struct proc_record
whole_proc(int i)
{
	struct proc_record p = procs[i];

	p.fdlimit = 1024;
	p.loginuid = i == BASH ? 1000 : UINT32_MAX;
	p.root = SCAP_LIST("/");
	p.vtid = p.vtid ? p.vtid : p.tid;
	p.vpid = p.vpid ? p.vpid : p.pid;
	p.env = p.env.p ? p.env : SCAP_LIST("PATH=/usr/sbin:/usr/bin:/sbin:/bin\0");
	return p;
}

static void
tell(struct demo *d)
{
	struct actor *host = &d->who[DOCKERD];

	for (int i = 0; i < WHO; i++) {
		d->who[i] = (struct actor){ .story = &d->story, .proc = whole_proc(i),
					    .now_ns = START_NS + (uint64_t)(i + 1) * 3 * MSEC,
					    .cpu = (uint16_t)i };
		d->who[i].in_pidns = i >= MASTER;
	}
	d->story.n_cpus = WHO;
	ticks(d);
	story_nanosleep(&d->who[DOCKERD], 2 * SEC);
	story_generic(host, RT_SIGACTION, USEC);
	api_resolves(d);
	serve_all(d, 0, 24);
	shell(d);
	story_wait_for(&d->who[BASH], &d->who[WORKER]);
	reload(d);
	serve_all(d, 24, 14);
	nightly(d);
}

static void
write_state(struct scap *b)
{
	struct proc_record list[WHO];

	for (int i = 0; i < WHO; i++)
		list[i] = whole_proc(i);
	scap_section(b, 2);
	scap_machine(b, &(struct machine_record){ .n_cpus = 32, .memory_bytes = 8ull << 30,
		     .max_pid = 32768, .hostname = SCAP_SPAN("web-1"), .boot_ns = BOOT_NS });
	scap_ifaces(b, 2, ifaces, ARRAY_LEN(ifaces));
	scap_users(b, 2, &(struct scap_people){ users, ARRAY_LEN(users), groups,
						ARRAY_LEN(groups) });
	scap_procs(b, 9, 29, list, WHO);
	scap_fds(b, 2, 1, init_fds, ARRAY_LEN(init_fds));
	scap_fds(b, 2, 702, sshd_fds, ARRAY_LEN(sshd_fds));
	scap_fds(b, 2, 2101, bash_fds, ARRAY_LEN(bash_fds));
	scap_fds(b, 2, 1201, nginx_fds, ARRAY_LEN(nginx_fds));
	scap_fds(b, 2, 1210, nginx_fds, ARRAY_LEN(nginx_fds));
	scap_fds(b, 2, 1301, api_fds, ARRAY_LEN(api_fds));
	scap_fds(b, 2, 1304, NULL, 0);
}

static void
write_containers(struct scap *b)
{
	scap_at(b, START_NS, -1, 0);
	scap_event(b, EV_CONTAINER_JSON_2_E, scap_text(nginx_json));
	scap_event(b, EV_CONTAINER_JSON_2_E, scap_text(api_json));
}

int
main(int argc, char **argv)
{
	struct demo d = { 0 };
	struct scap b = { 0 };
	FILE *f;

	if (argc != 2) {
		fprintf(stderr, "usage: mkdemo FILE\n");
		return 2;
	}
	tell(&d);
	write_state(&b);
	write_containers(&b);
	story_write(&d.story, &b);
	f = fopen(argv[1], "wb");
	if (!f || fwrite(b.p, 1, b.len, f) != b.len || fclose(f)) {
		perror(argv[1]);
		return 1;
	}
	scap_fini(&b);
	story_fini(&d.story);
	return 0;
}
