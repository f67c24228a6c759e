/*
 * listing - what descriptors a process has, for an iterator over them.
 *
 * The iterator may be interrupted by the other programs, so it has its own room.
 */
#ifndef PROBE_BPF_LISTING_H
#define PROBE_BPF_LISTING_H

#include <stdint.h>

#include "probe/bpf/descriptor.h"
#include "probe/bpf/kernel.h"
#include "probe/bpf/maps.h"
#include "probe/bpf/mark.h"
#include "probe/bpf/path.h"

#define LISTED_PATH_MAX 4096
#define O_CLOEXEC 02000000

struct listing {
	struct wire_listed head;
	uint8_t path[2 * LISTED_PATH_MAX];	/* no path is longer than half of it, which old
					 * kernels do not see */
	volatile uint32_t got;		/* as in struct scratch */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct listing);
} listings SEC(".maps");

/* Does anything that TASK does come to light? */
static __always_inline bool
is_followed(struct task_struct *task)
{
	struct wire_mark *mark;

	if (task->tgid == config.own_tgid)
		return false;
	if (!config.only_marked && !config.filter.is_set)
		return true;
	mark = mark_find(task);
	return mark && (config.only_marked ? mark->flags & WIRE_MARK_TREE : mark->wants);
}

/* Is descriptor FD of TASK closed by exec? */
static __always_inline bool
is_closed_by_exec(struct task_struct *task, uint32_t fd)
{
	unsigned long *bits = BPF_CORE_READ(task, files, fdt, close_on_exec), word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), bits + fd / (8 * sizeof(word)));
	return word >> fd % (8 * sizeof(word)) & 1;
}

#if defined(PROBE_PLAIN)
/* Old kernels do not let an iterator have the path of a file. */
static __always_inline void
fill_path(struct listing *l, struct file *file)
{
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);

	l->head.are_names = 1;
	l->head.is_gone = !BPF_CORE_READ(dentry, d_hash.pprev);
	l->head.path_len = walk_up(l->path, &l->got,
				   (struct task_struct *)bpf_get_current_task(), dentry,
				   BPF_CORE_READ(file, f_path.mnt));
}
#else
static __always_inline void
fill_path(struct listing *l, struct file *file)
{
	long len = bpf_d_path(&file->f_path, (char *)l->path, LISTED_PATH_MAX);

	l->head.are_names = l->head.is_gone = 0;
	l->head.path_len = len < 0 ? 0 : (uint16_t)len;
}
#endif

/* FILE is descriptor number FD of TASK, which is a process. */
static __always_inline void
list_file(struct seq_file *seq, struct task_struct *task, uint32_t fd, struct file *file)
{
	uint32_t zero = 0, len;
	struct listing *l = bpf_map_lookup_elem(&listings, &zero);

	if (!l)
		return;
	fill_path(l, file);
	len = ((uint32_t)l->head.path_len + 7) & ~7u;
	if (len > LISTED_PATH_MAX)
		len = LISTED_PATH_MAX;
	l->head.len = sizeof(l->head) + len;
	l->head.pid = task->tgid;
	l->head.fd = fd;
	copy_file(&l->head.file, file);
	if (is_closed_by_exec(task, fd))
		l->head.file.open_flags |= O_CLOEXEC;
	if (!copy_socket(&l->head.socket, file))
		l->head.socket.family = 0;
	bpf_seq_write(seq, l, sizeof(l->head) + bounded(len, 2 * LISTED_PATH_MAX - 1));
}

#endif
