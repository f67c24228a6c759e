#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/world/path.h"
#include "engine/world/state.h"

/*
 * The state at the start of a section, as its tables list it. Parents may come
 * after children and leaders after their threads, so links are made when all
 * of it is in: at the first event, or at the end.
 */

#define IFACES_MAX 65536

static struct span
without_suffix(struct span s, const char *suffix)
{
	size_t n = strlen(suffix);

	if (s.len > n && !memcmp(s.p + s.len - n, suffix, n))
		s.len -= n;
	return s;
}

static struct span
until_nul(struct span s)
{
	const uint8_t *nul = s.len ? memchr(s.p, '\0', s.len) : NULL;

	if (nul)
		s.len = (size_t)(nul - s.p);
	return s;
}

/* Early writers took the end of the line in /proc/net/unix for a part of the
 * path. */
static struct span
unix_path(struct span name)
{
	return without_suffix(name, "\n");
}

static void
take_process(struct world *w, struct process *p, const struct proc_record *r)
{
	p->vpid = r->vpid;
	p->sid = r->sid;
	p->vpgid = r->vpgid;
	p->pgid = r->pgid;
	p->comm = name_of(w, until_nul(r->comm));
	p->exe = name_of(w, until_nul(r->exe));
	p->exepath = name_of(w, without_suffix(until_nul(r->exepath), " (deleted)"));
	p->args = name_of(w, r->args);
	p->env = name_of(w, r->env);
	p->cgroups = name_of(w, r->cgroups);
	p->root = name_of(w, until_nul(r->root));
	p->uid = r->uid;
	p->gid = r->gid;
	p->loginuid = r->loginuid;
	p->tty = r->tty;
	p->exe_writable = r->exe_writable;
	p->exe_upper_layer = r->exe_upper_layer;
	p->exe_lower_layer = r->exe_lower_layer;
	p->exe_from_memfd = r->exe_from_memfd;
	p->cap_inheritable = r->cap_inheritable;
	p->cap_permitted = r->cap_permitted;
	p->cap_effective = r->cap_effective;
	p->exe_ino = r->exe_ino;
	p->exe_ino_ctime_ns = r->exe_ino_ctime_ns;
	p->exe_ino_mtime_ns = r->exe_ino_mtime_ns;
	p->pidns_start_ns = r->pidns_start_ns;
	p->fdlimit = r->fdlimit;
	p->is_reaper = r->pid == 1 || r->vpid == 1;
	p->fds->complete = true;
	w->path.len = 0;
	if (r->cwd.len) {
		struct span cwd = until_nul(r->cwd);

		text_bytes(&w->path, cwd.p, cwd.len);
		if (!cwd.len || cwd.p[cwd.len - 1] != '/')
			text_char(&w->path, '/');
		p->cwd = name_of(w, (struct span){ (uint8_t *)w->path.p, w->path.len });
	}
}

static void
take_proc(struct world *w, const struct proc_record *r)
{
	struct process *p = r->pid >= 0 ? process_find(w, r->pid) : NULL;
	bool is_leader = r->tid == r->pid || (r->flags & CLF_MAIN_THREAD);
	struct thread *t;

	if (r->tid < 0)
		return;
	if (!p)
		p = process_new(w, r->pid);
	t = thread_new(w, p, r->tid);
	t->vtid = r->vtid;
	t->ptid = r->ptid;
	t->flags = r->flags & ~THREAD_CHILD_FIRST;
	t->is_confirmed = true;
	t->comm = name_of(w, until_nul(r->comm));
	t->vmsize_kb = r->vmsize_kb;
	t->vmrss_kb = r->vmrss_kb;
	t->vmswap_kb = r->vmswap_kb;
	t->pfmajor = r->pfmajor;
	t->pfminor = r->pfminor;
	if (is_leader || !p->comm)
		take_process(w, p, r);
	process_changed(w, p);
}

static void
take_fd(struct world *w, const struct fd_record *r)
{
	struct thread *t = thread_find(w, r->tid);
	struct descriptor *fd;

	if (!t)
		return;
	fd = fd_add(w, t->proc, r->fd, r->kind < FD_KINDS ? r->kind : FD_UNSUPPORTED);
	if (!fd)
		return;
	fd->l4 = r->l4;
	fd->ino = r->ino;
	fd->name = name_of(w, fd->kind == FD_UNIX ? unix_path(until_nul(r->name)) :
						    until_nul(r->name));
	fd->open_flags = r->open_flags;
	fd->cloexec = r->open_flags & OF_CLOEXEC;
	fd->dev = r->dev;
	if (fd->kind == FD_UNIX) {
		fd->tuple.unix_src = r->unix_src;
		fd->tuple.unix_dst = r->unix_dst;
	} else if (fd_is_inet(fd)) {
		memcpy(fd->tuple.src_ip, r->src_ip, sizeof(fd->tuple.src_ip));
		memcpy(fd->tuple.dst_ip, r->dst_ip, sizeof(fd->tuple.dst_ip));
		fd->tuple.src_port = r->src_port;
		fd->tuple.dst_port = r->dst_port;
		fd->has_tuple = true;
		socket_note_served(w, fd);
	}
	fd->is_restated = r->is_restated;
	if (!r->is_restated)
		return;
	fd->role = r->role;
	fd->connected = r->connected;
	fd->cloexec = r->cloexec;
	fd->has_tuple = r->has_tuple;
	fd->pidfd_pid = r->pidfd_pid;
}

static void
take_user(struct world *w, const struct user_record *r, bool is_group)
{
	struct user u = {
		.container = CONTAINER_HOST,
		.uid = is_group ? r->gid : r->uid, .gid = r->gid, .is_group = is_group,
		.name = name_of(w, until_nul(r->name)),
	};

	if (!is_group) {
		u.home = name_of(w, until_nul(r->home));
		u.shell = name_of(w, until_nul(r->shell));
	}
	users_put(w->users, &u);
	w->age.facts++;
}

static void
take_iface(struct world *w, const struct iface_record *r)
{
	struct iface_record *iface;

	if (w->n_ifaces == IFACES_MAX)
		return;
	xgrow(&w->ifaces, &w->cap_ifaces, w->n_ifaces + 1, sizeof(*w->ifaces));
	iface = &w->ifaces[w->n_ifaces++];
	*iface = *r;
	iface->name.p = (uint8_t *)xstrndup((const char *)r->name.p, r->name.len);
}

static void
take_machine(struct world *w, const struct machine_record *r)
{
	struct span host = until_nul(r->hostname);
	size_t len = host.len < sizeof(w->hostname) ? host.len : sizeof(w->hostname) - 1;

	memcpy(w->hostname, host.p, len);
	w->hostname[len] = '\0';
	w->machine = *r;
	w->machine.hostname = (struct span){ (const uint8_t *)w->hostname, len };
	w->has_machine = true;
}

void
initial_take(struct world *w, const struct record *rec)
{
	switch (rec->kind) {
	case RECORD_MACHINE:
		take_machine(w, &rec->machine);
		break;
	case RECORD_IFACE:
		take_iface(w, &rec->iface);
		break;
	case RECORD_USER:
	case RECORD_GROUP:
		take_user(w, &rec->user, rec->kind == RECORD_GROUP);
		break;
	case RECORD_PROC:
		take_proc(w, &rec->proc);
		break;
	case RECORD_FD:
		take_fd(w, &rec->fd);
		break;
	default:
		break;
	}
}

void
initial_finish(struct world *w)
{
	/* Those that are new, and no others: what events told since counts. */
	for (size_t i = 0; i < w->n_changed; i++) {
		struct process *p = w->changed[i];

		if (p->was)
			continue;
		process_set_parent(w, p, p->leader ? p->leader->ptid : p->threads->ptid);
	}
	for (size_t i = 0; i < w->n_changed; i++)
		process_find_container(w, w->changed[i]);
	for (size_t i = 0; i < w->n_changed_fds; i++)
		if (!w->changed_fds[i].fd->is_restated)
			socket_fix_initial(w, w->changed_fds[i].fd);
	versions_finish(w);
}
