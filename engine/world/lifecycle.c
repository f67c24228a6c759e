#include <string.h>

#include "engine/base/mem.h"
#include "engine/world/path.h"
#include "engine/world/state.h"

/*
 * clone, exec and exit.
 *
 * A clone is told twice, by the parent (result: the child's tid) and by the
 * child (result: 0), in any order, and either may be missing. The parent's
 * side cannot name a child that lives in another pid namespace, so there the
 * child's side decides.
 */

#define STALE_NS 2000000000ull		/* a clone this old is of an earlier child */

static bool
in_pid_namespace(const struct call *c, uint32_t flags)
{
	return (flags & (CLF_CHILD_IN_PIDNS | CLF_NEWPID)) ||
	       (c->t && c->t->vtid >= 0 && c->t->vtid != c->t->tid);
}

static void
take_memory(const struct call *c, struct thread *t)
{
	t->pfmajor = (uint64_t)call_num(c, R_PGFT_MAJ, (int64_t)t->pfmajor);
	t->pfminor = (uint64_t)call_num(c, R_PGFT_MIN, (int64_t)t->pfminor);
	t->vmsize_kb = (uint32_t)call_num(c, R_VM_SIZE, t->vmsize_kb);
	t->vmrss_kb = (uint32_t)call_num(c, R_VM_RSS, t->vmrss_kb);
	t->vmswap_kb = (uint32_t)call_num(c, R_VM_SWAP, t->vmswap_kb);
}

/* Set *NAME to what ROLE says, unless it says nothing. */
static void
take_name(const struct call *c, enum role role, uint32_t *name)
{
	struct span s = call_text(c, role);

	if (s.len && !(s.len == 4 && !memcmp(s.p, "<NA>", 4)))
		*name = name_of(c->w, s);
}

static void
take_list(const struct call *c, enum role role, uint32_t *name)
{
	const struct event *ev = c->ev;

	if (role_at(c->w->roles, ev->id, role) >= 0 &&
	    (uint32_t)role_at(c->w->roles, ev->id, role) < ev->n_params)
		*name = name_of(c->w, role_bytes(c->w->roles, ev, role));
}

static void
take_cwd(const struct call *c, struct process *p)
{
	struct span cwd = call_text(c, R_CWD);

	if (p->cwd || !cwd.len || cwd.p[0] != '/')
		return;
	c->w->path.len = 0;
	path_join(&c->w->path, cwd, (struct span){ cwd.p, 0 });
	if (c->w->path.len > 1)
		text_char(&c->w->path, '/');
	p->cwd = name_of(c->w, (struct span){ (uint8_t *)c->w->path.p, c->w->path.len });
}

/* What clone and exec events tell alike. */
static void
take_identity(const struct call *c, struct thread *t)
{
	struct process *p = t->proc;

	take_name(c, R_EXE, &p->exe);
	take_list(c, R_ARGS, &p->args);
	t->comm = 0;
	take_name(c, R_COMM, &t->comm);
	if (!t->comm)
		t->comm = p->exe;
	if (t->tid == p->pid || p->pid < 0)
		p->comm = t->comm;
	p->fdlimit = call_num(c, R_FDLIMIT, p->fdlimit);
	if (call_bytes(c, R_CGROUPS).len)
		take_list(c, R_CGROUPS, &p->cgroups);
	take_cwd(c, p);
	take_memory(c, t);
}

/* What a child has from the process that made it. */
static void
inherit(struct world *w, struct process *p, struct process *from, uint32_t flags)
{
	p->exe = from->exe;
	p->args = from->args;
	p->env = from->env;
	p->cwd = from->cwd;
	p->root = from->root;
	p->exepath = from->exepath;
	p->cgroups = from->cgroups;
	p->sid = from->sid;
	p->vpgid = from->vpgid;
	p->pgid = from->pgid;
	p->tty = from->tty;
	p->uid = from->uid;
	p->gid = from->gid;
	p->loginuid = from->loginuid;
	p->exe_writable = from->exe_writable;
	p->exe_upper_layer = from->exe_upper_layer;
	p->exe_lower_layer = from->exe_lower_layer;
	p->exe_from_memfd = from->exe_from_memfd;
	p->exe_ino = from->exe_ino;
	p->exe_ino_ctime_ns = from->exe_ino_ctime_ns;
	p->exe_ino_mtime_ns = from->exe_ino_mtime_ns;
	p->cap_inheritable = from->cap_inheritable;
	p->cap_permitted = from->cap_permitted;
	p->cap_effective = from->cap_effective;
	p->pidns_start_ns = from->pidns_start_ns;
	p->fdlimit = from->fdlimit;
	p->container = from->container;
	if (flags & CLF_FILES)
		process_share_fds(w, p, from);
	else
		process_copy_fds(w, p, from);
}

/* Early writers listed no owner of a process, nor does an exec tell it; a clone
 * tells that of P, who called it or whose thread is made. */
static void
learn_owner(struct call *c, struct process *p)
{
	if (p->uid != NO_UID && p->gid != NO_UID)
		return;
	if (p->uid == NO_UID)
		p->uid = (uint32_t)call_num(c, R_UID, p->uid);
	if (p->gid == NO_UID)
		p->gid = (uint32_t)call_num(c, R_GID, p->gid);
	process_changed(c->w, p);
	process_learned(c->w, p);
}

/* Make the thread TID that C's clone made, in process PID, a child of MAKER,
 * which may be NULL for a process of which no parent is told. */
static struct thread *
make_child(struct call *c, struct thread *maker, int64_t tid, int64_t pid, uint32_t flags)
{
	struct world *w = c->w;
	bool is_thread = flags & CLF_THREAD;
	struct process *from = maker ? maker->proc : NULL;
	struct process *p = from;
	struct thread *t;

	if (is_thread && process_find(w, pid))
		p = process_find(w, pid);
	if (!is_thread) {
		struct process *old = process_find(w, pid);

		/* Its end was not recorded; its threads are gone all the same. */
		while (old && old != from && process_find(w, pid) == old)
			thread_remove(w, old->threads, 0);
		p = process_new(w, pid);
		p->born_ns = w->now_ns;
		if (from)
			inherit(w, p, from, flags);
	}
	t = thread_new(w, p, tid);
	t->flags = flags;
	t->born_ns = w->now_ns;
	if (is_thread) {
		t->comm = call_text(c, R_COMM).len ? name_of(w, call_text(c, R_COMM)) :
						     maker->comm;
		take_memory(c, t);
		learn_owner(c, p);
		return t;
	}
	take_identity(c, t);
	p->uid = (uint32_t)call_num(c, R_UID, p->uid);
	p->gid = (uint32_t)call_num(c, R_GID, p->gid);
	process_find_container(w, p);
	return t;
}

/* The caller of clone was not known; its own event tells who it is. */
static void
learn_caller(struct call *c)
{
	struct thread *t = c->t;
	struct process *p;

	if (!t || t->known)
		return;
	thread_learn_pid(c->w, t, call_num(c, R_PID, -1));
	p = t->proc;
	t->known = true;
	t->vtid = call_num(c, R_VTID, t->vtid);
	take_identity(c, t);
	p->vpid = call_num(c, R_VPID, p->vpid);
	p->uid = (uint32_t)call_num(c, R_UID, p->uid);
	p->gid = (uint32_t)call_num(c, R_GID, p->gid);
	t->ptid = call_num(c, R_PTID, -1);
	process_set_parent(c->w, p, t->ptid);
	process_find_container(c->w, p);
	process_changed(c->w, p);
	process_learned(c->w, p);
}

static size_t
gone_slot(int64_t tid)
{
	return hash_u64((uint64_t)tid, 1) % N_GONE;
}

static bool
has_just_gone(const struct world *w, int64_t tid, int64_t ptid)
{
	const struct gone *g = &w->gone[gone_slot(tid)];

	return g->tid == tid && g->ptid == ptid && g->ns && w->now_ns >= g->ns &&
	       w->now_ns - g->ns < STALE_NS;
}

static void
clone_parent(struct call *c, uint32_t flags)
{
	struct thread *maker = c->t, *child;
	int64_t tid = c->res;
	int64_t ptid;

	if (!maker)
		maker = c->t = thread_new_unknown(c->w, c->ev->tid);
	learn_caller(c);
	learn_owner(c, maker->proc);
	ptid = flags & CLF_THREAD ? maker->ptid : maker->tid;
	if (in_pid_namespace(c, flags) && !(flags & (CLF_PARENT | CLF_VFORK | CLF_FILES |
						     CLF_THREAD)))
		fork_note(c->w, maker->proc, tid);
	if (in_pid_namespace(c, flags) || (flags & (CLF_PARENT | CLF_VFORK)) ||
	    c->ev->id == EV_VFORK_20_X || c->ev->id == EV_VFORK_17_X ||
	    c->ev->id == EV_VFORK_X || has_just_gone(c->w, tid, ptid))
		return;
	child = thread_find(c->w, tid);
	if (child && child->flags & THREAD_CHILD_FIRST) {
		child->flags &= ~THREAD_CHILD_FIRST;
		return;
	}
	if (child == maker)
		return;
	if (child)
		thread_remove(c->w, child, 0);
	if (!(flags & CLF_THREAD)) {
		child = make_child(c, maker, tid, tid, flags);
		child->vtid = tid;
		child->proc->vpid = tid;
	} else {
		child = make_child(c, maker, tid, maker->proc->pid, flags);
		child->vtid = tid;
	}
	child->ptid = ptid;
	if (!(flags & CLF_THREAD))
		process_set_parent(c->w, child->proc, ptid);
}

/* What only the child's own side tells. */
static void
confirm_child(struct call *c, struct thread *t)
{
	struct process *p = t->proc;

	t->vtid = call_num(c, R_VTID, t->vtid < 0 ? t->tid : t->vtid);
	p->vpid = call_num(c, R_VPID, p->vpid);
	p->pidns_start_ns = (uint64_t)call_num(c, R_PIDNS_START, (int64_t)p->pidns_start_ns);
	if (t->vtid == 1 || p->vpid == 1)
		p->is_reaper = true;
	t->is_confirmed = true;
	process_changed(c->w, p);
}

/* The thread that lends a child what it starts with: the leader for a thread,
 * the parent for a process. One that was never heard of has nothing to lend. */
static struct thread *
find_maker(struct call *c, int64_t tid, uint32_t flags)
{
	struct world *w = c->w;
	struct thread *maker = thread_find(w, tid);
	struct process *p = process_find(w, tid);

	if (!maker && (flags & CLF_THREAD) && p)
		maker = p->threads;
	if (!maker && (tid <= 0 || tid == c->ev->tid))
		return NULL;
	if (!maker)
		maker = thread_new_unknown(w, tid);
	if (!maker->known && (flags & CLF_THREAD)) {
		thread_learn_pid(w, maker, tid);
		maker->known = true;
		take_identity(c, maker);
	}
	return maker;
}

static void
clone_child(struct call *c, uint32_t flags)
{
	struct world *w = c->w;
	struct thread *t = c->t, *maker;
	struct process *from;
	int64_t pid = call_num(c, R_PID, c->ev->tid);
	int64_t ptid = call_num(c, R_PTID, -1);

	if (t && t->known && !t->dead && !t->is_confirmed && t->proc->pid == pid &&
	    w->now_ns < t->born_ns + STALE_NS && t->born_ns) {
		confirm_child(c, t);
		return;
	}
	if (pid <= 0 || (flags & CLF_THREAD && pid == c->ev->tid))
		return;
	maker = find_maker(c, flags & CLF_THREAD ? pid : ptid, flags);
	if (maker && maker == t)
		return;
	from = maker ? maker->proc : NULL;
	/* FROM may be a leader that exited, with T as its last thread. */
	if (from)
		from->n_threads++;
	if (t)
		thread_remove(w, t, 0);
	if (from)
		from->n_threads--;
	c->enter = NULL;
	c->t = t = make_child(c, maker, c->ev->tid, pid, flags);
	t->flags |= THREAD_CHILD_FIRST;
	t->ptid = ptid;
	if (!(flags & CLF_THREAD))
		process_set_parent(w, t->proc, ptid);
	confirm_child(c, t);
	if (from && !(flags & (CLF_FILES | CLF_THREAD)))
		fork_begin(w, t, from);
	if (from && !from->n_threads)
		thread_remove(w, from->threads, 0);
}

static void
apply_clone(struct call *c)
{
	uint32_t flags = (uint32_t)said_num(c->w, c->ev, R_FLAGS, 0) & ~THREAD_CHILD_FIRST;

	if (c->ev->tid < 0 || c->w->threads.n >= THREADS_MAX)
		return;
	if (c->t && c->res >= 0)
		thread_revive(c->t);
	if (c->res > 0)
		clone_parent(c, flags);
	else if (c->res == 0 && event_bytes(c->ev, 0).len)
		clone_child(c, flags);
}

/* exec ---------------------------------------------------------------- */

/* The file that execveat ran, from its enter event. */
static uint32_t
execveat_path(struct call *c)
{
	struct world *w = c->w;
	struct span name = said_text(w, c->enter, R_PATHNAME);
	int64_t dirfd = said_num(w, c->enter, R_DIRFD, -1);
	const struct descriptor *dir = fd_find(c->t->proc, dirfd);
	struct span base;

	if (name.len && name.p[0] == '/')
		return name_of_path(w, (struct span){ name.p, 0 }, name);
	if (!name.len && !dir)
		return 0;
	if (name.len == 4 && !memcmp(name.p, "<NA>", 4))
		return 0;
	if (dirfd == -100) {
		base = name_span(w, c->t->proc->cwd);
	} else if (dir) {
		w->path2.len = 0;
		descriptor_name(w, dir, &w->path2);
		base = (struct span){ (uint8_t *)w->path2.p, w->path2.len };
		/* Itself (AT_EMPTY_PATH). */
		if (!name.len)
			return base.len ? name_of(w, base) : 0;
	} else {
		return 0;
	}
	return name_of_path(w, base, name);
}

static uint32_t
exec_path(struct call *c)
{
	struct span trusted = said_text(c->w, c->ev, R_TRUSTED_EXEPATH);
	struct span name;

	if (trusted.len)
		return name_of(c->w, trusted);
	if (c->enter && c->enter->id == EV_EXECVEAT_E)
		return execveat_path(c);
	name = said_text(c->w, c->enter, R_FILENAME);
	if (!name.len)
		name = said_text(c->w, c->ev, R_FILENAME);
	if (!name.len || (name.len == 4 && !memcmp(name.p, "<NA>", 4)))
		return 0;
	return name_of_path(c->w, name_span(c->w, c->t->proc->cwd), name);
}

static void
close_on_exec(struct world *w, struct process *p)
{
	const struct descriptor *fd;

	for (int64_t num = 0; (fd = fd_tree_next(&p->fds->fds, &num)); num++)
		if (fd->cloexec)
			fd_remove(w, p, num);
}

static void
take_exec_attributes(const struct call *c, struct process *p)
{
	const struct world *w = c->w;
	const struct event *ev = c->ev;
	int64_t exe_flags = said_num(w, ev, R_FLAGS, -1);

	take_list(c, R_ENV, &p->env);
	p->tty = (uint32_t)said_num(w, ev, R_TTY, p->tty);
	p->vpgid = said_num(w, ev, R_VPGID, p->vpgid);
	p->pgid = said_num(w, ev, R_PGID, p->pgid);
	p->loginuid = (uint32_t)said_num(w, ev, R_LOGINUID, p->loginuid);
	if (exe_flags >= 0) {
		p->exe_writable = exe_flags & 1;
		p->exe_upper_layer = exe_flags & 2;
		p->exe_from_memfd = exe_flags & 4;
		p->exe_lower_layer = exe_flags & 8;
	}
	p->cap_inheritable = (uint64_t)said_num(w, ev, R_CAP_INHERITABLE,
						(int64_t)p->cap_inheritable);
	p->cap_permitted = (uint64_t)said_num(w, ev, R_CAP_PERMITTED,
					      (int64_t)p->cap_permitted);
	p->cap_effective = (uint64_t)said_num(w, ev, R_CAP_EFFECTIVE,
					      (int64_t)p->cap_effective);
	p->exe_ino = (uint64_t)said_num(w, ev, R_EXE_INO, (int64_t)p->exe_ino);
	p->exe_ino_ctime_ns = (uint64_t)said_num(w, ev, R_EXE_INO_CTIME,
						 (int64_t)p->exe_ino_ctime_ns);
	p->exe_ino_mtime_ns = (uint64_t)said_num(w, ev, R_EXE_INO_MTIME,
						 (int64_t)p->exe_ino_mtime_ns);
	p->uid = (uint32_t)said_num(w, ev, R_UID, p->uid);
	p->gid = (uint32_t)said_num(w, ev, R_GID, p->gid);
}

static void
remove_other_threads(struct world *w, struct thread *t)
{
	struct thread *other, *next;

	for (other = t->proc->threads; other; other = next) {
		next = other->next_in_proc;
		if (other != t)
			thread_remove(w, other, 0);
	}
}

/* A thread that is no leader becomes the leader by its exec: the call began
 * under another tid than it ends. */
static const struct event *
exec_of_other_thread(const struct process *p)
{
	for (const struct thread *t = p->threads; t; t = t->next_in_proc)
		if (t->enter.type && (t->enter.id == EV_EXECVE_19_E ||
				      t->enter.id == EV_EXECVEAT_E))
			return &t->enter;
	return NULL;
}

static void
apply_exec(struct call *c)
{
	struct thread *t = c->t;
	struct process *p;
	uint32_t path;

	if (c->res < 0 || !t)
		return;
	if (!t->known) {
		thread_learn_pid(c->w, t, said_num(c->w, c->ev, R_PID, -1));
		t->known = true;
		t->ptid = said_num(c->w, c->ev, R_PTID, -1);
		t->vtid = t->tid;
		t->proc->vpid = t->proc->pid;
		process_set_parent(c->w, t->proc, t->ptid);
		process_learned(c->w, t->proc);
	}
	p = t->proc;
	if (!c->enter)
		c->enter = exec_of_other_thread(p);
	path = exec_path(c);
	process_own_fds(c->w, p);
	take_identity(c, t);
	take_exec_attributes(c, p);
	p->comm = t->comm;
	p->exepath = path;
	p->exec_ns = c->w->now_ns;
	t->flags &= CLF_MAIN_THREAD | THREAD_CHILD_FIRST;
	thread_revive(t);
	close_on_exec(c->w, p);
	if (c->enter != &t->enter)
		c->enter = NULL;
	remove_other_threads(c->w, t);
	process_find_container(c->w, p);
	process_changed(c->w, p);
}

static void
apply_exit(struct call *c)
{
	struct world *w = c->w;
	struct thread *t = c->t;

	if (!t)
		return;
	t->dead = true;
	w->dying = t;
	w->dying_to = call_num(c, R_REAPER_TID, 0);
	w->gone[gone_slot(t->tid)] = (struct gone){ t->tid, t->ptid, w->now_ns };
}

apply_fn *const lifecycle_apply[EVENT_TYPES] = {
	[EV_CLONE_11_X] = apply_clone, [EV_CLONE_16_X] = apply_clone,
	[EV_CLONE_17_X] = apply_clone, [EV_CLONE_20_X] = apply_clone,
	[EV_CLONE3_X] = apply_clone,
	[EV_FORK_X] = apply_clone, [EV_FORK_17_X] = apply_clone,
	[EV_FORK_20_X] = apply_clone,
	[EV_VFORK_X] = apply_clone, [EV_VFORK_17_X] = apply_clone,
	[EV_VFORK_20_X] = apply_clone,
	[EV_EXECVE_8_X] = apply_exec, [EV_EXECVE_13_X] = apply_exec,
	[EV_EXECVE_14_X] = apply_exec, [EV_EXECVE_15_X] = apply_exec,
	[EV_EXECVE_16_X] = apply_exec, [EV_EXECVE_17_X] = apply_exec,
	[EV_EXECVE_18_X] = apply_exec, [EV_EXECVE_19_X] = apply_exec,
	[EV_EXECVEAT_X] = apply_exec,
	[EV_PROCEXIT_E] = apply_exit, [EV_PROCEXIT_1_E] = apply_exit,
};
