#include "engine/record/scap_writer.h"

#include <string.h>

#include "engine/capture/block_type.h"
#include "engine/event/fd_label.h"
#include "engine/event/layout.h"
#include "engine/event/restated.h"
#include "engine/event/source.h"
#include "engine/record/profile.h"

/* Types of blocks, the newest of each kind. An event's is the plain one, plus one for
 * dump flags. */
#define BLOCK_MACHINE 0x201u
#define BLOCK_PROCS 0x215u
#define BLOCK_EVENT 0x216u
#define BLOCK_FDS 0x218u
#define BLOCK_IFACES 0x219u
#define BLOCK_USERS 0x220u
#define BLOCK_EVENT_LARGE 0x221u

#define HOSTNAME_LEN 128

/* What readers take at most. */
#define LIST_BLOCK_LEN (4u << 20)	/* a list goes on in another block */
#define NAME_LEN 1023			/* of programs, folders, files, interfaces */
#define USER_LEN 255
#define TEXTS_LEN 4096			/* arguments, environment, cgroups */
#define EVENT_BODY_LEN 65536u

static const uint32_t list_blocks[SCAP_LISTS] = {
	BLOCK_MACHINE, BLOCK_IFACES, BLOCK_USERS, BLOCK_PROCS, BLOCK_FDS,
};

static void
put_u8(struct text *t, uint8_t v)
{
	text_char(t, (char)v);
}

static void
put_u16(struct text *t, uint16_t v)
{
	text_bytes(t, &v, sizeof(v));
}

static void
put_u32(struct text *t, uint32_t v)
{
	text_bytes(t, &v, sizeof(v));
}

static void
put_u64(struct text *t, uint64_t v)
{
	text_bytes(t, &v, sizeof(v));
}

static void
put_i64(struct text *t, int64_t v)
{
	text_bytes(t, &v, sizeof(v));
}

static void
set_u32(struct text *t, size_t at, uint32_t v)
{
	memcpy(t->p + at, &v, sizeof(v));
}

static size_t
begin_block(struct text *t, uint32_t type)
{
	size_t at = t->len;

	put_u32(t, type);
	put_u32(t, 0);
	return at;
}

static void
end_block(struct text *t, size_t at)
{
	uint32_t len;

	while ((t->len - at) % 4)
		put_u8(t, 0);
	len = (uint32_t)(t->len - at) + 4;
	set_u32(t, at + 4, len);
	put_u32(t, len);
}

/* As much of S as a name may have, no character cut in two. */
static struct span
cut_name(struct span s, size_t most)
{
	if (s.len <= most)
		return s;
	s.len = most;
	while (s.len && (s.p[s.len] & 0xC0) == 0x80)
		s.len--;
	return s;
}

/* As many whole texts of S, each ended by a NUL, as fit; a first one that is too
 * long itself is cut. */
static struct span
cut_texts(struct span s)
{
	const uint8_t *nul;

	if (s.len <= TEXTS_LEN)
		return s;
	nul = memrchr(s.p, '\0', TEXTS_LEN);
	s.len = nul ? (size_t)(nul - s.p) + 1 : TEXTS_LEN;
	return s;
}

static void
put_str16(struct text *t, struct span s)
{
	put_u16(t, (uint16_t)s.len);
	text_bytes(t, s.p, s.len);
}

/* Tables --------------------------------------------------------------- */

static void
put_machine(struct text *t, const struct machine_record *m)
{
	struct span host = cut_name(m->hostname, HOSTNAME_LEN - 1);

	put_u32(t, m->n_cpus);
	put_u64(t, m->memory_bytes);
	put_u64(t, m->max_pid);
	text_bytes(t, host.p, host.len);
	for (size_t i = host.len; i < HOSTNAME_LEN; i++)
		put_u8(t, 0);
	put_u64(t, m->boot_ns);
	put_u64(t, m->flags);
	put_u64(t, 0);
	put_u64(t, 0);
}

static void
put_iface(struct text *t, const struct iface_record *iface)
{
	struct span name = cut_name(iface->name, NAME_LEN);
	size_t addr_len = iface->is_v6 ? 16 : 4;
	uint16_t type = iface->is_v6 ? 2 : 1;

	put_u16(t, iface->speed ? type : type + 2);
	put_u16(t, (uint16_t)name.len);
	text_bytes(t, iface->addr, addr_len);
	text_bytes(t, iface->netmask, addr_len);
	text_bytes(t, iface->broadcast, addr_len);
	if (iface->speed)
		put_u64(t, iface->speed);
	text_bytes(t, name.p, name.len);
}

static void
put_user(struct text *t, const struct user_record *u, bool is_group)
{
	put_u8(t, is_group);
	if (!is_group)
		put_u32(t, u->uid);
	put_u32(t, u->gid);
	put_str16(t, cut_name(u->name, USER_LEN));
	if (is_group)
		return;
	put_str16(t, cut_name(u->home, USER_LEN));
	put_str16(t, cut_name(u->shell, USER_LEN));
}

/* Each member came to the format after the one before it. Two were put before the
 * others, which is only so in tails longer than 29. */
static void
put_proc_tail(struct text *t, const struct proc_record *p, size_t most)
{
	size_t at = t->len;

	if (most > 29) {
		put_u64(t, p->pidns_start_ns);
		put_u32(t, p->tty);
	}
	put_u32(t, p->loginuid);
	put_u8(t, p->exe_writable);
	put_u64(t, p->cap_inheritable);
	put_u64(t, p->cap_permitted);
	put_u64(t, p->cap_effective);
	put_u8(t, p->exe_upper_layer);
	put_u64(t, p->exe_ino);
	put_u64(t, p->exe_ino_ctime_ns);
	put_u64(t, p->exe_ino_mtime_ns);
	put_u8(t, p->exe_from_memfd);
	put_u8(t, p->exe_lower_layer);
	put_i64(t, p->pgid);
	t->len = at + most;
}

static void
put_proc(struct text *t, const struct proc_record *p, size_t tail)
{
	put_i64(t, p->tid);
	put_i64(t, p->pid);
	put_i64(t, p->ptid);
	put_i64(t, p->sid);
	put_i64(t, p->vpgid);
	put_str16(t, cut_name(p->comm, NAME_LEN));
	put_str16(t, cut_name(p->exe, NAME_LEN));
	put_str16(t, cut_name(p->exepath, NAME_LEN));
	put_str16(t, cut_texts(p->args));
	put_str16(t, cut_name(p->cwd, NAME_LEN));
	put_i64(t, p->fdlimit);
	put_u32(t, p->flags);
	put_u32(t, p->uid);
	put_u32(t, p->gid);
	put_u32(t, p->vmsize_kb);
	put_u32(t, p->vmrss_kb);
	put_u32(t, p->vmswap_kb);
	put_u64(t, p->pfmajor);
	put_u64(t, p->pfminor);
	put_str16(t, cut_texts(p->env));
	put_i64(t, p->vtid);
	put_i64(t, p->vpid);
	put_str16(t, cut_texts(p->cgroups));
	put_str16(t, cut_name(p->root, NAME_LEN));
	put_proc_tail(t, p, tail);
}

static void
put_ends(struct text *t, const struct fd_record *fd, size_t addr_len)
{
	text_bytes(t, fd->src_ip, addr_len);
	text_bytes(t, fd->dst_ip, addr_len);
	put_u16(t, fd->src_port);
	put_u16(t, fd->dst_port);
	put_u8(t, fd->l4);
}

static void
put_server(struct text *t, const struct fd_record *fd, size_t addr_len)
{
	text_bytes(t, fd->src_ip, addr_len);
	put_u16(t, fd->src_port);
	put_u8(t, fd->l4);
}

static void
put_restated(struct text *t, const struct fd_record *fd, bool is_turned)
{
	put_u32(t, RESTATED_MAGIC);
	put_u8(t, fd->role);
	put_u8(t, (uint8_t)((fd->connected ? RESTATED_CONNECTED : 0) |
			    (fd->cloexec ? RESTATED_CLOEXEC : 0) |
			    (fd->has_tuple ? RESTATED_HAS_TUPLE : 0) |
			    (is_turned ? RESTATED_TURNED : 0)));
	put_u32(t, fd->open_flags);
	put_i64(t, fd->pidfd_pid);
}

static void
put_flags_alone(struct text *t, uint32_t open_flags)
{
	put_u32(t, RESTATED_MAGIC);
	put_u8(t, 0);
	put_u8(t, RESTATED_FLAGS_ALONE);
	put_u32(t, open_flags);
	put_i64(t, 0);
}

/* The part of an entry that depends on its kind. */
static void
put_fd_details(struct text *t, const struct fd_record *fd, uint8_t kind, const char *label)
{
	struct span name;

	switch (kind) {
	case FD_UNKNOWN:
		return;
	case FD_IPV4: case FD_IPV6:
		put_ends(t, fd, kind == FD_IPV4 ? 4 : 16);
		return;
	case FD_IPV4_SERVER: case FD_IPV6_SERVER:
		put_server(t, fd, kind == FD_IPV4_SERVER ? 4 : 16);
		return;
	case FD_UNIX:
		put_u64(t, fd->unix_src);
		put_u64(t, fd->unix_dst);
		break;
	case FD_FILE_V2:
		put_u32(t, fd->open_flags);
		break;
	}
	name = cut_name(fd->name, NAME_LEN - strlen(label));
	put_u16(t, (uint16_t)(strlen(label) + name.len));
	text_str(t, label);
	text_bytes(t, name.p, name.len);
	if (kind == FD_FILE_V2)
		put_u32(t, fd->dev);
}

static void
turn_ends(struct fd_record *fd)
{
	struct fd_record was = *fd;

	memcpy(fd->src_ip, was.dst_ip, sizeof(fd->src_ip));
	memcpy(fd->dst_ip, was.src_ip, sizeof(fd->dst_ip));
	fd->src_port = was.dst_port;
	fd->dst_port = was.src_port;
}

/* Lists give connections from their process's point of view, so the connection of
 * a server is turned round. */
static void
put_fd(struct text *t, const struct fd_record *given, const struct record_profile *profile)
{
	struct fd_record fd = *given;
	uint8_t kind = fd.kind == FD_FILE ? FD_FILE_V2 : fd.kind;
	bool is_turned = fd.is_restated && fd.role == 2 &&
			 (kind == FD_IPV4 || kind == FD_IPV6);
	const char *label = "";

	if (is_turned)
		turn_ends(&fd);
	if (kind > profile->fd_kind_max) {
		label = fd_label_for(kind, fd.name);
		kind = FD_UNSUPPORTED;
	}
	put_i64(t, fd.fd);
	put_u64(t, fd.ino);
	put_u8(t, kind);
	put_fd_details(t, &fd, kind, label ? label : "");
	if (fd.is_restated)
		put_restated(t, &fd, is_turned);
	else if (fd.open_flags && kind != FD_FILE_V2)
		put_flags_alone(t, fd.open_flags);
}

static enum scap_list_kind
list_of(const struct record *rec)
{
	switch (rec->kind) {
	case RECORD_MACHINE:
		return SCAP_LIST_MACHINE;
	case RECORD_IFACE:
		return SCAP_LIST_IFACES;
	case RECORD_PROC:
		return SCAP_LIST_PROCS;
	case RECORD_FD:
		return SCAP_LIST_FDS;
	default:
		return SCAP_LIST_USERS;
	}
}

static void
close_list(struct scap_list *l)
{
	if (l->is_open)
		end_block(&l->blocks, l->block_at);
	l->is_open = false;
}

/* An open block of the list for REC; descriptors have one for each thread. */
static struct text *
open_list(struct scap_list *l, enum scap_list_kind kind, const struct record *rec)
{
	bool is_other = kind == SCAP_LIST_FDS && l->tid != rec->fd.tid;

	if (is_other || kind == SCAP_LIST_MACHINE ||
	    l->blocks.len - l->block_at >= LIST_BLOCK_LEN)
		close_list(l);
	if (l->is_open)
		return &l->blocks;
	l->block_at = begin_block(&l->blocks, list_blocks[kind]);
	l->is_open = true;
	if (kind == SCAP_LIST_FDS) {
		l->tid = rec->fd.tid;
		put_i64(&l->blocks, l->tid);
	}
	return &l->blocks;
}

void
scap_tables_add(struct scap_tables *tables, const struct record_profile *profile,
		const struct record *rec)
{
	enum scap_list_kind kind = list_of(rec);
	struct text *t = open_list(&tables->lists[kind], kind, rec);
	size_t at = t->len;

	if (kind == SCAP_LIST_MACHINE) {
		put_machine(t, &rec->machine);
		return;
	}
	put_u32(t, 0);
	switch (rec->kind) {
	case RECORD_IFACE:
		put_iface(t, &rec->iface);
		set_u32(t, at, (uint32_t)(t->len - at - 4));	/* it does not count itself */
		return;
	case RECORD_PROC:
		put_proc(t, &rec->proc, profile->proc_tail);
		break;
	case RECORD_FD:
		put_fd(t, &rec->fd, profile);
		break;
	default:
		put_user(t, &rec->user, rec->kind == RECORD_GROUP);
		break;
	}
	set_u32(t, at, (uint32_t)(t->len - at));
}

void
scap_tables_fini(struct scap_tables *t)
{
	for (size_t i = 0; i < SCAP_LISTS; i++)
		text_fini(&t->lists[i].blocks);
}

void
scap_put_section(struct text *out, struct scap_tables *t)
{
	size_t at = begin_block(out, BLOCK_SECTION);

	put_u32(out, BLOCK_SECTION_MAGIC);
	put_u16(out, 1);
	put_u16(out, 2);
	put_u64(out, UINT64_MAX);
	end_block(out, at);
	for (size_t i = 0; i < SCAP_LISTS; i++) {
		struct scap_list *l = &t->lists[i];

		close_list(l);
		text_bytes(out, l->blocks.p, l->blocks.len);
		l->blocks.len = 0;
		l->block_at = 0;
	}
}

/* Events --------------------------------------------------------------- */

/* What readers that have a limit take of IMAGE's parameters: which one is cut, and
 * to which length. The event has SURPLUS bytes too many. */
static uint32_t
cut_longest(const struct event_image *image, size_t surplus, size_t *len)
{
	uint32_t longest = 0;

	for (uint32_t i = 1; i < image->n_params; i++)
		if (image->params[i].len > image->params[longest].len)
			longest = i;
	*len = image->params[longest].len > surplus ? image->params[longest].len - surplus : 0;
	return longest;
}

void
scap_put_event(struct text *out, const struct event_image *image)
{
	bool is_large = event_types[image->id].flags & EF_LARGE;
	uint32_t type = (is_large ? BLOCK_EVENT_LARGE : BLOCK_EVENT) + !!image->dump_flags;
	size_t body_most = EVENT_BODY_LEN - (image->dump_flags ? 6 : 2) - 4;
	uint32_t lens[EVENT_PARAMS_MAX], len;
	size_t at;

	len = EVENT_HEADER_LEN + EVENT_COUNT_LEN + image->n_params * (is_large ? 4 : 2);
	for (uint32_t i = 0; i < image->n_params; i++)
		len += lens[i] = (uint32_t)image->params[i].len;
	if (!is_large && len > body_most) {
		size_t cut;
		uint32_t i = cut_longest(image, len - body_most, &cut);

		len -= lens[i] - (uint32_t)cut;
		lens[i] = (uint32_t)cut;
	}
	text_room(out, len + 64);
	at = begin_block(out, type);
	put_u16(out, image->cpu);
	if (image->dump_flags)
		put_u32(out, image->dump_flags);
	put_u64(out, image->ts_ns);
	put_i64(out, image->tid);
	put_u32(out, len);
	put_u16(out, image->id);
	put_u32(out, image->n_params);
	for (uint32_t i = 0; i < image->n_params; i++) {
		if (is_large)
			put_u32(out, lens[i]);
		else
			put_u16(out, (uint16_t)lens[i]);
	}
	for (uint32_t i = 0; i < image->n_params; i++)
		text_bytes(out, image->params[i].p, lens[i]);
	end_block(out, at);
}

size_t
scap_whole_blocks(const void *p, size_t len)
{
	const uint8_t *bytes = p;
	size_t at = 0;
	uint32_t block_len;

	while (len - at >= BLOCK_LEN_MIN) {
		memcpy(&block_len, bytes + at + 4, sizeof(block_len));
		if (block_len < BLOCK_LEN_MIN || block_len > len - at)
			break;
		at += block_len;
	}
	return at;
}
