#include "tests/unit/capture_kit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/base/mem.h"
#include "engine/capture/capture.h"

void
kit_put(struct kit_bytes *b, uint64_t v, size_t width)
{
	for (size_t i = 0; i < width; i++)
		b->p[b->len + i] = (uint8_t)(v >> 8 * (b->swap ? width - 1 - i : i));
	b->len += width;
}

void
kit_put_raw(struct kit_bytes *b, const void *p, size_t len)
{
	memcpy(b->p + b->len, p, len);
	b->len += len;
}

void
kit_put_str16(struct kit_bytes *b, const char *s)
{
	kit_put(b, strlen(s), 2);
	kit_put_raw(b, s, strlen(s));
}

void
kit_patch(struct kit_bytes *b, size_t at, uint32_t v)
{
	size_t len = b->len;

	b->len = at;
	kit_put(b, v, 4);
	b->len = len;
}

size_t
kit_begin(struct kit_bytes *b, uint32_t type)
{
	size_t at = b->len;

	kit_put(b, type, 4);
	kit_put(b, 0, 4);
	return at;
}

void
kit_end(struct kit_bytes *b, size_t at)
{
	size_t pad = -b->len & 3;
	uint32_t len;

	memset(b->p + b->len, 0, pad);
	b->len += pad;
	len = (uint32_t)(b->len + 4 - at);
	kit_put(b, len, 4);
	kit_patch(b, at + 4, len);
}

/* pcapng options: a comment, then one that nobody knows. */
static void
put_options(struct kit_bytes *b)
{
	while (b->len & 3)
		kit_put(b, 0, 1);
	kit_put(b, 1, 2);
	kit_put_str16(b, "text");
	kit_put(b, 77, 2);
	kit_put_str16(b, "abc");
	kit_put(b, 0, 1);
	kit_put(b, 0, 4);
}

void
kit_put_section(struct kit_bytes *b, bool options)
{
	size_t at = kit_begin(b, 0x0A0D0D0A);

	kit_put(b, 0x1A2B3C4D, 4);
	kit_put(b, 1, 2);
	kit_put(b, 2, 2);
	kit_put(b, UINT64_MAX, 8);
	if (options)
		put_options(b);
	kit_end(b, at);
}

void
kit_put_machine(struct kit_bytes *b)
{
	char host[128] = "web1";
	size_t at = kit_begin(b, 0x201);

	kit_put(b, 4, 4);
	kit_put(b, 1 << 30, 8);
	kit_put(b, 32768, 8);
	kit_put_raw(b, host, sizeof(host));
	kit_put(b, 1600000000, 8);
	kit_put(b, 3, 8);
	kit_put(b, 0, 8);
	kit_put(b, 0, 8);
	kit_end(b, at);
}

/* The kit_tails of process list v9, by their lengths. */
const struct kit_tail kit_tails[KIT_TAILS] = {
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
put_tail(struct kit_bytes *b, unsigned len)
{
	size_t start = b->len;

	if (len > 29) {
		kit_put(b, 99, 8);
		kit_put(b, 34816, 4);
	}
	kit_put(b, 1000, 4);
	kit_put(b, 1, 1);
	for (int i = 11; i < 14; i++)
		kit_put(b, (uint64_t)i, 8);
	kit_put(b, 1, 1);
	for (int i = 21; i < 24; i++)
		kit_put(b, (uint64_t)i, 8);
	kit_put(b, 1, 1);
	kit_put(b, 1, 1);
	kit_put(b, 77, 8);
	for (int i = 0; i < 20; i++)
		kit_put(b, 0xee, 1);
	b->len = start + len;
}

static void
put_proc(struct kit_bytes *b, unsigned version, uint64_t tid, unsigned tail_len)
{
	size_t at = b->len;

	if (version >= 9)
		kit_put(b, 0, 4);
	kit_put(b, tid, 8);
	kit_put(b, tid, 8);
	kit_put(b, 1, 8);
	if (version >= 6)
		kit_put(b, 55, 8);
	if (version >= 8)
		kit_put(b, 66, 8);
	kit_put_str16(b, "cat");
	kit_put_str16(b, "/bin/cat");
	if (version >= 7)
		kit_put_str16(b, "/usr/bin/cat");
	kit_put_str16(b, "a.txt");
	kit_put_str16(b, "/tmp");
	kit_put(b, 1024, 8);
	kit_put(b, 5, 4);
	kit_put(b, 7, 4);
	kit_put(b, 8, 4);
	if (version >= 2) {
		for (int i = 0; i < 3; i++)
			kit_put(b, 100, 4);
		kit_put(b, 9, 8);
		kit_put(b, 10, 8);
	}
	if (version >= 3)
		kit_put_str16(b, "A=1");
	if (version >= 4) {
		kit_put(b, 3, 8);
		kit_put(b, 2, 8);
		kit_put_str16(b, "cpu=/x");
	}
	if (version >= 5)
		kit_put_str16(b, "/root");
	if (version >= 9) {
		put_tail(b, tail_len);
		kit_patch(b, at, (uint32_t)(b->len - at));
	}
}

void
kit_put_procs(struct kit_bytes *b, uint32_t type, unsigned version, unsigned tail_len)
{
	size_t at = kit_begin(b, type);

	put_proc(b, version, 41, tail_len);
	put_proc(b, version, 42, tail_len);
	kit_end(b, at);
}

void
kit_put_fds(struct kit_bytes *b, bool has_len)
{
	static const uint8_t ip[16] = { 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9 };
	size_t at = kit_begin(b, has_len ? 0x218 : 0x203);

	kit_put(b, 41, 8);
	for (unsigned kind = 1; kind <= (has_len ? 23 : 21); kind++) {
		size_t entry = b->len, ip_len = kind == 3 || kind == 5 ? 4 : 16;

		if (has_len)
			kit_put(b, 0, 4);
		kit_put(b, kind + 100, 8);
		kit_put(b, 9000, 8);
		kit_put(b, kind, 1);
		if (kind >= 3 && kind <= 6) {
			for (int ends = kind < 5 ? 2 : 1; ends; ends--)
				kit_put_raw(b, ip, ip_len);
			for (int ends = kind < 5 ? 2 : 1; ends; ends--)
				kit_put(b, 80, 2);
			kit_put(b, 2, 1);
		}
		if (kind == 8) {
			kit_put(b, 0xaa, 8);
			kit_put(b, 0xbb, 8);
		}
		if (kind == 16)
			kit_put(b, 0x41, 4);
		if (kind < 3 || kind > 6)
			kit_put_str16(b, "name");
		if (kind == 16 && has_len)
			kit_put(b, 2049, 4);
		if (has_len)
			kit_patch(b, entry, (uint32_t)(b->len - entry));
	}
	kit_end(b, at);
}

void
kit_put_ifaces(struct kit_bytes *b, bool has_len, unsigned missing)
{
	static const uint8_t ip[16] = { 10, 0, 0, 1 };
	size_t at = kit_begin(b, has_len ? 0x219 : 0x205);

	for (unsigned type = 1; type <= 4; type++) {
		size_t entry = b->len, addr_len = type % 2 ? 4 : 16;

		if (has_len)
			kit_put(b, 0, 4);
		kit_put(b, type, 2);
		kit_put(b, 4, 2);
		for (int i = 0; i < 3; i++)
			kit_put_raw(b, ip, addr_len);
		if (type <= 2)
			kit_put(b, 1000, 8);
		kit_put_raw(b, "eth0", 4);
		if (has_len)
			kit_patch(b, entry, (uint32_t)(b->len - entry - 4));
	}
	kit_end(b, at);
	kit_patch(b, at + 4, (uint32_t)(b->len - at) - missing);
	kit_patch(b, b->len - 4, (uint32_t)(b->len - at) - missing);
}

void
kit_put_users(struct kit_bytes *b, bool has_len)
{
	size_t at = kit_begin(b, has_len ? 0x220 : 0x206);

	for (int kind = 0; kind < 2; kind++) {
		size_t entry = b->len;

		if (has_len)
			kit_put(b, 0, 4);
		kit_put(b, (uint64_t)kind, 1);
		if (!kind)
			kit_put(b, 1000, 4);
		kit_put(b, 100, 4);
		kit_put_str16(b, kind ? "users" : "ann");
		if (!kind) {
			kit_put_str16(b, "/home/ann");
			kit_put_str16(b, "/bin/sh");
		}
		if (has_len) {
			kit_put(b, 7, 3);		/* of a newer writer */
			kit_patch(b, entry, (uint32_t)(b->len - entry));
		}
	}
	kit_end(b, at);
}

const struct kit_event kit_events[KIT_EVENTS] = {
	{ 0x204, EV_READ_X, false, false, false },
	{ 0x8010ABCD, EV_READ_X, false, false, false },
	{ 0x208, EV_READ_X, true, false, false },
	{ 0x216, EV_READ_X, false, true, false },
	{ 0x217, EV_READ_X, true, true, false },
	{ 0x221, EV_PLUGINEVENT_E, false, true, true },
	{ 0x222, EV_PLUGINEVENT_E, true, true, true },
};

void
kit_put_event(struct kit_bytes *b, const struct kit_event *e, const char *data, bool options)
{
	size_t at = kit_begin(b, e->block), start, len_at;
	size_t number_len = e->large ? 4 : 8;

	kit_put(b, 3, 2);
	if (e->has_flags)
		kit_put(b, 1, 4);
	start = b->len;
	kit_put(b, 1000, 8);
	kit_put(b, 41, 8);
	len_at = b->len;
	kit_put(b, 0, 4);
	kit_put(b, e->id, 2);
	if (e->has_count)
		kit_put(b, 2, 4);
	kit_put(b, number_len, e->large ? 4 : 2);
	kit_put(b, strlen(data), e->large ? 4 : 2);
	kit_put(b, 5, number_len);
	kit_put_raw(b, data, strlen(data));
	kit_patch(b, len_at, (uint32_t)(b->len - start));
	if (options)
		put_options(b);
	kit_end(b, at);
}

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
	struct kit_played *played = ctx;

	text_fmt(&played->blocks, "%llu@%llu:%x%s\n", (unsigned long long)block->number,
		 (unsigned long long)block->offset, block->type, block->usable ? "" : "!");
}

static void
note_idle(void *ctx)
{
	((struct kit_played *)ctx)->n_idle++;
}

int
kit_fd_of(const void *p, size_t len)
{
	int fd = memfd_create("capture", 0);

	if (write(fd, p, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET))
		abort();
	return fd;
}

struct kit_played
kit_play_inputs(const struct capture_input *inputs, size_t n)
{
	struct kit_played played = { .n_records = 0 };
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

struct kit_played
kit_play(const void *p, size_t len)
{
	struct capture_input input = { "web.scap", kit_fd_of(p, len) };

	return kit_play_inputs(&input, 1);
}

void
kit_forget(struct kit_played *played)
{
	text_fini(&played->text);
	text_fini(&played->blocks);
}

size_t
kit_count(const struct kit_played *played, const char *what)
{
	size_t n = 0;

	for (const char *at = played->text.p; (at = strstr(at, what)); at++)
		n++;
	return n;
}

void
kit_put_all(struct kit_bytes *b)
{
	size_t at;

	kit_put_section(b, false);
	kit_put_machine(b);
	kit_put_ifaces(b, true, 0);
	kit_put_users(b, true);
	at = kit_begin(b, 0x999);
	kit_put_raw(b, "of the future", 13);
	kit_end(b, at);
	kit_put_procs(b, 0x215, 9, 76);
	kit_put_fds(b, true);
	for (size_t i = 0; i < KIT_EVENTS; i++) {
		kit_put_event(b, &kit_events[i], "some data", false);
		kit_put_event(b, &kit_events[i], "", true);
		at = kit_begin(b, 0xBAD);
		kit_put_raw(b, "!", 1);
		kit_end(b, at);
	}
}

size_t
kit_gzip_of(const void *p, size_t len, uint8_t *out, size_t room)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)p, .avail_in = (uInt)len,
		       .next_out = out, .avail_out = (uInt)room };

	deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return z.total_out;
}
