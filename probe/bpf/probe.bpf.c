/*
 * probe - the programs in the kernel: copy and filter, nothing more.
 *
 * sys_enter and sys_exit send a record for each system call of a thread that
 * is wanted: number, arguments, result, and the memory that the call's row in
 * the configuration says. sched_process_fork hands the mark of a thread on to
 * its child, sched_process_exit tells of its end.
 *
 * Each CPU has a ring of its own; nobody is woken, the reader looks by itself.
 */
#include "probe/bpf/kernel.h"
#include "probe/wire.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define AT_MAX 0x2fff			/* no chunk begins behind it */
#define AT_MASK 0x3fff

/* Where a record with chunks is put together. */
struct scratch {
	struct wire_call call;
	uint8_t bytes[AT_MASK + 1 + 2 * WIRE_CHUNK_MAX + 64];
};

const volatile struct wire_config config SEC(".rodata.config");
struct wire_state state SEC(".data.state");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, WIRE_CPUS);
	__type(key, uint32_t);
	__type(value, uint32_t);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_RINGBUF);
		__uint(max_entries, 4096);
	});
} rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, WIRE_CPUS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, uint32_t);
	__type(value, struct wire_cell);
} cells SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct scratch);
} scratches SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, uint32_t);
} marks SEC(".maps");

/* Threads to be marked when they are seen next, by tid. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, uint32_t);
	__type(value, uint32_t);
} seeds SEC(".maps");

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* X, which is no larger than MASK (a power of two less one), so that the verifier
 * knows it where the compiler would forget. */
static __always_inline uint64_t
bounded(uint64_t x, const uint64_t mask)
{
	asm volatile("%0 &= %1" : "+r"(x) : "i"(mask));
	return x;
}

/* NUMBER is below WIRE_CALLS. */
static __always_inline const volatile struct wire_spec *
spec_of(uint32_t number)
{
	return &config.specs[bounded(number, WIRE_CALLS - 1)];
}

static __always_inline struct scratch *
scratch_get(void)
{
	uint32_t zero = 0;

	return bpf_map_lookup_elem(&scratches, &zero);
}

static __noinline bool
take_seed(struct task_struct *task)
{
	uint32_t tid = task->pid;

	if (!bpf_map_lookup_elem(&seeds, &tid))
		return false;
	if (bpf_map_delete_elem(&seeds, &tid) < 0)
		return false;
	__sync_fetch_and_add(&state.n_taken, 1);
	if (!bpf_task_storage_get(&marks, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE)) {
		__sync_fetch_and_add(&state.unmarked, 1);
		return false;
	}
	__sync_fetch_and_add(&state.alive, 1);
	return true;
}

static __always_inline bool
is_marked(struct task_struct *task)
{
	if (bpf_task_storage_get(&marks, task, 0, 0))
		return true;
	return state.n_seeds && take_seed(task);
}

static __always_inline bool
is_wanted(struct task_struct *task)
{
	if (task->tgid == config.own_tgid)
		return false;
	return !config.only_marked || is_marked(task);
}

/* The chunk of LEN bytes at AT is complete: where the next begins. */
static __always_inline uint32_t
end_chunk(struct scratch *s, uint32_t at, uint32_t tag, uint32_t len)
{
	uint32_t *head = (uint32_t *)(s->bytes + (at & AT_MASK));

	*head = (len & 0xffff) | tag << 16;
	return at + ((sizeof(struct wire_chunk) + len + 3) & ~3u);
}

/* Copy LEN bytes of the program's memory. TAG is the chunk's grab and part. */
static __always_inline uint32_t
copy_user(struct scratch *s, uint32_t at, uint32_t tag, uint64_t address, uint32_t len)
{
	if (len > WIRE_CHUNK_MAX)
		len = WIRE_CHUNK_MAX;
	if (len && bpf_probe_read_user(s->bytes + at + sizeof(struct wire_chunk), len,
				       (void *)address) < 0)
		return at;
	return end_chunk(s, at, tag, len);
}

__noinline uint32_t
put_user(uint32_t at, uint32_t tag, uint64_t address, uint32_t len)
{
	struct scratch *s = scratch_get();

	return !s || at > AT_MAX ? at : copy_user(s, at, tag, address, len);
}

__noinline uint32_t
put_text(uint32_t at, uint32_t tag, uint64_t address)
{
	struct scratch *s = scratch_get();
	long len;

	if (!s || at > AT_MAX)
		return at;
	len = bpf_probe_read_user_str(s->bytes + at + sizeof(struct wire_chunk),
				      WIRE_CHUNK_MAX, (void *)address);
	return len <= 0 ? at : end_chunk(s, at, tag, (uint32_t)len);
}

/* The first WANT bytes that the N iovecs at byte IOV_AT point to. */
__noinline uint32_t
put_gathered(uint32_t at, uint32_t tag, uint32_t iov_at, uint32_t n, uint32_t want)
{
	struct scratch *s = scratch_get();
	struct user_iovec *v;
	uint32_t got = 0, len;

	if (!s || at > AT_MAX)
		return at;
	if (want > WIRE_CHUNK_MAX)
		want = WIRE_CHUNK_MAX;
	for (uint32_t i = 0; i < WIRE_IOVS; i++) {
		if (i >= n || got >= want || got >= WIRE_CHUNK_MAX)
			break;
		v = (struct user_iovec *)(s->bytes + ((iov_at + i * sizeof(*v)) & AT_MASK));
		len = v->len > want - got ? want - got : (uint32_t)v->len;
		if (len > WIRE_CHUNK_MAX)
			break;
		if (len && bpf_probe_read_user(s->bytes + at + sizeof(struct wire_chunk) + got,
					       len, (void *)v->base) < 0)
			break;
		got += len;
	}
	return end_chunk(s, at, tag, got);
}

/* Iovecs, and what WANT bytes of them hold. */
static __always_inline uint32_t
put_vector(uint32_t at, uint32_t tag, uint64_t iov, uint64_t n, uint32_t want)
{
	uint32_t iov_at = at + sizeof(struct wire_chunk);
	uint32_t n_here = n > WIRE_CHUNK_MAX / sizeof(struct user_iovec) ?
			  WIRE_CHUNK_MAX / sizeof(struct user_iovec) : (uint32_t)n;
	uint32_t end = put_user(at, tag, iov, n_here * sizeof(struct user_iovec));

	return end == at ? at : put_gathered(end, tag | 1 << 8, iov_at, n_here, want);
}

__noinline uint32_t
put_message(uint32_t at, uint32_t tag, uint64_t address, uint32_t want)
{
	struct user_msghdr m;
	uint32_t len;

	if (bpf_probe_read_user(&m, sizeof(m), (void *)address) < 0)
		return at;
	at = put_vector(at, tag, m.iov, m.iov_len, want);
	len = m.name_len > 128 ? 128 : m.name_len;
	if (m.name && len)
		at = put_user(at, tag | 2 << 8, m.name, len);
	if (m.control && m.control_len)
		at = put_user(at, tag | 3 << 8, m.control,
			      m.control_len > 1024 ? 1024 : (uint32_t)m.control_len);
	return at;
}

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

__noinline uint32_t
put_socket(uint32_t at, uint32_t tag, int fd)
{
	struct scratch *s = scratch_get();
	struct file *file = file_of(fd);
	struct wire_socket *out;
	struct socket *socket;
	struct sock *sk;

	if (!s || !file || at > AT_MAX)
		return at;
	if ((BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return at;
	socket = BPF_CORE_READ(file, private_data);
	sk = BPF_CORE_READ(socket, sk);
	if (!sk)
		return at;
	out = (struct wire_socket *)(s->bytes + at + sizeof(struct wire_chunk));
	__builtin_memset(out, 0, sizeof(*out));
	out->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	out->type = BPF_CORE_READ(sk, sk_type);
	out->protocol = BPF_CORE_READ(sk, sk_protocol);
	out->backlog = BPF_CORE_READ(sk, sk_ack_backlog);
	out->backlog_max = BPF_CORE_READ(sk, sk_max_ack_backlog);
	if (out->family == AF_UNIX)
		copy_unix(out, sk);
	else if (out->family == AF_INET || out->family == AF_INET6)
		copy_inet(out, sk);
	return end_chunk(s, at, tag, sizeof(*out));
}

__noinline uint32_t
put_file(uint32_t at, uint32_t tag, int fd)
{
	struct scratch *s = scratch_get();
	struct file *file = file_of(fd);
	struct wire_file *out;
	struct inode *inode;

	if (!s || !file || at > AT_MAX)
		return at;
	out = (struct wire_file *)(s->bytes + at + sizeof(struct wire_chunk));
	inode = BPF_CORE_READ(file, f_inode);
	out->ino = BPF_CORE_READ(inode, i_ino);
	out->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	out->mode = BPF_CORE_READ(inode, i_mode);
	out->open_flags = BPF_CORE_READ(file, f_flags);
	out->was_created = (BPF_CORE_READ(file, f_mode) & FMODE_CREATED) != 0;
	return end_chunk(s, at, tag, sizeof(*out));
}

/* The number of PID in the innermost namespace, of which there are LEVEL above. */
static __always_inline int32_t
inner_number(struct pid *pid, uint32_t level)
{
	const char *numbers = (const char *)__builtin_preserve_access_index(&pid->numbers);
	int32_t number = 0;

	bpf_probe_read_kernel(&number, sizeof(number),
			      numbers + level * bpf_core_type_size(struct upid));
	return number;
}

static __always_inline void
copy_ids(struct wire_task *out, struct task_struct *task)
{
	struct task_struct *parent = BPF_CORE_READ(task, real_parent);
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	struct pid *group = BPF_CORE_READ(signal, pids[PIDTYPE_PGID]);
	struct nsproxy *ns = BPF_CORE_READ(task, nsproxy);
	struct tty_struct *tty = BPF_CORE_READ(signal, tty);
	uint32_t minor;

	out->tid = BPF_CORE_READ(task, pid);
	out->pid = BPF_CORE_READ(task, tgid);
	out->ptid = BPF_CORE_READ(parent, tgid);
	out->level = BPF_CORE_READ(pid, level);
	out->child_level = BPF_CORE_READ(ns, pid_ns_for_children, level);
	out->vtid = inner_number(pid, out->level);
	out->vpid = inner_number(BPF_CORE_READ(signal, pids[PIDTYPE_TGID]), out->level);
	out->pgid = inner_number(group, 0);
	out->vpgid = inner_number(group, out->level <= BPF_CORE_READ(group, level) ?
				  out->level : 0);
	out->fdlimit = BPF_CORE_READ(signal, rlim[RLIMIT_NOFILE].rlim_cur);
	out->loginuid = 0xffffffff;
	if (bpf_core_field_exists(task->loginuid))
		out->loginuid = BPF_CORE_READ(task, loginuid.val);
	if (!tty)
		return;
	minor = BPF_CORE_READ(tty, driver, minor_start) + BPF_CORE_READ(tty, index);
	out->tty = (minor & 0xff) | BPF_CORE_READ(tty, driver, major) << 8 |
		   (minor & ~0xffu) << 12;
}

static __always_inline void
copy_rights(struct wire_task *out, struct task_struct *task)
{
	struct cred *cred = BPF_CORE_READ(task, cred);

	out->uid = BPF_CORE_READ(cred, euid.val);
	out->gid = BPF_CORE_READ(cred, egid.val);
	bpf_core_read(&out->cap_inheritable, 8, &cred->cap_inheritable);
	bpf_core_read(&out->cap_permitted, 8, &cred->cap_permitted);
	bpf_core_read(&out->cap_effective, 8, &cred->cap_effective);
	out->css_set = (uint64_t)BPF_CORE_READ(task, cgroups);
	out->cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
}

/* Bit 31 of the nanoseconds is a mark of the kernel's own since 6.13. */
static __always_inline void
copy_times(struct wire_task *out, struct inode *inode)
{
	struct inode___old *old = (void *)inode;
	struct inode___middle *middle = (void *)inode;

	if (bpf_core_field_exists(inode->i_ctime_sec)) {
		out->exe_ctime_ns = BPF_CORE_READ(inode, i_ctime_sec) * 1000000000ull +
				    (BPF_CORE_READ(inode, i_ctime_nsec) & 0x7fffffff);
		out->exe_mtime_ns = BPF_CORE_READ(inode, i_mtime_sec) * 1000000000ull +
				    (BPF_CORE_READ(inode, i_mtime_nsec) & 0x7fffffff);
	} else if (bpf_core_field_exists(middle->__i_ctime)) {
		out->exe_ctime_ns = BPF_CORE_READ(middle, __i_ctime.tv_sec) * 1000000000ull +
				    BPF_CORE_READ(middle, __i_ctime.tv_nsec);
		if (bpf_core_field_exists(middle->__i_mtime))
			out->exe_mtime_ns =
				BPF_CORE_READ(middle, __i_mtime.tv_sec) * 1000000000ull +
				BPF_CORE_READ(middle, __i_mtime.tv_nsec);
	} else if (bpf_core_field_exists(old->i_ctime)) {
		out->exe_ctime_ns = BPF_CORE_READ(old, i_ctime.tv_sec) * 1000000000ull +
				    BPF_CORE_READ(old, i_ctime.tv_nsec);
		out->exe_mtime_ns = BPF_CORE_READ(old, i_mtime.tv_sec) * 1000000000ull +
				    BPF_CORE_READ(old, i_mtime.tv_nsec);
	}
}

static __always_inline uint64_t
pages_of(struct mm_struct *mm, int kind)
{
	struct mm_struct___old *old = (void *)mm;
	const char *first;
	long long n = 0;

	/* The size of a counter is the kernel's business, too. (The old one had no type
	 * of its own. To ask for one that no kernel has makes libbpf look into modules,
	 * for which it needs more rights.) */
	if (bpf_core_field_exists(old->rss_stat.count))
		first = (const char *)__builtin_preserve_access_index(&old->rss_stat.count) +
			kind * sizeof(struct counter___old);
	else
		first = (const char *)__builtin_preserve_access_index(&mm->rss_stat) +
			kind * bpf_core_type_size(struct percpu_counter) +
			bpf_core_field_offset(struct percpu_counter, count);
	bpf_probe_read_kernel(&n, sizeof(n), first);
	return n < 0 ? 0 : n;
}

static __always_inline void
copy_size(struct wire_memory *out, struct mm_struct *mm)
{
	out->vm_pages = BPF_CORE_READ(mm, total_vm);
	out->rss_pages = pages_of(mm, 0) + pages_of(mm, 1) + pages_of(mm, 3);
	out->swap_pages = pages_of(mm, 2);
}

static __always_inline void
copy_memory(struct wire_task *out, struct mm_struct *mm)
{
	struct inode *inode = BPF_CORE_READ(mm, exe_file, f_inode);

	copy_size(&out->memory, mm);
	out->exe_ino = BPF_CORE_READ(inode, i_ino);
	out->has_exe = inode != NULL;
	if (inode)
		copy_times(out, inode);
}

__noinline uint32_t
put_size(uint32_t at, uint32_t tag)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct scratch *s = scratch_get();

	if (!s || !mm || at > AT_MAX)
		return at;
	copy_size((struct wire_memory *)(s->bytes + at + sizeof(struct wire_chunk)), mm);
	return end_chunk(s, at, tag, sizeof(struct wire_memory));
}

__noinline uint32_t
put_task(uint32_t at, uint32_t tag, uint32_t with_env)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct scratch *s = scratch_get();
	struct wire_task *out;
	uint64_t start;

	if (!s || at > AT_MAX)
		return at;
	out = (struct wire_task *)(s->bytes + at + sizeof(struct wire_chunk));
	__builtin_memset(out, 0, sizeof(*out));
	copy_ids(out, task);
	copy_rights(out, task);
	out->pf_major = BPF_CORE_READ(task, maj_flt);
	out->pf_minor = BPF_CORE_READ(task, min_flt);
	if (mm)
		copy_memory(out, mm);
	BPF_CORE_READ_STR_INTO(&out->comm, task, comm);
	at = end_chunk(s, at, tag, sizeof(*out));
	if (!mm)
		return at;
	start = BPF_CORE_READ(mm, arg_start);
	at = put_user(at, tag | 1 << 8, start, (uint32_t)(BPF_CORE_READ(mm, arg_end) - start));
	if (!with_env)
		return at;
	start = BPF_CORE_READ(mm, env_start);
	return put_user(at, tag | 2 << 8, start,
			(uint32_t)(BPF_CORE_READ(mm, env_end) - start));
}

__noinline uint32_t
put_name(uint32_t at, uint32_t tag, uint64_t address, uint64_t len, uint32_t is_pointer)
{
	int n = (int)len;

	if (is_pointer && bpf_probe_read_user(&n, sizeof(n), (void *)len) < 0)
		return at;
	if (!address || n <= 0)
		return at;
	return put_user(at, tag, address, n > 128 ? 128 : (uint32_t)n);
}

static __always_inline uint64_t
arg_of(const struct scratch *s, uint32_t i)
{
	return i < 6 ? s->call.args[i] : (uint64_t)s->call.result;
}

/* How many bytes of data: what was moved or, of a call that failed, asked for. */
static __always_inline uint32_t
data_len(const struct scratch *s, const struct wire_grab *g)
{
	uint64_t len = s->call.result >= 0 ? (uint64_t)s->call.result :
		       g->more < 6 ? s->call.args[g->more & 7] : 0;
	uint32_t max = g->max ? g->max : config.snap_bytes;

	return len > max ? max : (uint32_t)len;
}

/* The same where the vector tells what was asked for: all there is IF_FAILED. */
static __always_inline uint32_t
moved_len(const struct scratch *s, bool if_failed)
{
	uint32_t max = config.snap_bytes;

	if (s->call.result < 0)
		return if_failed ? max : 0;
	return (uint64_t)s->call.result > max ? max : (uint32_t)s->call.result;
}

/* A descriptor, or the one that ARG points to. */
static __always_inline int
fd_of(uint64_t arg, uint32_t is_pointer)
{
	int fd = -1;

	if (!is_pointer)
		return (int)arg;
	bpf_probe_read_user(&fd, sizeof(fd), (void *)arg);
	return fd;
}

static __always_inline uint32_t
counted_len(const struct scratch *s, const struct wire_grab *g)
{
	uint64_t n = arg_of(s, g->more);

	return n * g->size > g->max || n > WIRE_CHUNK_MAX ? g->max : (uint32_t)(n * g->size);
}

/* Answer grab I of the call in the scratch: where the next chunk begins. */
__noinline uint32_t
grab(uint32_t number, uint32_t i, uint32_t is_exit, uint32_t at)
{
	struct scratch *s = scratch_get();
	const volatile struct wire_spec *spec;
	struct wire_grab g;
	uint64_t arg;

	if (!s || number >= WIRE_CALLS || i >= WIRE_GRABS)
		return at;
	spec = spec_of(number);
	g = is_exit ? spec->exit[bounded(i, WIRE_GRABS - 1)] :
	    spec->enter[bounded(i, WIRE_GRABS - 1)];
	arg = arg_of(s, g.arg);
	switch (g.what) {
	case GRAB_TEXT:
		return put_text(at, i, arg);
	case GRAB_FIXED:
		return arg ? put_user(at, i, arg, g.max) : at;
	case GRAB_RESULT:
		return put_user(at, i, arg, data_len(s, &g));
	case GRAB_COUNTED:
		return arg ? put_user(at, i, arg, counted_len(s, &g)) : at;
	case GRAB_VECTOR:
		return put_vector(at, i, arg, arg_of(s, g.more), moved_len(s, !g.size));
	case GRAB_MESSAGE:
		return put_message(at, i, arg, moved_len(s, false));
	case GRAB_SOCKET:
		return put_socket(at, i, fd_of(arg, g.size));
	case GRAB_FILE:
		return put_file(at, i, fd_of(arg, g.size));
	case GRAB_TASK:
		return put_task(at, i, g.more);
	case GRAB_MEMORY:
		return put_size(at, i);
	case GRAB_NAME:
		return put_name(at, i, arg, arg_of(s, g.more), g.size);
	}
	return at;
}

static __always_inline void
fill_head(struct wire_head *head, uint32_t len, uint32_t seq, uint16_t kind)
{
	uint64_t id = bpf_get_current_pid_tgid();

	head->ts_ns = bpf_ktime_get_boot_ns();
	head->len = len;
	head->seq = seq;
	head->tid = (uint32_t)id;
	head->pid = (uint32_t)(id >> 32);
	head->number = 0;
	head->kind = kind;
	head->flags = 0;
}

#if defined(__TARGET_ARCH_x86)
static __always_inline void
copy_args(uint64_t *args, struct pt_regs *regs)
{
	args[0] = regs->di;
	args[1] = regs->si;
	args[2] = regs->dx;
	args[3] = regs->r10;
	args[4] = regs->r8;
	args[5] = regs->r9;
}

static __always_inline uint32_t
number_of(struct pt_regs *regs)
{
	return (uint32_t)regs->orig_ax;
}

static __always_inline bool
is_compat(struct task_struct *task)
{
	return task->thread_info.status & TS_COMPAT;
}
#else
static __always_inline void
copy_args(uint64_t *args, struct pt_regs *regs)
{
	args[0] = regs->orig_x0;
	for (int i = 1; i < 6; i++)
		args[i] = regs->regs[i];
}

static __always_inline uint32_t
number_of(struct pt_regs *regs)
{
	return (uint32_t)regs->syscallno;
}

static __always_inline bool
is_compat(struct task_struct *task)
{
	return task->thread_info.flags & TIF_32BIT_BIT;
}
#endif

static __always_inline void
fill_call(struct wire_call *call, struct pt_regs *regs, long result, uint32_t number)
{
	call->head.number = number;
	call->result = result;
	copy_args(call->args, regs);
}

/* A call that has chunks. */
static __always_inline long
send_large(void *ring, struct scratch *s, uint32_t n, uint32_t is_exit)
{
	uint32_t at = 0, number = s->call.head.number;
	const volatile struct wire_spec *spec = spec_of(number);
	struct wire_grab only;

	if (is_exit && n == 1 && spec->exit[0].what == GRAB_RESULT) {
		/* Reading and writing, which is most of it, without detour. */
		only = spec->exit[0];
		at = copy_user(s, 0, 0, arg_of(s, only.arg), data_len(s, &only));
		n = 0;
	}
	for (uint32_t i = 0; i < WIRE_GRABS; i++)
		if (i < n)
			at = grab(number, i, is_exit, at);
	if (at > sizeof(s->bytes))
		return -1;
	s->call.head.len = sizeof(s->call) + at;
	return bpf_ringbuf_output(ring, s, sizeof(s->call) + at, BPF_RB_NO_WAKEUP);
}

static __always_inline void
count_result(struct wire_cell *cell, bool is_sent, bool is_state)
{
	if (is_sent)
		cell->losses.sent++;
	else if (is_state)
		cell->losses.full_state++;
	else
		cell->losses.full_data++;
}

static __always_inline void
send_call(struct pt_regs *regs, struct task_struct *task, uint16_t kind, long result)
{
	uint32_t cpu = bpf_get_smp_processor_id(), number = number_of(regs), n = 0;
	struct wire_cell *cell = bpf_map_lookup_elem(&cells, &cpu);
	void *ring = bpf_map_lookup_elem(&rings, &cpu);
	bool compat = is_compat(task), is_state = false;
	struct wire_call *call;
	struct scratch *s;

	if (!cell)
		return;
	cell->seq++;
	if (number < WIRE_CALLS && !compat) {
		is_state = spec_of(number)->is_state;
		n = kind == WIRE_EXIT ? spec_of(number)->n_exit : spec_of(number)->n_enter;
	}
	if (!ring) {
		count_result(cell, false, is_state);
		return;
	}
	if (!is_state && bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) > config.data_limit_bytes) {
		cell->losses.kept_data++;
		return;
	}
	if (n) {
		s = scratch_get();
		if (!s)
			return;
		fill_head(&s->call.head, 0, cell->seq, kind);
		fill_call(&s->call, regs, result, number);
		count_result(cell, send_large(ring, s, n, kind == WIRE_EXIT) == 0, is_state);
		return;
	}
	call = bpf_ringbuf_reserve(ring, sizeof(*call), 0);
	count_result(cell, call, is_state);
	if (!call)
		return;
	fill_head(&call->head, sizeof(*call), cell->seq, kind);
	fill_call(call, regs, result, number);
	call->head.flags = compat ? WIRE_COMPAT : 0;
	bpf_ringbuf_submit(call, BPF_RB_NO_WAKEUP);
}

SEC("tp_btf/sys_enter")
int
BPF_PROG(on_sys_enter, struct pt_regs *regs, long number)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (is_wanted(task))
		send_call(regs, task, WIRE_ENTER, 0);
	return 0;
}

SEC("tp_btf/sys_exit")
int
BPF_PROG(on_sys_exit, struct pt_regs *regs, long result)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (is_wanted(task))
		send_call(regs, task, WIRE_EXIT, result);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int
BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	if (!config.only_marked || !is_marked(parent))
		return 0;
	if (bpf_task_storage_get(&marks, child, 0, BPF_LOCAL_STORAGE_GET_F_CREATE))
		__sync_fetch_and_add(&state.alive, 1);
	else
		__sync_fetch_and_add(&state.unmarked, 1);
	return 0;
}

static __always_inline void *
ring_here(struct wire_cell **cell)
{
	uint32_t cpu = bpf_get_smp_processor_id();
	void *ring = bpf_map_lookup_elem(&rings, &cpu);

	*cell = bpf_map_lookup_elem(&cells, &cpu);
	if (*cell && !ring)
		count_result(*cell, false, true);
	return ring;
}

SEC("tp_btf/sched_process_exit")
int
BPF_PROG(on_death, struct task_struct *task)
{
	struct wire_death *death;
	struct wire_cell *cell;
	void *ring;

	if (!is_wanted(task))
		return 0;
	ring = ring_here(&cell);
	if (!cell || !ring)
		return 0;
	cell->seq++;
	death = bpf_ringbuf_reserve(ring, sizeof(*death), 0);
	count_result(cell, death, true);
	if (death) {
		fill_head(&death->head, sizeof(*death), cell->seq, WIRE_DEATH);
		death->code = task->exit_code;
		death->reaper = 0;
		bpf_ringbuf_submit(death, BPF_RB_NO_WAKEUP);
	}
	if (config.only_marked)
		__sync_fetch_and_add(&state.alive, -1);
	return 0;
}

SEC("tp_btf/signal_deliver")
int
BPF_PROG(on_signal, int number, struct kernel_siginfo *info)
{
	struct wire_signal *signal;
	struct wire_cell *cell;
	void *ring;

	if (!is_wanted(bpf_get_current_task_btf()))
		return 0;
	ring = ring_here(&cell);
	if (!cell || !ring)
		return 0;
	cell->seq++;
	signal = bpf_ringbuf_reserve(ring, sizeof(*signal), 0);
	count_result(cell, signal, false);
	if (!signal)
		return 0;
	fill_head(&signal->head, sizeof(*signal), cell->seq, WIRE_SIGNAL);
	signal->number = number;
	signal->sender = 0;
	if (BPF_CORE_READ(info, si_code) <= 0)
		signal->sender = BPF_CORE_READ(info, _sifields._kill._pid);
	bpf_ringbuf_submit(signal, BPF_RB_NO_WAKEUP);
	return 0;
}
