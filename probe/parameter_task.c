#include "probe/parameter_task.h"

#include <linux/capability.h>
#include <stddef.h>
#include <string.h>

#define PAGE_KB 4			/* a page of both machines as they are used */
#define FLAG_CHILD_IN_PIDNS 0x20000000	/* of flag set clone_flags */
#define FLAG_THREAD 0x2000
#define FLAGS_OF_THREADS 0xa803		/* CLONE_VM, _THREAD, _SIGHAND, _FS, _FILES */

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

unsigned
parameter_task_exe_flags(const struct wire_task *t, struct span names)
{
	return (may_write_exe(t) ? EXE_WRITABLE : 0u) |
	       (is_memfd(names) ? EXE_FROM_MEMFD : 0u) |
	       (t->exe_layer == WIRE_UPPER_LAYER ? EXE_UPPER_LAYER : 0u) |
	       (t->exe_layer == WIRE_LOWER_LAYER ? EXE_LOWER_LAYER : 0u);
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

/* Where the numbers stand; what has no size here is no number. */
static const struct place {
	uint8_t at, size;
	bool is_signed;
	bool is_pages;			/* shown in KB */
} places[] = {
#define PLACE(member) offsetof(struct wire_task, member), \
	sizeof(((struct wire_task *)NULL)->member)
	[TASK_TID] = { PLACE(tid), false, false },
	[TASK_PID] = { PLACE(pid), false, false },
	[TASK_PTID] = { PLACE(ptid), false, false },
	[TASK_FDLIMIT] = { PLACE(fdlimit), false, false },
	[TASK_PF_MAJOR] = { PLACE(pf_major), false, false },
	[TASK_PF_MINOR] = { PLACE(pf_minor), false, false },
	[TASK_VM_SIZE] = { PLACE(memory.vm_pages), false, true },
	[TASK_VM_RSS] = { PLACE(memory.rss_pages), false, true },
	[TASK_VM_SWAP] = { PLACE(memory.swap_pages), false, true },
	[TASK_TTY] = { PLACE(tty), false, false },
	[TASK_VPGID] = { PLACE(vpgid), true, false },
	[TASK_LOGINUID] = { PLACE(loginuid), false, false },
	[TASK_CAP_INHERITABLE] = { PLACE(cap_inheritable), false, false },
	[TASK_CAP_PERMITTED] = { PLACE(cap_permitted), false, false },
	[TASK_CAP_EFFECTIVE] = { PLACE(cap_effective), false, false },
	[TASK_EXE_INO] = { PLACE(exe_ino), false, false },
	[TASK_EXE_CTIME] = { PLACE(exe_ctime_ns), false, false },
	[TASK_EXE_MTIME] = { PLACE(exe_mtime_ns), false, false },
	[TASK_UID] = { PLACE(uid), false, false },
	[TASK_GID] = { PLACE(gid), false, false },
	[TASK_PGID] = { PLACE(pgid), true, false },
	[TASK_VTID] = { PLACE(vtid), true, false },
	[TASK_VPID] = { PLACE(vpid), true, false },
	[TASK_PIDNS_START] = { PLACE(pidns_start_ns), false, false },
	[TASK_EXEPATH] = { 0, 0, false, false },
#undef PLACE
};

/* TASK holds a struct wire_task, wherever it begins: most parameters are one number of it,
 * and to copy all of it for each would take longer than the rest. */
static void
put_task_number(struct text *out, struct span task, enum task_part part, enum param_kind kind)
{
	const struct place *place = &places[part];
	uint64_t v = 0;
	int32_t low;

	memcpy(&v, task.p + place->at, place->size);
	if (place->is_signed) {
		memcpy(&low, &v, sizeof(low));
		v = (uint64_t)(int64_t)low;
	}
	pieces_number(out, kind, place->is_pages ? v * PAGE_KB : v);
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

	if (pieces_part(k, i, 0).len != sizeof(t))
		return;
	switch (part) {
	case TASK_EXE: case TASK_ARGS:
		put_arguments(out, pieces_part(k, i, 1), part);
		return;
	case TASK_ENV:
		text_bytes(out, pieces_part(k, i, 2).p, pieces_part(k, i, 2).len);
		return;
	case TASK_CWD:
		parameter_task_path(out, pieces_part(k, i, 3));
		return;
	case TASK_EXEPATH:
		parameter_task_path(out, pieces_part(k, i, 4));
		return;
	case TASK_COMM: case TASK_CGROUPS: case TASK_EXE_FLAGS:
		task_of(k, i, &t);
		break;
	default:
		put_task_number(out, pieces_part(k, i, 0), part, kind);
		return;
	}
	if (part == TASK_COMM) {
		pieces_text(out, (struct span){ (uint8_t *)t.comm,
						strnlen(t.comm, sizeof(t.comm)) });
	} else if (part == TASK_EXE_FLAGS) {
		pieces_number(out, kind, parameter_task_exe_flags(&t, pieces_part(k, i, 4)));
	} else if (k->cgroups->get) {
		cgroups = k->cgroups->get(k->cgroups->ctx, t.tid, pieces_part(k, i, 6));
		text_bytes(out, cgroups.p, cgroups.len);
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

/* The flags of a new thread TASK, which had FLAGS in memory where it looked. It shares that
 * with who made it, who may have gone on and written over it: what kind of thread it is, the
 * kernel knows better. */
static uint64_t
flags_of_child(const struct wire_task *task, uint64_t flags)
{
	if (task->tid == task->pid)
		return flags & ~(uint64_t)FLAG_THREAD;
	return flags & FLAG_THREAD ? flags : FLAGS_OF_THREADS;
}

void
parameter_task_clone_flags(struct text *out, const struct pieces *k, size_t i, const struct take *t)
{
	struct span s = pieces_part(k, i, 0);
	uint64_t raw = k->call->args[t->arg], flags;
	struct wire_task task;

	/* Parameter 1 of all these events is made from the task. */
	bool has_task = task_of(k, 1, &task);

	if (t->size && s.len < 8)
		return;
	if (t->size)
		memcpy(&raw, s.p, 8);
	flags = t->convert(raw);
	if (t->size && has_task && !k->call->result)
		flags = flags_of_child(&task, flags);
	if (has_task && (task.child_level || task.level))
		flags |= FLAG_CHILD_IN_PIDNS;
	pieces_number(out, PK_UINT32, flags);
}

