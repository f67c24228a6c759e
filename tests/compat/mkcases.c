/*
 * mkcases - write a small capture for each thing that sysreel shows on purpose
 * otherwise than sysdig does: mkcases FOLDER
 *
 * test_cases.py runs both programs over FOLDER/NAME.scap and knows what each
 * of them prints. A case holds what it is about and nothing else.
 */
#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/event/event_type.h"
#include "tests/lib/scapbuild.h"

#define SEC 1000000000ull
#define AT (1700000000 * SEC)
#define STEP 1000			/* ns from one event to the next */
#define PID 7
#define CONTAINER_PID 8
#define THREAD 9			/* of PID, not its first */
#define STRANGER 20			/* in no table */
#define JANUARY (1705320000 * SEC)	/* 2024-01-15 12:00 UTC */
#define JULY (1721044800 * SEC)		/* 2024-07-15 12:00 UTC */

#define IPV4(a, b, c, d) { a, b, c, d }
#define DOCKER_ID "4f3c1a7be2d90586c7a1e0f4b3d29586aa10ffee22dd44bb66cc88ee00aa1122"

static const struct proc_record procs[] = {
	{ .tid = PID, .pid = PID, .ptid = 1, .vtid = PID, .vpid = PID, .sid = PID,
	  .comm = SCAP_SPAN("app"), .exe = SCAP_SPAN("/bin/app"), .cwd = SCAP_SPAN("/srv"),
	  .exepath = SCAP_SPAN("/bin/app"), .uid = 1000, .gid = 1000, .fdlimit = 1024 },
	{ .tid = CONTAINER_PID, .pid = CONTAINER_PID, .ptid = 1, .vtid = 1, .vpid = 1,
	  .sid = 1, .comm = SCAP_SPAN("web"), .exe = SCAP_SPAN("/bin/web"),
	  .cwd = SCAP_SPAN("/"), .exepath = SCAP_SPAN("/bin/web"), .fdlimit = 1024,
	  .cgroups = SCAP_SPAN("cpu=/docker/" DOCKER_ID "\0") },
	/* Its flags do not say that it shares its files, as the first writers'. */
	{ .tid = THREAD, .pid = PID, .ptid = 1, .vtid = THREAD, .vpid = PID, .sid = PID,
	  .comm = SCAP_SPAN("worker"), .exe = SCAP_SPAN("/bin/app"),
	  .cwd = SCAP_SPAN("/srv"), .exepath = SCAP_SPAN("/bin/app"), .uid = 1000,
	  .gid = 1000, .fdlimit = 1024 },
};

static const struct fd_record fds[] = {
	{ .fd = 0, .ino = 3, .kind = FD_FILE, .name = SCAP_SPAN("/dev/null") },
	{ .fd = 4, .ino = 5, .kind = FD_FILE, .name = SCAP_SPAN("/srv/data") },
	{ .fd = 5, .ino = 77, .kind = FD_IPV4_SERVER, .l4 = L4_UDP,
	  .src_ip = IPV4(0, 0, 0, 0), .src_port = 53 },
	/* The end of the line is a mistake of the first writers. */
	{ .fd = 6, .ino = 78, .kind = FD_UNIX, .unix_src = 0xFFFF9A8101A20800,
	  .name = SCAP_SPAN("/run/app.sock\n") },
	{ .fd = 8, .ino = 79, .kind = FD_FILE, .name = SCAP_SPAN("/srv/\x1b[2Jred\x07") },
};

static const struct iface_record iface = {
	.name = SCAP_SPAN("eth0"), .addr = IPV4(192, 0, 2, 1),
	.netmask = IPV4(255, 255, 255, 0), .broadcast = IPV4(192, 0, 2, 255),
};

static const struct user_record users[] = {
	{ .uid = 0, .gid = 0, .name = SCAP_SPAN("root") },
	{ .uid = 1000, .gid = 1000, .name = SCAP_SPAN("alice") },
};

static const struct user_record groups[] = {
	{ .gid = 0, .name = SCAP_SPAN("root") },
	{ .gid = 1000, .name = SCAP_SPAN("alice") },
};

static const struct scap_people people = {
	.users = users, .n_users = ARRAY_LEN(users),
	.groups = groups, .n_groups = ARRAY_LEN(groups),
};

/* The tables that all cases begin with. */
static void
put_state(struct scap *b)
{
	static const struct machine_record machine = { .n_cpus = 2, .memory_bytes = 1 << 30 };

	scap_section(b, 2);
	scap_machine(b, &machine);
	scap_ifaces(b, 2, &iface, 1);
	scap_users(b, 2, &people);
	scap_procs(b, 9, 29, procs, ARRAY_LEN(procs));
	scap_fds(b, 2, PID, fds, ARRAY_LEN(fds));
	scap_at(b, AT, PID, 0);
}

/* Let a little time pass; the next event is TID's. */
static void
then(struct scap *b, int64_t tid)
{
	scap_at(b, b->ts_ns + STEP, tid, 0);
}

static void
put_read(struct scap *b, int64_t tid, int64_t fd, const char *data)
{
	then(b, tid);
	scap_event(b, EV_READ_E, scap_num(fd), scap_num(64));
	then(b, tid);
	scap_event(b, EV_READ_X, scap_num((int64_t)strlen(data)),
		   scap_bytes(data, strlen(data)));
}

/* A path and a name of a descriptor that would talk to the terminal. */
static void
case_control(struct scap *b)
{
	scap_event(b, EV_OPEN_E, SCAP_NOTHING);
	then(b, PID);
	scap_event(b, EV_OPEN_X, scap_num(3), scap_text("/tmp/a\nb\x1b[31m"), scap_num(1),
		   scap_num(0));
	put_read(b, PID, 8, "x");
}

/* Exits whose enter events were lost. */
static void
case_lost_enter(struct scap *b)
{
	scap_event(b, EV_READ_X, scap_num(1), scap_bytes("x", 1));
	put_read(b, PID, 4, "y");
	then(b, PID);
	scap_event(b, EV_WRITE_X, scap_num(1), scap_bytes("z", 1));
	then(b, PID);
	scap_event(b, EV_OPEN_E, SCAP_NOTHING);
	then(b, PID);
	scap_event(b, EV_OPEN_X, scap_num(3), scap_text("/etc/hosts"), scap_num(1), scap_num(0));
	then(b, PID);
	scap_event(b, EV_WRITE_X, scap_num(1), scap_bytes("z", 1));
}

/* A server socket of the initial table that answers. */
static void
case_udp_server(struct scap *b)
{
	struct scap_value tuple = scap_tuple("192.0.2.1", 53, "198.51.100.9", 4444);

	scap_event(b, EV_SENDTO_E, scap_num(5), scap_num(2), tuple);
	then(b, PID);
	scap_event(b, EV_SENDTO_X, scap_num(2), scap_bytes("ok", 2));
	put_read(b, PID, 5, "x");
}

static void
case_summer(struct scap *b)
{
	scap_at(b, JANUARY, PID, 0);
	scap_event(b, EV_GETUID_X, scap_num(1000));
	scap_at(b, JULY, PID, 0);
	scap_event(b, EV_GETUID_X, scap_num(1000));
}

static void
case_internal(struct scap *b)
{
	scap_event(b, EV_PROCINFO_E, scap_num(5), scap_num(6));
	put_read(b, PID, 4, "y");
	then(b, PID);
	b->dump_flags = EVENT_STATE_ONLY;
	scap_event(b, EV_GETUID_X, scap_num(1000));
	b->dump_flags = 0;
	then(b, PID);
	scap_event(b, EV_GETGID_X, scap_num(1000));
}

static void
case_thread_files(struct scap *b)
{
	put_read(b, PID, 4, "x");
	put_read(b, THREAD, 4, "y");
}

static void
case_host_names(struct scap *b)
{
	scap_event(b, EV_GETUID_X, scap_num(1000));
	then(b, CONTAINER_PID);
	scap_event(b, EV_GETUID_X, scap_num(1000));
	then(b, CONTAINER_PID);
	scap_event(b, EV_GETUID_X, scap_num(0));
}

/* A connect that fails, as 0.29.3 writes it: the enter has the address. */
static void
case_unix_connect(struct scap *b)
{
	scap_event(b, EV_SOCKET_E, scap_num(1), scap_num(1), scap_num(0));
	then(b, PID);
	scap_event(b, EV_SOCKET_X, scap_num(3));
	then(b, PID);
	scap_event(b, EV_CONNECT_E, scap_num(3), scap_unix_addr("/run/none.sock"));
	then(b, PID);
	scap_event(b, EV_CONNECT_X, scap_num(-2), scap_empty());
	then(b, PID);
	scap_event(b, EV_CLOSE_E, scap_num(3));
	then(b, PID);
	scap_event(b, EV_CLOSE_X, scap_num(0));
}

static void
case_unix_line_end(struct scap *b)
{
	put_read(b, PID, 6, "x");
}

/* What a program opened for itself alone is closed when it becomes another. */
static void
case_close_on_exec(struct scap *b)
{
	scap_event(b, EV_OPEN_E, SCAP_NOTHING);
	then(b, PID);
	scap_event(b, EV_OPEN_X, scap_num(3), scap_text("/etc/hosts"), scap_num(0x1001),
		   scap_num(0));
	then(b, PID);
	scap_event(b, EV_EXECVE_19_E, scap_text("/bin/next"));
	then(b, PID);
	scap_event(b, EV_EXECVE_19_X, scap_num(0), scap_text("next"), scap_empty(),
		   scap_num(PID), scap_num(PID), scap_num(1), scap_text("/srv"),
		   scap_num(1024), scap_num(0), scap_num(0), scap_num(0), scap_num(0),
		   scap_num(0), scap_text("next"), scap_empty(), scap_empty(), scap_num(0),
		   scap_num(PID), scap_num(-1), scap_num(0));
	then(b, PID);
	scap_event(b, EV_READ_E, scap_num(3), scap_num(64));
	then(b, PID);
	scap_event(b, EV_READ_X, scap_num(-9), scap_empty());
}

static void
case_newer_types(struct scap *b)
{
	scap_event(b, EV_MEMFD_CREATE_X, scap_num(3), scap_text("cache"), scap_num(1));
	put_read(b, PID, 3, "x");
}

/* A process that only its own events tell of makes a thread. */
static void
case_owner(struct scap *b)
{
	then(b, STRANGER);
	scap_event(b, EV_GETUID_E, SCAP_NOTHING);
	then(b, STRANGER);
	scap_event(b, EV_CLONE_20_X, scap_num(STRANGER + 1), scap_text("odd"), scap_empty(),
		   scap_num(STRANGER), scap_num(STRANGER), scap_num(1), scap_text("/srv"),
		   scap_num(1024), scap_num(0), scap_num(0), scap_num(0), scap_num(0),
		   scap_num(0), scap_text("odd"), scap_empty(), scap_num(0x2000),
		   scap_num(1000), scap_num(1000), scap_num(STRANGER), scap_num(STRANGER));
	then(b, STRANGER);
	scap_event(b, EV_GETUID_E, SCAP_NOTHING);
}

static void
case_failed_open(struct scap *b)
{
	scap_event(b, EV_OPEN_E, SCAP_NOTHING);
	then(b, PID);
	scap_event(b, EV_OPEN_X, scap_num(-2), scap_text("/etc/none"), scap_num(1), scap_num(0));
}

/* Calls without an event type: rt_sigprocmask, and one of unknown name. */
static void
case_generic(struct scap *b)
{
	scap_event(b, EV_GENERIC_E, scap_num(108), scap_num(14));
	then(b, PID);
	scap_event(b, EV_GENERIC_E, scap_num(0), scap_num(221));
}

/* A container that was looked up only after the first call. */
static void
case_late_container(struct scap *b)
{
	scap_at(b, AT + 5 * SEC, -1, 0);
	scap_event(b, EV_CONTAINER_JSON_E,
		   scap_text("{\"container\":{\"id\":\"4f3c1a7be2d9\",\"name\":\"shop\"}}"));
	scap_at(b, AT, PID, 0);
	put_read(b, PID, 4, "x");
}

static void
put_mark(struct scap *b, const char *mark)
{
	then(b, PID);
	scap_event(b, EV_WRITE_E, scap_num(0), scap_num((int64_t)strlen(mark)));
	then(b, PID);
	scap_event(b, EV_WRITE_X, scap_num((int64_t)strlen(mark)),
		   scap_bytes(mark, strlen(mark)));
}

/* Spans that a program marks, one in the other. */
static void
case_spans(struct scap *b)
{
	put_mark(b, ">:1:shop:user=7:");
	put_mark(b, ">:2:pay::\n");
	put_read(b, PID, 4, "x");
	put_mark(b, "<:2:pay:ok=1:");
	put_mark(b, "<:1:shop::");
}

/* A call without an event type that is younger than sysdig 0.29.3. */
static void
case_newer_call(struct scap *b)
{
	scap_event(b, EV_GENERIC_E, scap_num(330), scap_num(425));
}

/* A block in the middle that is not what its length says. */
static void
case_damaged(struct scap *b)
{
	put_read(b, PID, 4, "before");
	scap_event(b, EV_GETUID_X, scap_num(1000));
	scap_patch_u32(b, b->block_at + 4, 0x7fffffff);
	put_read(b, PID, 4, "behind");
}

/* A file that ends in the middle of a block. */
static void
case_cut(struct scap *b)
{
	put_read(b, PID, 4, "before");
	scap_event(b, EV_GETUID_X, scap_num(1000));
	b->len -= 6;
}

static const struct {
	const char *name;
	void (*put)(struct scap *b);
} cases[] = {
	{ "control", case_control },
	{ "lost-enter", case_lost_enter },
	{ "udp-server", case_udp_server },
	{ "summer", case_summer },
	{ "internal", case_internal },
	{ "thread-files", case_thread_files },
	{ "host-names", case_host_names },
	{ "unix-connect", case_unix_connect },
	{ "unix-line-end", case_unix_line_end },
	{ "close-on-exec", case_close_on_exec },
	{ "newer-types", case_newer_types },
	{ "owner", case_owner },
	{ "failed-open", case_failed_open },
	{ "generic", case_generic },
	{ "late-container", case_late_container },
	{ "spans", case_spans },
	{ "newer-call", case_newer_call },
	{ "damaged", case_damaged },
	{ "cut", case_cut },
};

static void
save(const struct scap *b, const char *folder, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.scap", folder, name);
	f = fopen(path, "wb");
	if (!f || fwrite(b->p, 1, b->len, f) != b->len || fclose(f))
		die("cannot write %s", path);
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: mkcases FOLDER\n");
		return 2;
	}
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scap b = { 0 };

		put_state(&b);
		cases[i].put(&b);
		save(&b, argv[1], cases[i].name);
		scap_fini(&b);
	}
	return 0;
}
