#include "engine/capture/table.h"

#include <string.h>

#include "engine/capture/block_type.h"
#include "engine/event/fd_label.h"
#include "engine/event/restated.h"
#include "engine/event/source.h"

/* A process list v9 has more than these bytes behind its root only when it
 * knows tty and pid namespace; they were put before the rest. */
#define TAIL_OLD_MAX 29

static bool
has(const struct reader *r, size_t len)
{
	return !r->failed && reader_left(r) >= len;
}

/* What came to process lists of version 9 one after the other. */
static void
read_proc_tail(struct reader *r, struct proc_record *p)
{
	if (reader_left(r) > TAIL_OLD_MAX) {
		p->pidns_start_ns = read_u64(r);
		p->tty = read_u32(r);
	}
	if (!has(r, 4))
		return;
	p->loginuid = read_u32(r);
	if (!has(r, 1))
		return;
	p->exe_writable = read_u8(r);
	if (!has(r, 24))
		return;
	p->cap_inheritable = read_u64(r);
	p->cap_permitted = read_u64(r);
	p->cap_effective = read_u64(r);
	if (!has(r, 1))
		return;
	p->exe_upper_layer = read_u8(r);
	if (!has(r, 24))
		return;
	p->exe_ino = read_u64(r);
	p->exe_ino_ctime_ns = read_u64(r);
	p->exe_ino_mtime_ns = read_u64(r);
	if (!has(r, 1))
		return;
	p->exe_from_memfd = read_u8(r);
	if (!has(r, 1))
		return;
	p->exe_lower_layer = read_u8(r);
	if (has(r, 8))
		p->pgid = read_i64(r);
}

static bool
read_proc(unsigned version, struct reader *r, struct record *rec)
{
	struct proc_record *p = &rec->proc;

	memset(p, 0, sizeof(*p));
	rec->kind = RECORD_PROC;
	p->loginuid = UINT32_MAX;
	p->pgid = PROC_NO_ID;
	p->tid = read_i64(r);
	p->pid = read_i64(r);
	p->ptid = read_i64(r);
	p->sid = version >= 6 ? read_i64(r) : PROC_NO_ID;
	p->vpgid = version >= 8 ? read_i64(r) : PROC_NO_ID;
	p->comm = read_str16(r);
	p->exe = read_str16(r);
	p->exepath = version >= 7 ? read_str16(r) : read_span(r, 0);
	p->args = read_str16(r);
	p->cwd = read_str16(r);
	p->fdlimit = read_i64(r);
	p->flags = read_u32(r);
	p->uid = read_u32(r);
	p->gid = read_u32(r);
	if (version >= 2) {
		p->vmsize_kb = read_u32(r);
		p->vmrss_kb = read_u32(r);
		p->vmswap_kb = read_u32(r);
		p->pfmajor = read_u64(r);
		p->pfminor = read_u64(r);
	}
	p->env = version >= 3 ? read_str16(r) : read_span(r, 0);
	p->vtid = version >= 4 ? read_i64(r) : PROC_NO_ID;
	p->vpid = version >= 4 ? read_i64(r) : PROC_NO_ID;
	p->cgroups = version >= 4 ? read_str16(r) : read_span(r, 0);
	p->root = version >= 5 ? read_str16(r) : read_span(r, 0);
	if (version >= 9 && !r->failed)
		read_proc_tail(r, p);
	return !r->failed;
}

static void
read_addr(struct reader *r, uint8_t *to, size_t len)
{
	struct span s = read_span(r, len);

	memcpy(to, s.p, s.len);
}

static void
read_ends(struct reader *r, struct fd_record *fd, size_t addr_len)
{
	read_addr(r, fd->src_ip, addr_len);
	read_addr(r, fd->dst_ip, addr_len);
	fd->src_port = read_u16(r);
	fd->dst_port = read_u16(r);
	fd->l4 = read_u8(r);
}

static void
read_server(struct reader *r, struct fd_record *fd, size_t addr_len)
{
	read_addr(r, fd->src_ip, addr_len);
	fd->src_port = read_u16(r);
	fd->l4 = read_u8(r);
}

static void
read_details(struct reader *r, struct fd_record *fd, bool may_have_dev)
{
	fd->kind = FD_FILE;
	fd->open_flags = read_u32(r);
	fd->name = read_str16(r);
	if (may_have_dev && has(r, 4))
		fd->dev = read_u32(r);
}

/* What our own recorder appends to an entry when it goes on in a new file. */
static void
read_restated(struct reader *r, struct fd_record *fd)
{
	uint8_t role, bits, ip[16];

	if (read_u32(r) != RESTATED_MAGIC)
		return;
	role = read_u8(r);
	bits = read_u8(r);
	if (bits & RESTATED_FLAGS_ALONE) {
		fd->open_flags = read_u32(r);
		return;
	}
	fd->is_restated = true;
	fd->role = role <= RESTATED_ROLE_MAX ? role : 0;
	fd->connected = bits & RESTATED_CONNECTED;
	fd->cloexec = bits & RESTATED_CLOEXEC;
	fd->has_tuple = bits & RESTATED_HAS_TUPLE;
	fd->open_flags = read_u32(r);
	fd->pidfd_pid = read_i64(r);
	if (bits & RESTATED_TURNED) {
		uint16_t port = fd->src_port;

		fd->src_port = fd->dst_port;
		fd->dst_port = port;
		memcpy(ip, fd->src_ip, sizeof(ip));
		memcpy(fd->src_ip, fd->dst_ip, sizeof(ip));
		memcpy(fd->dst_ip, ip, sizeof(ip));
	}
}

static bool
read_fd(bool has_len, struct reader *r, struct record *rec)
{
	struct fd_record *fd = &rec->fd;
	uint8_t kind;

	memset(fd, 0, sizeof(*fd));
	rec->kind = RECORD_FD;
	fd->name = read_span(r, 0);
	fd->fd = read_i64(r);
	fd->ino = read_u64(r);
	fd->kind = kind = read_u8(r);
	if (kind == FD_IPV4 || kind == FD_IPV6) {
		read_ends(r, fd, kind == FD_IPV4 ? 4 : 16);
	} else if (kind == FD_IPV4_SERVER || kind == FD_IPV6_SERVER) {
		read_server(r, fd, kind == FD_IPV4_SERVER ? 4 : 16);
	} else if (kind == FD_UNIX) {
		fd->unix_src = read_u64(r);
		fd->unix_dst = read_u64(r);
		fd->name = read_str16(r);
	} else if (kind == FD_FILE_V2) {
		read_details(r, fd, has_len);
	} else if (kind >= FD_KINDS) {
		fd->kind = FD_UNSUPPORTED;
		return has_len && !r->failed;
	} else if (kind != FD_UNKNOWN) {
		fd->name = read_str16(r);
	}
	if (fd->l4 > L4_RAW)
		fd->l4 = L4_UNKNOWN;
	if (kind == FD_UNSUPPORTED)
		fd_label_read(&fd->name, &fd->kind);
	if (has_len && has(r, RESTATED_LEN))
		read_restated(r, fd);
	return !r->failed;
}

static bool
read_iface(struct reader *r, struct record *rec)
{
	struct iface_record *iface = &rec->iface;
	uint16_t type = read_u16(r), name_len = read_u16(r);
	size_t addr_len;

	memset(iface, 0, sizeof(*iface));
	rec->kind = RECORD_IFACE;
	if (type < 1 || type > 4)
		return false;
	iface->is_v6 = type == 2 || type == 4;
	addr_len = iface->is_v6 ? 16 : 4;
	read_addr(r, iface->addr, addr_len);
	read_addr(r, iface->netmask, addr_len);
	read_addr(r, iface->broadcast, addr_len);
	if (type <= 2)
		iface->speed = read_u64(r);
	iface->name = read_span(r, name_len);
	return !r->failed;
}

static bool
read_user(struct reader *r, struct record *rec)
{
	struct user_record *user = &rec->user;
	uint8_t kind = read_u8(r);

	memset(user, 0, sizeof(*user));
	if (kind > 1)
		return false;
	rec->kind = kind ? RECORD_GROUP : RECORD_USER;
	user->uid = kind ? 0 : read_u32(r);
	user->gid = read_u32(r);
	user->name = read_str16(r);
	user->home = kind ? read_span(r, 0) : read_str16(r);
	user->shell = kind ? read_span(r, 0) : read_str16(r);
	return !r->failed;
}

bool
table_read(const struct block_type *type, struct reader *r, struct record *rec)
{
	switch (type->kind) {
	case BK_PROCS:
		return read_proc(type->version, r, rec);
	case BK_FDS:
		return read_fd(type->has_len, r, rec);
	case BK_IFACES:
		return read_iface(r, rec);
	default:
		return read_user(r, rec);
	}
}
