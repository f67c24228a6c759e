#include "probe/tuple.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "probe/wire.h"

/* A struct sockaddr taken apart. */
struct address {
	uint16_t family, port;		/* port in host order */
	uint8_t ip[16];
	struct span path;
};

static bool
take_address(struct address *a, struct span s)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	*a = (struct address){ 0 };
	if (s.len < sizeof(a->family))
		return false;
	memcpy(&a->family, s.p, sizeof(a->family));
	if (a->family == AF_INET && s.len >= sizeof(v4)) {
		memcpy(&v4, s.p, sizeof(v4));
		memcpy(a->ip, &v4.sin_addr, 4);
		a->port = ntohs(v4.sin_port);
		return true;
	}
	if (a->family == AF_INET6 && s.len >= offsetof(struct sockaddr_in6, sin6_scope_id)) {
		memset(&v6, 0, sizeof(v6));
		memcpy(&v6, s.p, s.len < sizeof(v6) ? s.len : sizeof(v6));
		memcpy(a->ip, &v6.sin6_addr, 16);
		a->port = ntohs(v6.sin6_port);
		return true;
	}
	a->path = (struct span){ s.p + 2, s.len - 2 };
	return a->family == AF_UNIX;
}

/* A Unix path. The zero byte before an abstract name is shown as an @. */
static void
put_path(struct text *out, struct span path)
{
	bool is_abstract = path.len > 1 && !path.p[0];
	size_t start = is_abstract ? 1 : 0;
	size_t len = path.len ? strnlen((const char *)path.p + start, path.len - start) : 0;

	if (is_abstract)
		text_char(out, '@');
	text_bytes(out, len ? path.p + start : NULL, len);
	text_char(out, '\0');
}

void
tuple_complete(struct wire_socket *socket, struct span address)
{
	struct address a;

	if (!take_address(&a, address) || a.family != socket->family)
		return;
	if (a.family == AF_UNIX && !socket->path_len && a.path.len) {
		socket->path_len = (uint16_t)(a.path.len < sizeof(socket->path) ?
					      a.path.len : sizeof(socket->path));
		memcpy(socket->path, a.path.p, socket->path_len);
	}
	if (a.family == AF_UNIX || socket->remote_port)
		return;
	memcpy(socket->remote, a.ip, sizeof(socket->remote));
	socket->remote_port = a.port;
}

void
tuple_put(struct text *out, const struct wire_socket *socket, bool is_incoming)
{
	const uint8_t *ip[2] = { socket->local, socket->remote };
	uint16_t port[2] = { socket->local_port, socket->remote_port };
	uint64_t unix_id[2] = { socket->self, socket->peer };
	size_t ip_len = socket->family == AF_INET ? 4 : 16;

	if (socket->family != AF_INET && socket->family != AF_INET6 &&
	    socket->family != AF_UNIX)
		return;
	text_char(out, (char)socket->family);
	for (int i = 0; i < 2; i++) {
		int end = is_incoming ? !i : i;

		if (socket->family == AF_UNIX) {
			text_bytes(out, &unix_id[end], 8);
			continue;
		}
		text_bytes(out, ip[end], ip_len);
		text_bytes(out, &port[end], 2);
	}
	if (socket->family == AF_UNIX)
		put_path(out, (struct span){ socket->path,
					     socket->path_len <= sizeof(socket->path) ?
					     socket->path_len : 0 });
}

void
tuple_put_address(struct text *out, struct span address)
{
	struct address a;

	if (!take_address(&a, address)) {
		if (address.len >= 2)
			text_char(out, (char)a.family);
		return;
	}
	text_char(out, (char)a.family);
	if (a.family == AF_UNIX) {
		put_path(out, a.path);
		return;
	}
	text_bytes(out, a.ip, a.family == AF_INET ? 4 : 16);
	text_bytes(out, &a.port, 2);
}
