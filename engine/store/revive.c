#include "engine/store/revive.h"

#include <string.h>

#include "engine/event/source.h"
#include "engine/store/kept.h"

void
revive_fd(struct descriptor *fd, const struct fd_version *v)
{
	*fd = (struct descriptor){
		.id = v->entity, .version = v->id, .born = v->born, .num = v->num,
		.kind = v->kind, .l4 = v->l4, .role = v->role, .cloexec = v->cloexec,
		.has_tuple = v->has_tuple, .name = v->name, .open_flags = v->open_flags,
		.dev = v->dev, .ino = v->ino, .pidfd_pid = v->pidfd_pid, .tuple = v->tuple,
	};
}

bool
revive_leads_nowhere(const struct descriptor *fd)
{
	static const uint8_t nowhere[16];

	if (!fd->connected)
		return false;
	return fd->has_tuple && (fd->kind == FD_IPV4 || fd->kind == FD_IPV6) &&
	       !fd->tuple.dst_port && !memcmp(fd->tuple.dst_ip, nowhere, sizeof(nowhere));
}

void
revive_process(struct process *p, const struct process_version *v)
{
	*p = (struct process){
		.id = v->of->id, .version = v->id, .born = v->of->born,
		.born_ns = v->of->born_ns, .pid = v->pid, .ppid = v->ppid, .vpid = v->vpid,
		.sid = v->sid, .vpgid = v->vpgid, .pgid = v->pgid, .comm = v->comm,
		.exe = v->exe, .exepath = v->exepath, .args = v->args, .env = v->env,
		.cgroups = v->cgroups, .cwd = v->cwd, .root = v->root, .uid = v->uid,
		.gid = v->gid, .loginuid = v->loginuid, .tty = v->tty,
		.container = v->container, .exe_writable = v->exe_writable,
		.exe_upper_layer = v->exe_upper_layer,
		.exe_lower_layer = v->exe_lower_layer,
		.exe_from_memfd = v->exe_from_memfd,
		.cap_inheritable = v->cap_inheritable, .cap_permitted = v->cap_permitted,
		.cap_effective = v->cap_effective, .exe_ino = v->exe_ino,
		.exe_ino_ctime_ns = v->exe_ino_ctime_ns,
		.exe_ino_mtime_ns = v->exe_ino_mtime_ns,
		.pidns_start_ns = v->pidns_start_ns, .fdlimit = -1,
	};
}

void
revive_thread(struct thread *t, const struct kept_thread *k, uint32_t comm)
{
	/* Its call stays as it is: nothing. */
	t->id = k->id;
	t->born = k->born;
	t->born_ns = k->born_ns;
	t->tid = k->tid;
	t->vtid = t->ptid = -1;
	t->flags = 0;
	t->comm = comm;
	t->known = atomic_load_explicit(&k->known, memory_order_relaxed);
}

void
revive_thread_state(struct thread *t, const struct kept_thread_state *state, uint32_t comm)
{
	if (!state)
		return;
	t->comm = comm ? comm : state->comm;
	t->vtid = state->vtid;
	t->flags = state->flags;
	t->vmsize_kb = state->vmsize_kb;
	t->vmrss_kb = state->vmrss_kb;
	t->vmswap_kb = state->vmswap_kb;
	t->pfmajor = state->pfmajor;
	t->pfminor = state->pfminor;
	t->cpu_user = state->cpu_user;
	t->cpu_system = state->cpu_system;
	t->user_step = state->user_step;
	t->system_step = state->system_step;
	t->n_samples = state->n_samples;
}
