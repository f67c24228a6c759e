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

#define LISTED_PATH_MAX 4096
#define O_CLOEXEC 02000000

struct listing {
	struct wire_listed head;
	char path[LISTED_PATH_MAX + 8];
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
	mark = bpf_task_storage_get(&marks, task, 0, 0);
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

/* FILE is descriptor number FD of TASK, which is a process. */
static __always_inline void
list_file(struct seq_file *seq, struct task_struct *task, uint32_t fd, struct file *file)
{
	uint32_t zero = 0, len;
	struct listing *l = bpf_map_lookup_elem(&listings, &zero);
	long path_len;

	if (!l)
		return;
	path_len = bpf_d_path(&file->f_path, l->path, LISTED_PATH_MAX);
	if (path_len < 0)
		path_len = 0;
	len = ((uint32_t)path_len + 7) & ~7u;
	if (len > LISTED_PATH_MAX)
		len = LISTED_PATH_MAX;
	l->head.len = sizeof(l->head) + len;
	l->head.pid = task->tgid;
	l->head.fd = fd;
	l->head.path_len = (uint32_t)path_len;
	copy_file(&l->head.file, file);
	if (is_closed_by_exec(task, fd))
		l->head.file.open_flags |= O_CLOEXEC;
	if (!copy_socket(&l->head.socket, file))
		l->head.socket.family = 0;
	bpf_seq_write(seq, l, sizeof(l->head) + len);
}

#endif
