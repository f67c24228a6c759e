/*
 * descriptor - chunks of what is behind a descriptor: a socket with both ends, or a
 * file.
 */
#ifndef PROBE_BPF_DESCRIPTOR_H
#define PROBE_BPF_DESCRIPTOR_H

#include <stdint.h>

#include "probe/bpf/kernel.h"
#include "probe/bpf/maps.h"
#include "probe/bpf/memory.h"
#include "probe/bpf/path.h"

static __always_inline struct file *
file_of(int fd)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **slot;
	struct file *file = NULL;

	if (!table || fd < 0 || (uint32_t)fd >= BPF_CORE_READ(table, max_fds))
		return NULL;
	slot = BPF_CORE_READ(table, fd);
	bpf_probe_read_kernel(&file, sizeof(file), slot + fd);
	return file;
}

static __always_inline void
copy_unix(struct wire_socket *out, struct sock *sk)
{
	struct unix_sock *u = (struct unix_sock *)sk;
	struct sock *peer = BPF_CORE_READ(u, peer);
	struct unix_address *addr = BPF_CORE_READ(u, addr);
	int len;

	out->self = (uint64_t)sk;
	out->peer = (uint64_t)peer;
	if (!addr && peer) {
		u = (struct unix_sock *)peer;
		addr = BPF_CORE_READ(u, addr);
	}
	if (!addr)
		return;
	len = BPF_CORE_READ(addr, len) - 2;
	if (len < 1 || len > 108)
		return;
	if (bpf_probe_read_kernel(out->path, len, &addr->name[0].sun_path) == 0)
		out->path_len = len;
}

static __always_inline void
copy_inet(struct wire_socket *out, struct sock *sk)
{
	if (out->family == AF_INET) {
		BPF_CORE_READ_INTO((uint32_t *)out->local, sk, __sk_common.skc_rcv_saddr);
		BPF_CORE_READ_INTO((uint32_t *)out->remote, sk, __sk_common.skc_daddr);
	} else {
		BPF_CORE_READ_INTO((struct in6_addr *)out->local, sk,
				   __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO((struct in6_addr *)out->remote, sk,
				   __sk_common.skc_v6_daddr);
	}
	out->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	out->remote_port = __builtin_bswap16(BPF_CORE_READ(sk, __sk_common.skc_dport));
}

/* What FILE is a socket of. False: it is none. */
static __always_inline bool
copy_socket(struct wire_socket *out, struct file *file)
{
	struct socket *socket;
	struct sock *sk;

	if ((BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return false;
	socket = BPF_CORE_READ(file, private_data);
	sk = BPF_CORE_READ(socket, sk);
	if (!sk)
		return false;
	__builtin_memset(out, 0, sizeof(*out));
	out->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	out->type = BPF_CORE_READ(sk, sk_type);
	out->protocol = BPF_CORE_READ(sk, sk_protocol);
	out->state = BPF_CORE_READ(sk, __sk_common.skc_state);
	out->backlog = BPF_CORE_READ(sk, sk_ack_backlog);
	out->backlog_max = BPF_CORE_READ(sk, sk_max_ack_backlog);
	if (out->family == AF_UNIX)
		copy_unix(out, sk);
	else if (out->family == AF_INET || out->family == AF_INET6)
		copy_inet(out, sk);
	return true;
}

__noinline uint32_t
put_socket(uint32_t at, uint32_t tag, int fd)
{
	struct scratch *s = scratch_get();
	struct file *file = file_of(fd);

	if (!s || !file || at > AT_MAX)
		return at;
	if (!copy_socket((struct wire_socket *)(s->bytes + at + sizeof(struct wire_chunk)),
			 file))
		return at;
	return end_chunk(s, at, tag, sizeof(struct wire_socket));
}

/* Of an overlay. What stands behind the inode is where the file is in the upper layer. */
static __always_inline uint16_t
layer_of(struct inode *inode)
{
	uint64_t upper = 0;

	if (BPF_CORE_READ(inode, i_sb, s_magic) != OVERLAY_MAGIC)
		return WIRE_NO_LAYER;
	bpf_probe_read_kernel(&upper, sizeof(upper),
			      (char *)inode + bpf_core_type_size(struct inode));
	return upper ? WIRE_UPPER_LAYER : WIRE_LOWER_LAYER;
}

static __always_inline void
copy_file(struct wire_file *out, struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	out->ino = BPF_CORE_READ(inode, i_ino);
	out->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	out->mode = BPF_CORE_READ(inode, i_mode);
	out->open_flags = BPF_CORE_READ(file, f_flags);
	out->was_created = (BPF_CORE_READ(file, f_mode) & FMODE_CREATED) != 0;
	out->layer = layer_of(inode);
}

__noinline uint32_t
put_file(uint32_t at, uint32_t tag, int fd)
{
	struct scratch *s = scratch_get();
	struct file *file = file_of(fd);

	if (!s || !file || at > AT_MAX)
		return at;
	copy_file((struct wire_file *)(s->bytes + at + sizeof(struct wire_chunk)), file);
	return end_chunk(s, at, tag, sizeof(struct wire_file));
}

__noinline uint32_t
put_file_path(uint32_t at, uint32_t tag, int fd)
{
	struct file *file = file_of(fd);

	return !file ? at : put_path(at, tag, (uint64_t)BPF_CORE_READ(file, f_path.dentry),
				     (uint64_t)BPF_CORE_READ(file, f_path.mnt));
}

#endif
