#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/capture/capture.h"
#include "engine/event/source.h"
#include "tests/lib/check.h"

/* Bytes of a capture that is being made, in either byte order. */
struct bytes {
	uint8_t p[1 << 16];
	size_t len;
	bool swap;
};

static void
put(struct bytes *b, uint64_t v, size_t width)
{
	for (size_t i = 0; i < width; i++)
		b->p[b->len + i] = (uint8_t)(v >> 8 * (b->swap ? width - 1 - i : i));
	b->len += width;
}

static void
put_raw(struct bytes *b, const void *p, size_t len)
{
	memcpy(b->p + b->len, p, len);
	b->len += len;
}

static void
put_str16(struct bytes *b, const char *s)
{
	put(b, strlen(s), 2);
	put_raw(b, s, strlen(s));
}

/* Write V of four bytes over what stands AT. */
static void
patch(struct bytes *b, size_t at, uint32_t v)
{
	size_t len = b->len;

	b->len = at;
	put(b, v, 4);
	b->len = len;
}

static size_t
begin(struct bytes *b, uint32_t type)
{
	size_t at = b->len;

	put(b, type, 4);
	put(b, 0, 4);
	return at;
}

static void
end(struct bytes *b, size_t at)
{
	size_t pad = -b->len & 3;
	uint32_t len;

	memset(b->p + b->len, 0, pad);
	b->len += pad;
	len = (uint32_t)(b->len + 4 - at);
	put(b, len, 4);
	patch(b, at + 4, len);
}

/* pcapng options: a comment, then one that nobody knows. */
static void
put_options(struct bytes *b)
{
	while (b->len & 3)
		put(b, 0, 1);
	put(b, 1, 2);
	put_str16(b, "text");
	put(b, 77, 2);
	put_str16(b, "abc");
	put(b, 0, 1);
	put(b, 0, 4);
}

static void
put_section(struct bytes *b, bool options)
{
	size_t at = begin(b, 0x0A0D0D0A);

	put(b, 0x1A2B3C4D, 4);
	put(b, 1, 2);
	put(b, 2, 2);
	put(b, UINT64_MAX, 8);
	if (options)
		put_options(b);
	end(b, at);
}

static void
put_machine(struct bytes *b)
{
	char host[128] = "web1";
	size_t at = begin(b, 0x201);

	put(b, 4, 4);
	put(b, 1 << 30, 8);
	put(b, 32768, 8);
	put_raw(b, host, sizeof(host));
	put(b, 1600000000, 8);
	put(b, 3, 8);
	put(b, 0, 8);
	put(b, 0, 8);
	end(b, at);
}

struct tail {
	unsigned len;
	const char *shown;
};

/* The tails of process list v9, by their lengths. */
static const struct tail tails[] = {
	{ 0, " login=4294967295" },
	{ 4, " login=1000" },
	{ 5, " login=1000 w" },
	{ 29, " login=1000 w cap=11,12,13" },
	{ 66, " login=1000 w cap=11,12,13 u ino=21,22,23 ns=99 tty=34816" },
	{ 67, " login=1000 w cap=11,12,13 u ino=21,22,23 m ns=99 tty=34816" },
	{ 68, " login=1000 w cap=11,12,13 u ino=21,22,23 ml ns=99 tty=34816" },
	{ 76, " login=1000 w cap=11,12,13 u ino=21,22,23 ml pgid=77 ns=99 tty=34816" },
	{ 90, " login=1000 w cap=11,12,13 u ino=21,22,23 ml pgid=77 ns=99 tty=34816" },
};

static void
put_tail(struct bytes *b, unsigned len)
{
	size_t start = b->len;

	if (len > 29) {
		put(b, 99, 8);
		put(b, 34816, 4);
	}
	put(b, 1000, 4);
	put(b, 1, 1);
	for (int i = 11; i < 14; i++)
		put(b, (uint64_t)i, 8);
	put(b, 1, 1);
	for (int i = 21; i < 24; i++)
		put(b, (uint64_t)i, 8);
	put(b, 1, 1);
	put(b, 1, 1);
	put(b, 77, 8);
	for (int i = 0; i < 20; i++)
		put(b, 0xee, 1);
	b->len = start + len;
}

static void
put_proc(struct bytes *b, unsigned version, uint64_t tid, unsigned tail_len)
{
	size_t at = b->len;

	if (version >= 9)
		put(b, 0, 4);
	put(b, tid, 8);
	put(b, tid, 8);
	put(b, 1, 8);
	if (version >= 6)
		put(b, 55, 8);
	if (version >= 8)
		put(b, 66, 8);
	put_str16(b, "cat");
	put_str16(b, "/bin/cat");
	if (version >= 7)
		put_str16(b, "/usr/bin/cat");
	put_str16(b, "a.txt");
	put_str16(b, "/tmp");
	put(b, 1024, 8);
	put(b, 5, 4);
	put(b, 7, 4);
	put(b, 8, 4);
	if (version >= 2) {
		for (int i = 0; i < 3; i++)
			put(b, 100, 4);
		put(b, 9, 8);
		put(b, 10, 8);
	}
	if (version >= 3)
		put_str16(b, "A=1");
	if (version >= 4) {
		put(b, 3, 8);
		put(b, 2, 8);
		put_str16(b, "cpu=/x");
	}
	if (version >= 5)
		put_str16(b, "/root");
	if (version >= 9) {
		put_tail(b, tail_len);
		patch(b, at, (uint32_t)(b->len - at));
	}
}

static void
put_procs(struct bytes *b, uint32_t type, unsigned version, unsigned tail_len)
{
	size_t at = begin(b, type);

	put_proc(b, version, 41, tail_len);
	put_proc(b, version, 42, tail_len);
	end(b, at);
}

/* One descriptor of each kind. */
static void
put_fds(struct bytes *b, bool has_len)
{
	static const uint8_t ip[16] = { 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9 };
	size_t at = begin(b, has_len ? 0x218 : 0x203);

	put(b, 41, 8);
	for (unsigned kind = 1; kind <= (has_len ? 23 : 21); kind++) {
		size_t entry = b->len, ip_len = kind == 3 || kind == 5 ? 4 : 16;

		if (has_len)
			put(b, 0, 4);
		put(b, kind + 100, 8);
		put(b, 9000, 8);
		put(b, kind, 1);
		if (kind >= 3 && kind <= 6) {
			for (int ends = kind < 5 ? 2 : 1; ends; ends--)
				put_raw(b, ip, ip_len);
			for (int ends = kind < 5 ? 2 : 1; ends; ends--)
				put(b, 80, 2);
			put(b, 2, 1);
		}
		if (kind == 8) {
			put(b, 0xaa, 8);
			put(b, 0xbb, 8);
		}
		if (kind == 16)
			put(b, 0x41, 4);
		if (kind < 3 || kind > 6)
			put_str16(b, "name");
		if (kind == 16 && has_len)
			put(b, 2049, 4);
		if (has_len)
			patch(b, entry, (uint32_t)(b->len - entry));
	}
	end(b, at);
}

static void
put_ifaces(struct bytes *b, bool has_len, unsigned missing)
{
	static const uint8_t ip[16] = { 10, 0, 0, 1 };
	size_t at = begin(b, has_len ? 0x219 : 0x205);

	for (unsigned type = 1; type <= 4; type++) {
		size_t entry = b->len, addr_len = type % 2 ? 4 : 16;

		if (has_len)
			put(b, 0, 4);
		put(b, type, 2);
		put(b, 4, 2);
		for (int i = 0; i < 3; i++)
			put_raw(b, ip, addr_len);
		if (type <= 2)
			put(b, 1000, 8);
		put_raw(b, "eth0", 4);
		if (has_len)
			patch(b, entry, (uint32_t)(b->len - entry - 4));
	}
	end(b, at);
	patch(b, at + 4, (uint32_t)(b->len - at) - missing);
	patch(b, b->len - 4, (uint32_t)(b->len - at) - missing);
}

static void
put_users(struct bytes *b, bool has_len)
{
	size_t at = begin(b, has_len ? 0x220 : 0x206);

	for (int kind = 0; kind < 2; kind++) {
		size_t entry = b->len;

		if (has_len)
			put(b, 0, 4);
		put(b, (uint64_t)kind, 1);
		if (!kind)
			put(b, 1000, 4);
		put(b, 100, 4);
		put_str16(b, kind ? "users" : "ann");
		if (!kind) {
			put_str16(b, "/home/ann");
			put_str16(b, "/bin/sh");
		}
		if (has_len) {
			put(b, 7, 3);		/* of a newer writer */
			patch(b, entry, (uint32_t)(b->len - entry));
		}
	}
	end(b, at);
}

struct event_case {
	uint32_t block;
	uint16_t id;
	bool has_flags, has_count, large;
};

static const struct event_case event_cases[] = {
	{ 0x204, EV_READ_X, false, false, false },
	{ 0x8010ABCD, EV_READ_X, false, false, false },
	{ 0x208, EV_READ_X, true, false, false },
	{ 0x216, EV_READ_X, false, true, false },
	{ 0x217, EV_READ_X, true, true, false },
	{ 0x221, EV_PLUGINEVENT_E, false, true, true },
	{ 0x222, EV_PLUGINEVENT_E, true, true, true },
};

/* An event with a number and DATA. */
static void
put_event(struct bytes *b, const struct event_case *e, const char *data, bool options)
{
	size_t at = begin(b, e->block), start, len_at;
	size_t number_len = e->large ? 4 : 8;

	put(b, 3, 2);
	if (e->has_flags)
		put(b, 1, 4);
	start = b->len;
	put(b, 1000, 8);
	put(b, 41, 8);
	len_at = b->len;
	put(b, 0, 4);
	put(b, e->id, 2);
	if (e->has_count)
		put(b, 2, 4);
	put(b, number_len, e->large ? 4 : 2);
	put(b, strlen(data), e->large ? 4 : 2);
	put(b, 5, number_len);
	put_raw(b, data, strlen(data));
	patch(b, len_at, (uint32_t)(b->len - start));
	if (options)
		put_options(b);
	end(b, at);
}

/* What a capture gives, as text, a line a record. */
struct played {
	struct text text;
	struct text blocks;
	size_t n_records;
	size_t n_idle;
	struct source_end end;
	struct source_stats stats;
	struct capture_storage storage;
	struct err err;			/* it did not open */
};

static void
show_span(struct text *t, const char *name, struct span s)
{
	text_fmt(t, " %s=", name);
	text_safe(t, s.p, s.len);
}

static void
show_proc(struct text *t, const struct proc_record *p)
{
	text_fmt(t, "proc %lld,%lld,%lld sid=%lld vpgid=%lld vtid=%lld vpid=%lld",
		 (long long)p->tid, (long long)p->pid, (long long)p->ptid, (long long)p->sid,
		 (long long)p->vpgid, (long long)p->vtid, (long long)p->vpid);
	show_span(t, "comm", p->comm);
	show_span(t, "exe", p->exe);
	show_span(t, "path", p->exepath);
	show_span(t, "args", p->args);
	show_span(t, "cwd", p->cwd);
	show_span(t, "env", p->env);
	show_span(t, "cg", p->cgroups);
	show_span(t, "root", p->root);
	text_fmt(t, " lim=%lld fl=%u uid=%u gid=%u vm=%u,%u,%u pf=%llu,%llu", (long long)p->fdlimit,
		 p->flags, p->uid, p->gid, p->vmsize_kb, p->vmrss_kb, p->vmswap_kb,
		 (unsigned long long)p->pfmajor, (unsigned long long)p->pfminor);
	text_fmt(t, " login=%u%s", p->loginuid, p->exe_writable ? " w" : "");
	if (p->cap_inheritable)
		text_fmt(t, " cap=%llu,%llu,%llu", (unsigned long long)p->cap_inheritable,
			 (unsigned long long)p->cap_permitted,
			 (unsigned long long)p->cap_effective);
	if (p->exe_upper_layer)
		text_fmt(t, " u ino=%llu,%llu,%llu", (unsigned long long)p->exe_ino,
			 (unsigned long long)p->exe_ino_ctime_ns,
			 (unsigned long long)p->exe_ino_mtime_ns);
	if (p->exe_from_memfd)
		text_fmt(t, " m%s", p->exe_lower_layer ? "l" : "");
	if (p->pgid != PROC_NO_ID)
		text_fmt(t, " pgid=%lld", (long long)p->pgid);
	if (p->pidns_start_ns)
		text_fmt(t, " ns=%llu tty=%u", (unsigned long long)p->pidns_start_ns, p->tty);
}

static void
show_fd(struct text *t, const struct fd_record *fd)
{
	text_fmt(t, "fd %lld:%lld kind=%u ino=%llu l4=%u %u.%u-%u.%u %u>%u %llx>%llx fl=%x dev=%u",
		 (long long)fd->tid, (long long)fd->fd, fd->kind, (unsigned long long)fd->ino,
		 fd->l4, fd->src_ip[0], fd->src_ip[15], fd->dst_ip[0], fd->dst_ip[15],
		 fd->src_port, fd->dst_port, (unsigned long long)fd->unix_src,
		 (unsigned long long)fd->unix_dst, fd->open_flags, fd->dev);
	show_span(t, "name", fd->name);
}

static void
show_event(struct text *t, const struct event *ev)
{
	uint64_t number = 0;
	uint32_t narrow = 0;

	if (!event_u64(ev, 0, &number) && event_u32(ev, 0, &narrow))
		number = narrow;
	text_fmt(t, "event %u cpu=%u tid=%lld ts=%llu flags=%u at=%llu n=%u: %llu", ev->id, ev->cpu,
		 (long long)ev->tid, (unsigned long long)ev->ts_ns, ev->dump_flags,
		 (unsigned long long)ev->offset, ev->n_params, (unsigned long long)number);
	show_span(t, "data", event_bytes(ev, 1));
}

static void
show(struct text *t, const struct record *r)
{
	switch (r->kind) {
	case RECORD_SECTION:
		text_fmt(t, "section %s at=%llu %u.%u swapped=%d", r->section.name,
			 (unsigned long long)r->section.offset, r->section.major,
			 r->section.minor, r->section.swapped);
		break;
	case RECORD_MACHINE:
		text_fmt(t, "machine cpus=%u mem=%llu pids=%llu boot=%llu flags=%llu",
			 r->machine.n_cpus, (unsigned long long)r->machine.memory_bytes,
			 (unsigned long long)r->machine.max_pid,
			 (unsigned long long)r->machine.boot_ns,
			 (unsigned long long)r->machine.flags);
		show_span(t, "host", r->machine.hostname);
		break;
	case RECORD_IFACE:
		text_fmt(t, "iface v6=%d %u speed=%llu", r->iface.is_v6, r->iface.addr[0],
			 (unsigned long long)r->iface.speed);
		show_span(t, "name", r->iface.name);
		break;
	case RECORD_USER:
	case RECORD_GROUP:
		text_fmt(t, "%s %u %u", r->kind == RECORD_USER ? "user" : "group", r->user.uid,
			 r->user.gid);
		show_span(t, "name", r->user.name);
		show_span(t, "home", r->user.home);
		show_span(t, "shell", r->user.shell);
		break;
	case RECORD_PROC:
		show_proc(t, &r->proc);
		break;
	case RECORD_FD:
		show_fd(t, &r->fd);
		break;
	default:
		show_event(t, &r->ev);
	}
	text_char(t, '\n');
}

static void
note_block(void *ctx, const struct capture_block *block)
{
	struct played *played = ctx;

	text_fmt(&played->blocks, "%llu@%llu:%x%s\n", (unsigned long long)block->number,
		 (unsigned long long)block->offset, block->type, block->usable ? "" : "!");
}

static void
note_idle(void *ctx)
{
	((struct played *)ctx)->n_idle++;
}

static int
fd_of(const void *p, size_t len)
{
	int fd = memfd_create("capture", 0);

	if (write(fd, p, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET))
		abort();
	return fd;
}

static struct played
play_inputs(const struct capture_input *inputs, size_t n)
{
	struct played played = { .n_records = 0 };
	struct capture_options options = { .idle = note_idle, .block = note_block,
					   .ctx = &played };
	struct source *s = capture_open(inputs, n, &options, &played.err);
	struct record rec;

	text_char(&played.text, '\n');
	text_char(&played.blocks, '\n');
	for (; s && source_next(s, &rec) > 0; played.n_records++)
		show(&played.text, &rec);
	if (s) {
		played.err.code = 0;
		source_end(s, &played.end);
		source_stats(s, &played.stats);
		capture_storage(s, 0, &played.storage);
	}
	source_close(s);
	text_char(&played.text, '\0');
	text_char(&played.blocks, '\0');
	return played;
}

static struct played
play(const void *p, size_t len)
{
	struct capture_input input = { "web.scap", fd_of(p, len) };

	return play_inputs(&input, 1);
}

static void
forget(struct played *played)
{
	text_fini(&played->text);
	text_fini(&played->blocks);
}

static size_t
count(const struct played *played, const char *what)
{
	size_t n = 0;

	for (const char *at = played->text.p; (at = strstr(at, what)); at++)
		n++;
	return n;
}

/* A capture with one of each. */
static void
put_all(struct bytes *b)
{
	size_t at;

	put_section(b, false);
	put_machine(b);
	put_ifaces(b, true, 0);
	put_users(b, true);
	at = begin(b, 0x999);
	put_raw(b, "of the future", 13);
	end(b, at);
	put_procs(b, 0x215, 9, 76);
	put_fds(b, true);
	for (size_t i = 0; i < ARRAY_LEN(event_cases); i++) {
		put_event(b, &event_cases[i], "some data", false);
		put_event(b, &event_cases[i], "", true);
		at = begin(b, 0xBAD);
		put_raw(b, "!", 1);
		end(b, at);
	}
}

static size_t
gzip_of(const void *p, size_t len, uint8_t *out, size_t room)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)p, .avail_in = (uInt)len,
		       .next_out = out, .avail_out = (uInt)room };

	deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return z.total_out;
}

static void
each_process_list_is_read(void)
{
	static const uint32_t ids[] = { 0x202, 0x207, 0x209, 0x210, 0x211, 0x212, 0x213, 0x214 };
	static const char *const want[] = {
		"\nproc 42,42,1 sid=-1 vpgid=-1 vtid=-1 vpid=-1 comm=cat exe=/bin/cat path= "
		"args=a.txt cwd=/tmp env= cg= root= lim=1024 fl=5 uid=7 gid=8 vm=0,0,0 pf=0,0 "
		"login=4294967295\n",
		"vm=100,100,100 pf=9,10", " env=A=1 ", " vtid=3 vpid=2 ", " root=/root ",
		" sid=55 ", " path=/usr/bin/cat ", " vpgid=66 ",
	};

	for (int swap = 0; swap < 2; swap++) {
		for (size_t i = 0; i < ARRAY_LEN(ids) + ARRAY_LEN(tails); i++) {
			static struct bytes b;
			const struct tail *tail = i < ARRAY_LEN(ids) ? NULL :
				&tails[i - ARRAY_LEN(ids)];
			struct played got;

			b = (struct bytes){ .swap = swap };
			put_section(&b, false);
			put_procs(&b, tail ? 0x215 : ids[i], tail ? 9 : (unsigned)i + 1,
				  tail ? tail->len : 0);
			put_event(&b, &event_cases[3], "x", false);
			got = play(b.p, b.len);
			CHECK(count(&got, "\nproc ") == 2 && count(&got, "\nevent ") == 1 &&
			      !got.end.n_damages, "process list %zu, swap %d: %s", i + 1, swap,
			      got.end.damage.text);
			if (!CHECK(strstr(got.text.p, tail ? tail->shown : want[i]), "  its fields"))
				printf("# %s\n", got.text.p);
			if (tail)
				CHECK(strstr(strstr(got.text.p, tail->shown), "\n") ==
				      strstr(got.text.p, tail->shown) + strlen(tail->shown),
				      "  and no other");
			forget(&got);
		}
	}
}

static void
other_lists_are_read(void)
{
	for (int swap = 0; swap < 2; swap++) {
		for (int has_len = 0; has_len < 2; has_len++) {
			static struct bytes b;
			struct played got;

			b = (struct bytes){ .swap = swap };
			put_section(&b, false);
			put_ifaces(&b, has_len, 0);
			put_users(&b, has_len);
			put_fds(&b, has_len);
			got = play(b.p, b.len);
			CHECK(!got.end.damage.code, "lists v%d, swap %d: %s", has_len + 1, swap,
			      got.end.damage.text);
			CHECK(count(&got, "\niface ") == 4 &&
			      strstr(got.text.p, "\niface v6=1 10 speed=1000 name=eth0\n") &&
			      strstr(got.text.p, "\niface v6=0 10 speed=0 name=eth0\n"), "interfaces");
			CHECK(strstr(got.text.p, "\nuser 1000 100 name=ann home=/home/ann "
				     "shell=/bin/sh\ngroup 0 100 name=users home= shell=\n"), "users");
			CHECK(count(&got, "\nfd 41:") == (has_len ? 23 : 21), "descriptors");
			CHECK(strstr(got.text.p, "\nfd 41:104 kind=4 ino=9000 l4=2 127.9-127.9 80>80"),
			      "a connection");
			CHECK(strstr(got.text.p, "\nfd 41:105 kind=5 ino=9000 l4=2 127.0-0.0 80>0"),
			      "a server");
			CHECK(strstr(got.text.p, " aa>bb fl=0 dev=0 name=name\n"), "a unix socket");
			CHECK(strstr(got.text.p, has_len ? "\nfd 41:116 kind=1 ino=9000 l4=0 "
				     "0.0-0.0 0>0 0>0 fl=41 dev=2049 name=name\n" : "fl=41 dev=0"),
			      "a file with details");
			CHECK(strstr(got.text.p, "\nfd 41:121 kind=21"), "the last known kind");
			if (has_len)
				CHECK(strstr(got.text.p, "\nfd 41:123 kind=10"), "an unknown kind");
			forget(&got);
		}
	}
}

static void
each_event_block_is_read(void)
{
	for (size_t i = 0; i < 2 * ARRAY_LEN(event_cases); i++) {
		const struct event_case *e = &event_cases[i / 2];
		static struct bytes b;
		struct played got;
		char want[200];

		b = (struct bytes){ .swap = i % 2 };
		put_section(&b, true);
		put_event(&b, e, "data", true);
		put_event(&b, e, "next", false);
		got = play(b.p, b.len);
		snprintf(want, sizeof(want), "\nevent %u cpu=3 tid=41 ts=1000 flags=%d at=48 n=2: "
			 "5 data=data\n", e->id, e->has_flags);
		if (!CHECK(strstr(got.text.p, want), "event block %x", e->block))
			printf("# %s\n", got.text.p);
		CHECK(count(&got, "data=next\n") == 1 && !got.end.n_damages, "  and the next: %s",
		      got.end.damage.text);
		CHECK(got.stats.n_events == 2 && got.stats.bytes_done == b.len &&
		      got.stats.bytes_all == b.len, "  statistics");
		forget(&got);
	}
}

/* Cut everywhere: what is read is a prefix of what was read of more. */
static void
check_cuts(const char *name, const uint8_t *p, size_t len, bool gzip)
{
	struct played last = play(p, gzip ? 2 : 1), full = play(p, len);
	size_t n_cut = 0;
	bool prefix = true;

	for (size_t n = gzip ? 3 : 2; n <= len && prefix; n++) {
		struct played got = play(p, n);

		prefix = !strncmp(got.text.p, last.text.p, strlen(last.text.p)) &&
			got.n_records >= last.n_records && !got.err.code;
		n_cut += got.end.cut_short;
		if (!prefix)
			printf("# at %zu:\n# %s\n# %s\n", n, last.text.p, got.text.p);
		forget(&last);
		last = got;
	}
	CHECK(prefix && !strcmp(last.text.p, full.text.p), "%s: cut anywhere gives a prefix", name);
	CHECK(n_cut > len / 2 && !full.end.cut_short, "%s: and is told", name);
	forget(&last);
	forget(&full);
}

static void
cut_anywhere(void)
{
	static uint8_t zip[1 << 16];

	for (int swap = 0; swap < 2; swap++) {
		static struct bytes b;
		struct played plain, zipped;
		size_t zip_len;

		b = (struct bytes){ .swap = swap };
		put_all(&b);
		check_cuts("plain", b.p, b.len, false);
		zip_len = gzip_of(b.p, b.len, zip, sizeof(zip));
		check_cuts("gzip", zip, zip_len, true);
		plain = play(b.p, b.len);
		zipped = play(zip, zip_len);
		CHECK_STR(zipped.text.p, plain.text.p, "both give the same");
		CHECK_STR(zipped.blocks.p, plain.blocks.p, "and have the same blocks");
		CHECK(count(&plain, "\nevent ") == 2 * ARRAY_LEN(event_cases), "all events");
		CHECK(zipped.storage.gzip && zipped.storage.n_members == 1 &&
		      zipped.storage.stored_bytes == zip_len &&
		      zipped.storage.inflated_bytes == b.len && !plain.storage.gzip, "storage");
		CHECK(!strncmp(plain.blocks.p, "\n1@0:a0d0d0a\n2@28:201\n", 22), "blocks");
		CHECK(strstr(plain.blocks.p, ":999!\n"), "an unknown block is not usable");
		forget(&plain);
		forget(&zipped);
	}
}

static void
the_end_is_told(void)
{
	static struct bytes b;
	static uint8_t zip[4096];
	struct played got;
	size_t len;

	b.len = 0;
	put_section(&b, false);
	put_event(&b, &event_cases[3], "some data", false);
	got = play(b.p, b.len - 20);
	CHECK_STR(got.end.damage.text, "web.scap: truncated at byte 72 (block 2)", "cut");
	CHECK(got.end.cut_short && got.end.n_damages == 1, "one damage");
	forget(&got);
	got = play(b.p, b.len - 5);
	CHECK(got.stats.n_events == 1 && got.end.cut_short, "the event itself is all there");
	forget(&got);
	len = gzip_of(b.p, b.len, zip, sizeof(zip));
	got = play(zip, len - 20);
	CHECK(got.end.cut_short && strstr(got.end.damage.text, "web.scap: truncated at byte ") &&
	      strstr(got.end.damage.text, " of its gzip data (block "), "%s",
	      got.end.damage.text);
	forget(&got);
	zip[len - 8] ^= 1;
	got = play(zip, len);
	CHECK(got.stats.n_events == 1 && !got.end.cut_short, "a wrong sum: events are there");
	CHECK_STR(got.end.damage.text, "web.scap: gzip member 1 has a wrong checksum", "told");
	forget(&got);
}

static void
what_is_no_capture(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *why;
	} cases[] = {
		{ "", 0, "empty" },
		{ "hello", 5, "not a capture" },
		{ "\x0a\x0d\x0d\x0b", 4, "not a capture" },
		{ "\x1f\x8b\x07 and so on", 14, "gzip data is damaged at byte 14: "
		  "unknown compression method" },
	};
	struct capture_input input = { "/", -1 };
	static uint8_t zip[4096];
	struct played got;
	int ends[2];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		got = play(cases[i].bytes, cases[i].len);
		CHECK(got.err.code < 0, "refused: case %zu", i);
		CHECK(!strncmp(got.err.text, cases[i].why, 20), "  %s", got.err.text);
		forget(&got);
	}
	got = play(zip, gzip_of("", 0, zip, sizeof(zip)));
	CHECK_STR(got.err.text, "empty", "a gzip of nothing");
	forget(&got);
	got = play(zip, gzip_of("text", 4, zip, sizeof(zip)));
	CHECK_STR(got.err.text, "not a capture", "a gzip of something else");
	forget(&got);
	if (pipe(ends))
		abort();
	close(ends[0]);
	input.fd = ends[1];
	got = play_inputs(&input, 1);
	CHECK(got.err.code == -EBADF, "not to be read: %s", got.err.text);
	forget(&got);
}

/* Each byte of a capture is wrong once: events before it are not lost. */
static void
one_wrong_byte_loses_little(void)
{
	static struct bytes b, was;
	bool kept = true, ended = true;
	size_t n_lost_most = 0, start, worst = 0;

	b.len = 0;
	put_section(&b, false);
	put_machine(&b);
	put_users(&b, true);
	put_procs(&b, 0x215, 9, 29);
	start = b.len;
	for (int i = 0; i < 20; i++)
		put_event(&b, &event_cases[3], "some data", false);
	was = b;
	for (size_t at = 0; at < b.len; at++) {
		static const uint8_t masks[] = { 0x01, 0x10, 0x80, 0xff };

		for (size_t m = 0; m < ARRAY_LEN(masks); m++) {
			struct played got;
			size_t n;

			b.p[at] ^= masks[m];
			got = play(b.p, b.len);
			n = got.stats.n_events + got.stats.n_unknown_events;
			if (at >= 4 && 20 - n > n_lost_most) {
				n_lost_most = 20 - n;
				worst = at;
			}
			kept &= at < start || n >= (at - start) / ((b.len - start) / 20);
			ended &= n <= 20;
			b.p[at] = was.p[at];
			forget(&got);
		}
	}
	CHECK(kept && ended, "all before it are there");
	CHECK(n_lost_most <= 1, "at most one is lost: %zu at byte %zu", n_lost_most, worst);
}

static void
iface_lists_too_short_are_found_out(void)
{
	static struct bytes b;
	struct played got;

	b.len = 0;
	put_section(&b, false);
	put_ifaces(&b, true, 16);
	put_users(&b, true);
	put_event(&b, &event_cases[3], "x", false);
	got = play(b.p, b.len);
	CHECK(count(&got, "\niface ") == 4 && count(&got, "\nuser ") == 1 &&
	      count(&got, "\nevent ") == 1 && !got.end.n_damages, "4 bytes too few an entry: %s",
	      got.end.damage.text);
	forget(&got);
}

static void
lengths_are_not_believed(void)
{
	static const uint32_t ids[] = { 0x216, 0x221, 0x215, 0x218, 0x219, 0x220, 0x999, 0x202 };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		static struct bytes b;
		struct played got;

		b.len = 0;
		put_section(&b, false);
		put(&b, ids[i], 4);
		put(&b, 0xfffffff0, 4);
		put(&b, 0xfffffff0, 4);
		put(&b, 0xfffffff0, 4);
		put_event(&b, &event_cases[3], "x", false);
		got = play(b.p, b.len);
		CHECK(got.end.n_damages > 0, "4 GB of %x: %s", ids[i], got.end.damage.text);
		forget(&got);
	}
}

static void
several_inputs_are_one_reel(void)
{
	static struct bytes a, b;
	static uint8_t zip[1 << 16];
	struct capture_input inputs[4];
	struct played got;
	size_t zip_len;

	a.len = b.len = 0;
	b.swap = true;
	put_all(&a);
	put_all(&b);
	zip_len = gzip_of(a.p, a.len, zip, sizeof(zip));
	zip_len += gzip_of(b.p, b.len, zip + zip_len, sizeof(zip) - zip_len);
	inputs[0] = (struct capture_input){ "a.scap", fd_of(a.p, a.len) };
	inputs[1] = (struct capture_input){ "two.gz", fd_of(zip, zip_len) };
	inputs[2] = (struct capture_input){ "b.txt", fd_of("nothing", 7) };
	inputs[3] = (struct capture_input){ "b.scap", fd_of(b.p, b.len) };
	got = play_inputs(inputs, 4);
	CHECK(count(&got, "\nsection a.scap at=0 1.2 swapped=0") == 1 &&
	      count(&got, "\nsection two.gz at=0 1.2 swapped=0") == 1 &&
	      count(&got, "\nsection two.gz at=") == 2 &&
	      count(&got, "\nsection b.scap at=0 1.2 swapped=1") == 1, "four sections");
	CHECK(got.stats.n_events == 8 * ARRAY_LEN(event_cases), "all events");
	CHECK(got.end.n_damages == 1, "one damage");
	CHECK_STR(got.end.damage.text, "b.txt: not a capture", "what is no capture is told");
	CHECK(got.stats.bytes_done == a.len + zip_len + 7 + b.len &&
	      got.stats.bytes_all == got.stats.bytes_done, "all bytes are counted");
	forget(&got);
}

struct feeder {
	int fd;
	const struct bytes *b;
	int hear;			/* each byte here lets one piece go */
};

static void *
feed(void *arg)
{
	struct feeder *f = arg;
	char c;

	for (size_t at = 0; at < f->b->len; at += 50) {
		size_t n = f->b->len - at < 50 ? f->b->len - at : 50;

		if (read(f->hear, &c, 1) != 1 || write(f->fd, f->b->p + at, n) != (ssize_t)n)
			break;
	}
	close(f->fd);
	return NULL;
}

static int feed_more;

static void
ask_for_more(void *ctx)
{
	(void)ctx;
	if (write(feed_more, "x", 1) != 1)
		abort();
}

/* Each piece comes only when all before it was handed out. */
static void
a_pipe_is_read_as_it_comes(void)
{
	static struct bytes b;
	struct capture_options options = { .idle = ask_for_more };
	struct capture_input input = { "-", -1 };
	int data[2], more[2];
	struct feeder feeder;
	pthread_t thread;
	struct source *s;
	struct record rec;
	struct source_stats stats;
	struct err err;

	b.len = 0;
	put_all(&b);
	if (pipe(data) || pipe(more))
		abort();
	feeder = (struct feeder){ data[1], &b, more[0] };
	feed_more = more[1];
	input.fd = data[0];
	pthread_create(&thread, NULL, feed, &feeder);
	s = capture_open(&input, 1, &options, &err);
	while (s && source_next(s, &rec) > 0)
		;
	if (CHECK(s, "a pipe opens")) {
		source_stats(s, &stats);
		CHECK(stats.n_events == 2 * ARRAY_LEN(event_cases) && !stats.bytes_all,
		      "all events of a pipe");
	}
	source_close(s);
	pthread_join(thread, NULL);
	close(more[0]);
	close(more[1]);
}

struct follower {
	struct source *s;
	int fd;
	const struct bytes *b;
	size_t at;
	size_t n_events;
};

/* Nothing is left to read: let the file grow, or cancel when all was handed out. */
static void
grow_or_cancel(void *ctx)
{
	struct follower *f = ctx;

	if (f->at < f->b->len) {
		size_t n = f->b->len - f->at < 700 ? f->b->len - f->at : 700;

		if (pwrite(f->fd, f->b->p + f->at, n, (off_t)f->at) != (ssize_t)n)
			abort();
		f->at += n;
	} else if (f->n_events == 2 * ARRAY_LEN(event_cases)) {
		source_cancel(f->s);
	}
}

static void
a_growing_file_is_followed(void)
{
	static struct bytes b;
	struct follower f = { .b = &b };
	struct capture_options options = { .follow = true, .idle = grow_or_cancel, .ctx = &f };
	struct capture_input input = { "grows.scap", -1 };
	struct source_stats stats;
	struct source_end end_told;
	struct record rec;
	struct err err;

	b.len = 0;
	put_all(&b);
	f.at = 100;
	f.fd = fd_of(b.p, f.at);
	input.fd = dup(f.fd);
	f.s = capture_open(&input, 1, &options, &err);
	while (f.s && source_next(f.s, &rec) > 0)
		f.n_events += rec.kind == RECORD_EVENT;
	if (CHECK(f.s, "a file opens that will grow")) {
		source_stats(f.s, &stats);
		source_end(f.s, &end_told);
		CHECK(stats.n_events == 2 * ARRAY_LEN(event_cases), "all that it grew by");
		CHECK(end_told.interrupted && !end_told.n_damages, "ended by us: %s",
		      end_told.damage.text);
	}
	source_close(f.s);
	close(f.fd);
}

int
main(void)
{
	each_process_list_is_read();
	other_lists_are_read();
	each_event_block_is_read();
	cut_anywhere();
	the_end_is_told();
	what_is_no_capture();
	one_wrong_byte_loses_little();
	iface_lists_too_short_are_found_out();
	lengths_are_not_believed();
	several_inputs_are_one_reel();
	a_pipe_is_read_as_it_comes();
	a_growing_file_is_followed();
	CHECK_STR(capture_block_name(0x215), "process list v9", "a block has a name");
	CHECK(!capture_block_name(0x999), "an unknown one has none");
	return check_done();
}
