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

struct text;

/* Append IP (network order, 4 or 16 bytes). */
void address_ip(const uint8_t *ip, bool is_v6, struct text *t);

/* Append "1.2.3.4:80", a path, "family 16", or "NULL" for nothing. */
void address_sockaddr(struct span s, struct text *t);

/* Append "1.2.3.4:5->6.7.8.9:80", "0->ffff880038 /run/x" and so on. */
void address_socktuple(struct span s, struct text *t);

#endif
