#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/domain.h"
#include "engine/field/render.h"
#include "engine/world/world.h"

#define L4_PROTOS (L4_RAW + 1)
#define CONNECT_TUPLE 1			/* the parameter of its exit event */

/* One end of a connection. */
struct end {
	const uint8_t *ip;
	uint16_t port;
};

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

/* A socket that was bound, to a port that the system chose, speaks with nobody yet. */
static bool
is_only_bound(const struct descriptor *fd)
{
	static const uint8_t nowhere[sizeof(fd->tuple.dst_ip)];

	return fd && fd->has_tuple && is_connection(fd) && fd->role == ROLE_UNKNOWN &&
	       !fd->tuple.dst_port && !memcmp(fd->tuple.dst_ip, nowhere, sizeof(nowhere));
}

static bool
local_end(const struct descriptor *fd, struct end *e)
{
	if (is_only_bound(fd)) {
		*e = (struct end){ fd->tuple.src_ip, fd->tuple.src_port };
		return true;
	}
	return fd && fd->role == ROLE_CLIENT ? client_end(fd, e) : server_end(fd, e);
}

static bool
remote_end(const struct descriptor *fd, struct end *e)
{
	if (!fd || is_server_kind(fd))
		return false;
	return fd->role == ROLE_CLIENT ? server_end(fd, e) : client_end(fd, e);
}

/* All bits of an address. */
static struct net
net_of(struct ip ip)
{
	return (struct net){ ip, ip.is_v6 ? 128 : 32 };
}

/* What the descriptor of EV would be if the connect that failed had not: the address stands in
 * the event only. That goes to TRIED, whose own end is mostly not known. */
static const struct descriptor *
asked_of(const struct eval *ev, struct descriptor *tried)
{
	struct span param = { NULL, 0 };
	struct tuple tuple;
	uint8_t family = 0;

	if (!ev->fd || !ev->m || !ev->m->connect_failed || ev->m->ev->id != EV_CONNECT_X)
		return ev->fd;
	param = event_bytes(ev->m->ev, CONNECT_TUPLE);
	if (!tuple_from_param(param, &tuple, &family) || family == PPM_UNIX)
		return ev->fd;
	*tried = *ev->fd;
	tried->kind = family == PPM_INET6 ? FD_IPV6 : FD_IPV4;
	tried->role = ROLE_CLIENT;
	tried->has_tuple = true;
	tried->tuple = tuple;
	return tried;
}

/* Is it an end that nobody knows, of what was tried only? */
static bool
is_nowhere(const struct eval *ev, const struct descriptor *fd, const struct end *e)
{
	static const uint8_t nowhere[sizeof(fd->tuple.src_ip)];

	return fd != ev->fd && !e->port && !memcmp(e->ip, nowhere, sizeof(nowhere));
}

#define END(letter, end_of) \
	static bool \
	get_##letter##ip(const struct eval *ev, struct value *out) \
	{ \
		struct descriptor tried; \
		const struct descriptor *fd = asked_of(ev, &tried); \
		struct end e; \
		\
		if (!end_of(fd, &e) || is_nowhere(ev, fd, &e)) \
			return false; \
		out->ip.is_v6 = is_v6(fd); \
		memcpy(out->ip.bytes, e.ip, sizeof(out->ip.bytes)); \
		return true; \
	} \
	static bool \
	get_##letter##net(const struct eval *ev, struct value *out) \
	{ \
		struct value v; \
		\
		if (!get_##letter##ip(ev, &v)) \
			return false; \
		out->net = net_of(v.ip); \
		return true; \
	} \
	static bool \
	get_##letter##proto(const struct eval *ev, struct value *out) \
	{ \
		struct descriptor tried; \
		const struct descriptor *fd = asked_of(ev, &tried); \
		struct end e; \
		\
		if (!end_of(fd, &e) || is_nowhere(ev, fd, &e)) \
			return false; \
		render_port(ev->render, fd, e.port, ev->scratch); \
		return value_scratch(ev, out); \
	} \
	static bool \
	get_##letter##port(const struct eval *ev, struct value *out) \
	{ \
		struct descriptor tried; \
		const struct descriptor *fd = asked_of(ev, &tried); \
		struct end e; \
		\
		if (!end_of(fd, &e) || is_nowhere(ev, fd, &e)) \
			return false; \
		out->u = e.port; \
		return true; \
	} \
	static bool \
	get_##letter##name(const struct eval *ev, struct value *out) \
	{ \
		const struct render *r = ev->render; \
		struct value v; \
		\
		return r->host && get_##letter##ip(ev, &v) && \
		       r->host(r->host_ctx, &v.ip, &out->s); \
	}

END(c, client_end)
END(s, server_end)
END(l, local_end)
END(r, remote_end)

/* Both ends of a connection, the one end of a socket that listens. */
static size_t
ends_of(const struct descriptor *fd, struct end e[2])
{
	if (!fd || !fd->has_tuple || (!is_connection(fd) && !is_server_kind(fd)))
		return 0;
	e[0] = (struct end){ fd->tuple.src_ip, fd->tuple.src_port };
	e[1] = (struct end){ fd->tuple.dst_ip, fd->tuple.dst_port };
	return is_server_kind(fd) ? 1 : 2;
}

static struct ip
ip_of(const struct descriptor *fd, const struct end *e)
{
	struct ip ip = { .is_v6 = is_v6(fd) };

	memcpy(ip.bytes, e->ip, sizeof(ip.bytes));
	return ip;
}

/* The list of what ONE makes of each end. */
static bool
list_ends(const struct eval *ev,
	  void (*one)(const struct descriptor *fd, const struct end *e, struct value *out),
	  struct value *out)
{
	struct descriptor tried;
	const struct descriptor *fd = asked_of(ev, &tried);
	struct end e[2];
	size_t n_ends = ev->list ? ends_of(fd, e) : 0, n = 0;

	for (size_t i = 0; i < n_ends; i++)
		if (!is_nowhere(ev, fd, &e[i]))
			one(fd, &e[i], &ev->list[n++]);
	out->list.v = ev->list;
	out->list.n = n;
	return n;
}

static void
end_ip(const struct descriptor *fd, const struct end *e, struct value *out)
{
	out->ip = ip_of(fd, e);
}

static void
end_net(const struct descriptor *fd, const struct end *e, struct value *out)
{
	out->net = net_of(ip_of(fd, e));
}

static void
end_port(const struct descriptor *fd, const struct end *e, struct value *out)
{
	(void)fd;
	out->u = e->port;
}

static bool
get_ip(const struct eval *ev, struct value *out)
{
	return list_ends(ev, end_ip, out);
}

static bool
get_net(const struct eval *ev, struct value *out)
{
	return list_ends(ev, end_net, out);
}

static bool
get_port(const struct eval *ev, struct value *out)
{
	return list_ends(ev, end_port, out);
}

static const char *
l4proto_word(size_t i)
{
	static const char *const names[L4_PROTOS] = {
		[L4_TCP] = "tcp", [L4_UDP] = "udp", [L4_ICMP] = "icmp", [L4_RAW] = "raw",
	};

	return names[i];
}

static bool
get_l4proto(const struct eval *ev, struct value *out)
{
	return ev->fd && ev->fd->l4 < L4_PROTOS && value_word(l4proto_word(ev->fd->l4), out);
}

static const char *
sockfamily_word(size_t i)
{
	return i ? "unix" : "ip";
}

static bool
get_sockfamily(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return false;
	if (is_connection(ev->fd) || is_server_kind(ev->fd))
		return value_word(sockfamily_word(0), out);
	return ev->fd->kind == FD_UNIX && value_word(sockfamily_word(1), out);
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

/* Answers may come later, so that they are no property of the descriptor. */
#define HOST_NAME .unit = U_HOST, .scope = OF_HISTORY, .flags = FIELD_PLAIN

static const struct field fields[] = {
	{ .name = "fd.ip", .type = T_IP, ON(FD), .many = FIELD_ENDS,
	  .flags = FIELD_FILTER_ONLY | FIELD_PLAIN | FIELD_OF_TRY, .get = get_ip,
	  .doc = "Address of either end." },
	{ .name = "fd.cip", .type = T_IP, ON(FD), .flags = FIELD_OF_TRY,
	  .get = get_cip,
	  .doc = "Address of the client." },
	{ .name = "fd.sip", .type = T_IP, ON(FD), .flags = FIELD_OF_TRY,
	  .get = get_sip,
	  .doc = "Address of the server." },
	{ .name = "fd.lip", .type = T_IP, ON(FD), .flags = FIELD_OF_TRY,
	  .get = get_lip,
	  .doc = "Address of the process's own end." },
	{ .name = "fd.rip", .type = T_IP, ON(FD), .flags = FIELD_OF_TRY,
	  .get = get_rip,
	  .doc = "Address of the other end." },
	{ .name = "fd.port", .type = T_UINT, .unit = U_PORT, ON(FD), .many = FIELD_ENDS,
	  .flags = FIELD_FILTER_ONLY | FIELD_PLAIN | FIELD_OF_TRY, .get = get_port,
	  .doc = "Port of either end." },
	{ .name = "fd.cport", .type = T_UINT, .unit = U_PORT, ON(FD), .flags = FIELD_OF_TRY,
	  .get = get_cport,
	  .doc = "Port of the client." },
	{ .name = "fd.sport", .type = T_UINT, .unit = U_PORT, ON(FD), .flags = FIELD_OF_TRY,
	  .get = get_sport,
	  .doc = "Port of the server." },
	{ .name = "fd.lport", .type = T_UINT, .unit = U_PORT, ON(FD), .flags = FIELD_OF_TRY,
	  .get = get_lport,
	  .doc = "Port of the process's own end." },
	{ .name = "fd.rport", .type = T_UINT, .unit = U_PORT, ON(FD), .flags = FIELD_OF_TRY,
	  .get = get_rport,
	  .doc = "Port of the other end." },
	{ .name = "fd.proto", .type = T_UINT, .unit = U_PORT, ON(FD), .many = FIELD_ENDS,
	  .flags = FIELD_FILTER_ONLY | FIELD_PLAIN | FIELD_OF_TRY, .get = get_port,
	  .doc = "Another name of fd.port." },
	{ .name = "fd.cproto", .type = T_STR, ON(FD), .flags = FIELD_OF_TRY,
	  .get = get_cproto,
	  .doc = "Port of the client, as text." },
	{ .name = "fd.sproto", .type = T_STR, ON(FD), .flags = FIELD_OF_TRY,
	  .get = get_sproto,
	  .doc = "Port of the server, as text." },
	{ .name = "fd.lproto", .type = T_STR, ON(FD), .flags = FIELD_OF_TRY,
	  .get = get_lproto,
	  .doc = "Port of the process's own end, as text." },
	{ .name = "fd.rproto", .type = T_STR, ON(FD), .flags = FIELD_OF_TRY,
	  .get = get_rproto,
	  .doc = "Port of the other end, as text." },
	{ .name = "fd.net", .type = T_NET, ON(FD), .many = FIELD_ENDS,
	  .flags = FIELD_FILTER_ONLY | FIELD_PLAIN | FIELD_OF_TRY, .get = get_net,
	  .doc = "Network that the address of either end is in." },
	{ .name = "fd.cnet", .type = T_NET, ON(FD),
	  .flags = FIELD_FILTER_ONLY | FIELD_PLAIN | FIELD_OF_TRY, .get = get_cnet,
	  .doc = "Network that the address of the client is in." },
	{ .name = "fd.snet", .type = T_NET, ON(FD),
	  .flags = FIELD_FILTER_ONLY | FIELD_PLAIN | FIELD_OF_TRY, .get = get_snet,
	  .doc = "Network that the address of the server is in." },
	{ .name = "fd.lnet", .type = T_NET, ON(FD),
	  .flags = FIELD_FILTER_ONLY | FIELD_PLAIN | FIELD_OF_TRY, .get = get_lnet,
	  .doc = "Network that the address of the process's own end is in." },
	{ .name = "fd.rnet", .type = T_NET, ON(FD),
	  .flags = FIELD_FILTER_ONLY | FIELD_PLAIN | FIELD_OF_TRY, .get = get_rnet,
	  .doc = "Network that the address of the other end is in." },
	{ .name = "fd.cip.name", .type = T_STR, HOST_NAME, .get = get_cname,
	  .doc = "Name of the host at the client's address; only known with -R." },
	{ .name = "fd.sip.name", .type = T_STR, HOST_NAME, .get = get_sname,
	  .doc = "Name of the host at the server's address; only known with -R." },
	{ .name = "fd.lip.name", .type = T_STR, HOST_NAME, .get = get_lname,
	  .doc = "Name of the host at the process's own end; only known with -R." },
	{ .name = "fd.rip.name", .type = T_STR, HOST_NAME, .get = get_rname,
	  .doc = "Name of the host at the other end; only known with -R." },
	{ .name = "fd.l4proto", .type = T_STR, ON(FD), .get = get_l4proto,
	  ONE_OF(l4proto_word, L4_PROTOS),
	  .doc = "Protocol of a socket: tcp, udp, icmp or raw." },
	{ .name = "fd.sockfamily", .type = T_STR, ON(FD), .get = get_sockfamily,
	  ONE_OF(sockfamily_word, 2),
	  .doc = "ip or unix, for sockets." },
	{ .name = "fd.is_server", .type = T_BOOL, ON(FD), .get = get_is_server,
	  .doc = "Whether the process is the server of it." },
};

const struct domain fd_net_domain = {
	"fd", fields, ARRAY_LEN(fields), "Connections",
};
