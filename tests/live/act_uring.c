#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "tests/live/actor.h"

#define ENTRIES 4

struct ring {
	int fd;
	unsigned *head, *tail, *mask, *slots;
	struct io_uring_sqe *requests;
};

/* Before Linux 6.0 the tracepoint for requests tells too little, and none is told of. */
static bool
are_told(void)
{
	struct utsname kernel;

	return uname(&kernel) == 0 && atoi(kernel.release) >= 6;
}

static bool
open_ring(struct ring *r, unsigned flags)
{
	struct io_uring_params p = { .flags = flags };
	char *queue;

	r->fd = (int)syscall(SYS_io_uring_setup, ENTRIES, &p);
	/* It may be switched off. */
	if (r->fd < 0)
		return false;
	expect("< io_uring_setup res=%d", r->fd);
	queue = mmap(NULL, p.sq_off.array + p.sq_entries * sizeof(unsigned),
		     PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, IORING_OFF_SQ_RING);
	r->requests = mmap(NULL, p.sq_entries * sizeof(*r->requests), PROT_READ | PROT_WRITE,
			   MAP_SHARED, r->fd, IORING_OFF_SQES);
	MUST(queue != MAP_FAILED && (void *)r->requests != MAP_FAILED);
	r->head = (unsigned *)(void *)(queue + p.sq_off.head);
	r->tail = (unsigned *)(void *)(queue + p.sq_off.tail);
	r->mask = (unsigned *)(void *)(queue + p.sq_off.ring_mask);
	r->slots = (unsigned *)(void *)(queue + p.sq_off.array);
	return true;
}

static void
add_request(struct ring *r, const struct io_uring_sqe *request)
{
	unsigned at = *r->tail & *r->mask;

	r->requests[at] = *request;
	r->slots[at] = at;
	__atomic_store_n(r->tail, *r->tail + 1, __ATOMIC_RELEASE);
}

/* A thread of the kernel takes the requests; they are the program's all the same. */
static void
let_kernel_poll(int fd)
{
	struct timespec pause = { 0, 20000000 };
	struct ring r;
	char out[] = "polled";

	if (!open_ring(&r, IORING_SETUP_SQPOLL))
		return;
	add_request(&r, &(struct io_uring_sqe){ .opcode = IORING_OP_WRITE, .fd = fd,
			.addr = (uintptr_t)out, .len = sizeof(out) - 1, .user_data = 0x77 });
	/* It sleeps before long, and wakes up when it is told to. */
	MUST(syscall(SYS_io_uring_enter, r.fd, 1, 0, IORING_ENTER_SQ_WAKEUP, NULL, 8) >= 0);
	while (__atomic_load_n(r.head, __ATOMIC_ACQUIRE) != *r.tail)
		nanosleep(&pause, NULL);
	if (are_told())
		expect("> io_uring plugin_id=0 name=io_uring data=opcode=write fd=%d size=6 "
		       "offset=0 flags=0 user_data=77", fd);
}

void
act_uring(void)
{
	struct ring r;
	char out[] = "through the ring", in[8];
	int fd = openat(AT_FDCWD, "ringed", O_RDWR | O_CREAT | O_EXCL, 0600);

	MUST(fd >= 0);
	if (!open_ring(&r, IORING_SETUP_CLAMP))
		return;
	add_request(&r, &(struct io_uring_sqe){ .opcode = IORING_OP_WRITE, .fd = fd,
			.addr = (uintptr_t)out, .len = sizeof(out) - 1, .user_data = 0xabc,
			.flags = IOSQE_IO_LINK });
	add_request(&r, &(struct io_uring_sqe){ .opcode = IORING_OP_READ, .fd = fd,
			.addr = (uintptr_t)in, .len = sizeof(in), .off = 8, .user_data = 0xdef });
	add_request(&r, &(struct io_uring_sqe){ .opcode = IORING_OP_NOP,
			.user_data = 1 });
	MUST(syscall(SYS_io_uring_enter, r.fd, 3, 3, IORING_ENTER_GETEVENTS, NULL, 8) == 3);
	if (are_told()) {
		expect("> io_uring plugin_id=0 name=io_uring data=opcode=write fd=%d size=16 "
		       "offset=0 flags=4 user_data=abc", fd);
		expect("> io_uring plugin_id=0 name=io_uring data=opcode=read fd=%d size=8 "
		       "offset=8 flags=0 user_data=def", fd);
		expect("> io_uring plugin_id=0 name=io_uring data=opcode=nop fd=0 size=0 ");
	}
	expect("< io_uring_enter res=3 fd=%d(<r>) to_submit=3 min_complete=3 "
	       "flags=1(IORING_ENTER_GETEVENTS) sig=<NA>", r.fd);
	MUST(syscall(SYS_io_uring_register, r.fd, IORING_REGISTER_FILES, &fd, 1) == 0);
	expect("< io_uring_register res=0 fd=%d(<r>) opcode=2(IORING_REGISTER_FILES) arg=%lX "
	       "nr_args=1", r.fd, (unsigned long)(uintptr_t)&fd);
	let_kernel_poll(fd);
}
