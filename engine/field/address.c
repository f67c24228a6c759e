#include "engine/field/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "engine/base/text.h"

enum { FAMILY_UNIX = 1, FAMILY_INET = 2, FAMILY_INET6 = 10 };

#define INET_LEN 4
#define INET6_LEN 16

static void
put_ipv4(const uint8_t *ip, struct text *t)
{
	for (int i = 0; i < INET_LEN; i++) {
		if (i)
			text_char(t, '.');
		text_u64(t, ip[i]);
	}
}

void
address_ip(const uint8_t *ip, bool is_v6, struct text *t)
{
	char name[INET6_ADDRSTRLEN];

	if (!is_v6)
		put_ipv4(ip, t);
	else if (inet_ntop(AF_INET6, ip, name, sizeof(name)))
		text_str(t, name);
}

void
address_port(uint16_t port, const struct address_style *style, struct text *t)
{
	const char *name = style->service ? style->service(port, style->is_udp) : NULL;

	if (name)
		text_safe(t, name, strlen(name));
	else
		text_u64(t, port);
}

/* An address of LEN bytes and the port behind it. */
static void
put_endpoint(const uint8_t *p, size_t len, const struct address_style *style, struct text *t)
{
	uint16_t port;

	memcpy(&port, p + len, sizeof(port));
	address_ip(p, len == INET6_LEN, t);
	text_char(t, ':');
	address_port(port, style, t);
}

static void
put_path(struct span s, size_t start, const struct address_style *style, struct text *t)
{
	const uint8_t *p = s.p + start;
	size_t len = strnlen((const char *)p, s.len - start);

	if (style->is_raw)
		text_bytes(t, p, len);
	else
		text_safe(t, p, len);
}

static void
put_family(unsigned family, struct text *t)
{
	text_str(t, "family ");
	text_u64(t, family);
}

void
address_sockaddr(struct span s, const struct address_style *style, struct text *t)
{
	size_t len;

	if (!s.len) {
		text_str(t, "NULL");
		return;
	}
	switch (s.p[0]) {
	case FAMILY_UNIX:
		put_path(s, 1, style, t);
		break;
	case FAMILY_INET:
	case FAMILY_INET6:
		len = s.p[0] == FAMILY_INET ? INET_LEN : INET6_LEN;
		if (s.len == 1 + len + 2)
			put_endpoint(s.p + 1, len, style, t);
		else
			text_str(t, len == INET_LEN ? "INVALID IPv4" : "INVALID IPv6");
		break;
	default:
		put_family(s.p[0], t);
	}
}

static bool
is_v4_mapped(const uint8_t *ip)
{
	static const uint8_t prefix[12] = { [10] = 0xFF, [11] = 0xFF };

	return !memcmp(ip, prefix, sizeof(prefix));
}

static void
put_unix_tuple(struct span s, const struct address_style *style, struct text *t)
{
	uint64_t ends[2];

	if (s.len < 1 + sizeof(ends)) {
		text_str(t, "NULL");
		return;
	}
	memcpy(ends, s.p + 1, sizeof(ends));
	for (int i = 0; i < 2; i++) {
		char digits[16];
		size_t n = 0;

		do {
			digits[sizeof(digits) - ++n] = "0123456789abcdef"[ends[i] & 15];
			ends[i] >>= 4;
		} while (ends[i]);
		text_bytes(t, digits + sizeof(digits) - n, n);
		if (!i)
			text_str(t, "->");
	}
	if (s.len > 1 + sizeof(ends)) {
		text_char(t, ' ');
		put_path(s, 1 + sizeof(ends), style, t);
	}
}

static void
put_inet_tuple(struct span s, size_t len, const struct address_style *style, struct text *t)
{
	const uint8_t *src = s.p + 1, *dst = src + len + 2;
	size_t skip = 0;

	if (s.len != 1 + 2 * (len + 2)) {
		text_str(t, len == INET_LEN ? "INVALID IPv4" : "INVALID IPv6");
		return;
	}
	if (len == INET6_LEN && is_v4_mapped(src) && is_v4_mapped(dst))
		skip = INET6_LEN - INET_LEN;
	put_endpoint(src + skip, len - skip, style, t);
	text_str(t, "->");
	put_endpoint(dst + skip, len - skip, style, t);
}

void
address_socktuple(struct span s, const struct address_style *style, struct text *t)
{
	if (!s.len) {
		text_str(t, "NULL");
		return;
	}
	switch (s.p[0]) {
	case FAMILY_UNIX:
		put_unix_tuple(s, style, t);
		break;
	case FAMILY_INET:
		put_inet_tuple(s, INET_LEN, style, t);
		break;
	case FAMILY_INET6:
		put_inet_tuple(s, INET6_LEN, style, t);
		break;
	default:
		put_family(s.p[0], t);
	}
}
