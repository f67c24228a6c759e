#include <stdlib.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/world/state.h"

/*
 * Versions are addressed by their content within an entity: going back to a
 * known state takes the old id, so that a socket which serves a thousand peers
 * has a thousand versions, however many datagrams pass. That takes memory for
 * each state an entity ever had, so it is done only while somebody keeps the
 * versions; without an observer each change simply gets the next id.
 *
 * Content is compared by 64 bits of hash alone. Two states of one entity that
 * agree in them by chance would share a version: that is accepted, and who
 * makes it happen on purpose only hides changes of his own process.
 */
struct version_memo {
	uint64_t first;			/* hash of the content that FIRST_ID stands for: most */
	uint32_t first_id;		/* things have only one */
	struct map ids;			/* of the others: to the id, as a pointer */
};

#define MIX(h, v) ((h) = hash_mix((h) ^ (uint64_t)(v), 0x9E3779B97F4A7C15u) + 1)

uint64_t
version_of_process(const struct process *p)
{
	uint64_t h = 1;

	MIX(h, p->pid);
	MIX(h, p->ppid);
	MIX(h, p->comm);
	MIX(h, p->exe);
	MIX(h, p->exepath);
	MIX(h, p->args);
	MIX(h, p->env);
	MIX(h, p->cgroups);
	MIX(h, p->cwd);
	MIX(h, p->root);
	MIX(h, p->uid);
	MIX(h, p->gid);
	MIX(h, p->loginuid);
	MIX(h, p->container);
	MIX(h, p->sid);
	MIX(h, p->vpid);
	MIX(h, p->pgid);
	MIX(h, p->vpgid);
	MIX(h, p->cap_effective);
	MIX(h, p->cap_permitted);
	MIX(h, p->cap_inheritable);
	MIX(h, p->tty);
	MIX(h, p->exe_writable | p->exe_upper_layer << 1 | p->exe_lower_layer << 2 |
	       p->exe_from_memfd << 3);
	MIX(h, p->exe_ino);
	MIX(h, p->exe_ino_ctime_ns);
	MIX(h, p->exe_ino_mtime_ns);
	MIX(h, p->pidns_start_ns);
	return h;
}

uint64_t
version_of_fd(const struct descriptor *fd)
{
	uint64_t h = 1;

	MIX(h, fd->kind);
	MIX(h, fd->l4);
	MIX(h, fd->role);
	MIX(h, fd->cloexec);
	MIX(h, fd->name);
	MIX(h, fd->open_flags);
	MIX(h, fd->ino);
	MIX(h, fd->dev);
	MIX(h, fd->has_tuple);
	MIX(h, hash_bytes(&fd->tuple, sizeof(fd->tuple), 1));
	return h;
}

void
version_remember(struct world *w, struct version_memo **memo, uint64_t content, uint32_t id)
{
	struct version_memo *m = *memo;

	if (!w->observer)
		return;
	if (!m) {
		m = *memo = xzalloc(sizeof(*m));
		m->first = content;
		m->first_id = id;
		return;
	}
	if (!m->ids.seed)
		m->ids.seed = w->memo_seed;
	if (m->first == content)
		m->first_id = id;
	else
		map_put(&m->ids, content, (void *)(uintptr_t)id);
}

uint32_t
version_next(struct world *w, struct version_memo **memo, uint64_t content)
{
	uintptr_t id = 0;

	if (w->observer && *memo)
		id = (*memo)->first == content ? (*memo)->first_id :
			(uintptr_t)map_get(&(*memo)->ids, content);
	if (id)
		return (uint32_t)id;
	version_remember(w, memo, content, ++w->last_version);
	return w->last_version;
}

void
version_memo_free(struct version_memo *memo)
{
	if (!memo)
		return;
	map_fini(&memo->ids);
	free(memo);
}

void
versions_finish_fds(struct world *w)
{
	const struct world_observer *o = w->observer;

	for (size_t i = 0; i < w->n_changed_fds; i++) {
		struct descriptor *fd = w->changed_fds[i].fd;

		fd->changed_at = 0;
		fd->proved = w->n_events;
		fd->version = version_next(w, &fd->memo, version_of_fd(fd));
		if (fd->version != fd->was && o && o->fd)
			o->fd(w->ctx, w->n_events, w->changed_fds[i].p, fd);
	}
	w->n_changed_fds = 0;
}

void
versions_finish(struct world *w)
{
	const struct world_observer *o = w->observer;

	for (size_t i = 0; i < w->n_changed; i++) {
		struct process *p = w->changed[i];

		p->changed_at = 0;
		p->proved = w->n_events;
		p->version = version_next(w, &p->memo, version_of_process(p));
		if (p->version != p->was && o && o->process)
			o->process(w->ctx, w->n_events, p);
	}
	w->n_changed = 0;
	if (w->forked && o && o->fd_fork)
		o->fd_fork(w->ctx, w->n_events, w->forked_from, w->forked);
	w->forked = w->forked_from = NULL;
	versions_finish_fds(w);
}
