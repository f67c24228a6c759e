#include "tests/live/old_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/mem.h"

#define INSNS_MAX 1000000		/* what a program may have */
#define UNREACHED 0xbad0000		/* from here on: libbpf's marks of code for kernels that
					 * have other types */

static unsigned *n_refused;		/* shared by both processes */

bool
old_kernel_find(const char *name, enum old_kernel *which)
{
	static const char *const names[] = {
		[OLD_KERNEL_5_8] = "5.8", [OLD_KERNEL_NO_ARGUMENTS] = "untyped",
		[OLD_KERNEL_NOTHING] = "nothing",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(name, names[i])) {
			*which = (enum old_kernel)i;
			return true;
		}
	return false;
}

unsigned
old_kernel_refused(void)
{
	return n_refused ? __atomic_load_n(n_refused, __ATOMIC_RELAXED) : 0;
}

/* Who is asked ------------------------------------------------------------ */

static bool
copy_from(int memory_fd, uint64_t address, void *out, size_t n)
{
	return pread(memory_fd, out, n, (off_t)address) == (ssize_t)n;
}

/* Does the program call a helper that came after 5.8? */
static bool
has_newer_helper(int memory_fd, const union bpf_attr *attr)
{
	size_t n = attr->insn_cnt;
	struct bpf_insn *insns;
	bool is_newer = false;

	if (n > INSNS_MAX)
		return false;
	insns = xzalloc((n ? n : 1) * sizeof(*insns));
	if (copy_from(memory_fd, attr->insns, insns, n * sizeof(*insns)))
		for (size_t i = 0; i < n; i++)
			if (insns[i].code == (BPF_JMP | BPF_CALL) && !insns[i].src_reg &&
			    insns[i].imm > BPF_FUNC_csum_level && insns[i].imm < UNREACHED)
				is_newer = true;
	free(insns);
	return is_newer;
}

static bool
is_refused(enum old_kernel which, int memory_fd, uint64_t cmd, const union bpf_attr *attr)
{
	switch (which) {
	case OLD_KERNEL_5_8:
		return (cmd == BPF_MAP_CREATE && attr->map_type > BPF_MAP_TYPE_RINGBUF) ||
		       cmd > BPF_ITER_CREATE ||
		       (cmd == BPF_PROG_LOAD && has_newer_helper(memory_fd, attr));
	case OLD_KERNEL_NO_ARGUMENTS:
		return cmd == BPF_PROG_LOAD && attr->prog_type == BPF_PROG_TYPE_TRACING &&
		       attr->expected_attach_type == BPF_TRACE_RAW_TP;
	case OLD_KERNEL_NOTHING:
		return cmd == BPF_PROG_LOAD;
	}
	return false;
}

static void
answer(enum old_kernel which, int fd)
{
	struct seccomp_notif asked = { 0 };
	struct seccomp_notif_resp reply = { .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
	union bpf_attr attr = { 0 };
	char path[64];
	size_t len;
	int memory_fd;

	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &asked) < 0)
		return;
	snprintf(path, sizeof(path), "/proc/%u/mem", asked.pid);
	memory_fd = open(path, O_RDONLY | O_CLOEXEC);
	len = asked.data.args[2] < sizeof(attr) ? asked.data.args[2] : sizeof(attr);
	reply.id = asked.id;
	if (memory_fd >= 0 && copy_from(memory_fd, asked.data.args[1], &attr, len) &&
	    is_refused(which, memory_fd, asked.data.args[0], &attr)) {
		reply.flags = 0;
		reply.error = -EINVAL;
		__atomic_add_fetch(n_refused, 1, __ATOMIC_RELAXED);
	}
	if (memory_fd >= 0)
		close(memory_fd);
	ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &reply);
}

/* Answer until CHILD ends; then end as it did. */
static _Noreturn void
serve(enum old_kernel which, int fd, pid_t child)
{
	struct pollfd asked = { .fd = fd, .events = POLLIN };
	int status = 0;

	while (waitpid(child, &status, WNOHANG) == 0)
		if (poll(&asked, 1, 10) > 0 && asked.revents & POLLIN)
			answer(which, fd);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
}

/* Who asks ---------------------------------------------------------------- */

/* A descriptor on which each bpf() of this process is asked about. */
static int
begin_asking(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { ARRAY_LEN(code), code };

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* Hand FD over, which may be -1. */
static void
send_fd(int socket_fd, int fd)
{
	char space[CMSG_SPACE(sizeof(fd))] = { 0 }, byte = 'f';
	struct iovec data = { &byte, 1 };
	struct msghdr m = { .msg_iov = &data, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (fd >= 0) {
		m.msg_control = space;
		m.msg_controllen = sizeof(space);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	if (sendmsg(socket_fd, &m, 0) != 1)
		_exit(97);
}

static int
take_fd(int socket_fd)
{
	char space[CMSG_SPACE(sizeof(int))] = { 0 }, byte;
	struct iovec data = { &byte, 1 };
	struct msghdr m = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = space,
			    .msg_controllen = sizeof(space) };
	int fd = -1;

	if (recvmsg(socket_fd, &m, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&m))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return fd;
}

bool
old_kernel_begin(enum old_kernel which)
{
	int ends[2], fd;
	pid_t child;

	n_refused = mmap(NULL, sizeof(*n_refused), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (n_refused == MAP_FAILED || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return false;
	fflush(NULL);
	child = fork();
	if (child < 0)
		return false;
	if (child) {
		fd = take_fd(ends[1]);
		close(ends[0]);
		close(ends[1]);
		serve(which, fd, child);
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = begin_asking();
	send_fd(ends[0], fd);
	close(ends[0]);
	close(ends[1]);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}
