/*
 * address - socket addresses of parameters as text.
 *
 * Layouts: SOCKADDR and SOCKTUPLE of the capture format, whose first byte is
 * the address family. IPv6 addresses have no brackets, as sysdig shows them.
 */
#ifndef ENGINE_FIELD_ADDRESS_H
#define ENGINE_FIELD_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/reader.h"

struct ip;
struct text;

/* The name of the host at IP in *NAME, for as long as anybody asks; false: none is
 * known. CTX is the reader's. */
typedef bool address_host_fn(void *ctx, const struct ip *ip, struct span *name);

/* The name of PORT in the reader's database of services, or NULL. */
typedef const char *address_service_fn(uint16_t port, bool is_udp);

/* What is shown besides the bare address. */
struct address_style {
	address_service_fn *service;	/* names of ports; NULL: their numbers */
	bool is_udp;
	bool is_raw;			/* paths as they are */
};

/* Append IP (network order, 4 or 16 bytes). */
void address_ip(const uint8_t *ip, bool is_v6, struct text *t);

/* Append PORT, or its name. */
void address_port(uint16_t port, const struct address_style *style, struct text *t);

/* Append "1.2.3.4:80", a path, "family 16", or "NULL" for nothing. */
void address_sockaddr(struct span s, const struct address_style *style, struct text *t);

/* Append "1.2.3.4:5->6.7.8.9:80", "0->ffff880038 /run/x" and so on. */
void address_socktuple(struct span s, const struct address_style *style, struct text *t);

#endif
