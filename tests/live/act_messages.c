#include <fcntl.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/live/actor.h"

#define MANY 20				/* more buffers than anybody looks at by hand */
#define TOO_MANY 300			/* more than one chunk of iovecs holds */

/* Data that stand in many small pieces. */
static void
gather(void)
{
	int fd = openat(AT_FDCWD, "pieces", O_RDWR | O_CREAT | O_EXCL, 0600);
	char letters[] = "abcdefghijklmnopqrstuvwxyz";
	struct iovec v[TOO_MANY];

	MUST(fd >= 0);
	for (int i = 0; i < TOO_MANY; i++)
		v[i] = (struct iovec){ letters + i % 26, 1 };
	MUST(writev(fd, v, MANY) == MANY);
	expect("< writev res=%d data=%.*s fd=%d(<f>%s/pieces) size=%d", MANY, MANY, letters, fd,
	       actor_folder, MANY);
	MUST(writev(fd, v, TOO_MANY) == TOO_MANY);
	expect("> writev fd=%d(<f>%s/pieces) size=%d", fd, actor_folder, TOO_MANY);
	expect("< writev res=%d data=%s%s%s%.2s fd=%d(<f>%s/pieces) size=%d", TOO_MANY, letters,
	       letters, letters, letters, fd, actor_folder, TOO_MANY);
	MUST(preadv(fd, v, TOO_MANY, 0) == TOO_MANY);
	expect("< preadv res=%d size=%d data=%.*s", TOO_MANY, TOO_MANY, MANY, letters);
	close(fd);
}

/* Three messages in one call, each an event. */
static void
send_many(void)
{
	char one[] = "one", two[] = "second", part[] = "+part", in[3][16];
	struct iovec out_parts[3] = { { one, 3 }, { two, 6 }, { part, 5 } }, in_parts[3];
	struct mmsghdr out[2] = { { .msg_hdr = { .msg_iov = out_parts, .msg_iovlen = 1 } },
				  { .msg_hdr = { .msg_iov = out_parts + 1, .msg_iovlen = 2 } } };
	struct mmsghdr got[3] = { 0 };
	int pair[2];

	MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
	MUST(syscall(SYS_sendmmsg, pair[0], out, 2, 0) == 2);
	expect("> sendmmsg");
	expect("< sendmmsg res=3 fd=%d(<u>) size=3 data=one tuple=", pair[0]);
	expect("< sendmmsg res=11 fd=%d(<u>) size=11 data=second+part tuple=", pair[0]);
	for (int i = 0; i < 3; i++) {
		in_parts[i] = (struct iovec){ in[i], sizeof(in[i]) };
		got[i].msg_hdr = (struct msghdr){ .msg_iov = in_parts + i, .msg_iovlen = 1 };
	}
	MUST(syscall(SYS_recvmmsg, pair[1], got, 3, MSG_DONTWAIT, NULL) == 2);
	expect("< recvmmsg res=3 fd=%d(<u>) size=16 data=one tuple=", pair[1]);
	expect("< recvmmsg res=11 fd=%d(<u>) size=16 data=second+part tuple=", pair[1]);
	MUST(syscall(SYS_recvmmsg, pair[1], got, 3, MSG_DONTWAIT, NULL) < 0);
	expect("< recvmmsg res=-11(EAGAIN) fd=%d(<u>) size=16 data=NULL", pair[1]);
	close(pair[0]);
	close(pair[1]);
}

/* A descriptor that is sent along is in the control data. */
static void
send_descriptor(void)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS } };
	char data[4] = "d";
	struct iovec v = { data, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	int pair[2], zero = 0;

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	memcpy(CMSG_DATA(&control.head), &zero, sizeof(zero));
	MUST(sendmsg(pair[0], &m, 0) == 1);
	MUST(recvmsg(pair[1], &m, 0) == 1);
	expect("< recvmsg res=1 size=1 data=d tuple=");
	memcpy(&zero, CMSG_DATA(&control.head), sizeof(zero));
	MUST(close(zero) == 0);
	expect("< close res=0 fd=%d", zero);
	close(pair[0]);
	close(pair[1]);
}

static void
speak_unix_datagrams(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX }, path = { .sun_family = AF_UNIX,
								    .sun_path = "letterbox" };
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + 6);
	int box = socket(AF_UNIX, SOCK_DGRAM, 0), sender = socket(AF_UNIX, SOCK_DGRAM, 0);
	int other = socket(AF_UNIX, SOCK_DGRAM, 0);
	char data[8];

	snprintf(at.sun_path + 1, 12, "h%05d", getpid() % 100000);
	MUST(bind(box, (struct sockaddr *)&at, len) == 0);
	expect("< bind res=0 addr=@%s fd=%d(<u>@%s)", at.sun_path + 1, box, at.sun_path + 1);
	MUST(sendto(sender, "hid", 3, 0, (struct sockaddr *)&at, len) == 3);
	expect("< sendto res=3 data=hid fd=%d(<u>", sender);
	MUST(recv(box, data, sizeof(data), 0) == 3);
	expect("< recvfrom res=3 data=hid tuple=");
	MUST(bind(other, (struct sockaddr *)&path, sizeof(path)) == 0);
	expect("< bind res=0 addr=letterbox fd=%d(<u>letterbox)", other);
	MUST(connect(sender, (struct sockaddr *)&path, sizeof(path)) == 0);
	expect("< connect res=0 tuple=");
	MUST(write(sender, "open", 4) == 4);
	expect("< write res=4 data=open fd=%d(<u>", sender);
	close(box);
	close(sender);
	close(other);
}

/* Families without tuples. Where one is missing, the call that fails is recorded. */
static void
speak_other_families(void)
{
	static const struct {
		int family, type;
		const char *shown;
	} families[] = {
		{ AF_NETLINK, SOCK_RAW, "16(AF_ROUTE|AF_NETLINK)" },
		{ AF_PACKET, SOCK_RAW, "17(AF_PACKET)" },
		{ AF_VSOCK, SOCK_STREAM, "40" }, { AF_ALG, SOCK_SEQPACKET, "38(AF_ALG)" },
		{ AF_BLUETOOTH, SOCK_RAW, "31(AF_BLUETOOTH)" },
	};
	struct sockaddr_nl at = { .nl_family = AF_NETLINK };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		int fd = socket(families[i].family, families[i].type, 0);

		expect("> socket domain=%s type=%d proto=0", families[i].shown, families[i].type);
		if (fd < 0)
			continue;
		expect("< socket fd=%d", fd);
		if (families[i].family == AF_NETLINK) {
			MUST(bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
			expect("< bind res=0 addr=");
		}
		MUST(close(fd) == 0);
		expect("< close res=0 fd=%d", fd);
	}
}

void
act_messages(void)
{
	gather();
	send_many();
	send_descriptor();
	speak_unix_datagrams();
	speak_other_families();
}
