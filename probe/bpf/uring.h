/*
 * uring - what a request of io_uring says.
 */
#ifndef PROBE_BPF_URING_H
#define PROBE_BPF_URING_H

#include <stdint.h>

#include "probe/bpf/kernel.h"
#include "probe/bpf/maps.h"

/* The numbers of the requests that have a size. */
enum {
	URING_READV = 1, URING_WRITEV = 2, URING_READ_FIXED = 4, URING_WRITE_FIXED = 5,
	URING_READ = 22, URING_WRITE = 23, URING_SEND = 26, URING_RECV = 27,
};

/* What a request is about is kept where the request begins. */
static __always_inline void
copy_request(struct wire_uring *out, struct io_kiocb *request)
{
	struct io_rw *rw = (struct io_rw *)request;
	struct io_sr_msg *message = (struct io_sr_msg *)request;

	out->user_data = BPF_CORE_READ(request, cqe.user_data);
	out->fd = BPF_CORE_READ(request, cqe.fd);
	out->flags = BPF_CORE_READ(request, flags);
	out->opcode = BPF_CORE_READ(request, opcode);
	out->offset = 0;
	out->size = 0;
	switch (out->opcode) {
	case URING_READV: case URING_WRITEV: case URING_READ_FIXED: case URING_WRITE_FIXED:
	case URING_READ: case URING_WRITE:
		out->offset = BPF_CORE_READ(rw, kiocb.ki_pos);
		out->size = BPF_CORE_READ(rw, len);
		break;
	case URING_SEND: case URING_RECV:
		out->size = BPF_CORE_READ(message, len);
		break;
	}
}

#endif
