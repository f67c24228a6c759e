#include "probe/uring.h"

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "probe/wire.h"

#define REQUEST_FLAGS 0xff

/* By number. */
static const char *const opcodes[] = {
	"nop", "readv", "writev", "fsync", "read_fixed", "write_fixed", "poll_add",
	"poll_remove", "sync_file_range", "sendmsg", "recvmsg", "timeout", "timeout_remove",
	"accept", "async_cancel", "link_timeout", "connect", "fallocate", "openat", "close",
	"files_update", "statx", "read", "write", "fadvise", "madvise", "send", "recv",
	"openat2", "epoll_ctl", "splice", "provide_buffers", "remove_buffers", "tee",
	"shutdown", "renameat", "unlinkat", "mkdirat", "symlinkat", "linkat", "msg_ring",
	"fsetxattr", "setxattr", "fgetxattr", "getxattr", "socket", "uring_cmd", "send_zc",
	"sendmsg_zc", "read_multishot", "waitid", "futex_wait", "futex_wake", "futex_waitv",
	"fixed_fd_install", "ftruncate", "bind", "listen", "recv_zc", "epoll_wait",
	"readv_fixed", "writev_fixed", "pipe",
};

void
uring_put(struct text *out, const struct wire_uring *uring)
{
	if (uring->opcode < ARRAY_LEN(opcodes))
		text_fmt(out, "opcode=%s", opcodes[uring->opcode]);
	else
		text_fmt(out, "opcode=%u", uring->opcode);
	text_fmt(out, " fd=%d size=%u offset=%llu flags=%x user_data=%llx", uring->fd,
		 uring->size, (unsigned long long)uring->offset, uring->flags & REQUEST_FLAGS,
		 (unsigned long long)uring->user_data);
}
