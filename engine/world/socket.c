#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/world/state.h"

/*
 * Sockets. The name of a connection always reads client -> server, whoever of
 * the two is being watched; the ends of a socket that was never connected are
 * learned from the datagrams that pass.
 */

#define PPM_NETLINK 16			/* a family, too */

#define KERNEL_EINPROGRESS 115
#define SOCK_CLOEXEC_BIT 02000000	/* in socket()'s type, as in the kernel */

static const uint8_t v4_mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF };

static bool
is_v6(const struct descriptor *fd)
{
	return fd->kind == FD_IPV6 || fd->kind == FD_IPV6_SERVER;
}

static bool
is_server_kind(const struct descriptor *fd)
{
	return fd->kind == FD_IPV4_SERVER || fd->kind == FD_IPV6_SERVER;
}

static uint16_t
port_at(const uint8_t *p)
{
	uint16_t port;

	memcpy(&port, p, sizeof(port));
	return port;
}

/* ::ffff:a.b.c.d at both ends, or nothing at all, is IPv4. */
static bool
is_mapped(const uint8_t *ip)
{
	return !memcmp(ip, v4_mapped, sizeof(v4_mapped));
}

static void
unmap(uint8_t *ip)
{
	memmove(ip, ip + 12, 4);
	memset(ip + 4, 0, 12);
}

/* Make T IPv4 if it is a mapped tuple. True when it was. */
static bool
tuple_unmap(struct tuple *t)
{
	bool both = is_mapped(t->src_ip) && is_mapped(t->dst_ip);

	if (!both && !(is_zero(t->src_ip, 16) && is_zero(t->dst_ip, 16)))
		return false;
	unmap(t->src_ip);
	unmap(t->dst_ip);
	return true;
}

bool
tuple_from_param(struct span s, struct tuple *t, uint8_t *family)
{
	size_t ip;

	memset(t, 0, sizeof(*t));
	if (!s.len)
		return false;
	*family = s.p[0];
	if (*family == PPM_UNIX && s.len >= 17) {
		memcpy(&t->unix_src, s.p + 1, 8);
		memcpy(&t->unix_dst, s.p + 9, 8);
		return true;
	}
	ip = *family == PPM_INET ? 4 : 16;
	if ((*family != PPM_INET && *family != PPM_INET6) || s.len < 1 + 2 * (ip + 2))
		return false;
	memcpy(t->src_ip, s.p + 1, ip);
	t->src_port = port_at(s.p + 1 + ip);
	memcpy(t->dst_ip, s.p + 3 + ip, ip);
	t->dst_port = port_at(s.p + 3 + 2 * ip);
	if (*family == PPM_INET6 && tuple_unmap(t))
		*family = PPM_INET;
	return true;
}

/* A SOCKADDR parameter: its address to IP and *PORT. */
static bool
addr_from_param(struct span s, uint8_t *ip, uint16_t *port, uint8_t *family)
{
	size_t len;

	if (!s.len || (s.p[0] != PPM_INET && s.p[0] != PPM_INET6))
		return false;
	len = s.p[0] == PPM_INET ? 4 : 16;
	if (s.len < 1 + len + 2)
		return false;
	*family = s.p[0];
	memset(ip, 0, 16);
	memcpy(ip, s.p + 1, len);
	*port = port_at(s.p + 1 + len);
	if (*family == PPM_INET6 && is_mapped(ip)) {
		unmap(ip);
		*family = PPM_INET;
	}
	return true;
}

static struct span
path_after(struct span s, size_t at)
{
	const uint8_t *nul;

	if (s.len <= at)
		return (struct span){ (const uint8_t *)"", 0 };
	s = (struct span){ s.p + at, s.len - at };
	nul = memchr(s.p, '\0', s.len);
	if (nul)
		s.len = (size_t)(nul - s.p);
	return s;
}

/* Interfaces ---------------------------------------------------------- */

static bool
in_subnet(const uint8_t *ip, const struct iface_record *iface, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((ip[i] ^ iface->addr[i]) & iface->netmask[i])
			return false;
	return true;
}

static bool
is_loopback(const uint8_t *ip, bool v6)
{
	return v6 ? is_zero(ip, 15) && ip[15] == 1 : ip[0] == 127;
}

/* The address of ours that speaks with PEER: the same one, one in its subnet,
 * or else the first that is no loopback. */
static const struct iface_record *
iface_towards(const struct world *w, const uint8_t *peer, bool v6)
{
	size_t len = v6 ? 16 : 4;
	const struct iface_record *near = NULL, *first = NULL;

	for (size_t i = 0; i < w->n_ifaces; i++) {
		const struct iface_record *iface = &w->ifaces[i];

		if (iface->is_v6 != v6)
			continue;
		if (!memcmp(iface->addr, peer, len))
			return iface;
		if (!near && in_subnet(peer, iface, len))
			near = iface;
		if (!first && !is_loopback(iface->addr, v6))
			first = iface;
	}
	return near ? near : first;
}

/* Fill an end of FD that is all zeroes from the interfaces, unless that would
 * make both ends alike. */
static void
patch_zero_end(const struct world *w, struct descriptor *fd)
{
	struct tuple *t = &fd->tuple;
	bool v6 = is_v6(fd);
	size_t len = v6 ? 16 : 4;
	bool no_src = is_zero(t->src_ip, len), no_dst = is_zero(t->dst_ip, len);
	uint8_t *end = no_src ? t->src_ip : t->dst_ip;
	const uint8_t *other = no_src ? t->dst_ip : t->src_ip;
	const struct iface_record *iface;

	if (no_src == no_dst)
		return;
	iface = iface_towards(w, other, v6);
	if (!iface || (!memcmp(iface->addr, other, len) && t->src_port == t->dst_port))
		return;
	memcpy(end, iface->addr, len);
}

/* Roles --------------------------------------------------------------- */

static void
turn_round(struct tuple *t)
{
	struct tuple was = *t;

	memcpy(t->src_ip, was.dst_ip, sizeof(t->src_ip));
	memcpy(t->dst_ip, was.src_ip, sizeof(t->dst_ip));
	t->src_port = was.dst_port;
	t->dst_port = was.src_port;
}

/* Calls --------------------------------------------------------------- */

static uint8_t
l4_of_socket(int64_t type, int64_t proto)
{
	enum { SOCK_STREAM_ = 1, SOCK_DGRAM_ = 2, SOCK_RAW_ = 3 };

	type &= 0xFF;
	if (proto == 0)
		return type == SOCK_STREAM_ ? L4_TCP : type == SOCK_DGRAM_ ? L4_UDP : L4_UNKNOWN;
	if (type == SOCK_RAW_)
		return L4_RAW;
	return proto == 6 ? L4_TCP : proto == 17 ? L4_UDP : proto == 1 ? L4_ICMP :
	       proto == 255 ? L4_RAW : L4_UNKNOWN;
}

static void
apply_socket(struct call *c)
{
	int64_t domain = call_num(c, R_DOMAIN, -1);
	int64_t type = call_num(c, R_TYPE, 0);
	struct descriptor *fd;

	if (c->res < 0 || !event_bytes(c->ev, 0).len)
		return;
	fd = fd_make(c, c->res, domain == PPM_UNIX ? FD_UNIX :
				domain == PPM_INET ? FD_IPV4 :
				domain == PPM_INET6 ? FD_IPV6 :
				domain == PPM_NETLINK ? FD_NETLINK : FD_UNKNOWN);
	if (fd_is_inet(fd))
		fd->l4 = l4_of_socket(type, call_num(c, R_PROTO, 0));
	fd->name = INTERN_EMPTY;
	fd->open_flags = (uint32_t)call_num(c, R_FLAGS, 0);
	fd->cloexec = (fd->open_flags & OF_CLOEXEC) || (type & SOCK_CLOEXEC_BIT);
}

static void
apply_bind(struct call *c)
{
	struct descriptor *fd = c->res < 0 ? NULL : fd_own(c->w, c->t->proc, c->fd);
	struct span addr = call_bytes(c, R_ADDR);
	uint8_t ip[16], family;
	uint16_t port;

	if (!fd || !addr.len)
		return;
	if (addr.p[0] == PPM_UNIX && fd->kind == FD_UNIX) {
		fd->name = name_of(c->w, path_after(addr, 1));
		fd_changed(c->w, c->t->proc, fd);
		return;
	}
	if (!fd_is_inet(fd) || !addr_from_param(addr, ip, &port, &family))
		return;
	memset(&fd->tuple, 0, sizeof(fd->tuple));
	memcpy(fd->tuple.src_ip, ip, sizeof(ip));
	fd->tuple.src_port = port;
	fd->has_tuple = true;
	if (port) {
		fd->kind = family == PPM_INET ? FD_IPV4_SERVER : FD_IPV6_SERVER;
		fd->role = ROLE_SERVER;
	} else {
		fd->kind = family == PPM_INET ? FD_IPV4 : FD_IPV6;
	}
	fd_changed(c->w, c->t->proc, fd);
}

/* Give FD the ends that a connection's tuple tells. */
static void
set_tuple(struct descriptor *fd, const struct tuple *t, uint8_t family)
{
	fd->kind = family == PPM_INET ? FD_IPV4 : FD_IPV6;
	fd->tuple = *t;
	fd->has_tuple = true;
}

/* An address that only the enter event tells: where to, but not from where. */
static bool
tuple_to_address(struct call *c, struct tuple *t, uint8_t *family)
{
	memset(t, 0, sizeof(*t));
	return addr_from_param(call_bytes(c, R_ADDR), t->dst_ip, &t->dst_port, family);
}

/* The program may have changed the address since the kernel took it. When T's
 * end comes from that memory, the one of the enter event counts. */
static void
take_enter_address(const struct call *c, struct tuple *t, uint8_t family)
{
	struct tuple now = { 0 }, then = { 0 };
	uint8_t family_now, family_then;

	if (addr_from_param(role_bytes(c->w->roles, c->ev, R_ADDR), now.dst_ip,
			    &now.dst_port, &family_now) &&
	    addr_from_param(role_bytes(c->w->roles, c->enter, R_ADDR), then.dst_ip,
			    &then.dst_port, &family_then) &&
	    family_now == family && family_then == family &&
	    now.dst_port == t->dst_port && !memcmp(now.dst_ip, t->dst_ip, 16)) {
		t->dst_port = then.dst_port;
		memcpy(t->dst_ip, then.dst_ip, 16);
	}
}

static void
apply_connect(struct call *c)
{
	struct process *p = c->t->proc;
	struct span param = call_bytes(c, R_TUPLE);
	struct descriptor *fd;
	struct tuple t;
	uint8_t family = 0;

	if (c->res < 0 && c->res != -KERNEL_EINPROGRESS)
		return;
	fd = fd_own(c->w, p, c->fd);
	if (!fd)
		return;
	if (tuple_from_param(param, &t, &family)) {
		if (family == PPM_UNIX) {
			fd->kind = FD_UNIX;
			fd->name = name_of(c->w, path_after(param, 17));
			fd->tuple = t;
			fd->has_tuple = true;
		}
	} else if (!tuple_to_address(c, &t, &family)) {
		return;
	}
	if (family != PPM_UNIX) {
		take_enter_address(c, &t, family);
		set_tuple(fd, &t, family);
		patch_zero_end(c->w, fd);
	}
	/* A server of datagrams that sticks to one client is still the server. */
	if (fd->role == ROLE_SERVER && fd->l4 == L4_UDP)
		turn_round(&fd->tuple);
	else
		fd->role = ROLE_CLIENT;
	fd->connected = true;
	fd_changed(c->w, p, fd);
}

static void
apply_accept(struct call *c)
{
	struct span param = call_bytes(c, R_TUPLE);
	struct descriptor *fd;
	struct tuple t;
	uint8_t family = 0;

	if (c->res < 0 || !event_bytes(c->ev, 0).len)
		return;
	if (!tuple_from_param(param, &t, &family)) {
		fd_remove(c->w, c->t->proc, c->res);
		return;
	}
	fd = fd_make(c, c->res, FD_UNIX);
	if (family == PPM_UNIX) {
		fd->name = name_of(c->w, path_after(param, 17));
		fd->tuple = t;
		fd->has_tuple = true;
	} else {
		set_tuple(fd, &t, family);
		fd->l4 = L4_TCP;
		patch_zero_end(c->w, fd);
	}
	fd->role = ROLE_SERVER;
	fd->connected = true;
	fd->cloexec = call_num(c, R_FLAGS, 0) & SOCK_CLOEXEC_BIT;
}

static void
apply_socketpair(struct call *c)
{
	int64_t nums[] = { call_num(c, R_FD1, -1), call_num(c, R_FD2, -1) };
	uint64_t source = (uint64_t)call_num(c, R_SOURCE, 0);
	uint64_t peer = (uint64_t)call_num(c, R_PEER, 0);

	if (c->res < 0 || nums[0] == nums[1])
		return;
	for (int i = 0; i < 2; i++) {
		struct descriptor *fd = fd_make(c, nums[i], FD_UNIX);

		if (!fd)
			continue;
		fd->name = INTERN_EMPTY;
		fd->tuple.unix_src = i ? peer : source;
		fd->tuple.unix_dst = i ? source : peer;
		fd->connected = true;
		fd->cloexec = call_num(c, R_TYPE, 0) & SOCK_CLOEXEC_BIT;
	}
}

/* What FD is once a message told its ends. */
static struct descriptor
after_message(struct call *c, const struct descriptor *fd, const struct tuple *told,
	      uint8_t family, bool receives)
{
	struct descriptor is = *fd;

	if (is_server_kind(fd) && fd->role == ROLE_UNKNOWN)
		is.role = ROLE_SERVER;
	if (fd->l4 == L4_UNKNOWN)
		is.l4 = L4_UDP;
	is.kind = family == PPM_INET ? FD_IPV4 : FD_IPV6;
	is.tuple = *told;
	is.has_tuple = true;
	is.connected = true;
	patch_zero_end(c->w, &is);
	if (is.role == ROLE_UNKNOWN)
		is.role = receives ? ROLE_SERVER : ROLE_CLIENT;
	if ((is.role == ROLE_CLIENT) == receives)
		turn_round(&is.tuple);
	return is;
}

/* Make C's descriptor, which is FD, what IS says. */
static void
take_message(struct call *c, const struct descriptor *fd, const struct descriptor *is)
{
	bool had_tuple = fd->has_tuple;
	struct descriptor *own;

	if (fd->kind == is->kind && fd->l4 == is->l4 && fd->role == is->role && had_tuple &&
	    fd->connected == is->connected &&
	    !memcmp(&fd->tuple, &is->tuple, sizeof(is->tuple)))
		return;
	own = fd_own(c->w, c->t->proc, c->fd);
	own->kind = is->kind;
	own->l4 = is->l4;
	own->role = is->role;
	own->tuple = is->tuple;
	own->has_tuple = true;
	own->connected = is->connected;
	fd_changed(c->w, c->t->proc, own);
	/* A connection was one before its ends were told. */
	if (is->l4 == L4_TCP && !had_tuple)
		fd_learned(c->w, c->t->proc, own);
}

static void
take_unix_tuple(struct call *c, const struct descriptor *fd, struct span param,
		const struct tuple *t)
{
	uint32_t name = name_of(c->w, path_after(param, 17));
	struct descriptor *own;

	if (fd->kind == FD_UNIX && fd->name == name &&
	    (fd->has_tuple || !memcmp(&fd->tuple, t, sizeof(*t))))
		return;
	if (fd->kind == FD_UNIX && name <= INTERN_EMPTY)
		return;
	own = fd_own(c->w, c->t->proc, c->fd);
	own->kind = FD_UNIX;
	own->name = name;
	own->has_tuple = false;
	own->tuple = *t;
	fd_changed(c->w, c->t->proc, own);
}

/* Was the sender of T told? A program that does not ask for it gets zeroes. */
static bool
has_sender(const struct tuple *t, uint8_t family)
{
	return t->src_port || !is_zero(t->src_ip, family == PPM_INET6 ? 16 : 4);
}

/* A datagram to the end that T tells came to FD from nobody knows whom. A client hears from
 * whom it has spoken to; a server is one that waits, as it was before it knew anybody. */
static void
forget_sender(struct call *c, const struct descriptor *fd, const struct tuple *t, uint8_t family)
{
	struct descriptor is;

	if (!fd || !fd_is_inet(fd) || fd->role == ROLE_CLIENT || fd->l4 == L4_TCP || !t->dst_port)
		return;
	is = *fd;
	is.kind = family == PPM_INET ? FD_IPV4_SERVER : FD_IPV6_SERVER;
	is.l4 = fd->l4 == L4_UNKNOWN ? L4_UDP : fd->l4;
	is.role = ROLE_SERVER;
	memset(&is.tuple, 0, sizeof(is.tuple));
	memcpy(is.tuple.src_ip, t->dst_ip, sizeof(is.tuple.src_ip));
	is.tuple.src_port = t->dst_port;
	is.has_tuple = true;
	is.connected = false;
	take_message(c, fd, &is);
}

static void
apply_message(struct call *c, bool receives)
{
	struct process *p = c->t->proc;
	const struct descriptor *fd = fd_find(p, c->fd);
	struct span param = call_bytes(c, R_TUPLE);
	struct descriptor is;
	struct tuple t;
	uint8_t family;

	if (c->res < 0 || c->fd < 0 || !tuple_from_param(param, &t, &family))
		return;
	if (receives && family != PPM_UNIX && !has_sender(&t, family)) {
		forget_sender(c, fd, &t, family);
		return;
	}
	if (!fd && !receives && family != PPM_UNIX) {
		/* Its socket() was lost. */
		struct descriptor *new = fd_add(c->w, p, c->fd, family == PPM_INET ? FD_IPV4 :
										     FD_IPV6);

		new->l4 = L4_UDP;
		fd = new;
	}
	if (!fd)
		return;
	if (family == PPM_UNIX) {
		take_unix_tuple(c, fd, param, &t);
	} else if (fd->l4 != L4_TCP || !fd->has_tuple || is_server_kind(fd)) {
		is = after_message(c, fd, &t, family, receives);
		take_message(c, fd, &is);
	}
}

static void
apply_send(struct call *c)
{
	apply_message(c, false);
}

static void
apply_recv(struct call *c)
{
	apply_message(c, true);
}

/* The start of a section ---------------------------------------------- */

void
socket_note_served(struct world *w, const struct descriptor *fd)
{
	uint16_t port = fd->tuple.src_port;

	if (is_server_kind(fd))
		w->served[port / 8] |= (uint8_t)(1 << port % 8);
}

static bool
is_served(const struct world *w, uint16_t port)
{
	return w->served[port / 8] >> port % 8 & 1;
}

/* Which side a listed connection is on follows from the ports that are served
 * anywhere on the machine. */
void
socket_fix_initial(const struct world *w, struct descriptor *fd)
{
	if (fd->kind == FD_IPV6 && tuple_unmap(&fd->tuple))
		fd->kind = FD_IPV4;
	if (fd->kind == FD_UNIX)
		fd->role = fd->name > INTERN_EMPTY ? ROLE_SERVER : ROLE_CLIENT;
	else if (is_server_kind(fd))
		fd->role = ROLE_SERVER;
	if (fd->kind != FD_IPV4)
		return;
	fd->connected = fd->l4 == L4_TCP;
	patch_zero_end(w, fd);
	fd->role = is_served(w, fd->tuple.src_port) ? ROLE_SERVER : ROLE_CLIENT;
	if (fd->role == ROLE_SERVER)
		turn_round(&fd->tuple);
}

apply_fn *const socket_apply[EVENT_TYPES] = {
	[EV_SOCKET_X] = apply_socket, [EV_BIND_X] = apply_bind,
	[EV_CONNECT_X] = apply_connect,
	[EV_ACCEPT_X] = apply_accept, [EV_ACCEPT4_X] = apply_accept,
	[EV_ACCEPT_5_X] = apply_accept, [EV_ACCEPT4_5_X] = apply_accept,
	[EV_ACCEPT4_6_X] = apply_accept,
	[EV_SOCKETPAIR_X] = apply_socketpair,
	[EV_SEND_X] = apply_send, [EV_SENDTO_X] = apply_send,
	[EV_SENDMSG_X] = apply_send, [EV_SENDMMSG_X] = apply_send,
	[EV_RECV_X] = apply_recv, [EV_RECVFROM_X] = apply_recv,
	[EV_RECVMSG_X] = apply_recv, [EV_RECVMMSG_X] = apply_recv,
};
