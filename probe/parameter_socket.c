#include "probe/parameter_socket.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "probe/tuple.h"

void
parameter_socket_put(struct text *out, const struct pieces *k, size_t i, const struct take *t)
{
	struct span s = pieces_part(k, i, 0);
	struct wire_socket socket;
	uint64_t percent;

	if (s.len != sizeof(socket))
		return;
	memcpy(&socket, s.p, sizeof(socket));
	percent = socket.backlog_max ? socket.backlog * 100u / socket.backlog_max : 0;
	if (t->how == TAKE_SOCKET_SELF)
		pieces_number(out, PK_UINT64, t->more ? socket.peer : socket.self);
	else if (t->more == QUEUE_PERCENT)
		pieces_number(out, PK_UINT8, percent);
	else
		pieces_number(out, PK_UINT32, t->more == QUEUE_LENGTH ? socket.backlog :
						 socket.backlog_max);
}

/* The address that completes a tuple: an argument, or part of a message. */
static struct span
address_for(const struct pieces *k, const struct take *t)
{
	if (k->name_grab >= k->n_grabs)
		return (struct span){ NULL, 0 };
	return k->parts[k->name_grab][t->how == TAKE_MESSAGE_TUPLE ? 2 : 0];
}

void
parameter_socket_tuple(struct text *out, const struct pieces *k, size_t i, const struct take *t)
{
	struct span s = pieces_part(k, i, 0);
	struct wire_socket socket;

	if (s.len != sizeof(socket))
		return;
	memcpy(&socket, s.p, sizeof(socket));
	tuple_complete(&socket, address_for(k, t));
	tuple_put(out, &socket, t->more == TUPLE_IN);
}

/* Control data of a 32-bit program, as they would be of a 64-bit one: each part has a head
 * of its length, level and type, and begins at a multiple of the length's size. */
static void
put_narrow_control(struct text *out, struct span s)
{
	static const uint8_t zeroes[8];
	uint32_t len, rest;
	uint64_t wide;

	for (size_t at = 0; at + 12 <= s.len; at += ((size_t)len + 3) & ~(size_t)3) {
		memcpy(&len, s.p + at, sizeof(len));
		if (len < 12)
			return;
		rest = len - 12 < s.len - at - 12 ? len - 12 : (uint32_t)(s.len - at - 12);
		wide = len + 4ull;
		text_bytes(out, &wide, sizeof(wide));
		text_bytes(out, s.p + at + sizeof(len), rest + 8);
		text_bytes(out, zeroes, -rest & 7);
	}
}

void
parameter_socket_control(struct text *out, const struct pieces *k, size_t i)
{
	struct span s = pieces_part(k, i, 3);

	if (pieces_are_narrow(k))
		put_narrow_control(out, s);
	else
		text_bytes(out, s.p, s.len);
}

/* The time at S, in ns: false if it is none. */
static bool
take_time(struct span s, bool is_narrow, uint64_t *ns)
{
	struct timeval t;
	int32_t narrow[2];

	if (is_narrow && s.len == sizeof(narrow)) {
		memcpy(narrow, s.p, sizeof(narrow));
		t = (struct timeval){ narrow[0], narrow[1] };
	} else if (s.len >= sizeof(t)) {
		memcpy(&t, s.p, sizeof(t));
	} else {
		return false;
	}
	*ns = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
	return true;
}

/* A value with the type that it has; its first byte says which that is. */
void
parameter_socket_option(struct text *out, const struct pieces *k, size_t i)
{
	enum { AS_BYTES, AS_ERRNO, AS_U32, AS_U64, AS_TIME };
	struct span s = pieces_part(k, i, 0);
	int name = k->call->args[1] == SOL_SOCKET ? (int)k->call->args[2] : 0;
	uint64_t v = 0;

	if (!s.p || !s.len)
		return;
	if ((name == SO_RCVTIMEO || name == SO_SNDTIMEO) &&
	    take_time(s, pieces_are_narrow(k), &v)) {
		text_char(out, AS_TIME);
		pieces_number(out, PK_RELTIME, v);
	} else if (name == SO_ERROR && s.len == 4) {
		memcpy(&v, s.p, 4);
		text_char(out, AS_ERRNO);
		pieces_number(out, PK_ERRNO, -v);
	} else if (s.len == 4 || (name == SO_COOKIE && s.len == 8)) {
		memcpy(&v, s.p, s.len);
		text_char(out, s.len == 4 ? AS_U32 : AS_U64);
		pieces_number(out, s.len == 4 ? PK_UINT32 : PK_UINT64, v);
	} else {
		text_char(out, AS_BYTES);
		text_bytes(out, s.p, s.len);
	}
}

