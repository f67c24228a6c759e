#include "probe/listed.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/event/source.h"
#include "probe/convert.h"
#include "probe/parameter_task.h"
#include "probe/proc_entry.h"
#include "probe/wire.h"

#define BYTES_MAX (256u << 20)		/* of what is listed */
#define READ_BYTES (64u << 10)

void
listed_fini(struct listed *l)
{
	text_fini(&l->bytes);
	text_fini(&l->path);
	*l = (struct listed){ 0 };
}

void
listed_read(struct listed *l, int fd)
{
	char piece[READ_BYTES];
	ssize_t n;

	l->bytes.len = l->at = 0;
	while (fd >= 0 && l->bytes.len < BYTES_MAX &&
	       ((n = read(fd, piece, sizeof(piece))) > 0 || (n < 0 && errno == EINTR)))
		if (n > 0)
			text_bytes(&l->bytes, piece, (size_t)n);
	if (fd >= 0)
		close(fd);
}

/* The next entry. NULL: there is none that is whole. */
static struct wire_listed *
peek(const struct listed *l)
{
	struct wire_listed *next;

	if (l->bytes.len - l->at < sizeof(*next))
		return NULL;
	next = (struct wire_listed *)(void *)(l->bytes.p + l->at);
	if (next->len % 8 || next->len < sizeof(*next) ||
	    next->len > l->bytes.len - l->at || next->path_len > next->len - sizeof(*next))
		return NULL;
	return next;
}

/* The name that S is bound to. One that is no path begins with @, as in /proc. */
static struct span
unix_name(struct wire_socket *s)
{
	uint8_t *p = s->path;

	if (!s->path_len || s->path_len > sizeof(s->path))
		return (struct span){ (const uint8_t *)"", 0 };
	if (p[0])
		return (struct span){ p, strnlen((const char *)p, s->path_len) };
	for (size_t i = 0; i < s->path_len; i++)
		if (!p[i])
			p[i] = '@';
	return (struct span){ p, s->path_len };
}

static void
take_socket(struct wire_socket *s, struct fd_record *fd)
{
	bool is_v4 = s->family == AF_INET, is_server;

	if (s->family == AF_INET || s->family == AF_INET6 || s->family == AF_UNIX ||
	    s->family == AF_NETLINK)
		fd->name = (struct span){ (const uint8_t *)"", 0 };
	switch (s->family) {
	case AF_INET: case AF_INET6:
		fd->l4 = s->protocol == IPPROTO_TCP ? L4_TCP : s->protocol == IPPROTO_UDP ?
			 L4_UDP : s->protocol == IPPROTO_ICMP ? L4_ICMP : L4_RAW;
		is_server = s->protocol == IPPROTO_TCP ? s->state == TCP_LISTEN :
			    s->local_port && !s->remote_port;
		fd->kind = is_v4 ? (is_server ? FD_IPV4_SERVER : FD_IPV4) :
				   (is_server ? FD_IPV6_SERVER : FD_IPV6);
		memcpy(fd->src_ip, s->local, sizeof(fd->src_ip));
		memcpy(fd->dst_ip, s->remote, sizeof(fd->dst_ip));
		fd->src_port = s->local_port;
		fd->dst_port = s->remote_port;
		return;
	case AF_UNIX:
		fd->kind = FD_UNIX;
		fd->unix_src = s->self;
		fd->unix_dst = s->peer;
		fd->name = unix_name(s);
		return;
	case AF_NETLINK:
		fd->kind = FD_NETLINK;
		return;
	default:
		fd->kind = FD_UNSUPPORTED;
	}
}

static void
put_path(struct text *out, bool is_gone, struct span names)
{
	parameter_task_path(out, names);
	if (!is_gone || !out->len)
		return;
	out->len--;
	text_str(out, " (deleted)");
}

/* What NAMES say of NEXT, in the words of the kernel: a path, or what stands for one. */
static void
put_names(struct text *out, const struct wire_listed *next, struct span names)
{
	bool is_loose = names.len > 1 && !names.p[names.len - 2];
	uint32_t kind = next->file.mode & S_IFMT;

	out->len = 0;
	if (is_loose && (kind == S_IFIFO || kind == S_IFSOCK))
		text_fmt(out, "%s:[%llu]", kind == S_IFIFO ? "pipe" : "socket",
			 (unsigned long long)next->file.ino);
	else if (is_loose && !kind)
		text_fmt(out, "anon_inode:%.*s", (int)names.len - 2, (const char *)names.p);
	else
		put_path(out, next->is_gone || is_loose, names);
	text_char(out, '\0');
}

/* What NEXT is called: borrowed from it, or from L. It ends with a NUL. */
static struct span
name_of(struct listed *l, const struct wire_listed *next)
{
	const char *path = (const char *)(next + 1);
	size_t len = next->path_len;

	if (next->are_names) {
		put_names(&l->path, next, (struct span){ (const uint8_t *)path, len });
		path = l->path.p;
		len = l->path.len;
	}
	return (struct span){ (const uint8_t *)path, len ? strnlen(path, len - 1) : 0 };
}

/* What L lists, which is called NAME. */
static void
take_listed(struct wire_listed *l, struct span name, struct fd_record *fd)
{
	*fd = (struct fd_record){ .tid = l->pid, .fd = l->fd, .ino = l->file.ino,
				  .name = name };
	fd->open_flags = (uint32_t)convert_open_flags(l->file.open_flags);
	if (l->socket.family)
		take_socket(&l->socket, fd);
	else
		fd->kind = proc_entry_kind(name.len ? (const char *)name.p : "",
					   l->file.mode);
	if (!l->socket.family || fd->kind == FD_UNSUPPORTED)
		fd->dev = (uint32_t)convert_device(l->file.dev);
}

bool
listed_next(struct listed *l, struct fd_record *fd)
{
	struct wire_listed *next = peek(l);

	if (!next)
		return false;
	take_listed(next, name_of(l, next), fd);
	l->at += next->len;
	return true;
}

int64_t
listed_pid(const struct listed *l)
{
	const struct wire_listed *next = peek(l);

	return next ? next->pid : 0;
}

bool
listed_seek(struct listed *l, int64_t pid)
{
	const struct wire_listed *next;
	size_t from = l->at;

	/* They are asked for in the order in which they stand here, mostly. */
	for (int turn = 0; turn < 2; turn++) {
		for (; (next = peek(l)) && (!turn || l->at < from); l->at += next->len)
			if (next->pid == pid)
				return true;
		l->at = 0;
	}
	return false;
}
