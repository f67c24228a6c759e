#include "tests/lib/life.h"

#include <stdio.h>

#include "engine/base/mem.h"
#include "engine/event/source.h"

#define START_NS 1700000000000000000u
#define FDS 14				/* numbers are -2 .. FDS - 3 */

int64_t
life_tid(struct rng *r)
{
	return (int64_t)rng_below(r, LIFE_TIDS) - 1;
}

static int64_t
some_num(struct rng *r, const struct param_type *type)
{
	static const int64_t clone_flags[] = {
		0, 0, 0, 0x1, 0x2000, 0x2000, 0x2001, 0x8000000, 0x100, 0x20000040, -1,
	};
	static const int64_t flags[] = { 0, 1, 2, 4, 0x1000, 0x400, 0x1001, 0x100000, 026, -1 };

	if (!strcmp(type->name, "flags") && rng_below(r, 2))
		return clone_flags[rng_below(r, ARRAY_LEN(clone_flags))];
	switch (type->kind) {
	case PK_FD:
	case PK_FD32:
		return (int64_t)rng_below(r, FDS) - 2;
	case PK_PID:
	case PK_PID32:
		return life_tid(r);
	case PK_ERRNO:
		return rng_below(r, 5) ? (int64_t)rng_below(r, 12) : -(int64_t)rng_below(r, 130);
	case PK_PORT:
		return (int64_t)rng_below(r, 4);
	default:
		return rng_below(r, 3) ? (int64_t)rng_below(r, 40) :
					 flags[rng_below(r, ARRAY_LEN(flags))];
	}
}

const char *
life_text(struct rng *r)
{
	static const char *const texts[] = {
		"", "a", "/a/b", "../c", "<NA>", "(NULL)", "/", "x//y/.", "sh", "/tmp/file",
		"/dev/null", "/dev/log", "/etc/passwd", "/usr/bin/sh", "b\x1b[31m\xff",
	};

	return texts[rng_below(r, ARRAY_LEN(texts))];
}

static const char *
some_ip(struct rng *r, bool v6)
{
	static const char *const v4s[] = { "0.0.0.0", "10.0.0.1", "10.0.0.2", "127.0.0.1" };
	static const char *const v6s[] = { "::", "::1", "2001:db8::1", "::ffff:10.0.0.1" };

	return v6 ? v6s[rng_below(r, 4)] : v4s[rng_below(r, 4)];
}

static struct scap_value
some_address(struct rng *r, bool tuple)
{
	/* Ends of connections have ports. */
	uint16_t a = (uint16_t)rng_below(r, 4), b = (uint16_t)(1 + rng_below(r, 3));
	bool v6 = rng_below(r, 2);

	if (!rng_below(r, 4))
		return tuple ? scap_unix_tuple(rng_below(r, 3), rng_below(r, 3), life_text(r)) :
			       scap_unix_addr(life_text(r));
	return tuple ? scap_tuple(some_ip(r, v6), a, some_ip(r, v6), b) :
		       scap_addr(some_ip(r, v6), a);
}

static struct scap_value
some_bytes(struct rng *r)
{
	/* What is read and written, messages to the log, cgroups. */
	static const struct span data[] = {
		SCAP_SPAN("hello"), SCAP_SPAN("<13>Nov 1 10:00:00 cron: done"),
		SCAP_SPAN("cpu=/docker/x\0"), SCAP_SPAN("-l\0/tmp\0"),
		SCAP_SPAN("A=1\0PATH=/bin\0"),
	};

	if (rng_below(r, 2)) {
		const struct span *s = &data[rng_below(r, ARRAY_LEN(data))];

		return scap_bytes(s->p, s->len);
	}
	return scap_bytes("cpu=/docker\0x", rng_below(r, 13));
}

struct scap_value
life_value(struct rng *r, const struct param_type *type)
{
	static const struct scap_poll polls[2] = { { 3, 1 }, { 4, 1 } };

	if (!rng_below(r, 12))
		return scap_empty();
	switch (type->kind) {
	case PK_CHARBUF:
	case PK_FSPATH:
	case PK_FSRELPATH:
		return scap_text(life_text(r));
	case PK_BYTEBUF:
	case PK_CHARBUFARRAY:
	case PK_CHARBUF_PAIR_ARRAY:
		return some_bytes(r);
	case PK_SOCKADDR:
	case PK_SOCKTUPLE:
		return some_address(r, type->kind == PK_SOCKTUPLE);
	case PK_FDLIST:
		return scap_polls(polls, rng_below(r, 3));
	case PK_DYN:
	case PK_IPV4ADDR:
	case PK_IPV6ADDR:
		return scap_empty();
	default:
		return scap_num(some_num(r, type) &
				(int64_t)(UINT64_MAX >> (64 - 8 * param_kind_len(type->kind))));
	}
}

static void
some_values(struct rng *r, uint16_t id, struct scap_value *v, size_t *n)
{
	const struct event_type *type = event_type_find(id);

	*n = type->n_params;
	v[0] = SCAP_NOTHING;
	if (*n && !rng_below(r, 10))
		*n = 1 + rng_below(r, *n);
	for (size_t i = 0; i < *n; i++)
		v[i] = life_value(r, &type->params[i]);
}

uint16_t
life_event(struct rng *r, struct scap_value *v, size_t *n)
{
	static const uint16_t often[] = {
		EV_CLONE_20_X, EV_CLONE_20_X, EV_CLONE3_X, EV_VFORK_20_X, EV_FORK_20_X,
		EV_EXECVE_19_E, EV_EXECVE_19_X, EV_EXECVEAT_E, EV_PROCEXIT_1_E, EV_OPEN_E,
		EV_OPEN_X, EV_OPENAT_2_X, EV_CLOSE_X, EV_CLOSE_E, EV_DUP2_X, EV_SOCKET_X,
		EV_BIND_X, EV_CONNECT_X, EV_SENDTO_X, EV_RECVFROM_X, EV_ACCEPT4_6_X,
		EV_CLOSE_RANGE_X, EV_UNSHARE_X, EV_PIPE2_X, EV_SOCKETPAIR_X, EV_CHDIR_X,
		EV_PRCTL_X, EV_PIDFD_OPEN_X, EV_PIDFD_GETFD_X, EV_FCNTL_X,
	};
	uint16_t id = rng_below(r, 3) ? often[rng_below(r, ARRAY_LEN(often))] :
					(uint16_t)rng_below(r, EVENT_TYPES);

	some_values(r, id, v, n);
	return id;
}

/* Captures ---------------------------------------------------------------- */

/* Calls and other events that systems are full of: their enter, or only event. */
static const uint16_t daily[] = {
	EV_READ_E, EV_READ_E, EV_READ_E, EV_WRITE_E, EV_WRITE_E, EV_WRITE_E, EV_OPEN_E,
	EV_OPENAT_2_E, EV_OPENAT2_E, EV_CREAT_E, EV_CLOSE_E, EV_CONNECT_E, EV_ACCEPT_5_E,
	EV_ACCEPT4_6_E, EV_SENDTO_E, EV_RECVFROM_E, EV_SENDMSG_E, EV_RECVMSG_E, EV_SENDMMSG_E,
	EV_POLL_E, EV_EPOLLWAIT_E, EV_FUTEX_E, EV_NANOSLEEP_E, EV_CHDIR_E, EV_SETUID_E,
	EV_EXECVE_19_E, EV_CLONE_20_E, EV_PROCEXIT_1_E, EV_SIGNALDELIVER_E, EV_KILL_E,
	EV_MMAP_E, EV_BRK_4_E, EV_PAGE_FAULT_E, EV_GENERIC_E, EV_FLOCK_E, EV_FCNTL_E, EV_BIND_E,
	EV_LISTEN_E, EV_SENDFILE_E, EV_READV_E, EV_PWRITE_E,
};

static const char *const containers[] = {
	"{\"container\":{\"id\":\"0123456789ab\",\"name\":\"web\",\"image\":\"nginx:1\","
	"\"type\":0,\"labels\":{\"io.kubernetes.pod.name\":\"web-1\","
	"\"io.kubernetes.pod.uid\":\"u1\",\"io.kubernetes.pod.namespace\":\"shop\"}}}",
	"{\"container\":{\"id\":\"123456789abc\",\"name\":\"api\",\"image\":\"api:2\",\"type\":0}}",
};

/* A thread's call that has not returned; 0: none. */
struct life {
	struct scap *b;
	struct rng *r;
	uint64_t ts_ns;
	uint16_t calls[LIFE_TIDS];
};

static void
put(struct life *l, int64_t tid, uint16_t id, const struct scap_value *v, size_t n)
{
	l->ts_ns += rng_below(l->r, 200) ? rng_below(l->r, 200000) : rng_below(l->r, 900000000);
	if (!rng_below(l->r, 300))
		l->ts_ns -= 2000000;
	scap_at(l->b, l->ts_ns, tid, (uint16_t)rng_below(l->r, 4));
	scap_event_values(l->b, id, v, n);
}

/* What a sample tells only grows; of some threads it is told exactly before. */
static void
put_sample(struct life *l, int64_t tid)
{
	uint64_t ms = (l->ts_ns - START_NS) / 1000000;
	char exact[64];

	if (tid % 2 == 0) {
		int len = snprintf(exact, sizeof(exact), "user_ns=%llu system_ns=%llu",
				   (unsigned long long)(ms / 20 + (uint64_t)tid) * 10000000 + 4321,
				   (unsigned long long)(ms / 50) * 10000000 + 765);

		l->b->dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
		scap_at(l->b, l->ts_ns, tid, 0);
		scap_event(l->b, EV_ASYNCEVENT_E, scap_num(0), scap_text("cpu"),
			   scap_bytes(exact, (size_t)len + 1));
		l->b->dump_flags = 0;
	}
	put(l, tid, EV_PROCINFO_E, (const struct scap_value[]){
		scap_num((int64_t)(ms / 20 + (uint64_t)tid)), scap_num((int64_t)(ms / 50)) }, 2);
}

/* Events are missing. */
static void
put_loss(struct life *l)
{
	static const struct span losses[] = {
		SCAP_SPAN("cpu=1 reason=full class=data from_ns=0 to_ns=0 n=9"),
		SCAP_SPAN("cpu=0 reason=full class=state from_ns=0 to_ns=0 n=3"),
		SCAP_SPAN("cpu=-1 reason=unknown class=any from_ns=0 to_ns=0 n=0"),
	};
	const struct span *loss = &losses[rng_below(l->r, ARRAY_LEN(losses))];

	l->b->dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
	put(l, -1, EV_ASYNCEVENT_E, (const struct scap_value[]){
		scap_num(0), scap_text("loss"), scap_bytes(loss->p, loss->len) }, 3);
	l->b->dump_flags = 0;
}

/* A span begins or ends. */
static void
put_mark(struct life *l, int64_t tid)
{
	static const struct span marks[] = {
		SCAP_SPAN(">:1:a::"), SCAP_SPAN("<:1:a::"), SCAP_SPAN(">:1:a.b:x=1:"),
		SCAP_SPAN("<:1:a.b:y=2:"), SCAP_SPAN(">:1:a.b.c::"), SCAP_SPAN("<:1:a.b.c::"),
		SCAP_SPAN(">:t:q::"), SCAP_SPAN("<:t:q::"), SCAP_SPAN("[\">\",7,[\"q\"],[]]"),
		SCAP_SPAN("[\"<\",7,[\"q\"],[]]"),
	};
	const struct span *mark = &marks[rng_below(l->r, ARRAY_LEN(marks))];

	put(l, tid, EV_OPEN_X, (const struct scap_value[]){
		scap_num(6), scap_text("/dev/null"), scap_num(2), scap_num(0) }, 4);
	put(l, tid, EV_WRITE_E, (const struct scap_value[]){
		scap_num(6), scap_num((int64_t)mark->len) }, 2);
	put(l, tid, EV_WRITE_X, (const struct scap_value[]){
		scap_num((int64_t)mark->len), scap_bytes(mark->p, mark->len) }, 2);
}

/* What only now and then happens. False: nothing did. */
static bool
put_rare(struct life *l, int64_t tid)
{
	struct scap_value v[EVENT_PARAMS_MAX];
	const char *json;
	uint16_t id;
	size_t n;

	switch (rng_below(l->r, 40)) {
	case 0:
		put_sample(l, tid);
		return true;
	case 1:
		json = containers[rng_below(l->r, ARRAY_LEN(containers))];
		put(l, tid, EV_CONTAINER_JSON_2_E,
		    &(const struct scap_value){ .form = SCAP_TEXT, .p = json,
						.len = strlen(json) + 1 }, 1);
		return true;
	case 2:
		if (!rng_below(l->r, 10))
			put_loss(l);
		return true;
	case 8:
		put_mark(l, tid);
		return true;
	case 3:
		put(l, tid, EV_SCHEDSWITCH_6_E, (const struct scap_value[]){
			scap_num(life_tid(l->r)), scap_num(1), scap_num(2), scap_num(3),
			scap_num(4), scap_num(5) }, 6);
		return true;
	case 4: case 5: case 6: case 7:
		id = life_event(l->r, v, &n);
		if (!(event_type_find(id)->flags & EF_UNUSED))
			put(l, tid, id, v, n);
		return true;
	default:
		return false;
	}
}

/* TID does something, or ends what it did. */
static void
live(struct life *l, int64_t tid)
{
	uint16_t *call = &l->calls[tid + 1], id = *call ? *call + 1u :
						   daily[rng_below(l->r, ARRAY_LEN(daily))];
	struct scap_value v[EVENT_PARAMS_MAX];
	size_t n;

	if (put_rare(l, tid))
		return;
	/* Newer captures have exits alone. */
	if (!*call && event_type_find(id)->source == ES_SYSCALL && !rng_below(l->r, 4))
		id++;
	some_values(l->r, id, v, &n);
	put(l, tid, id, v, n);
	*call = event_type_find(id)->source == ES_SYSCALL && !event_id_is_exit(id) ? id : 0;
}

static void
lists(struct life *l)
{
	static const char *const names[] = { "init", "sh", "nginx", "api", "sshd" };
	static const struct fd_record fds[] = {
		{ .fd = 0, .ino = 6, .kind = FD_FILE, .name = SCAP_SPAN("/dev/null") },
		{ .fd = 1, .ino = 7, .kind = FD_FILE, .name = SCAP_SPAN("/var/log/x") },
		{ .fd = 3, .ino = 8, .kind = FD_IPV4, .src_ip = { 10, 0, 0, 1 },
		  .dst_ip = { 10, 0, 0, 2 }, .src_port = 40000, .dst_port = 80, .l4 = 1 },
		{ .fd = 4, .ino = 9, .kind = FD_IPV4_SERVER, .src_port = 80, .l4 = 1 },
		{ .fd = 5, .ino = 10, .kind = FD_UNIX, .name = SCAP_SPAN("/dev/log") },
	};
	struct machine_record machine = { .n_cpus = 4, .hostname = SCAP_SPAN("made-up"),
					  .boot_ns = START_NS - 1000000000 };
	struct user_record users[] = { { .name = SCAP_SPAN("root") },
				       { .name = SCAP_SPAN("alice"), .uid = 4 } };
	struct proc_record procs[ARRAY_LEN(names)];

	scap_machine(l->b, &machine);
	scap_users(l->b, 2, &(struct scap_people){ users, 2, NULL, 0 });
	for (int i = 0; i < (int)ARRAY_LEN(names); i++)
		procs[i] = (struct proc_record){
			.tid = i + 1, .pid = i == 3 ? 3 : i + 1, .ptid = i > 0, .sid = 1,
			.comm = scap_span(names[i]), .exe = scap_span(names[i]), .uid = i,
			.args = SCAP_SPAN("-x\0"), .cwd = SCAP_SPAN("/srv"), .fdlimit = 64,
			.vmsize_kb = 100 + i, .vmrss_kb = 50 + i, .pfminor = i, .vtid = i + 1,
			.vpid = i + 1,
			.cgroups = i > 2 ? SCAP_LIST("cpu=/docker/0123456789abcdef0123456789abcdef"
						     "0123456789abcdef0123456789abcdef\0") :
					   SCAP_LIST("cpu=/\0"),
		};
	scap_procs(l->b, 9, 29, procs, ARRAY_LEN(procs));
	for (int i = 0; i < (int)ARRAY_LEN(procs); i++)
		scap_fds(l->b, 2, i + 1, fds, rng_below(l->r, ARRAY_LEN(fds) + 1));
}

void
life_capture(struct scap *b, struct rng *r, size_t n)
{
	struct life l = { .b = b, .r = r, .ts_ns = START_NS };

	for (int section = 0; section < 2; section++) {
		scap_section(b, 2);
		b->with_flags = true;
		lists(&l);
		memset(l.calls, 0, sizeof(l.calls));
		for (size_t i = 0; i < n; i++)
			live(&l, life_tid(r));
	}
	b->with_flags = false;
}
