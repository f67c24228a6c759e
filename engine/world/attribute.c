#include "engine/world/path.h"
#include "engine/world/state.h"

/*
 * Calls that change what a process is: its folder, its users, its limits, its
 * memory.
 */

#define RESOURCE_NOFILE 7		/* of flag set rlimit_resources */
#define PR_SET_CHILD_SUBREAPER 36
#define PR_GET_CHILD_SUBREAPER 37
#define ALL_CAPABILITIES UINT64_MAX

static void
set_cwd(struct call *c, struct span base, struct span path)
{
	struct text *t = &c->w->path;

	t->len = 0;
	path_join(t, base, path);
	if (t->len > 1)
		text_char(t, '/');
	c->t->proc->cwd = name_of(c->w, (struct span){ (uint8_t *)t->p, t->len });
	process_changed(c->w, c->t->proc);
}

/* It is somewhere else now, and nothing says where. */
static void
lose_cwd(struct call *c)
{
	c->t->proc->cwd = 0;
	process_changed(c->w, c->t->proc);
}

static void
apply_chdir(struct call *c)
{
	struct span path = call_text(c, R_PATH);

	if (c->res < 0)
		return;
	if (!path.len || (path.p[0] != '/' && !c->t->proc->cwd)) {
		lose_cwd(c);
		return;
	}
	set_cwd(c, name_span(c->w, c->t->proc->cwd), path);
}

static void
apply_fchdir(struct call *c)
{
	const struct descriptor *fd = fd_find(c->t->proc, c->fd);
	struct span name = name_span(c->w, fd ? fd->name : 0);

	if (c->res < 0)
		return;
	if (name.len && name.p[0] == '/')
		set_cwd(c, name, (struct span){ name.p, 0 });
	else
		lose_cwd(c);
}

/* It tells the truth, unless the folder is outside of the root. */
static void
apply_getcwd(struct call *c)
{
	struct span path = call_text(c, R_PATH);

	if (c->res >= 0 && path.len && path.p[0] == '/')
		set_cwd(c, path, (struct span){ path.p, 0 });
}

static void
apply_chroot(struct call *c)
{
	struct process *p = c->t->proc;
	struct span path = call_text(c, R_PATH);

	if (c->res < 0 || !path.len)
		return;
	p->root = name_of_path(c->w, name_span(c->w, p->cwd), path);
	process_find_container(c->w, p);
	process_changed(c->w, p);
}

static void
apply_setsid(struct call *c)
{
	if (c->res < 0)
		return;
	c->t->proc->sid = c->res;
	process_changed(c->w, c->t->proc);
}

static void
set_uid(struct call *c, enum role role)
{
	uint32_t uid = (uint32_t)call_num(c, role, NO_UID);

	if (c->res < 0 || uid == NO_UID)
		return;
	c->t->proc->uid = uid;
	process_changed(c->w, c->t->proc);
}

static void
set_gid(struct call *c, enum role role)
{
	uint32_t gid = (uint32_t)call_num(c, role, NO_UID);

	if (c->res < 0 || gid == NO_UID)
		return;
	c->t->proc->gid = gid;
	process_changed(c->w, c->t->proc);
}

static void
apply_setuid(struct call *c)
{
	set_uid(c, R_UID);
}

static void
apply_setgid(struct call *c)
{
	set_gid(c, R_GID);
}

static void
apply_seteuid(struct call *c)
{
	set_uid(c, R_EUID);
}

static void
apply_setegid(struct call *c)
{
	set_gid(c, R_EGID);
}

static void
apply_capset(struct call *c)
{
	struct process *p = c->t->proc;

	if (c->res < 0)
		return;
	p->cap_inheritable = (uint64_t)call_num(c, R_CAP_INHERITABLE,
						(int64_t)p->cap_inheritable);
	p->cap_permitted = (uint64_t)call_num(c, R_CAP_PERMITTED, (int64_t)p->cap_permitted);
	p->cap_effective = (uint64_t)call_num(c, R_CAP_EFFECTIVE, (int64_t)p->cap_effective);
	process_changed(c->w, p);
}

/* Entering another user namespace gives all capabilities in it. */
static void
apply_namespace(struct call *c)
{
	struct process *p = c->t->proc;
	int64_t flags = call_num(c, R_FLAGS, call_num(c, R_NSTYPE, 0));

	if (c->res < 0)
		return;
	if (flags & CLF_FILES && c->ev->id == EV_UNSHARE_X)
		process_own_fds(c->w, p);
	if (!(flags & CLF_NEWUSER))
		return;
	p->cap_inheritable = p->cap_permitted = p->cap_effective = ALL_CAPABILITIES;
	process_changed(c->w, p);
}

static void
apply_prctl(struct call *c)
{
	int64_t option = call_num(c, R_OPTION, 0);

	if (c->res < 0)
		return;
	if (option == PR_SET_CHILD_SUBREAPER || option == PR_GET_CHILD_SUBREAPER)
		c->t->proc->is_reaper = call_num(c, R_ARG2_INT, 0) != 0;
}

static void
apply_rlimit(struct call *c)
{
	int64_t limit = call_num(c, R_CUR, -1);

	if (c->res >= 0 && call_num(c, R_RESOURCE, -1) == RESOURCE_NOFILE && limit != -1)
		c->t->proc->fdlimit = limit;
}

static void
apply_prlimit(struct call *c)
{
	int64_t pid = call_num(c, R_PID, 0);
	int64_t limit = call_num(c, R_NEWCUR, -1);
	struct thread *t = pid ? thread_find(c->w, pid) : c->t;
	struct process *p = t ? t->proc : process_find(c->w, pid);

	if (limit == -1)
		limit = call_num(c, R_OLDCUR, -1);
	if (c->res >= 0 && p && call_num(c, R_RESOURCE, -1) == RESOURCE_NOFILE && limit != -1)
		p->fdlimit = limit;
}

static void
take_sizes(const struct call *c, struct thread *t)
{
	t->vmsize_kb = (uint32_t)said_num(c->w, c->ev, R_VM_SIZE, t->vmsize_kb);
	t->vmrss_kb = (uint32_t)said_num(c->w, c->ev, R_VM_RSS, t->vmrss_kb);
	t->vmswap_kb = (uint32_t)said_num(c->w, c->ev, R_VM_SWAP, t->vmswap_kb);
}

static void
apply_memory(struct call *c)
{
	take_sizes(c, c->t);
}

/* Page faults are the thread's, memory belongs to all of its process. */
static void
apply_switch(struct call *c)
{
	struct thread *leader;

	if (!c->t)
		return;
	c->t->pfmajor = (uint64_t)said_num(c->w, c->ev, R_PGFT_MAJ, (int64_t)c->t->pfmajor);
	c->t->pfminor = (uint64_t)said_num(c->w, c->ev, R_PGFT_MIN, (int64_t)c->t->pfminor);
	leader = c->t->proc->leader;
	if (leader)
		take_sizes(c, leader);
}

static void
apply_procinfo(struct call *c)
{
	uint64_t user, system;

	if (!c->t)
		return;
	user = (uint64_t)said_num(c->w, c->ev, R_CPU_USR, 0);
	system = (uint64_t)said_num(c->w, c->ev, R_CPU_SYS, 0);
	c->t->user_step = user > c->t->cpu_user ? user - c->t->cpu_user : 0;
	c->t->system_step = system > c->t->cpu_system ? system - c->t->cpu_system : 0;
	c->t->cpu_user = user;
	c->t->cpu_system = system;
	c->t->n_samples++;
}

apply_fn *const attribute_apply[EVENT_TYPES] = {
	[EV_CHDIR_X] = apply_chdir, [EV_FCHDIR_X] = apply_fchdir,
	[EV_GETCWD_X] = apply_getcwd, [EV_CHROOT_X] = apply_chroot,
	[EV_SETSID_X] = apply_setsid,
	[EV_SETUID_X] = apply_setuid, [EV_SETGID_X] = apply_setgid,
	[EV_SETRESUID_X] = apply_seteuid, [EV_SETREUID_X] = apply_seteuid,
	[EV_SETRESGID_X] = apply_setegid, [EV_SETREGID_X] = apply_setegid,
	[EV_CAPSET_X] = apply_capset,
	[EV_UNSHARE_X] = apply_namespace, [EV_SETNS_X] = apply_namespace,
	[EV_PRCTL_X] = apply_prctl,
	[EV_GETRLIMIT_X] = apply_rlimit, [EV_SETRLIMIT_X] = apply_rlimit,
	[EV_PRLIMIT_X] = apply_prlimit,
	[EV_BRK_1_X] = apply_memory, [EV_BRK_4_X] = apply_memory,
	[EV_MMAP_X] = apply_memory, [EV_MMAP2_X] = apply_memory,
	[EV_MUNMAP_X] = apply_memory,
	[EV_SCHEDSWITCH_6_E] = apply_switch,
	[EV_PROCINFO_E] = apply_procinfo,
};

bool
attribute_is_history(uint16_t id)
{
	return attribute_apply[id] == apply_memory || attribute_apply[id] == apply_switch ||
	       attribute_apply[id] == apply_procinfo;
}
