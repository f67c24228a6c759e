/*
 * kernel - the few types of the running kernel that the programs look at.
 *
 * Only the members that are used are named. Where they stand is found when the
 * programs are loaded, from the running kernel's own description (CO-RE), so
 * neither kernel headers nor a dump of one kernel's types is needed. A type
 * with ___NAME behind it is another kernel's version of the same type.
 */
#ifndef PROBE_BPF_KERNEL_H
#define PROBE_BPF_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

/* What libbpf's headers expect to be there. */
#define __u8 unsigned char
#define __u16 unsigned short
#define __s16 short
#define __u32 unsigned int
#define __s32 int
#define __u64 unsigned long long
#define __s64 long long
#define __be16 unsigned short
#define __be32 unsigned int
#define __wsum unsigned int

/* From the kernel's stable interface. */
enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
};
enum { BPF_NOEXIST = 1 };
enum { BPF_F_NO_PREALLOC = 1, BPF_F_MMAPABLE = 1 << 10, BPF_LOCAL_STORAGE_GET_F_CREATE = 1 };
enum { BPF_RB_NO_WAKEUP = 1, BPF_RB_AVAIL_DATA = 0 };
enum { SI_USER = 0, SI_QUEUE = -1, SI_MESGQ = -3, SI_TKILL = -6 };
enum { PIDTYPE_TGID = 1, PIDTYPE_PGID = 2, PIDTYPE_SID = 3 };

#define PF_EXITING 4
#define PF_KTHREAD 0x00200000
#define PF_IO_WORKER 0x10		/* works for io_uring */
#define SB_RDONLY 1
#define MNT_READONLY 0x40
#define S_IMMUTABLE 8
#define OVERLAY_MAGIC 0x794c7630
#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define FMODE_CREATED 0x100000
#define TS_COMPAT 2			/* x86: a call of a 32-bit program */
#define TIF_32BIT_BIT (1 << 22)		/* arm64: the same */
#define RLIMIT_NOFILE 7
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10

#if defined(__bpf__)
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long bp, bx, r10, r9, r8, cx, dx, si, di, orig_ax, ip;
};
#else
struct pt_regs {
	unsigned long regs[31], pc, orig_x0;
	int syscallno;
};
#endif

struct pid_namespace;

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct task_struct;

struct pid_namespace {
	unsigned int level;
	struct task_struct *child_reaper;
};

struct css_set;

struct cgroup_namespace {
	struct css_set *root_cset;
};

struct nsproxy {
	struct pid_namespace *pid_ns_for_children;
	struct cgroup_namespace *cgroup_ns;
};

struct list_head {
	struct list_head *next;
};

struct rlimit {
	unsigned long rlim_cur;
};

struct tty_driver {
	int major, minor_start;
};

struct tty_struct {
	struct tty_driver *driver;
	int index;
};

struct signal_struct {
	struct pid *pids[4];
	struct rlimit rlim[16];
	struct tty_struct *tty;
	struct list_head thread_head;
	int group_exit_code;
	unsigned int is_child_subreaper : 1;
	unsigned int has_child_subreaper : 1;
};

struct id {
	uint32_t val;
};

struct capabilities {
	uint32_t words[2];
};

struct group_info {
	int ngroups;
	struct id gid[1];
};

struct cred {
	struct id euid, egid;
	struct group_info *group_info;
	struct capabilities cap_inheritable, cap_permitted, cap_effective;
};

struct kernfs_node {
	uint64_t id;
	const char *name;
};

struct cgroup_root {
	int hierarchy_id;
};

struct cgroup;

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
};

struct cgroup {
	struct cgroup_subsys_state self;
	struct kernfs_node *kn;
	struct cgroup_root *root;
};

/* One hierarchy's cgroup of a set. */
struct cgrp_cset_link {
	struct cgroup *cgrp;
	struct list_head cgrp_link;
};

struct css_set {
	struct cgroup_subsys_state *subsys[16];
	struct cgroup *dfl_cgrp;
	struct list_head cgrp_links;
};

struct super_block {
	unsigned int s_dev;
	unsigned long s_flags, s_magic;
};

struct timespec64 {
	long long tv_sec;
	long tv_nsec;
};

/* From 6.11 on; before 6.6; between. */
struct inode {
	unsigned short i_mode;
	unsigned int i_flags;
	struct id i_uid, i_gid;
	unsigned long i_ino;
	struct super_block *i_sb;
	long long i_ctime_sec, i_mtime_sec;
	uint32_t i_ctime_nsec, i_mtime_nsec;
};

struct inode___old {
	struct timespec64 i_ctime, i_mtime;
};

struct inode___middle {
	struct timespec64 __i_ctime, __i_mtime;
};

struct qstr {
	const unsigned char *name;
};

struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};

struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
};

struct vfsmount {
	struct dentry *mnt_root;
	int mnt_flags;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct fs_struct {
	struct path root, pwd;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	void *private_data;
	unsigned int f_flags, f_mode;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
	unsigned long *close_on_exec;
};

struct files_struct {
	struct fdtable *fdt;
};

struct percpu_counter {
	long long count;
};

struct mm_struct {
	unsigned long total_vm;
	unsigned long arg_start, arg_end, env_start, env_end;
	struct file *exe_file;
	struct percpu_counter rss_stat[4];
};

/* Before 6.2. */
struct counter___old {
	long long counter;
};

struct mm_rss_stat___old {
	struct counter___old count[4];
};

struct mm_struct___old {
	struct mm_rss_stat___old rss_stat;
};

struct thread_info {
	unsigned long flags;
	uint32_t status;		/* x86 only */
};

struct sched_entity {
	unsigned long long sum_exec_runtime;
};

struct bpf_local_storage;

struct task_struct {
	struct sched_entity se;
	struct bpf_local_storage *bpf_storage;
	unsigned long long utime, stime;
	struct thread_info thread_info;
	int pid, tgid, exit_code, exit_state;
	char comm[16];
	struct task_struct *real_parent, *group_leader;
	struct pid *thread_pid;
	struct signal_struct *signal;
	struct cred *cred;
	struct nsproxy *nsproxy;
	struct files_struct *files;
	struct mm_struct *mm;
	struct css_set *cgroups;
	struct fs_struct *fs;
	struct list_head children, thread_node;
	unsigned int flags;
	unsigned long long start_boottime;
	unsigned long maj_flt, min_flt;
	struct id loginuid;
};

struct in6_addr {
	uint8_t bytes[16];
};

struct sock_common {
	unsigned short skc_family;
	volatile unsigned char skc_state;
	uint32_t skc_daddr, skc_rcv_saddr;
	uint16_t skc_dport, skc_num;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	uint16_t sk_type, sk_protocol;
	uint32_t sk_ack_backlog, sk_max_ack_backlog;
};

struct socket {
	struct sock *sk;
};

struct sockaddr_un {
	unsigned short sun_family;
	char sun_path[108];
};

struct unix_address {
	int len;
	struct sockaddr_un name[1];
};

struct unix_sock {
	struct sock sk;
	struct unix_address *addr;
	struct sock *peer;
};

struct kiocb {
	long long ki_pos;
};

struct io_rw {
	struct kiocb kiocb;
	uint32_t len;
};

struct io_sr_msg {
	int len;
};

struct io_cqe {
	unsigned long long user_data;
	int fd;
};

struct io_kiocb {
	uint8_t opcode;
	uint32_t flags;
	struct io_cqe cqe;
};

struct kernel_siginfo {
	int si_signo, si_code;
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

/* What an iterator over tasks is given. */
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

/* And one over their descriptors. */
struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	uint32_t fd;
	struct file *file;
};

#if defined(__bpf__)
#pragma clang attribute pop
#endif

/* In the memory of a traced program; these never change. */
struct user_iovec {
	uint64_t base, len;
};

struct user_msghdr {
	uint64_t name;
	uint32_t name_len, pad0;
	uint64_t iov, iov_len, control, control_len;
	uint32_t flags, pad1;
};

struct user_mmsghdr {
	struct user_msghdr head;
	uint32_t len, pad;
};

/* The same of 32-bit programs. */
struct narrow_iovec {
	uint32_t base, len;
};

struct narrow_msghdr {
	uint32_t name, name_len, iov, iov_len, control, control_len, flags;
};

struct narrow_mmsghdr {
	struct narrow_msghdr head;
	uint32_t len;
};

#endif
