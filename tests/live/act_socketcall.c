#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/live/actor.h"
#include "tests/live/call32.h"

/* Sockets of 32-bit programs: all calls through one, their arguments in memory. */

enum {
	SOCKET = 1, BIND, CONNECT, LISTEN, ACCEPT, GETSOCKNAME, GETPEERNAME, SOCKETPAIR, SEND,
	RECV, SENDTO, RECVFROM, SHUTDOWN, SETSOCKOPT, GETSOCKOPT, SENDMSG, RECVMSG, ACCEPT4,
	RECVMMSG, SENDMMSG,
};

struct msghdr32 {
	unsigned name, name_len, iov, iov_len, control, control_len, flags;
};

/* What they may point to. */
struct room {
	unsigned args[6], v[8];
	struct msghdr32 m;
	struct {
		struct msghdr32 m;
		unsigned len;
	} many[2];
	struct {
		unsigned len;
		int level, type, fd;
	} control;
	struct sockaddr_in at;
	int32_t pair[2], time[2], len;
	char data[64], more[64];
};

static int
socketcall(struct room *r, int which, const unsigned args[6])
{
	memcpy(r->args, args, sizeof(r->args));
	return CALL32(I386_SOCKETCALL, which, low(r->args));
}

#define CALL(which, ...) socketcall(r, which, (const unsigned[6]){ __VA_ARGS__ })

static void
set_options(struct room *r, int fd, const char *tuple)
{
	r->time[0] = 2;
	r->time[1] = 500000;
	MUST(CALL(SETSOCKOPT, fd, SOL_SOCKET, SO_RCVTIMEO, low(r->time), 8) == 0);
	expect("< setsockopt res=0 fd=%d(<4t>%s) level=1(SOL_SOCKET) optname=20(SO_RCVTIMEO) "
	       "val=2500000000(2.5s) optlen=8", fd, tuple);
	r->len = 4;
	MUST(CALL(GETSOCKOPT, fd, SOL_SOCKET, SO_ERROR, low(r->data), low(&r->len)) == 0);
	expect("< getsockopt res=0 fd=%d(<4t>%s) level=1(SOL_SOCKET) optname=4(SO_ERROR) val=0 "
	       "optlen=4", fd, tuple);
}

static void
speak_tcp(struct room *r)
{
	int server = CALL(SOCKET, AF_INET, SOCK_STREAM, 0), client, peer;
	char tuple[64];
	uint16_t port;

	MUST(server >= 0);
	expect("> socket domain=2(AF_INET) type=1 proto=0");
	expect("< socket fd=%d(<4>) domain=2(AF_INET) type=1 proto=0", server);
	r->at = (struct sockaddr_in){ .sin_family = AF_INET,
				      .sin_addr = { htonl(INADDR_LOOPBACK) } };
	MUST(CALL(BIND, server, low(&r->at), sizeof(r->at)) == 0);
	expect("< bind res=0 addr=127.0.0.1:0 fd=%d(<4>127.0.0.1:0)", server);
	MUST(CALL(LISTEN, server, 5) == 0);
	expect("< listen res=0 fd=%d(<4>127.0.0.1:0) backlog=5", server);
	r->len = sizeof(r->at);
	MUST(CALL(GETSOCKNAME, server, low(&r->at), low(&r->len)) == 0);
	expect("< getsockname");
	port = ntohs(r->at.sin_port);
	client = CALL(SOCKET, AF_INET, SOCK_STREAM, 0);
	MUST(CALL(CONNECT, client, low(&r->at), sizeof(r->at)) == 0);
	r->len = sizeof(r->at);
	MUST(getsockname(client, (struct sockaddr *)&r->at, (socklen_t *)&r->len) == 0);
	snprintf(tuple, sizeof(tuple), "127.0.0.1:%u->127.0.0.1:%u", ntohs(r->at.sin_port), port);
	expect("> connect fd=%d(<4>)", client);
	expect("< connect res=0 tuple=%s fd=%d(<4t>%s) addr=127.0.0.1:%u", tuple, client, tuple,
	       port);
	peer = CALL(ACCEPT, server, 0, 0);
	MUST(peer >= 0);
	expect("< accept fd=%d(<4t>%s) tuple=%s queuepct=0 queuelen=0 queuemax=5", peer, tuple,
	       tuple);
	strcpy(r->data, "hello");
	MUST(CALL(SEND, client, low(r->data), 5, 0) == 5);
	expect("> send fd=%d(<4t>%s) size=5", client, tuple);
	expect("< send res=5 data=hello fd=%d(<4t>%s) size=5 tuple=%s", client, tuple, tuple);
	MUST(CALL(RECV, peer, low(r->more), 16, 0) == 5);
	expect("> recv fd=%d(<4t>%s) size=16", peer, tuple);
	expect("< recv res=5 data=hello fd=%d(<4t>%s) size=16 tuple=%s", peer, tuple, tuple);
	MUST(CALL(SENDTO, client, low(r->data), 4, 0, 0, 0) == 4);
	expect("< sendto res=4 data=hell fd=%d(<4t>%s) size=4 tuple=%s", client, tuple, tuple);
	MUST(CALL(RECVFROM, peer, low(r->more), 16, 0, 0, 0) == 4);
	expect("< recvfrom res=4 data=hell tuple=%s fd=%d(<4t>%s) size=16", tuple, peer, tuple);
	set_options(r, client, tuple);
	MUST(CALL(SHUTDOWN, client, SHUT_WR) == 0);
	expect("< shutdown res=0 fd=%d(<4t>%s) how=1(SHUT_WR)", client, tuple);
	CALL32(I386_CLOSE, client);
	CALL32(I386_CLOSE, peer);
	CALL32(I386_CLOSE, server);
}

/* A descriptor goes along. What tells of it has the layout of a 64-bit program: 24 bytes. */
static void
speak_in_messages(struct room *r)
{
	MUST(CALL(SOCKETPAIR, AF_UNIX, SOCK_STREAM, 0, low(r->pair)) == 0);
	expect("< socketpair res=0 fd1=%d(<u>) fd2=%d(<u>)", r->pair[0], r->pair[1]);
	strcpy(r->data, "abcdef");
	r->v[0] = low(r->data);
	r->v[1] = 2;
	r->v[2] = low(r->data + 4);
	r->v[3] = 1;
	r->control.len = sizeof(r->control);
	r->control.level = SOL_SOCKET;
	r->control.type = SCM_RIGHTS;
	r->control.fd = r->pair[0];
	r->m = (struct msghdr32){ .iov = low(r->v), .iov_len = 2, .control = low(&r->control),
				  .control_len = sizeof(r->control) };
	MUST(CALL(SENDMSG, r->pair[0], low(&r->m), 0) == 3);
	expect("> sendmsg fd=%d(<u>) size=3", r->pair[0]);
	expect("< sendmsg res=3 data=abe fd=%d(<u>) size=3", r->pair[0]);
	r->v[0] = low(r->more);
	r->v[1] = 8;
	MUST(CALL(RECVMSG, r->pair[1], low(&r->m), 0) == 3);
	expect("< recvmsg res=3 size=9 data=abe tuple=");
	MUST(r->control.fd >= 0 && r->control.fd < ' ');
	expect("~ msgcontrol=........................ fd=");
	CALL32(I386_CLOSE, r->control.fd);
}

static void
speak_in_many(struct room *r)
{
	MUST(CALL(SOCKETPAIR, AF_UNIX, SOCK_DGRAM, 0, low(r->pair)) == 0);
	strcpy(r->data, "onesecond");
	r->v[0] = low(r->data);
	r->v[1] = 3;
	r->v[2] = low(r->data + 3);
	r->v[3] = 6;
	for (int i = 0; i < 2; i++)
		r->many[i].m = (struct msghdr32){ .iov = low(r->v + 2 * i), .iov_len = 1 };
	MUST(CALL32(I386_SENDMMSG, r->pair[0], low(r->many), 2, 0) == 2);
	expect("> sendmmsg");
	expect("< sendmmsg res=3 fd=%d(<u>) size=3 data=one tuple=", r->pair[0]);
	expect("< sendmmsg res=6 fd=%d(<u>) size=6 data=second tuple=", r->pair[0]);
	for (int i = 0; i < 2; i++) {
		r->v[2 * i] = low(r->more + 32 * i);
		r->v[2 * i + 1] = 32;
	}
	MUST(CALL(RECVMMSG, r->pair[1], low(r->many), 1, MSG_DONTWAIT, 0) == 1);
	expect("< recvmmsg res=3 fd=%d(<u>) size=32 data=one tuple=", r->pair[1]);
	MUST(CALL32(I386_RECVMMSG_TIME64, r->pair[1], low(r->many), 2, MSG_DONTWAIT, 0) == 1);
	expect("< recvmmsg res=6 fd=%d(<u>) size=32 data=second tuple=", r->pair[1]);
	CALL32(I386_CLOSE, r->pair[0]);
	CALL32(I386_CLOSE, r->pair[1]);
	/* None that there is. */
	MUST(CALL(0, 0) < 0);
	expect("> socketcall");
	expect("< socketcall");
}

void
act_socketcall(void *room)
{
	struct room *r = room;

	_Static_assert(sizeof(*r) <= CALL32_ROOM, "all of it is in reach");
	memset(r, 0, sizeof(*r));
	speak_tcp(r);
	speak_in_messages(r);
	speak_in_many(r);
}
