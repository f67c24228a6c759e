#include "engine/filter/literal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/filter/number.h"
#include "engine/filter/zone.h"
#include "engine/world/span.h"

#define WORD_SHOWN_MAX 48
#define PORT_MAX 65535
#define OLD_NET_LEN 64			/* of an IPv6 network without a length */

/* What is wrong with W: "`W` " and WHY. */
static int
refuse(const struct word *w, struct err *err, const char *why)
{
	struct text shown = { 0 };

	text_safe(&shown, w->p, w->len < WORD_SHOWN_MAX ? w->len : WORD_SHOWN_MAX);
	if (w->len > WORD_SHOWN_MAX)
		text_str(&shown, "...");
	text_char(&shown, '\0');
	err_set(err, -EINVAL, "`%s` %s", shown.p, why);
	text_fini(&shown);
	if (err)
		err->at = w->at;
	return -EINVAL;
}

static int
read_bool(const struct word *w, struct value *out, struct err *err)
{
	bool v = !strcmp(w->p, "true");

	if ((!v && strcmp(w->p, "false") != 0) || strlen(w->p) != w->len)
		return refuse(w, err, "is neither true nor false");
	out->b = v;
	return 0;
}

static int
read_port(const struct literal *as, const struct word *w, struct value *out, struct err *err)
{
	const char *why = NULL;
	int32_t port;
	struct value v;

	if (w->len && strspn(w->p, "0123456789+-xXabcdefABCDEF") == w->len &&
	    strchr("0123456789+-", w->p[0])) {
		why = number_read(w, as->type, as->unit, &v);
		if (!why && (as->type == T_INT ? v.i < 0 || v.i > PORT_MAX : v.u > PORT_MAX))
			why = "is no port: they end at 65535";
		if (why)
			return refuse(w, err, why);
		*out = v;
		return 0;
	}
	port = as->service_port && strlen(w->p) == w->len ? as->service_port(w->p) : -1;
	if (port < 0)
		return refuse(w, err, "is neither a port nor a service that is known here");
	*out = (struct value){ .u = (uint64_t)port };
	return 0;
}

/* Read an address: all of the LEN bytes at P. */
static bool
take_ip(const char *p, size_t len, struct ip *out)
{
	char copy[INET6_ADDRSTRLEN];
	struct ip ip = { 0 };

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, p, len);
	copy[len] = '\0';
	ip.is_v6 = strchr(copy, ':') != NULL;
	if (strlen(copy) != len || inet_pton(ip.is_v6 ? AF_INET6 : AF_INET, copy, ip.bytes) != 1)
		return false;
	*out = ip;
	return true;
}

static int
read_ip(const struct word *w, struct value *out, struct err *err)
{
	const char *slash = memchr(w->p, '/', w->len);
	struct ip ip;

	if (take_ip(w->p, w->len, &ip)) {
		*out = (struct value){ .ip = ip };
		return 0;
	}
	if (slash && take_ip(w->p, (size_t)(slash - w->p), &ip))
		return refuse(w, err, "is a network, no address: `fd.net` compares with those");
	return refuse(w, err, "is no IP address; names of hosts are for `fd.sip.name`");
}

/* Clear all bits behind the first LEN of IP. */
static void
mask(struct ip *ip, unsigned len)
{
	for (unsigned i = 0; i < sizeof(ip->bytes); i++) {
		if (len >= 8) {
			len -= 8;
			continue;
		}
		ip->bytes[i] &= (uint8_t)(0xFF00u >> len);
		len = 0;
	}
}

/* The length of a network behind the slash at P; -1: it is none. */
static int
take_net_len(const char *p, size_t len, int most)
{
	int v = 0;

	if (!len || len > 3)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		v = v * 10 + (p[i] - '0');
	}
	return v <= most ? v : -1;
}

/* Without a length an IPv4 address is that one, an IPv6 address its /64. */
static int
read_net(const struct word *w, struct value *out, struct err *err)
{
	const char *slash = memchr(w->p, '/', w->len);
	size_t ip_len = slash ? (size_t)(slash - w->p) : w->len;
	struct net net = { 0 };
	int len;

	if (!take_ip(w->p, ip_len, &net.ip))
		return refuse(w, err, "is no network such as 10.0.0.0/8 or 2001:db8::/32");
	len = net.ip.is_v6 ? OLD_NET_LEN : 32;
	if (slash)
		len = take_net_len(slash + 1, w->len - ip_len - 1, net.ip.is_v6 ? 128 : 32);
	if (len < 0)
		return refuse(w, err, net.ip.is_v6 ? "has a length that is not 0 to 128" :
			      "has a length that is not 0 to 32");
	net.len = (uint8_t)len;
	mask(&net.ip, net.len);
	*out = (struct value){ .net = net };
	return 0;
}

static int
read_time(const struct literal *as, const struct word *w, struct value *out,
	  bool *is_time_of_day, struct err *err)
{
	uint64_t ns;

	if (zone_read_time_of_day(w->p, w->len, &ns)) {
		*is_time_of_day = true;
	} else if (!zone_read_date(as->zone, w->p, w->len, &ns)) {
		if (as->only_clock)
			return refuse(w, err, "is neither a time of day such as 10:02:05.25 "
				      "nor a date such as \"2026-01-31 10:02\"");
		if (number_read(w, T_UINT, U_NONE, out))
			return refuse(w, err, "is neither a date such as 2026-01-31T10:02 nor "
				      "a time of day nor a number of ns since 1970");
		return 0;
	}
	*out = (struct value){ .u = as->whole_seconds ? ns - ns % NS_PER_S : ns };
	return 0;
}

/* Pairs of hex digits. */
static int
read_hex(const struct literal *as, const struct word *w, struct value *out, struct err *err)
{
	uint8_t *bytes = arena_alloc(as->arena, w->len / 2 + 1);

	for (size_t i = 0; i < w->len; i++) {
		int digit = span_hex_digit((uint8_t)w->p[i]);

		if (digit < 0 || w->len % 2)
			return refuse(w, err, "is no bytes as pairs of hex digits, such as 0d0a");
		bytes[i / 2] = (uint8_t)(bytes[i / 2] << 4 | digit);
	}
	out->s = (struct span){ bytes, w->len / 2 };
	return 0;
}

static int
read_text(const struct word *w, struct value *out, struct err *err)
{
	if (memchr(w->p, '\0', w->len))
		return refuse(w, err, "has a NUL byte, which no text has");
	out->s = (struct span){ (const uint8_t *)w->p, w->len };
	return 0;
}

int
literal_read(const struct literal *as, const struct word *w, struct value *out,
	     bool *is_time_of_day, struct err *err)
{
	const char *why;

	*is_time_of_day = false;
	if (as->unit == U_PORT && (as->type == T_INT || as->type == T_UINT))
		return read_port(as, w, out, err);
	switch (as->type) {
	case T_BOOL:
		return read_bool(w, out, err);
	case T_STR:
		return read_text(w, out, err);
	case T_DATA:
		if (as->is_hex)
			return read_hex(as, w, out, err);
		out->s = (struct span){ (const uint8_t *)w->p, w->len };
		return 0;
	case T_IP:
		return read_ip(w, out, err);
	case T_NET:
		return read_net(w, out, err);
	case T_TIME:
		return read_time(as, w, out, is_time_of_day, err);
	default:
		why = number_read(w, as->type, as->unit, out);
		return why ? refuse(w, err, why) : 0;
	}
}
