#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/field/address.h"
#include "engine/field/domain.h"
#include "engine/field/render.h"
#include "engine/world/world.h"

#define OPEN_UPPER_LAYER (1u << 15)	/* of flag set file_flags */
#define OPEN_LOWER_LAYER (1u << 16)

/* One end of a connection. */
struct end {
	const uint8_t *ip;
	uint16_t port;
};

static bool
get_num(const struct eval *ev, struct value *out)
{
	if (ev->fd) {
		out->i = ev->fd->num;
		return true;
	}
	if (!ev->m || !ev->m->has_fd_num)
		return false;
	out->i = ev->m->fd_num;
	return true;
}

static bool
get_type(const struct eval *ev, struct value *out)
{
	return ev->fd && value_word(fd_kind_word(ev->fd->kind), out);
}

static bool
get_typechar(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return false;
	text_char(ev->scratch, fd_kind_letter(ev->fd->kind));
	return value_scratch(ev, out);
}

/* A call that failed to make a descriptor, or to connect one, still tells of
 * what it was for. */
static bool
put_failure(const struct eval *ev, bool only_path)
{
	const struct event *event = ev->m ? ev->m->ev : NULL;
	int64_t res;

	if (!event || !event_result(event, &res) || res >= 0)
		return false;
	if (!(event->type->flags & EF_CREATES_FD) && event->id != EV_CONNECT_X)
		return false;
	for (unsigned i = 0; i < event->type->n_params && i < event->n_params; i++) {
		unsigned kind = event->type->params[i].kind;
		const char *name = event->type->params[i].name;
		bool is_path = (kind == PK_FSPATH || kind == PK_FSRELPATH) &&
			       !strcmp(name, "name");

		if (!is_path && (only_path || kind != PK_SOCKTUPLE))
			continue;
		render_param_short(ev->render, ev->m, event, i, ev->scratch);
		return true;
	}
	return false;
}

static bool
put_name(const struct eval *ev)
{
	bool is_connect = ev->m && ev->m->ev->id == EV_CONNECT_X;

	if ((!ev->fd || is_connect) && put_failure(ev, false))
		return true;
	if (!ev->fd)
		return false;
	descriptor_name(ev->world, ev->fd, ev->scratch);
	return true;
}

static bool
get_name(const struct eval *ev, struct value *out)
{
	return put_name(ev) && value_scratch(ev, out);
}

static bool
is_kind(const struct eval *ev, unsigned kind)
{
	return ev->fd && ev->fd->kind == kind;
}

/* The bytes of the path up to its last slash; -1: there is none. */
static int64_t
last_slash(struct span path)
{
	const uint8_t *slash = path.len ? memrchr(path.p, '/', path.len) : NULL;

	return slash ? slash - path.p : -1;
}

/* The path of a file: of the descriptor, or what could not be opened. */
static bool
get_path(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return put_failure(ev, true) && value_scratch(ev, out);
	return is_kind(ev, FD_FILE) && value_name(ev, ev->fd->name, out);
}

static bool
get_directory(const struct eval *ev, struct value *out)
{
	int64_t slash;

	if (is_kind(ev, FD_DIRECTORY))
		return value_name(ev, ev->fd->name, out);
	if (!get_path(ev, out))
		return false;
	slash = last_slash(out->s);
	if (slash >= 0 && (size_t)slash + 1 == out->s.len)
		return true;
	if (slash <= 0)
		return value_word("/", out);
	out->s.len = (size_t)slash;
	return true;
}

static bool
get_filename(const struct eval *ev, struct value *out)
{
	int64_t slash;

	if (!is_kind(ev, FD_FILE) || !value_name(ev, ev->fd->name, out))
		return false;
	slash = last_slash(out->s);
	if (slash < 0)
		return value_word("/", out);
	if ((size_t)slash + 1 == out->s.len)
		return true;
	out->s.p += slash + 1;
	out->s.len -= (size_t)slash + 1;
	return true;
}

static bool
is_server_kind(const struct descriptor *fd)
{
	return fd->kind == FD_IPV4_SERVER || fd->kind == FD_IPV6_SERVER;
}

static bool
is_connection(const struct descriptor *fd)
{
	return fd->kind == FD_IPV4 || fd->kind == FD_IPV6;
}

static bool
is_v6(const struct descriptor *fd)
{
	return fd->kind == FD_IPV6 || fd->kind == FD_IPV6_SERVER;
}

/* The client is the source of a connection, the server its destination; a
 * socket that listens has its address as the source. */
static bool
client_end(const struct descriptor *fd, struct end *e)
{
	if (!fd || !fd->has_tuple || !is_connection(fd) || fd->role == ROLE_UNKNOWN)
		return false;
	*e = (struct end){ fd->tuple.src_ip, fd->tuple.src_port };
	return true;
}

static bool
server_end(const struct descriptor *fd, struct end *e)
{
	if (!fd || !fd->has_tuple)
		return false;
	if (is_server_kind(fd))
		*e = (struct end){ fd->tuple.src_ip, fd->tuple.src_port };
	else if (is_connection(fd) && fd->role != ROLE_UNKNOWN)
		*e = (struct end){ fd->tuple.dst_ip, fd->tuple.dst_port };
	else
		return false;
	return true;
}

static bool
local_end(const struct descriptor *fd, struct end *e)
{
	return fd && fd->role == ROLE_CLIENT ? client_end(fd, e) : server_end(fd, e);
}

static bool
remote_end(const struct descriptor *fd, struct end *e)
{
	if (!fd || is_server_kind(fd))
		return false;
	return fd->role == ROLE_CLIENT ? server_end(fd, e) : client_end(fd, e);
}

#define END(letter, end_of) \
	static bool \
	get_##letter##ip(const struct eval *ev, struct value *out) \
	{ \
		struct end e; \
		\
		if (!end_of(ev->fd, &e)) \
			return false; \
		out->ip.is_v6 = is_v6(ev->fd); \
		memcpy(out->ip.bytes, e.ip, sizeof(out->ip.bytes)); \
		return true; \
	} \
	static bool \
	get_##letter##port(const struct eval *ev, struct value *out) \
	{ \
		struct end e; \
		\
		if (!end_of(ev->fd, &e)) \
			return false; \
		out->u = e.port; \
		return true; \
	}

END(c, client_end)
END(s, server_end)
END(l, local_end)
END(r, remote_end)

static bool
get_l4proto(const struct eval *ev, struct value *out)
{
	static const char *const names[] = {
		[L4_TCP] = "tcp", [L4_UDP] = "udp", [L4_ICMP] = "icmp", [L4_RAW] = "raw",
	};

	return ev->fd && ev->fd->l4 < ARRAY_LEN(names) && value_word(names[ev->fd->l4], out);
}

static bool
get_sockfamily(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return false;
	if (is_connection(ev->fd) || is_server_kind(ev->fd))
		return value_word("ip", out);
	return value_word(ev->fd->kind == FD_UNIX ? "unix" : NULL, out);
}

static bool
get_is_server(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return false;
	out->b = is_server_kind(ev->fd) ||
		 (is_connection(ev->fd) && ev->fd->role == ROLE_SERVER);
	return true;
}

static bool
get_connected(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return false;
	out->b = ev->fd->connected;
	return true;
}

static bool
get_uid(const struct eval *ev, struct value *out)
{
	struct value num;

	if (!ev->thread || !get_num(ev, &num))
		return false;
	text_i64(ev->scratch, ev->thread->tid);
	text_i64(ev->scratch, num.i);
	return value_scratch(ev, out);
}

static void
put_container(const struct eval *ev)
{
	const struct container *c =
		containers_get(world_containers(ev->world), ev->container);
	struct span id;

	if (c) {
		id = intern_span(world_names(ev->world), c->id);
		text_bytes(ev->scratch, id.p, id.len);
	}
	text_char(ev->scratch, ':');
}

static bool
get_containername(const struct eval *ev, struct value *out)
{
	put_container(ev);
	return put_name(ev) && value_scratch(ev, out);
}

static bool
get_containerdirectory(const struct eval *ev, struct value *out)
{
	struct text *t = ev->scratch;
	struct value folder;
	size_t start, at;

	if (!get_directory(ev, &folder))
		return false;
	/* What could not be opened stands in the scratch, and its start is kept. */
	start = t->len;
	at = start ? (size_t)(folder.s.p - (const uint8_t *)t->p) : 0;
	put_container(ev);
	text_room(t, folder.s.len);
	text_bytes(t, start ? t->p + at : (const char *)folder.s.p, folder.s.len);
	out->s = (struct span){ (const uint8_t *)t->p + start, t->len - start };
	return true;
}

static bool
get_dev(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return false;
	out->u = ev->fd->dev;
	return true;
}

static bool
get_dev_major(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return false;
	out->u = (ev->fd->dev & 0xFFF00) >> 8;
	return true;
}

static bool
get_dev_minor(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return false;
	out->u = (ev->fd->dev & 0xFF) | ((ev->fd->dev >> 12) & 0xFFF00);
	return true;
}

static bool
get_ino(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return false;
	out->u = ev->fd->ino;
	return true;
}

static bool
has_open_flag(const struct eval *ev, uint32_t flag, struct value *out)
{
	if (!ev->fd)
		return false;
	out->b = ev->fd->open_flags & flag;
	return true;
}

static bool
get_is_upper_layer(const struct eval *ev, struct value *out)
{
	return has_open_flag(ev, OPEN_UPPER_LAYER, out);
}

static bool
get_is_lower_layer(const struct eval *ev, struct value *out)
{
	return has_open_flag(ev, OPEN_LOWER_LAYER, out);
}

static const struct field fields[] = {
	{ .name = "fd.num", .type = T_INT, ON(FD), .get = get_num,
	  .doc = "Number of the descriptor that the call used or made." },
	{ .name = "fd.type", .type = T_STR, ON(FD), .get = get_type,
	  .doc = "What it is: file, directory, ipv4, ipv6, unix, pipe, event and so on." },
	{ .name = "fd.typechar", .type = T_STR, ON(FD), .get = get_typechar,
	  .doc = "What it is, in one letter." },
	{ .name = "fd.name", .type = T_STR, ON(FD), .get = get_name,
	  .doc = "Its path, or both ends of its connection." },
	{ .name = "fd.directory", .type = T_STR, ON(FD), .get = get_directory,
	  .doc = "The folder in which the file is." },
	{ .name = "fd.filename", .type = T_STR, ON(FD), .get = get_filename,
	  .doc = "The name of the file without its folder." },
	{ .name = "fd.cip", .type = T_IP, ON(FD), .get = get_cip,
	  .doc = "Address of the client." },
	{ .name = "fd.sip", .type = T_IP, ON(FD), .get = get_sip,
	  .doc = "Address of the server." },
	{ .name = "fd.lip", .type = T_IP, ON(FD), .get = get_lip,
	  .doc = "Address of the process's own end." },
	{ .name = "fd.rip", .type = T_IP, ON(FD), .get = get_rip,
	  .doc = "Address of the other end." },
	{ .name = "fd.cport", .type = T_UINT, .unit = U_PORT, ON(FD), .get = get_cport,
	  .doc = "Port of the client." },
	{ .name = "fd.sport", .type = T_UINT, .unit = U_PORT, ON(FD), .get = get_sport,
	  .doc = "Port of the server." },
	{ .name = "fd.lport", .type = T_UINT, .unit = U_PORT, ON(FD), .get = get_lport,
	  .doc = "Port of the process's own end." },
	{ .name = "fd.rport", .type = T_UINT, .unit = U_PORT, ON(FD), .get = get_rport,
	  .doc = "Port of the other end." },
	{ .name = "fd.l4proto", .type = T_STR, ON(FD), .get = get_l4proto,
	  .doc = "Protocol of a socket: tcp, udp, icmp or raw." },
	{ .name = "fd.sockfamily", .type = T_STR, ON(FD), .get = get_sockfamily,
	  .doc = "ip or unix, for sockets." },
	{ .name = "fd.is_server", .type = T_BOOL, ON(FD), .get = get_is_server,
	  .doc = "Whether the process is the server of it." },
	{ .name = "fd.connected", .type = T_BOOL, .scope = OF_HISTORY, .get = get_connected,
	  .doc = "Whether the socket is connected." },
	{ .name = "fd.uid", .type = T_STR, .scope = OF_ROW, .get = get_uid,
	  .doc = "Number of the thread and of the descriptor, joined." },
	{ .name = "fd.containername", .type = T_STR, .scope = OF_ROW, .get = get_containername,
	  .doc = "Container, a colon, and fd.name." },
	{ .name = "fd.containerdirectory", .type = T_STR, .scope = OF_ROW,
	  .get = get_containerdirectory, .doc = "Container, a colon, and fd.directory." },
	{ .name = "fd.dev", .type = T_UINT, .unit = U_HEX, ON(FD), .get = get_dev,
	  .doc = "Number of the device that the file is on." },
	{ .name = "fd.dev.major", .type = T_UINT, ON(FD), .get = get_dev_major,
	  .doc = "Major part of fd.dev." },
	{ .name = "fd.dev.minor", .type = T_UINT, ON(FD), .get = get_dev_minor,
	  .doc = "Minor part of fd.dev." },
	{ .name = "fd.ino", .type = T_UINT, ON(FD), .get = get_ino,
	  .doc = "Inode of the file." },
	{ .name = "fd.is_upper_layer", .type = T_BOOL, ON(FD), .get = get_is_upper_layer,
	  .doc = "Whether the file is in the upper layer of an overlay file system." },
	{ .name = "fd.is_lower_layer", .type = T_BOOL, ON(FD), .get = get_is_lower_layer,
	  .doc = "Whether the file is in the lower layer of an overlay file system." },
};

const struct domain fd_domain = { "fd", fields, ARRAY_LEN(fields) };
