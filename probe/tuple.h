/*
 * tuple - addresses of sockets as the capture format has them.
 */
#ifndef PROBE_TUPLE_H
#define PROBE_TUPLE_H

#include <stdbool.h>

#include "engine/base/reader.h"

struct text;
struct wire_socket;

/* Take the other end from ADDRESS, a struct sockaddr of a program, when SOCKET has
 * none. */
void tuple_complete(struct wire_socket *socket, struct span address);

/* Append both ends. The source is the local end, or when IS_INCOMING the other.
 * Nothing is appended for a socket of a family that has no tuples. */
void tuple_put(struct text *out, const struct wire_socket *socket, bool is_incoming);

/* Append ADDRESS, a struct sockaddr of a program. */
void tuple_put_address(struct text *out, struct span address);

#endif
