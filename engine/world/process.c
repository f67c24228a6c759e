#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/world/state.h"

struct process *
process_find(const struct world *w, int64_t pid)
{
	return map_get(&w->processes, (uint64_t)pid);
}

void
process_changed(struct world *w, struct process *p)
{
	w->age.lineage++;
	if (p->changed_at)
		return;
	p->was = p->version;
	p->version = 0;
	xgrow(&w->changed, &w->cap_changed, w->n_changed + 1, sizeof(*w->changed));
	w->changed[w->n_changed++] = p;
	p->changed_at = (uint32_t)w->n_changed;
}

/* Give P, which changed, its old version back. */
static void
take_back_change(struct world *w, struct process *p)
{
	struct process *last;

	if (!p->changed_at)
		return;
	last = w->changed[--w->n_changed];
	w->changed[p->changed_at - 1] = last;
	last->changed_at = p->changed_at;
	p->changed_at = 0;
	p->version = p->was;
}

void
process_learned(struct world *w, struct process *p)
{
	if (!p->was || !p->changed_at)
		return;		/* nobody was told otherwise */
	take_back_change(w, p);
	version_remember(w, &p->memo, version_of_process(p), p->version);
	w->age.generation++;
	if (w->observer && w->observer->learned_process)
		w->observer->learned_process(w->ctx, p);
}

struct process *
process_new(struct world *w, int64_t pid)
{
	struct process *p = pool_get(&w->process_pool);

	p->id = ++w->last_entity;
	p->born = w->n_events;
	p->pid = pid;
	p->ppid = p->vpid = p->sid = p->vpgid = p->pgid = -1;
	p->fdlimit = -1;
	p->uid = p->gid = p->loginuid = NO_UID;
	p->fds = pool_get(&w->table_pool);
	p->fds->id = ++w->last_table;
	p->fds->n_users = 1;
	if (pid >= 0)
		map_put(&w->processes, (uint64_t)pid, p);
	process_changed(w, p);
	return p;
}

static void
join_process(struct thread *t, struct process *p)
{
	t->proc = p;
	t->prev_in_proc = NULL;
	t->next_in_proc = p->threads;
	if (p->threads)
		p->threads->prev_in_proc = t;
	p->threads = t;
	p->n_threads++;
	if (t->tid == p->pid)
		p->leader = t;
}

static void
leave_process(struct thread *t)
{
	struct process *p = t->proc;

	if (t->prev_in_proc)
		t->prev_in_proc->next_in_proc = t->next_in_proc;
	else
		p->threads = t->next_in_proc;
	if (t->next_in_proc)
		t->next_in_proc->prev_in_proc = t->prev_in_proc;
	if (!t->is_zombie)
		p->n_threads--;
	t->is_zombie = false;
	if (p->leader == t)
		p->leader = NULL;
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
	join_process(t, p);
	map_put(&w->threads, (uint64_t)tid, t);
	w->age.lineage++;
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

/* Nothing real is nested deeper; what is made up must not take long. */
#define LEVELS_MAX 4096

/* Would it make a ring to put P below PARENT? */
static bool
makes_ring(const struct process *parent, const struct process *p)
{
	int level;

	if (!p->first_child)
		return parent == p;
	for (level = 0; parent && level < LEVELS_MAX; parent = parent->parent, level++)
		if (parent == p)
			return true;
	return parent != NULL;
}

static void
join_parent(struct process *p, struct process *parent)
{
	leave_parent(p);
	if (!parent || makes_ring(parent, p))
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
	struct process *a = p->parent;

	for (int level = 0; a && level < LEVELS_MAX; a = a->parent, level++)
		if (a->is_reaper)
			return a;
	return NULL;
}

/* Nobody outlives so many of those who took him in; what is made up must not
 * hand on the same children with each exit. */
#define HANDED_MAX 16

static void
give_children_away(struct world *w, struct process *p, int64_t reaper_tid)
{
	struct thread *t = reaper_tid > 0 ? thread_find(w, reaper_tid) : NULL;
	struct process *to, *child;

	if (!p->first_child)
		return;
	to = t && t->proc != p ? t->proc : reaper_of(p);
	if (to && t)
		to->is_reaper = true;
	while ((child = p->first_child)) {
		leave_parent(child);
		if (to && child->n_handed < HANDED_MAX) {
			child->n_handed++;
			join_parent(child, to);
		}
		if (!child->parent)
			child->ppid = 0;
		process_changed(w, child);
	}
}

/* Descriptor tables --------------------------------------------------- */

static void
table_empty(struct world *w, struct process *p, struct fd_table *table)
{
	bool is_told = w->observer && w->observer->fd_end;
	struct descriptor *fd;

	/* Somebody wants to know, or the list of changes must. */
	if (is_told || w->n_changed_fds)
		for (int64_t num = 0; (fd = fd_tree_next(&table->fds, &num)); num++)
			fd_forget(w, p, fd);
	w->n_fds -= table->fds.n;
	fd_tree_clear(&w->fd_store, &table->fds);
}

/* Let go of P's descriptors, as far as nobody else has them. */
static void
empty_fds(struct world *w, struct process *p)
{
	if (p->fds->n_users == 1)
		table_empty(w, p, p->fds);
	else if (w->n_changed_fds)
		versions_finish_fds(w);		/* they may name P */
}

static void
drop_fds(struct world *w, struct process *p)
{
	empty_fds(w, p);
	if (--p->fds->n_users == 0)
		pool_put(&w->table_pool, p->fds);
	p->fds = NULL;
}

void
process_share_fds(struct world *w, struct process *p, struct process *with)
{
	drop_fds(w, p);
	p->fds = with->fds;
	p->fds->n_users++;
}

void
process_copy_fds(struct world *w, struct process *p, const struct process *from)
{
	struct fd_table *table = pool_get(&w->table_pool);

	table->id = ++w->last_table;
	if (w->n_changed_fds)
		versions_finish_fds(w);		/* what is copied has its version */
	table->n_users = 1;
	table->complete = from->fds->complete;
	fd_tree_share(&table->fds, &from->fds->fds);
	w->n_fds += table->fds.n;
	drop_fds(w, p);
	p->fds = table;
	if (!p->version && !p->was) {
		w->forked_from = from;
		w->forked = p;
	} else if (w->observer && w->observer->fd_fork) {
		w->observer->fd_fork(w->ctx, w->n_events, from, p);
	}
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
	if (w->forked_from == p || w->forked == p)
		versions_finish(w);
	give_children_away(w, p, reaper_tid);
	leave_parent(p);
	empty_fds(w, p);
	take_back_change(w, p);
	if (p->version && w->observer && w->observer->process_end)
		w->observer->process_end(w->ctx, w->n_events, p);
	if (w->closing_in == p)
		w->closing_in = NULL;
	if (p->pid >= 0 && process_find(w, p->pid) == p)
		map_del(&w->processes, (uint64_t)p->pid);
	drop_fds(w, p);
	version_memo_free(p->memo);
	pool_put(&w->process_pool, p);
}

void
thread_revive(struct thread *t)
{
	t->dead = false;
	if (t->is_zombie)
		t->proc->n_threads++;
	t->is_zombie = false;
}

/* Take T out of the tables and free it; its process stays. */
static void
thread_free(struct world *w, struct thread *t)
{
	if ((t->version || t->proc->version) && w->observer && w->observer->thread_end)
		w->observer->thread_end(w->ctx, w->n_events, t);
	if (w->dying == t)
		w->dying = NULL;
	if (w->ended == t)
		w->ended = NULL;
	if (w->moment.enter == &t->enter)
		w->moment.enter = NULL;
	leave_process(t);
	map_del(&w->threads, (uint64_t)t->tid);
	w->age.lineage++;
	free(t->enter_bytes);
	version_memo_free(t->memo);
	pool_put(&w->thread_pool, t);
}

void
thread_remove(struct world *w, struct thread *t, int64_t reaper_tid)
{
	struct process *p = t->proc;

	thread_free(w, t);
	if (p->n_threads)
		return;
	/* Only a leader that exited before can be left. */
	while (p->threads)
		thread_free(w, p->threads);
	process_free(w, p, reaper_tid);
}

static struct thread *
find_leader(const struct process *p)
{
	struct thread *t = p->threads;

	while (t && t->tid != p->pid)
		t = t->next_in_proc;
	return t;
}

/* TO is who P really is: what was seen of P's descriptors is TO's. */
static void
move_fds(struct world *w, struct process *p, struct process *to)
{
	const struct fd_tree *from = &p->fds->fds;
	struct descriptor *fd;

	if (p->fds->n_users > 1)
		return;
	for (int64_t num = 0; (fd = fd_tree_next(from, &num)); num++) {
		struct descriptor *is;

		if (fd_find(to, num))
			continue;
		is = fd_add(w, to, num, fd->kind);
		fd_take(is, fd);
		is->born = fd->born;
	}
	table_empty(w, p, p->fds);
}

void
thread_learn_pid(struct world *w, struct thread *t, int64_t pid)
{
	struct process *p = t->proc, *real;

	if (p->pid >= 0 || pid < 0)
		return;
	w->age.generation++;
	w->age.lineage++;
	real = process_find(w, pid);
	if (!real) {
		p->pid = pid;
		map_put(&w->processes, (uint64_t)pid, p);
		p->leader = find_leader(p);
		process_changed(w, p);
		for (struct process *child = p->first_child; child; child = child->next_sibling) {
			child->ppid = pid;
			process_changed(w, child);
		}
		return;
	}
	while ((t = p->threads)) {
		leave_process(t);
		join_process(t, real);
	}
	move_fds(w, p, real);
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
	size_t at = 0, n = 0, n_all = w->threads.n;
	int64_t *tids = xreallocarray(NULL, n_all, sizeof(*tids));
	uint64_t tid;
	void *t;

	w->dying = NULL;
	w->closing_in = NULL;
	while (n < n_all && map_next(&w->threads, &at, &tid, &t)) {
		struct process *p = ((struct thread *)t)->proc;

		/* Nobody gets orphans any more. */
		p->parent = p->first_child = p->next_sibling = p->prev_sibling = NULL;
		tids[n++] = (int64_t)tid;
	}
	for (size_t i = 0; i < n; i++) {
		struct thread *left = thread_find(w, tids[i]);

		if (left)
			thread_remove(w, left, 0);
	}
	free(tids);
	memset(w->gone, 0, sizeof(w->gone));
	forks_forget(w);
}
