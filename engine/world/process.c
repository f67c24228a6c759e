#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/world/state.h"

struct thread *
thread_find(const struct world *w, int64_t tid)
{
	return map_get(&w->threads, (uint64_t)tid);
}

struct process *
process_find(const struct world *w, int64_t pid)
{
	return map_get(&w->processes, (uint64_t)pid);
}

struct thread *
process_leader(const struct process *p)
{
	struct thread *t;

	for (t = p->threads; t; t = t->next_in_proc)
		if (t->tid == p->pid)
			return t;
	return NULL;
}

void
process_changed(struct world *w, struct process *p)
{
	if (p->version == 0)
		return;
	p->version = 0;
	xgrow(&w->changed, &w->cap_changed, w->n_changed + 1, sizeof(*w->changed));
	w->changed[w->n_changed++] = p;
}

struct process *
process_new(struct world *w, int64_t pid)
{
	struct process *p = pool_get(&w->process_pool);

	p->id = ++w->last_entity;
	p->version = UINT32_MAX;
	p->born = w->n_events;
	p->pid = pid;
	p->ppid = p->vpid = p->sid = p->vpgid = p->pgid = -1;
	p->fdlimit = -1;
	p->uid = p->gid = p->loginuid = NO_UID;
	p->fds = pool_get(&w->table_pool);
	p->fds->n_users = 1;
	if (pid >= 0)
		map_put(&w->processes, (uint64_t)pid, p);
	process_changed(w, p);
	return p;
}

struct thread *
thread_new(struct world *w, struct process *p, int64_t tid)
{
	struct thread *old = thread_find(w, tid);
	struct thread *t;

	if (old) {
		/* Its end was not recorded. P must not go with it. */
		p->n_threads++;
		thread_remove(w, old, 0);
		p->n_threads--;
	}
	t = pool_get(&w->thread_pool);
	t->id = ++w->last_entity;
	t->born = w->n_events;
	t->tid = tid;
	t->vtid = t->ptid = -1;
	t->enter_fd = NO_FD;
	t->known = true;
	t->proc = p;
	t->next_in_proc = p->threads;
	p->threads = t;
	p->n_threads++;
	map_put(&w->threads, (uint64_t)tid, t);
	return t;
}

struct thread *
thread_new_unknown(struct world *w, int64_t tid)
{
	struct process *p = process_new(w, -1);
	struct thread *t = thread_new(w, p, tid);

	t->known = false;
	return t;
}

/* Parents ------------------------------------------------------------- */

static void
leave_parent(struct process *p)
{
	if (!p->parent)
		return;
	if (p->prev_sibling)
		p->prev_sibling->next_sibling = p->next_sibling;
	else
		p->parent->first_child = p->next_sibling;
	if (p->next_sibling)
		p->next_sibling->prev_sibling = p->prev_sibling;
	p->parent = p->prev_sibling = p->next_sibling = NULL;
}

/* Would it make a ring to put P below PARENT? */
static bool
is_below(const struct process *parent, const struct process *p)
{
	for (; parent; parent = parent->parent)
		if (parent == p)
			return true;
	return false;
}

static void
join_parent(struct process *p, struct process *parent)
{
	leave_parent(p);
	if (!parent || is_below(parent, p))
		return;
	p->parent = parent;
	p->next_sibling = parent->first_child;
	if (p->next_sibling)
		p->next_sibling->prev_sibling = p;
	parent->first_child = p;
	p->ppid = parent->pid;
}

void
process_set_parent(struct world *w, struct process *p, int64_t ptid)
{
	struct thread *maker = thread_find(w, ptid);

	if (p->pid == 1 || ptid <= 0) {
		join_parent(p, NULL);
		p->ppid = ptid < 0 ? -1 : 0;
	} else if (maker && maker->proc != p && maker->proc->pid >= 0) {
		join_parent(p, maker->proc);
	} else {
		join_parent(p, NULL);
		p->ppid = ptid;
	}
	process_changed(w, p);
}

/* Who gets the children of P when nobody says: the nearest ancestor that
 * takes orphans. */
static struct process *
reaper_of(const struct process *p)
{
	struct process *a;

	for (a = p->parent; a; a = a->parent)
		if (a->is_reaper)
			return a;
	return NULL;
}

static void
give_children_away(struct world *w, struct process *p, int64_t reaper_tid)
{
	struct thread *t = reaper_tid > 0 ? thread_find(w, reaper_tid) : NULL;
	struct process *to = t && t->proc != p ? t->proc : reaper_of(p);
	struct process *child;

	if (to && t)
		to->is_reaper = true;
	while ((child = p->first_child)) {
		leave_parent(child);
		if (to)
			join_parent(child, to);
		if (!child->parent)
			child->ppid = 0;
		process_changed(w, child);
	}
}

/* Descriptor tables --------------------------------------------------- */

static void
table_empty(struct world *w, struct process *p, struct fd_table *table)
{
	size_t at = 0;
	uint64_t num;
	void *fd;

	while (map_next(&table->by_num, &at, &num, &fd)) {
		fd_forget(w, p, fd);
		pool_put(&w->fd_pool, fd);
		w->n_fds--;
	}
	map_fini(&table->by_num);
}

void
process_drop_fds(struct world *w, struct process *p)
{
	if (--p->fds->n_users == 0) {
		table_empty(w, p, p->fds);
		pool_put(&w->table_pool, p->fds);
	}
	p->fds = NULL;
}

void
process_share_fds(struct world *w, struct process *p, struct process *with)
{
	process_drop_fds(w, p);
	p->fds = with->fds;
	p->fds->n_users++;
}

void
process_copy_fds(struct world *w, struct process *p, const struct process *from)
{
	struct fd_table *table = pool_get(&w->table_pool);
	size_t at = 0;
	uint64_t num;
	void *value;

	table->n_users = 1;
	table->complete = from->fds->complete;
	while (map_next(&from->fds->by_num, &at, &num, &value)) {
		struct descriptor *fd = pool_get(&w->fd_pool);

		*fd = *(struct descriptor *)value;
		fd->memo = NULL;
		map_put(&table->by_num, num, fd);
		w->n_fds++;
	}
	if (p->fds)
		process_drop_fds(w, p);
	p->fds = table;
	if (w->observer && w->observer->fd_fork)
		w->observer->fd_fork(w->ctx, w->n_events, from, p);
}

void
process_own_fds(struct world *w, struct process *p)
{
	if (p->fds->n_users > 1)
		process_copy_fds(w, p, p);
}

/* Ends ---------------------------------------------------------------- */

static void
process_free(struct world *w, struct process *p, int64_t reaper_tid)
{
	give_children_away(w, p, reaper_tid);
	leave_parent(p);
	for (size_t i = 0; i < w->n_changed; i++)
		if (w->changed[i] == p)
			w->changed[i--] = w->changed[--w->n_changed];
	if (w->observer && w->observer->process_end)
		w->observer->process_end(w->ctx, w->n_events, p);
	if (w->closing_in == p)
		w->closing_in = NULL;
	if (p->pid >= 0 && process_find(w, p->pid) == p)
		map_del(&w->processes, (uint64_t)p->pid);
	process_drop_fds(w, p);
	version_memo_free(p->memo);
	pool_put(&w->process_pool, p);
}

static void
leave_process(struct thread *t)
{
	struct thread **at = &t->proc->threads;

	while (*at != t)
		at = &(*at)->next_in_proc;
	*at = t->next_in_proc;
	t->proc->n_threads--;
}

void
thread_remove(struct world *w, struct thread *t, int64_t reaper_tid)
{
	struct process *p = t->proc;

	w->gone[hash_u64((uint64_t)t->tid, 1) % N_GONE] =
		(struct gone){ t->tid, t->ptid, w->now_ns };
	if (w->observer && w->observer->thread_end)
		w->observer->thread_end(w->ctx, w->n_events, t);
	if (w->dying == t)
		w->dying = NULL;
	if (w->ended == t)
		w->ended = NULL;
	if (w->moment.enter == &t->enter)
		w->moment.enter = NULL;
	leave_process(t);
	map_del(&w->threads, (uint64_t)t->tid);
	free(t->enter_bytes);
	pool_put(&w->thread_pool, t);
	if (p->n_threads == 0)
		process_free(w, p, reaper_tid);
}

void
thread_learn_pid(struct world *w, struct thread *t, int64_t pid)
{
	struct process *p = t->proc, *real;

	if (p->pid >= 0 || pid < 0)
		return;
	real = process_find(w, pid);
	if (!real) {
		p->pid = pid;
		map_put(&w->processes, (uint64_t)pid, p);
		if (w->observer && w->observer->learned_process)
			w->observer->learned_process(w->ctx, p);
		return;
	}
	leave_process(t);
	t->proc = real;
	t->next_in_proc = real->threads;
	real->threads = t;
	real->n_threads++;
	if (p->n_threads == 0)
		process_free(w, p, 0);
}

struct ancestry {
	const struct world *w;
	const struct process *p;
};

static bool
tell_ancestor(void *ctx, unsigned level, struct span *env, struct span *args)
{
	const struct ancestry *a = ctx;
	const struct process *p = a->p;

	while (p && level--)
		p = p->parent;
	if (!p)
		return false;
	*env = name_span(a->w, p->env);
	*args = name_span(a->w, p->args);
	return true;
}

void
process_find_container(struct world *w, struct process *p)
{
	struct ancestry a = { w, p };
	struct container_hints hints = {
		.root = name_span(w, p->root), .ancestor = tell_ancestor, .ctx = &a,
	};

	p->container = containers_of_cgroups(w->containers, name_span(w, p->cgroups), &hints);
}

void
world_clear(struct world *w)
{
	size_t at = 0;
	uint64_t tid;
	void *t;

	w->dying = NULL;
	w->closing_in = NULL;
	while (w->threads.n) {
		at = 0;
		map_next(&w->threads, &at, &tid, &t);
		thread_remove(w, t, 0);
	}
	w->n_changed = w->n_changed_fds = 0;
	memset(w->gone, 0, sizeof(w->gone));
}
