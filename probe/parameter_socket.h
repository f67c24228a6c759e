/*
 * parameter_socket - parameters that tell of sockets.
 */
#ifndef PROBE_PARAMETER_SOCKET_H
#define PROBE_PARAMETER_SOCKET_H

#include "probe/pieces.h"

/* Parameter I, which is a number. */
void parameter_socket_put(struct text *out, const struct pieces *k, size_t i,
			  const struct take *t);

void parameter_socket_tuple(struct text *out, const struct pieces *k, size_t i,
			    const struct take *t);
/* What came or went with a message, in the layout of this machine. */
void parameter_socket_control(struct text *out, const struct pieces *k, size_t i);

void parameter_socket_option(struct text *out, const struct pieces *k, size_t i);

#endif
