#include "probe/parameter_task.h"

#include <linux/capability.h>
#include <string.h>

#define PAGE_KB 4			/* a page of both machines as they are used */
#define FLAG_CHILD_IN_PIDNS 0x20000000	/* of flag set clone_flags */

/* The arguments begin with the program's own name; PART says which is wanted. */
static void
put_arguments(struct text *out, struct span all, enum task_part part)
{
	const uint8_t *nul = all.len ? memchr(all.p, '\0', all.len) : NULL;
	size_t first = nul ? (size_t)(nul - all.p) + 1 : all.len;

	if (part == TASK_EXE) {
		pieces_text(out, (struct span){ all.p, first });
	} else if (first < all.len) {
		text_bytes(out, all.p + first, all.len - first);
		if (all.p[all.len - 1])
			text_char(out, '\0');
	}
}

/* Whether the program could change its own file. */
static bool
may_write_exe(const struct wire_task *t)
{
	if (!t->has_exe || t->exe_is_fixed)
		return false;
	if (t->cap_effective & 1ull << CAP_DAC_OVERRIDE)
		return true;
	if (t->uid == t->exe_uid)
		return t->exe_mode & 0200;
	return t->exe_mode & (t->is_in_exe_gid ? 020 : 02);
}

/* NAMES are as wire.h tells of paths. */
static bool
is_memfd(struct span names)
{
	static const char prefix[] = "memfd:";

	return names.len > sizeof(prefix) && !memcmp(names.p, prefix, sizeof(prefix) - 1) &&
	       !names.p[names.len - 1] && !names.p[names.len - 2];
}

static uint64_t
exe_flags(const struct wire_task *t, struct span names)
{
	enum { WRITABLE = 1, UPPER_LAYER = 2, FROM_MEMFD = 4, LOWER_LAYER = 8 };

	return (may_write_exe(t) ? WRITABLE : 0) | (is_memfd(names) ? FROM_MEMFD : 0) |
	       (t->exe_layer == WIRE_UPPER_LAYER ? UPPER_LAYER : 0) |
	       (t->exe_layer == WIRE_LOWER_LAYER ? LOWER_LAYER : 0);
}

void
parameter_task_path(struct text *out, struct span names)
{
	size_t start = out->len, end = names.len, from;

	if (!names.p || !names.len || names.p[names.len - 1])
		return;
	while (end) {
		from = end - 1;
		while (from && names.p[from - 1])
			from--;
		if (end - from > 1) {
			text_char(out, '/');
			text_bytes(out, names.p + from, end - from - 1);
		}
		end = from;
	}
	if (out->len == start)
		text_char(out, '/');
	text_char(out, '\0');
}

static uint64_t
task_number(const struct wire_task *t, enum task_part part)
{
	switch (part) {
	case TASK_TID: return t->tid;
	case TASK_PID: return t->pid;
	case TASK_PTID: return t->ptid;
	case TASK_FDLIMIT: return t->fdlimit;
	case TASK_PF_MAJOR: return t->pf_major;
	case TASK_PF_MINOR: return t->pf_minor;
	case TASK_VM_SIZE: return t->memory.vm_pages * PAGE_KB;
	case TASK_VM_RSS: return t->memory.rss_pages * PAGE_KB;
	case TASK_VM_SWAP: return t->memory.swap_pages * PAGE_KB;
	case TASK_TTY: return t->tty;
	case TASK_VPGID: return (uint64_t)(int64_t)t->vpgid;
	case TASK_LOGINUID: return t->loginuid;
	case TASK_CAP_INHERITABLE: return t->cap_inheritable;
	case TASK_CAP_PERMITTED: return t->cap_permitted;
	case TASK_CAP_EFFECTIVE: return t->cap_effective;
	case TASK_EXE_INO: return t->exe_ino;
	case TASK_EXE_CTIME: return t->exe_ctime_ns;
	case TASK_EXE_MTIME: return t->exe_mtime_ns;
	case TASK_UID: return t->uid;
	case TASK_GID: return t->gid;
	case TASK_PGID: return (uint64_t)(int64_t)t->pgid;
	case TASK_VTID: return (uint64_t)(int64_t)t->vtid;
	case TASK_VPID: return (uint64_t)(int64_t)t->vpid;
	case TASK_PIDNS_START: return t->pidns_start_ns;
	case TASK_EXE: case TASK_ARGS: case TASK_COMM: case TASK_CGROUPS: case TASK_ENV:
	case TASK_CWD: case TASK_EXE_FLAGS: case TASK_EXEPATH:
		break;
	}
	return 0;
}

static bool
task_of(const struct pieces *k, size_t i, struct wire_task *task)
{
	struct span s = pieces_part(k, i, 0);

	if (s.len != sizeof(*task))
		return false;
	memcpy(task, s.p, sizeof(*task));
	return true;
}

void
parameter_task_put(struct text *out, const struct pieces *k, size_t i, enum task_part part,
	 enum param_kind kind)
{
	struct span cgroups;
	struct wire_task t;

	if (!task_of(k, i, &t))
		return;
	switch (part) {
	case TASK_EXE: case TASK_ARGS:
		put_arguments(out, pieces_part(k, i, 1), part);
		return;
	case TASK_ENV:
		text_bytes(out, pieces_part(k, i, 2).p, pieces_part(k, i, 2).len);
		return;
	case TASK_COMM:
		pieces_text(out, (struct span){ (uint8_t *)t.comm,
						 strnlen(t.comm, sizeof(t.comm)) });
		return;
	case TASK_CGROUPS:
		if (!k->cgroups->get)
			return;
		cgroups = k->cgroups->get(k->cgroups->ctx, &t);
		text_bytes(out, cgroups.p, cgroups.len);
		return;
	case TASK_CWD:
		parameter_task_path(out, pieces_part(k, i, 3));
		return;
	case TASK_EXEPATH:
		parameter_task_path(out, pieces_part(k, i, 4));
		return;
	case TASK_EXE_FLAGS:
		pieces_number(out, kind, exe_flags(&t, pieces_part(k, i, 4)));
		return;
	default:
		pieces_number(out, kind, task_number(&t, part));
	}
}

/* What a program was started as: the kernel puts it behind the environment. */
void
parameter_task_filename(struct text *out, const struct pieces *k, size_t i)
{
	pieces_text(out, k->call->result < 0 ? pieces_part(k, i, 0) : pieces_part(k, 1, 5));
}

void
parameter_task_size(struct text *out, const struct pieces *k, size_t i, enum size_part part,
	 enum param_kind kind)
{
	struct span s = pieces_part(k, i, 0);
	struct wire_memory m;

	if (s.len != sizeof(m))
		return;
	memcpy(&m, s.p, sizeof(m));
	pieces_number(out, kind, PAGE_KB * (part == SIZE_VM ? m.vm_pages :
					 part == SIZE_RSS ? m.rss_pages : m.swap_pages));
}

void
parameter_task_clone_flags(struct text *out, const struct pieces *k, size_t i, const struct take *t)
{
	struct span s = pieces_part(k, i, 0);
	uint64_t raw = k->call->args[t->arg], flags;
	struct wire_task task;

	if (t->size && s.len < 8)
		return;
	if (t->size)
		memcpy(&raw, s.p, 8);
	flags = t->convert(raw);
	/* Parameter 1 of all these events is made from the task. */
	if (task_of(k, 1, &task) && (task.child_level || task.level))
		flags |= FLAG_CHILD_IN_PIDNS;
	pieces_number(out, PK_UINT32, flags);
}

