/*
 * task - chunks of what the kernel knows of the thread that runs: ids, rights, sizes,
 * arguments and environment.
 */
#ifndef PROBE_BPF_TASK_H
#define PROBE_BPF_TASK_H

#include <stdint.h>

#include "probe/bpf/descriptor.h"
#include "probe/bpf/kernel.h"
#include "probe/bpf/maps.h"
#include "probe/bpf/memory.h"
#include "probe/bpf/path.h"
#include "probe/bpf/places.h"

#define TASK_NOT_STARTED 2		/* what put_task() is asked for: an exec that failed */
#define STRINGS_MAX 64			/* arguments of a program that could not be started */
#define GROUPS_MAX 32			/* of a thread that are looked at */

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

/* The innermost namespace of PID. */
static __always_inline struct pid_namespace *
namespace_of(struct pid *pid)
{
	const char *numbers = (const char *)__builtin_preserve_access_index(&pid->numbers);
	struct pid_namespace *ns = NULL;

	bpf_probe_read_kernel(&ns, sizeof(ns), numbers + BPF_CORE_READ(pid, level) *
			      bpf_core_type_size(struct upid) +
			      bpf_core_field_offset(struct upid, ns));
	return ns;
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
	struct pid_namespace *inner;
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
	inner = namespace_of(pid);
	out->pidns_start_ns = BPF_CORE_READ(inner, child_reaper, start_boottime);
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

static __always_inline bool
is_in_group(struct task_struct *task, uint32_t gid)
{
	struct group_info *groups = BPF_CORE_READ(task, cred, group_info);
	uint32_t n = BPF_CORE_READ(groups, ngroups), one;

	if (BPF_CORE_READ(task, cred, egid.val) == gid)
		return true;
	for (uint32_t i = 0; i < GROUPS_MAX; i++) {
		if (i >= n || bpf_probe_read_kernel(&one, sizeof(one), (char *)groups +
				bpf_core_field_offset(struct group_info, gid) +
				i * sizeof(one)) < 0)
			break;
		if (one == gid)
			return true;
	}
	return false;
}

/* Who may change the program, and where its file stands. */
static __always_inline void
copy_exe(struct wire_task *out, struct task_struct *task, struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	out->exe_mode = BPF_CORE_READ(inode, i_mode);
	out->exe_uid = BPF_CORE_READ(inode, i_uid.val);
	out->exe_gid = BPF_CORE_READ(inode, i_gid.val);
	out->exe_layer = layer_of(inode);
	out->exe_is_fixed = BPF_CORE_READ(inode, i_flags) & S_IMMUTABLE ||
			    BPF_CORE_READ(inode, i_sb, s_flags) & SB_RDONLY ||
			    BPF_CORE_READ(file, f_path.mnt, mnt_flags) & MNT_READONLY;
	out->is_in_exe_gid = is_in_group(task, out->exe_gid);
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

/* The facts alone. */
__noinline uint32_t
put_facts(uint32_t at, uint32_t tag, uint32_t is_exec)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct scratch *s = scratch_get();
	struct wire_task *out;

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
	if (mm && is_exec)
		copy_exe(out, task, BPF_CORE_READ(mm, exe_file));
	BPF_CORE_READ_STR_INTO(&out->comm, task, comm);
	return end_chunk(s, at, tag, sizeof(*out));
}

/* The texts that the list of pointers at ADDRESS names, each with its NUL. */
__noinline uint32_t
put_strings(uint32_t at, uint32_t tag, uint64_t address)
{
	struct scratch *s = scratch_get();
	uint64_t one, width;
	uint32_t got;
	long len;

	if (!s || at > AT_MAX)
		return at;
	width = s->call.head.flags & WIRE_COMPAT ? sizeof(uint32_t) : sizeof(uint64_t);
	s->got = 0;
	for (uint32_t i = 0; i < STRINGS_MAX; i++) {
		got = s->got;
		one = 0;
		if (got >= WIRE_CHUNK_MAX ||
		    bpf_probe_read_user(&one, width, (void *)(address + i * width)) < 0 || !one)
			break;
		len = bpf_probe_read_user_str(s->bytes + at + sizeof(struct wire_chunk) + got,
					      WIRE_CHUNK_MAX, (void *)one);
		if (len <= 0)
			break;
		s->got = got + len;
	}
	got = s->got;
	return end_chunk(s, at, tag, got > WIRE_CHUNK_MAX ? WIRE_CHUNK_MAX : got);
}

/* The environment comes last: if there is no room for something, it is that. A program
 * that could not be started has left its arguments at ARGV and ENVP. */
__noinline uint32_t
put_task(uint32_t at, uint32_t tag, uint32_t is_exec, uint64_t argv, uint64_t envp)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	uint64_t start, end;

	at = put_facts(at, tag, is_exec);
	at = put_places(at, tag | 6 << 8);
	if (!mm)
		return at;
	start = BPF_CORE_READ(mm, arg_start);
	end = BPF_CORE_READ(mm, arg_end);
	at = is_exec == TASK_NOT_STARTED ? put_strings(at, tag | 1 << 8, argv) :
	     put_user(at, tag | 1 << 8, start, (uint32_t)(end - start));
	at = put_path(at, tag | 3 << 8, (uint64_t)BPF_CORE_READ(task, fs, pwd.dentry),
		      (uint64_t)BPF_CORE_READ(task, fs, pwd.mnt));
	if (!is_exec)
		return at;
	at = put_path(at, tag | 4 << 8, (uint64_t)BPF_CORE_READ(mm, exe_file, f_path.dentry),
		      (uint64_t)BPF_CORE_READ(mm, exe_file, f_path.mnt));
	start = BPF_CORE_READ(mm, env_start);
	end = BPF_CORE_READ(mm, env_end);
	at = put_text(at, tag | 5 << 8, end);
	if (is_exec == TASK_NOT_STARTED)
		return put_strings(at, tag | 2 << 8, envp);
	return put_user(at, tag | 2 << 8, start, (uint32_t)(end - start));
}

#endif
