#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/live/actor.h"

static struct sockaddr_in
address_of(int fd)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);

	MUST(getsockname(fd, (struct sockaddr *)&a, &len) == 0);
	return a;
}

static int
listen_at(int family, const struct sockaddr *a, socklen_t len)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	MUST(fd >= 0 && bind(fd, a, len) == 0 && listen(fd, 5) == 0);
	return fd;
}

static void
set_options(int fd, const char *tuple)
{
	struct timeval limit = { 2, 500000 };
	socklen_t len = sizeof(int);
	int on = 1;

	MUST(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) == 0);
	expect("< setsockopt res=0 fd=%d(<4t>%s) level=1(SOL_SOCKET) optname=9(SO_KEEPALIVE) "
	       "val=1 optlen=4", fd, tuple);
	MUST(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0);
	expect("< setsockopt res=0 fd=%d(<4t>%s) level=1(SOL_SOCKET) optname=20(SO_RCVTIMEO) "
	       "val=2500000000(2.5s) optlen=16", fd, tuple);
	MUST(getsockopt(fd, SOL_SOCKET, SO_ERROR, &on, &len) == 0 && !on);
	expect("< getsockopt res=0 fd=%d(<4t>%s) level=1(SOL_SOCKET) optname=4(SO_ERROR) val=0 "
	       "optlen=4", fd, tuple);
	on = 1;
	MUST(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0);
	expect("< setsockopt res=0 fd=%d(<4t>%s) level=2(SOL_TCP) optname=0(UNKNOWN) val=1 "
	       "optlen=4", fd, tuple);
}

static void
speak_tcp(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int server = listen_at(AF_INET, (struct sockaddr *)&any, sizeof(any));
	int client = socket(AF_INET, SOCK_STREAM, 0), peer;
	struct sockaddr_in at = address_of(server);
	char tuple[64], data[16];

	expect("< socket fd=%d(<4>) domain=2(AF_INET) type=524289 proto=0 flags=4096(O_CLOEXEC)",
	       server);
	expect("< bind res=0 addr=127.0.0.1:0 fd=%d(<4>127.0.0.1:0)", server);
	expect("< listen res=0 fd=%d(<4>127.0.0.1:0) backlog=5", server);
	expect("< socket fd=%d(<4>) domain=2(AF_INET) type=1 proto=0 flags=0(O_NONE)", client);
	MUST(connect(client, (struct sockaddr *)&at, sizeof(at)) == 0);
	snprintf(tuple, sizeof(tuple), "127.0.0.1:%u->127.0.0.1:%u",
		 ntohs(address_of(client).sin_port), ntohs(at.sin_port));
	expect("> connect fd=%d(<4>)", client);
	expect("< connect res=0 tuple=%s fd=%d(<4t>%s) addr=127.0.0.1:%u", tuple, client, tuple,
	       ntohs(at.sin_port));
	peer = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	MUST(peer >= 0);
	expect("< accept4 fd=%d(<4t>%s) tuple=%s queuepct=0 queuelen=0 queuemax=5 flags=80000",
	       peer, tuple, tuple);
	MUST(send(client, "hello", 5, 0) == 5);
	expect("< sendto res=5 data=hello fd=%d(<4t>%s) size=5 tuple=%s", client, tuple, tuple);
	MUST(recv(peer, data, sizeof(data), 0) == 5);
	expect("< recvfrom res=5 data=hello tuple=%s fd=%d(<4t>%s) size=16", tuple, peer, tuple);
	set_options(client, tuple);
	MUST(shutdown(client, SHUT_WR) == 0);
	expect("< shutdown res=0 fd=%d(<4t>%s) how=1(SHUT_WR)", client, tuple);
	MUST(close(peer) == 0 && close(client) == 0 && close(server) == 0);
	expect("< close res=0 fd=%d(<4t>%s)", peer, tuple);
}

static void
speak_udp(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int one = socket(AF_INET, SOCK_DGRAM, 0), two = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in at_one, at_two;
	char ab[] = "ab", c[] = "c";
	struct iovec parts[2] = { { ab, 2 }, { c, 1 } };
	struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2, .msg_namelen = sizeof(any) };
	char tuple[64], data[8];

	MUST(bind(one, (struct sockaddr *)&any, sizeof(any)) == 0 &&
	     bind(two, (struct sockaddr *)&any, sizeof(any)) == 0);
	at_one = address_of(one);
	at_two = address_of(two);
	snprintf(tuple, sizeof(tuple), "127.0.0.1:%u->127.0.0.1:%u", ntohs(at_two.sin_port),
		 ntohs(at_one.sin_port));
	MUST(sendto(two, "dg", 2, 0, (struct sockaddr *)&at_one, sizeof(at_one)) == 2);
	expect("< sendto res=2 data=dg fd=%d(<4u>%s) size=2 tuple=%s", two, tuple, tuple);
	at_two.sin_port = 0;
	MUST(recvfrom(one, data, sizeof(data), 0, (struct sockaddr *)&at_two,
		      &m.msg_namelen) == 2);
	expect("< recvfrom res=2 data=dg tuple=%s fd=%d(<4u>%s) size=8", tuple, one, tuple);
	m.msg_name = &at_one;
	MUST(sendmsg(two, &m, 0) == 3);
	expect("> sendmsg fd=%d(<4u>%s) size=3", two, tuple);
	expect("< sendmsg res=3 data=abc fd=%d(<4u>%s) size=3 tuple=%s", two, tuple, tuple);
	parts[0] = (struct iovec){ data, sizeof(data) };
	m.msg_iovlen = 1;
	m.msg_name = &at_two;
	MUST(recvmsg(one, &m, 0) == 3);
	expect("< recvmsg res=3 size=8 data=abc tuple=%s msgcontrol=NULL fd=%d(<4u>%s)", tuple,
	       one, tuple);
	MUST(close(one) == 0 && close(two) == 0);
}

static void
speak_v6(void)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	socklen_t len = sizeof(any);
	int server = socket(AF_INET6, SOCK_STREAM, 0), client;

	/* Where IPv6 is switched off there is nothing to see. */
	if (server < 0 || bind(server, (struct sockaddr *)&any, sizeof(any)) < 0)
		return;
	MUST(listen(server, 1) == 0 && getsockname(server, (struct sockaddr *)&any, &len) == 0);
	client = socket(AF_INET6, SOCK_STREAM, 0);
	MUST(connect(client, (struct sockaddr *)&any, sizeof(any)) == 0);
	expect("< connect res=0 tuple=::1:");
	MUST(close(client) == 0 && close(server) == 0);
}

static void
speak_unix(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "door" };
	int server = listen_at(AF_UNIX, (struct sockaddr *)&at, sizeof(at));
	int client = socket(AF_UNIX, SOCK_STREAM, 0), pair[2];
	char data[4];

	expect("< bind res=0 addr=door fd=%d(<u>door)", server);
	MUST(connect(client, (struct sockaddr *)&at, sizeof(at)) == 0);
	expect("< connect res=0 tuple=ffff");
	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	expect("> socketpair domain=1(AF_LOCAL|AF_UNIX) type=1 proto=0");
	expect("< socketpair res=0 fd1=%d(<u>) fd2=%d(<u>) source=FFFF", pair[0], pair[1]);
	MUST(write(pair[0], "p", 1) == 1 && read(pair[1], data, sizeof(data)) == 1);
	expect("< write res=1 data=p fd=%d(<u>) size=1", pair[0]);
	expect("< read res=1 data=p fd=%d(<u>) size=4", pair[1]);
}

static void
wait_for_data(void)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLOUT } };
	struct timespec limit = { 1, 5 };
	int ends[2];

	MUST(syscall(SYS_pipe2, ends, 0) == 0);
	expect("< pipe2 res=0 fd1=%d(<p>) fd2=%d(<p>) ino=", ends[0], ends[1]);
	fds[0].fd = ends[0];
	fds[1].fd = ends[1];
	MUST(syscall(SYS_ppoll, fds, 2, &limit, NULL, 8) == 1);
	expect("> ppoll fds=%d:p1 %d:p4 timeout=1000000005(1s) sigmask=<NA>", ends[0],
	       ends[1]);
	expect("< ppoll res=1 fds=%d:p0 %d:p4 timeout=1000000005(1s)", ends[0], ends[1]);
}

void
act_sockets(void)
{
	speak_tcp();
	speak_udp();
	speak_v6();
	speak_unix();
	wait_for_data();
}
