#include "tests/lib/sample.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/event/event_type.h"

const size_t sample_tails[] = { 4, 5, 29, 66, 67, 68, 76, 80 };
const size_t sample_n_tails = ARRAY_LEN(sample_tails);

#define UNKNOWN_BLOCK 0x7FA
#define NO_UID_32 UINT32_MAX

static struct span
bytes_of(struct rng *r, struct arena *arena, size_t most)
{
	size_t len = rng_below(r, most + 1);
	uint8_t *p = arena_alloc(arena, len + 1);

	rng_fill(r, p, len);
	return (struct span){ p, len };
}

struct proc_record
sample_proc(struct rng *r, struct arena *arena)
{
	struct proc_record p = {
		.tid = (int64_t)rng_bits(r, 63), .pid = (int64_t)rng_bits(r, 63),
		.ptid = (int64_t)rng_bits(r, 63), .sid = (int64_t)rng_bits(r, 63),
		.vpgid = (int64_t)rng_bits(r, 63), .pgid = (int64_t)rng_bits(r, 63),
		.vtid = (int64_t)rng_bits(r, 63), .vpid = (int64_t)rng_bits(r, 63),
		.fdlimit = (int64_t)rng_bits(r, 63), .flags = (uint32_t)rng_u64(r),
		.uid = (uint32_t)rng_u64(r), .gid = (uint32_t)rng_u64(r),
		.loginuid = (uint32_t)rng_u64(r), .vmsize_kb = (uint32_t)rng_u64(r),
		.vmrss_kb = (uint32_t)rng_u64(r), .vmswap_kb = (uint32_t)rng_u64(r),
		.pfmajor = rng_u64(r), .pfminor = rng_u64(r), .pidns_start_ns = rng_u64(r),
		.tty = (uint32_t)rng_u64(r), .exe_writable = rng_below(r, 2),
		.exe_upper_layer = rng_below(r, 2), .exe_lower_layer = rng_below(r, 2),
		.exe_from_memfd = rng_below(r, 2), .cap_inheritable = rng_u64(r),
		.cap_permitted = rng_u64(r), .cap_effective = rng_u64(r),
		.exe_ino = rng_u64(r), .exe_ino_ctime_ns = rng_u64(r),
		.exe_ino_mtime_ns = rng_u64(r),
	};

	p.comm = bytes_of(r, arena, 15);
	p.exe = bytes_of(r, arena, 30);
	p.exepath = bytes_of(r, arena, 30);
	p.args = bytes_of(r, arena, 40);
	p.env = bytes_of(r, arena, 40);
	p.cgroups = bytes_of(r, arena, 40);
	p.cwd = bytes_of(r, arena, 20);
	p.root = bytes_of(r, arena, 10);
	return p;
}

/* Forget what the tail of a version 9 entry does not reach. */
static void
cut_tail(struct proc_record *p, size_t len)
{
	size_t before = len > 29 ? 12 : 0;
	struct proc_record whole = *p;

	p->pidns_start_ns = before ? whole.pidns_start_ns : 0;
	p->tty = before ? whole.tty : 0;
	p->loginuid = len >= before + 4 ? whole.loginuid : NO_UID_32;
	p->exe_writable = len >= before + 5 && whole.exe_writable;
	p->cap_inheritable = len >= before + 29 ? whole.cap_inheritable : 0;
	p->cap_permitted = len >= before + 29 ? whole.cap_permitted : 0;
	p->cap_effective = len >= before + 29 ? whole.cap_effective : 0;
	p->exe_upper_layer = len >= 42 && whole.exe_upper_layer;
	p->exe_ino = len >= 66 ? whole.exe_ino : 0;
	p->exe_ino_ctime_ns = len >= 66 ? whole.exe_ino_ctime_ns : 0;
	p->exe_ino_mtime_ns = len >= 66 ? whole.exe_ino_mtime_ns : 0;
	p->exe_from_memfd = len >= 67 && whole.exe_from_memfd;
	p->exe_lower_layer = len >= 68 && whole.exe_lower_layer;
	p->pgid = len >= 76 ? whole.pgid : PROC_NO_ID;
}

void
sample_as_read_proc(struct proc_record *p, int version, size_t tail_len)
{
	struct span none = SCAP_SPAN("");

	if (version < 2)
		p->vmsize_kb = p->vmrss_kb = p->vmswap_kb = 0;
	if (version < 2)
		p->pfmajor = p->pfminor = 0;
	if (version < 3)
		p->env = none;
	if (version < 4) {
		p->vtid = p->vpid = PROC_NO_ID;
		p->cgroups = none;
	}
	if (version < 5)
		p->root = none;
	if (version < 6)
		p->sid = PROC_NO_ID;
	if (version < 7)
		p->exepath = none;
	if (version < 8)
		p->vpgid = PROC_NO_ID;
	cut_tail(p, version < 9 ? 0 : tail_len);
}

struct fd_record
sample_fd(struct rng *r, struct arena *arena, enum fd_kind kind)
{
	struct fd_record f = { .fd = (int64_t)rng_bits(r, 31), .ino = rng_u64(r),
			       .kind = (uint8_t)kind };
	bool v6 = kind == FD_IPV6 || kind == FD_IPV6_SERVER;
	bool server = kind == FD_IPV4_SERVER || kind == FD_IPV6_SERVER;

	if (v6 || server || kind == FD_IPV4) {
		rng_fill(r, f.src_ip, v6 ? 16 : 4);
		f.src_port = (uint16_t)rng_u64(r);
		f.l4 = (uint8_t)rng_below(r, 6);
		if (!server) {
			rng_fill(r, f.dst_ip, v6 ? 16 : 4);
			f.dst_port = (uint16_t)rng_u64(r);
		}
		return f;
	}
	if (kind == FD_UNIX) {
		f.unix_src = rng_u64(r);
		f.unix_dst = rng_u64(r);
	}
	if (kind == FD_FILE_V2) {
		f.open_flags = (uint32_t)rng_u64(r);
		f.dev = (uint32_t)rng_u64(r);
	}
	if (kind != FD_UNKNOWN)
		f.name = bytes_of(r, arena, 30);
	return f;
}

void
sample_as_read_fd(struct fd_record *f, int version, int64_t tid)
{
	f->tid = tid;
	if (version < 2)
		f->dev = 0;
	if (f->kind == FD_FILE_V2)
		f->kind = FD_FILE;
}

struct user_record
sample_user(struct rng *r, struct arena *arena, bool is_group)
{
	struct user_record u = { .gid = (uint32_t)rng_u64(r) };

	u.name = bytes_of(r, arena, 20);
	if (!is_group) {
		u.uid = (uint32_t)rng_u64(r);
		u.home = bytes_of(r, arena, 20);
		u.shell = bytes_of(r, arena, 20);
	}
	return u;
}

struct iface_record
sample_iface(struct rng *r, struct arena *arena)
{
	struct iface_record f = { .is_v6 = rng_below(r, 2),
				  .speed = rng_below(r, 2) ? rng_u64(r) | 1 : 0 };
	size_t len = f.is_v6 ? 16 : 4;

	f.name = bytes_of(r, arena, 12);
	rng_fill(r, f.addr, len);
	rng_fill(r, f.netmask, len);
	rng_fill(r, f.broadcast, len);
	return f;
}

/* A call or two of one thread. */
static void
some_calls(struct scap *b, struct rng *r)
{
	static const struct scap_poll polls[] = { { 3, 1 }, { 4, 4 } };
	int64_t fd = (int64_t)rng_below(r, 12);
	char path[32];

	snprintf(path, sizeof(path), "/srv/%u", (unsigned)rng_below(r, 1000));
	switch (rng_below(r, 8)) {
	case 0:
		scap_event(b, EV_OPEN_E, SCAP_NOTHING);
		scap_event(b, EV_OPEN_X, scap_num(fd), scap_text(path), scap_num(1),
			   scap_num(0644));
		return;
	case 1:
		scap_event(b, EV_READ_E, scap_num(fd), scap_num(100));
		scap_event(b, EV_READ_X, scap_num(5), scap_bytes("hello", 5));
		return;
	case 2:
		scap_event(b, EV_CONNECT_E, scap_num(fd), scap_addr("192.0.2.9", 80));
		scap_event(b, EV_CONNECT_X, scap_num(0),
			   scap_tuple("192.0.2.8", 40000, "192.0.2.9", 80));
		return;
	case 3:
		scap_event(b, EV_ACCEPT4_6_X, scap_num(fd),
			   scap_tuple("2001:db8::1", 40000, "2001:db8::2", 80), scap_num(0),
			   scap_num(0), scap_num(128), scap_num(0));
		return;
	case 4:
		scap_event(b, EV_POLL_E, scap_polls(polls, 2), scap_num(-1));
		scap_event(b, EV_POLL_X, scap_num(1), scap_polls(polls, 1));
		return;
	case 5:
		scap_event(b, EV_CLOSE_E, scap_num(fd));
		scap_event(b, EV_CLOSE_X, scap_num(0), scap_num(fd));
		return;
	case 6:
		scap_event(b, EV_CONTAINER_JSON_2_E,
			   scap_text("{\"container\":{\"id\":\"0123456789ab\"}}"));
		return;
	default:
		scap_event(b, EV_NOTIFICATION_E, scap_text("id"), scap_text(path));
	}
}

void
sample_events(struct scap *b, struct rng *r, size_t n)
{
	uint64_t ts_ns = 1700000000000000000;

	for (size_t i = 0; i < n; i++) {
		scap_at(b, ts_ns += rng_below(r, 100000), (int64_t)(100 + rng_below(r, 4)),
			(uint16_t)rng_below(r, 4));
		some_calls(b, r);
	}
}

/* One section with the lists of these versions; VERSION is that of the
 * process list, the others follow it as they did in time. */
static void
lists(struct scap *b, struct rng *r, struct arena *arena, int version, size_t tail_len)
{
	struct machine_record m = { .n_cpus = 4, .memory_bytes = rng_u64(r), .max_pid = 32768,
				    .boot_ns = rng_u64(r) };
	struct iface_record ifaces[2] = { sample_iface(r, arena), sample_iface(r, arena) };
	struct user_record user = sample_user(r, arena, false);
	struct user_record group = sample_user(r, arena, true);
	struct proc_record procs[2] = { sample_proc(r, arena), sample_proc(r, arena) };
	struct fd_record fds[FD_KINDS];
	int other = version < 9 ? 1 : 2;
	size_t n = 0;

	m.hostname = scap_span("sample");
	scap_machine(b, &m);
	scap_ifaces(b, other, ifaces, 2);
	scap_users(b, other, &(struct scap_people){ &user, 1, &group, 1 });
	scap_procs(b, version, tail_len, procs, 2);
	for (int kind = 0; kind < FD_KINDS; kind++)
		if (rng_below(r, 4) == 0)
			fds[n++] = sample_fd(r, arena, (enum fd_kind)kind);
	scap_fds(b, other, procs[0].tid, fds, n);
	scap_fds(b, other, procs[1].tid, NULL, 0);
}

static void
unknown_block(struct scap *b, struct rng *r)
{
	scap_begin(b, UNKNOWN_BLOCK);
	for (size_t n = rng_below(r, 20); n; n--)
		scap_u32(b, (uint32_t)rng_u64(r));
	scap_end(b);
}

void
sample_everything(struct scap *b, struct rng *r)
{
	struct arena arena = { 0 };

	for (int version = 1; version <= SCAP_PROC_VERSIONS; version++) {
		b->old_ids = version < 3;
		b->uncounted = version < 9;
		b->with_flags = version % 2;
		b->dump_flags = version == 5 ? EVENT_STATE_ONLY : 0;
		scap_section(b, (uint16_t)(version < 9 ? version % 2 : 2));
		lists(b, r, &arena, version, 29);
		unknown_block(b, r);
		sample_events(b, r, 3);
	}
	b->with_flags = b->old_ids = b->uncounted = false;
	b->dump_flags = 0;
	for (size_t i = 0; i < sample_n_tails; i++) {
		struct proc_record proc = sample_proc(r, &arena);

		scap_section_with(b, 2, "a comment", "sample");
		scap_procs(b, 9, sample_tails[i], &proc, 1);
		b->comment = i % 2 ? "said of an event" : NULL;
		b->with_flags = i % 3 == 0;
		sample_events(b, r, 2);
		unknown_block(b, r);
		scap_event(b, EV_CONTAINER_JSON_2_E, scap_text("{}"));
	}
	b->comment = NULL;
	b->with_flags = false;
	arena_fini(&arena);
}

size_t *
sample_borders(const struct scap *b, size_t *n)
{
	size_t *borders = NULL, cap = 0, at = 0;
	uint32_t len;

	for (*n = 0;;) {
		xgrow(&borders, &cap, *n + 1, sizeof(*borders));
		borders[(*n)++] = at;
		if (at + 8 > b->len)
			return borders;
		memcpy(&len, b->p + at + 4, 4);
		at += b->swap ? __builtin_bswap32(len) : len;
	}
}
