#include "tests/lib/scapbuild.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/base/mem.h"
#include "engine/event/event_type.h"

#define BYTE_ORDER_MAGIC 0x1A2B3C4Du
#define HOSTNAME_LEN 128
#define HEADER_LEN 22			/* of an event without a count */
#define SURPLUS 3			/* too long, of two old types: event_end() */

/* The ids of before the first release. */
static const struct {
	uint32_t type, old;
} old_ids[] = {
	{ SCAP_MACHINE, 0x8002ABCD }, { SCAP_PROCS_V1, 0x8000ABCD },
	{ SCAP_PROCS_V2, 0x8013ABCD }, { SCAP_PROCS_V3, 0x8014ABCD },
	{ SCAP_FDS_V1, 0x8001ABCD }, { SCAP_EVENT_V1, 0x8010ABCD },
	{ SCAP_IFACES_V1, 0x8011ABCD }, { SCAP_USERS_V1, 0x8012ABCD },
};

static const uint32_t proc_blocks[SCAP_PROC_VERSIONS] = {
	SCAP_PROCS_V1, SCAP_PROCS_V2, SCAP_PROCS_V3, SCAP_PROCS_V4, SCAP_PROCS_V5,
	SCAP_PROCS_V6, SCAP_PROCS_V7, SCAP_PROCS_V8, SCAP_PROCS_V9,
};

static void
insist(bool ok, const char *what)
{
	if (!ok)
		die("scapbuild: %s", what);
}

void
scap_fini(struct scap *b)
{
	free(b->p);
	*b = (struct scap){ 0 };
}

void
scap_put(struct scap *b, const void *p, size_t len)
{
	if (!len)
		return;
	xgrow(&b->p, &b->cap, b->len + len, 1);
	memcpy(b->p + b->len, p, len);
	b->len += len;
}

void
scap_u8(struct scap *b, uint8_t v)
{
	scap_put(b, &v, 1);
}

void
scap_u16(struct scap *b, uint16_t v)
{
	v = b->swap ? __builtin_bswap16(v) : v;
	scap_put(b, &v, sizeof(v));
}

void
scap_u32(struct scap *b, uint32_t v)
{
	v = b->swap ? __builtin_bswap32(v) : v;
	scap_put(b, &v, sizeof(v));
}

void
scap_u64(struct scap *b, uint64_t v)
{
	v = b->swap ? __builtin_bswap64(v) : v;
	scap_put(b, &v, sizeof(v));
}

void
scap_str16(struct scap *b, struct span s)
{
	insist(s.len <= UINT16_MAX, "text does not fit 16 bits");
	scap_u16(b, (uint16_t)s.len);
	scap_put(b, s.p, s.len);
}

void
scap_patch_u32(struct scap *b, size_t at, uint32_t v)
{
	insist(at + 4 <= b->len, "patch behind the end");
	v = b->swap ? __builtin_bswap32(v) : v;
	memcpy(b->p + at, &v, 4);
}

/* Zeroes up to a multiple of four from FROM. */
static void
pad(struct scap *b, size_t from)
{
	while ((b->len - from) % 4)
		scap_u8(b, 0);
}

void
scap_begin(struct scap *b, uint32_t type)
{
	for (size_t i = 0; b->old_ids && i < ARRAY_LEN(old_ids); i++)
		if (old_ids[i].type == type)
			type = old_ids[i].old;
	b->block_at = b->len;
	scap_u32(b, type);
	scap_u32(b, 0);
	b->body_at = b->len;
}

void
scap_end(struct scap *b)
{
	uint32_t len;

	pad(b, b->body_at);
	len = (uint32_t)(b->len + 4 - b->block_at);
	scap_u32(b, len);
	scap_patch_u32(b, b->block_at + 4, len);
}

void
scap_option(struct scap *b, uint16_t code, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	pad(b, b->body_at);
	scap_u16(b, code);
	scap_u16(b, (uint16_t)len);
	scap_put(b, text, len);
	pad(b, b->body_at);
}

static void
section_body(struct scap *b, uint16_t minor)
{
	scap_begin(b, SCAP_SECTION);
	scap_u32(b, BYTE_ORDER_MAGIC);
	scap_u16(b, 1);
	scap_u16(b, minor);
	scap_u64(b, UINT64_MAX);
}

void
scap_section(struct scap *b, uint16_t minor)
{
	section_body(b, minor);
	scap_end(b);
}

void
scap_section_with(struct scap *b, uint16_t minor, const char *comment,
		  const char *application)
{
	section_body(b, minor);
	scap_option(b, 1, comment);
	scap_option(b, 4, application);
	scap_option(b, 0, NULL);
	scap_end(b);
}

void
scap_machine(struct scap *b, const struct machine_record *m)
{
	char hostname[HOSTNAME_LEN] = { 0 };

	insist(m->hostname.len < HOSTNAME_LEN, "hostname is too long");
	memcpy(hostname, m->hostname.p ? m->hostname.p : (const uint8_t *)"",
	       m->hostname.len);
	scap_begin(b, SCAP_MACHINE);
	scap_u32(b, m->n_cpus);
	scap_u64(b, m->memory_bytes);
	scap_u64(b, m->max_pid);
	scap_put(b, hostname, sizeof(hostname));
	scap_u64(b, m->boot_ns);
	scap_u64(b, m->flags);
	scap_u64(b, 0);
	scap_u64(b, 0);
	scap_end(b);
}

/* Set the entry length that was left open AT; SELF: it counts its own bytes. */
static void
close_entry(struct scap *b, size_t at, bool self)
{
	scap_patch_u32(b, at, (uint32_t)(b->len - at - (self ? 0 : 4)));
}

void
scap_ifaces(struct scap *b, int version, const struct iface_record *list, size_t n)
{
	scap_begin(b, version == 1 ? SCAP_IFACES_V1 : SCAP_IFACES_V2);
	for (size_t i = 0; i < n; i++) {
		const struct iface_record *f = &list[i];
		size_t ip_len = f->is_v6 ? 16 : 4, at = b->len;

		if (version > 1)
			scap_u32(b, 0);
		scap_u16(b, (uint16_t)((f->is_v6 ? 2 : 1) + (f->speed ? 0 : 2)));
		scap_u16(b, (uint16_t)f->name.len);
		scap_put(b, f->addr, ip_len);
		scap_put(b, f->netmask, ip_len);
		scap_put(b, f->broadcast, ip_len);
		if (f->speed)
			scap_u64(b, f->speed);
		scap_put(b, f->name.p, f->name.len);
		if (version > 1)
			close_entry(b, at, false);
	}
	scap_end(b);
}

static void
put_user(struct scap *b, int version, const struct user_record *u, bool is_group)
{
	size_t at = b->len;

	if (version > 1)
		scap_u32(b, 0);
	scap_u8(b, is_group);
	if (!is_group)
		scap_u32(b, u->uid);
	scap_u32(b, u->gid);
	scap_str16(b, u->name);
	if (!is_group) {
		scap_str16(b, u->home);
		scap_str16(b, u->shell);
	}
	if (version > 1)
		close_entry(b, at, true);
}

void
scap_users(struct scap *b, int version, const struct scap_people *people)
{
	scap_begin(b, version == 1 ? SCAP_USERS_V1 : SCAP_USERS_V2);
	for (size_t i = 0; i < people->n_users; i++)
		put_user(b, version, &people->users[i], false);
	for (size_t i = 0; i < people->n_groups; i++)
		put_user(b, version, &people->groups[i], true);
	scap_end(b);
}

/* The tail of a version 9 entry, cut to LEN bytes. Two members were put before
 * the others when tails became longer than 29 bytes. */
static void
put_proc_tail(struct scap *b, const struct proc_record *p, size_t len)
{
	size_t start = b->len;

	if (len > 29) {
		scap_u64(b, p->pidns_start_ns);
		scap_u32(b, p->tty);
	}
	scap_u32(b, p->loginuid);
	scap_u8(b, p->exe_writable);
	scap_u64(b, p->cap_inheritable);
	scap_u64(b, p->cap_permitted);
	scap_u64(b, p->cap_effective);
	scap_u8(b, p->exe_upper_layer);
	scap_u64(b, p->exe_ino);
	scap_u64(b, p->exe_ino_ctime_ns);
	scap_u64(b, p->exe_ino_mtime_ns);
	scap_u8(b, p->exe_from_memfd);
	scap_u8(b, p->exe_lower_layer);
	scap_u64(b, (uint64_t)p->pgid);
	while (b->len < start + len)
		scap_u8(b, 0xEE);
	b->len = start + len;
}

static void
put_proc(struct scap *b, int version, size_t tail_len, const struct proc_record *p)
{
	size_t at = b->len;

	if (version >= 9)
		scap_u32(b, 0);
	scap_u64(b, (uint64_t)p->tid);
	scap_u64(b, (uint64_t)p->pid);
	scap_u64(b, (uint64_t)p->ptid);
	if (version >= 6)
		scap_u64(b, (uint64_t)p->sid);
	if (version >= 8)
		scap_u64(b, (uint64_t)p->vpgid);
	scap_str16(b, p->comm);
	scap_str16(b, p->exe);
	if (version >= 7)
		scap_str16(b, p->exepath);
	scap_str16(b, p->args);
	scap_str16(b, p->cwd);
	scap_u64(b, (uint64_t)p->fdlimit);
	scap_u32(b, p->flags);
	scap_u32(b, p->uid);
	scap_u32(b, p->gid);
	if (version >= 2) {
		scap_u32(b, p->vmsize_kb);
		scap_u32(b, p->vmrss_kb);
		scap_u32(b, p->vmswap_kb);
		scap_u64(b, p->pfmajor);
		scap_u64(b, p->pfminor);
	}
	if (version >= 3)
		scap_str16(b, p->env);
	if (version >= 4) {
		scap_u64(b, (uint64_t)p->vtid);
		scap_u64(b, (uint64_t)p->vpid);
		scap_str16(b, p->cgroups);
	}
	if (version >= 5)
		scap_str16(b, p->root);
	if (version >= 9) {
		put_proc_tail(b, p, tail_len);
		close_entry(b, at, true);
	}
}

void
scap_procs(struct scap *b, int version, size_t tail_len, const struct proc_record *list,
	   size_t n)
{
	insist(version >= 1 && version <= SCAP_PROC_VERSIONS, "no such process list");
	scap_begin(b, proc_blocks[version - 1]);
	for (size_t i = 0; i < n; i++)
		put_proc(b, version, tail_len, &list[i]);
	scap_end(b);
}

/* What follows the kind of a descriptor. */
static void
put_fd_part(struct scap *b, int version, const struct fd_record *f)
{
	size_t ip_len = f->kind == FD_IPV6 || f->kind == FD_IPV6_SERVER ? 16 : 4;

	switch (f->kind) {
	case FD_UNKNOWN:
		return;
	case FD_IPV4:
	case FD_IPV6:
		scap_put(b, f->src_ip, ip_len);
		scap_put(b, f->dst_ip, ip_len);
		scap_u16(b, f->src_port);
		scap_u16(b, f->dst_port);
		scap_u8(b, f->l4);
		return;
	case FD_IPV4_SERVER:
	case FD_IPV6_SERVER:
		scap_put(b, f->src_ip, ip_len);
		scap_u16(b, f->src_port);
		scap_u8(b, f->l4);
		return;
	case FD_UNIX:
		scap_u64(b, f->unix_src);
		scap_u64(b, f->unix_dst);
		scap_str16(b, f->name);
		return;
	case FD_FILE_V2:
		scap_u32(b, f->open_flags);
		scap_str16(b, f->name);
		if (version > 1)
			scap_u32(b, f->dev);
		return;
	default:
		scap_str16(b, f->name);
	}
}

void
scap_fds(struct scap *b, int version, int64_t tid, const struct fd_record *list, size_t n)
{
	scap_begin(b, version == 1 ? SCAP_FDS_V1 : SCAP_FDS_V2);
	scap_u64(b, (uint64_t)tid);
	for (size_t i = 0; i < n; i++) {
		size_t at = b->len;

		if (version > 1)
			scap_u32(b, 0);
		scap_u64(b, (uint64_t)list[i].fd);
		scap_u64(b, list[i].ino);
		scap_u8(b, list[i].kind);
		put_fd_part(b, version, &list[i]);
		if (version > 1)
			close_entry(b, at, true);
	}
	scap_end(b);
}

struct scap_value
scap_empty(void)
{
	return (struct scap_value){ .form = SCAP_EMPTY };
}

struct scap_value
scap_num(int64_t v)
{
	return (struct scap_value){ .form = SCAP_NUM, .num = (uint64_t)v };
}

struct scap_value
scap_text(const char *s)
{
	return (struct scap_value){ .form = SCAP_TEXT, .p = s, .len = strlen(s) + 1 };
}

struct scap_value
scap_bytes(const void *p, size_t len)
{
	return (struct scap_value){ .form = SCAP_BYTES, .p = p, .len = len };
}

static uint8_t
parse_ip(const char *ip, struct scap_end *end)
{
	if (inet_pton(AF_INET, ip, end->ip) == 1)
		return AF_INET;
	insist(inet_pton(AF_INET6, ip, end->ip) == 1, "no address");
	return AF_INET6;
}

struct scap_value
scap_addr(const char *ip, uint16_t port)
{
	struct scap_value v = { .form = SCAP_ADDR, .src.port = port };

	v.family = parse_ip(ip, &v.src);
	return v;
}

struct scap_value
scap_unix_addr(const char *path)
{
	return (struct scap_value){ .form = SCAP_ADDR, .family = AF_UNIX, .p = path,
				    .len = strlen(path) + 1 };
}

struct scap_value
scap_tuple(const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
	struct scap_value v = { .form = SCAP_TUPLE, .src.port = sport, .dst.port = dport };

	v.family = parse_ip(src, &v.src);
	insist(parse_ip(dst, &v.dst) == v.family, "ends of two families");
	return v;
}

struct scap_value
scap_unix_tuple(uint64_t src, uint64_t dst, const char *path)
{
	return (struct scap_value){ .form = SCAP_TUPLE, .family = AF_UNIX, .num = src,
				    .num2 = dst, .p = path, .len = strlen(path) + 1 };
}

struct scap_value
scap_polls(const struct scap_poll *list, size_t n)
{
	return (struct scap_value){ .form = SCAP_POLLS, .p = list, .len = n };
}

struct scap_value
scap_dyn(uint8_t selector, int64_t v)
{
	return (struct scap_value){ .form = SCAP_DYN, .family = selector,
				    .num = (uint64_t)v };
}

/* A number of WIDTH bytes, which it must fit as signed or as unsigned. */
static void
put_num(struct scap *b, uint64_t num, size_t width)
{
	int64_t top = (int64_t)num >> (width * 8 - 1);

	insist(width == 8 || top == 0 || top == -1 || num >> (width * 8) == 0,
	       "number does not fit its parameter");
	switch (width) {
	case 1:
		scap_u8(b, (uint8_t)num);
		return;
	case 2:
		scap_u16(b, (uint16_t)num);
		return;
	case 4:
		scap_u32(b, (uint32_t)num);
		return;
	default:
		insist(width == 8, "a number for what is none");
		scap_u64(b, num);
	}
}

static void
put_dyn(struct scap *b, const struct param_type *type, const struct scap_value *v)
{
	for (int i = 0; i < type->n_alts; i++) {
		size_t width = param_kind_len((enum param_kind)type->alts[i].kind);

		if (type->alts[i].selector != v->family)
			continue;
		scap_u8(b, v->family);
		put_num(b, v->num, width);
		return;
	}
	insist(false, "no such alternative");
}

static void
put_end(struct scap *b, uint8_t family, const struct scap_end *end)
{
	scap_put(b, end->ip, family == AF_INET ? 4 : 16);
	scap_u16(b, end->port);
}

static void
put_tuple(struct scap *b, const struct scap_value *v)
{
	scap_u8(b, v->family);
	if (v->family == AF_UNIX) {
		scap_u64(b, v->num);
		scap_u64(b, v->num2);
		scap_put(b, v->p, v->len);
		return;
	}
	put_end(b, v->family, &v->src);
	put_end(b, v->family, &v->dst);
}

static void
put_polls(struct scap *b, const struct scap_value *v)
{
	const struct scap_poll *list = v->p;

	scap_u16(b, (uint16_t)v->len);
	for (size_t i = 0; i < v->len; i++) {
		scap_u64(b, (uint64_t)list[i].fd);
		scap_u16(b, list[i].events);
	}
}

/* Does a value of this form fit a parameter of KIND? */
static bool
form_fits(enum scap_form form, enum param_kind kind)
{
	switch (form) {
	case SCAP_EMPTY:
		return true;
	case SCAP_NUM:
		return param_kind_len(kind) && param_kind_len(kind) <= 8 &&
		       kind != PK_IPV4ADDR;
	case SCAP_TEXT:
		return kind == PK_CHARBUF || kind == PK_FSPATH || kind == PK_FSRELPATH;
	case SCAP_BYTES:
		return !param_kind_len(kind) || param_kind_len(kind) == 16 ||
		       kind == PK_IPV4ADDR;
	case SCAP_ADDR:
		return kind == PK_SOCKADDR;
	case SCAP_TUPLE:
		return kind == PK_SOCKTUPLE;
	case SCAP_POLLS:
		return kind == PK_FDLIST;
	case SCAP_DYN:
		return kind == PK_DYN;
	default:
		return false;
	}
}

static void
put_value(struct scap *b, const struct param_type *type, const struct scap_value *v)
{
	switch (v->form) {
	case SCAP_NUM:
		put_num(b, v->num, param_kind_len((enum param_kind)type->kind));
		return;
	case SCAP_TEXT:
	case SCAP_BYTES:
		scap_put(b, v->p, v->len);
		return;
	case SCAP_ADDR:
		scap_u8(b, v->family);
		if (v->family == AF_UNIX)
			scap_put(b, v->p, v->len);
		else
			put_end(b, v->family, &v->src);
		return;
	case SCAP_TUPLE:
		put_tuple(b, v);
		return;
	case SCAP_POLLS:
		put_polls(b, v);
		return;
	case SCAP_DYN:
		put_dyn(b, type, v);
		return;
	default:
		return;
	}
}

void
scap_at(struct scap *b, uint64_t ts_ns, int64_t tid, uint16_t cpu)
{
	b->ts_ns = ts_ns;
	b->tid = tid;
	b->cpu = cpu;
}

/* Begin the block of an event: everything up to the lengths. Where the event
 * itself starts. */
static size_t
event_begin(struct scap *b, uint16_t id, uint32_t n, bool wide)
{
	bool flags = b->dump_flags || b->with_flags;
	size_t start;

	if (b->uncounted)
		scap_begin(b, flags ? SCAP_EVENT_FLAGS_V1 : SCAP_EVENT_V1);
	else if (wide)
		scap_begin(b, flags ? SCAP_EVENT_FLAGS_LARGE : SCAP_EVENT_LARGE);
	else
		scap_begin(b, flags ? SCAP_EVENT_FLAGS_V2 : SCAP_EVENT_V2);
	scap_u16(b, b->cpu);
	if (flags)
		scap_u32(b, b->dump_flags);
	start = b->len;
	scap_u64(b, b->ts_ns);
	scap_u64(b, (uint64_t)b->tid);
	scap_u32(b, 0);
	scap_u16(b, id);
	if (!b->uncounted)
		scap_u32(b, n);
	return start;
}

static void
event_end(struct scap *b, size_t start, uint16_t id)
{
	size_t len = b->len - start;

	/* Two types were written with a length that is too large by three, as
	 * long as events had no count. */
	if (b->uncounted && (id == EV_NOTIFICATION_E || id == EV_INFRASTRUCTURE_EVENT_E))
		len += SURPLUS;
	scap_patch_u32(b, start + 16, (uint32_t)len);
	if (b->comment) {
		scap_option(b, 1, b->comment);
		scap_option(b, 0, NULL);
	}
	scap_end(b);
}

static void
put_len(struct scap *b, size_t at, size_t len, bool wide)
{
	uint16_t v = (uint16_t)len;

	if (wide) {
		scap_patch_u32(b, at, (uint32_t)len);
		return;
	}
	insist(len <= UINT16_MAX, "value does not fit 16 bits");
	v = b->swap ? __builtin_bswap16(v) : v;
	memcpy(b->p + at, &v, 2);
}

void
scap_event_values(struct scap *b, uint16_t id, const struct scap_value *values, size_t n)
{
	const struct event_type *type = event_type_find(id);
	size_t start, lens_at, width;
	bool wide;

	insist(type, "no such event type");
	if (n && values[0].form == SCAP_NONE)
		n = 0;
	if (n > type->n_params)
		die("scapbuild: %zu values for %s", n, type->symbol);
	wide = type->flags & EF_LARGE;
	width = wide ? 4 : 2;
	start = event_begin(b, id, (uint32_t)n, wide);
	lens_at = b->len;
	for (size_t i = 0; i < n * width; i++)
		scap_u8(b, 0);
	for (size_t i = 0; i < n; i++) {
		size_t at = b->len;

		if (!form_fits(values[i].form, (enum param_kind)type->params[i].kind))
			die("scapbuild: %s.%s is of another kind", type->symbol,
			    type->params[i].name);
		put_value(b, &type->params[i], &values[i]);
		put_len(b, lens_at + i * width, b->len - at, wide);
	}
	event_end(b, start, id);
}

void
scap_event_raw(struct scap *b, uint16_t id, const uint32_t *lens, uint32_t n,
	       const void *p)
{
	const struct event_type *type = event_type_find(id);
	bool wide = type && type->flags & EF_LARGE;
	size_t start = event_begin(b, id, n, wide), sum = 0;

	for (uint32_t i = 0; i < n; i++) {
		sum += lens[i];
		if (wide)
			scap_u32(b, lens[i]);
		else
			scap_u16(b, (uint16_t)lens[i]);
	}
	scap_put(b, p, sum);
	event_end(b, start, id);
}

/* Deflate what Z has for input. */
static void
deflate_all(struct scap *out, z_stream *z, int flush)
{
	uint8_t piece[4096];
	int ret;

	do {
		z->next_out = piece;
		z->avail_out = sizeof(piece);
		ret = deflate(z, flush);
		insist(ret == Z_OK || ret == Z_STREAM_END || ret == Z_BUF_ERROR,
		       "deflate failed");
		scap_put(out, piece, sizeof(piece) - z->avail_out);
	} while (!z->avail_out);
}

static void
gzip_member(struct scap *out, const uint8_t *p, size_t len, const struct scap_gzip *how)
{
	size_t step = how->flush_every ? how->flush_every : len;
	z_stream z = { 0 };

	insist(deflateInit2(&z, how->level ? how->level : 6, Z_DEFLATED, 15 + 16, 8,
			    Z_DEFAULT_STRATEGY) == Z_OK, "deflate failed");
	for (size_t at = 0; at < len; at += step) {
		uint8_t *from = (uint8_t *)(uintptr_t)(p + at);

		z.next_in = from;
		z.avail_in = (uInt)(len - at < step ? len - at : step);
		deflate_all(out, &z, at + step < len ? Z_FULL_FLUSH : Z_NO_FLUSH);
	}
	deflate_all(out, &z, Z_FINISH);
	deflateEnd(&z);
}

void
scap_gzip(struct scap *out, const void *p, size_t len, const struct scap_gzip *how)
{
	struct scap_gzip plain = { 0 };
	size_t step;

	how = how ? how : &plain;
	step = how->member_every ? how->member_every : len;
	for (size_t at = 0; at < len; at += step)
		gzip_member(out, (const uint8_t *)p + at, len - at < step ? len - at : step,
			    how);
}

int
scap_memfd(const void *p, size_t len)
{
	int fd = memfd_create("scap", MFD_CLOEXEC);
	size_t done = 0;

	insist(fd >= 0, "no memory file");
	while (done < len) {
		ssize_t n = write(fd, (const uint8_t *)p + done, len - done);

		insist(n > 0, "cannot fill a memory file");
		done += (size_t)n;
	}
	insist(lseek(fd, 0, SEEK_SET) == 0, "cannot rewind a memory file");
	return fd;
}
