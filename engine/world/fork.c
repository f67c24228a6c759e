#include <string.h>

#include "engine/world/state.h"

/*
 * Children whose parent returns from clone() before they run, and which it cannot name,
 * because it knows numbers of another pid namespace. They are made when they run; until
 * then the parent may have closed what they have. So what it had is kept, which costs a
 * pointer: trees of descriptors are shared until they change.
 */

#define CHILDREN_MAX 16			/* looked at: the newest */

static void
drop(struct world *w, struct pending_fork *f)
{
	fd_tree_clear(&w->fd_store, &f->fds);
	*f = (struct pending_fork){ 0 };
}

/* Did the child that MAKER knows as NUMBER run first? */
static bool
has_run(const struct process *maker, int64_t number)
{
	const struct process *child = maker->first_child;

	for (int i = 0; child && i < CHILDREN_MAX; i++, child = child->next_sibling)
		if (child->leader && child->leader->flags & THREAD_CHILD_FIRST &&
		    (child->leader->vtid == number || child->leader->tid == number)) {
			child->leader->flags &= ~THREAD_CHILD_FIRST;
			return true;
		}
	return false;
}

void
fork_note(struct world *w, const struct process *maker, int64_t number)
{
	struct pending_fork *f = &w->forks[w->next_fork % FORKS_PENDING];

	if (has_run(maker, number) || !maker->fds->fds.n)
		return;
	if (w->n_changed_fds)
		versions_finish_fds(w);		/* what is kept has its version */
	drop(w, f);
	w->next_fork++;
	f->maker = maker->id;
	f->number = number;
	f->ns = w->now_ns;
	fd_tree_share(&f->fds, &maker->fds->fds);
}

static struct pending_fork *
find(struct world *w, const struct process *maker, int64_t number)
{
	struct pending_fork *f, *newest = NULL;

	for (size_t i = 0; i < FORKS_PENDING; i++) {
		f = &w->forks[i];
		if (f->maker == maker->id && f->number == number &&
		    (!newest || f->ns > newest->ns))
			newest = f;
	}
	return newest;
}

/* Give P the descriptors in HAD, and only those. */
static void
mend(struct world *w, struct process *p, const struct fd_tree *had)
{
	for (int64_t num = 0; num < INT64_MAX && fd_tree_differ(&p->fds->fds, had, &num); num++) {
		const struct descriptor *was = fd_tree_get(had, num);
		struct descriptor *fd = was ? fd_add(w, p, num, was->kind) : NULL;

		if (fd)
			fd_take(fd, was);
		else if (!was)
			fd_remove(w, p, num);
	}
}

void
fork_begin(struct world *w, struct thread *child, const struct process *maker)
{
	struct process *p = child->proc;
	struct pending_fork *f = find(w, maker, child->vtid);

	if (!f)
		f = find(w, maker, child->tid);
	if (!f)
		return;
	child->flags &= ~THREAD_CHILD_FIRST;
	if (p->fds->n_users == 1 && p->fds->fds.root != f->fds.root) {
		/* First that it has what its maker has by now, then what is otherwise. */
		versions_finish(w);
		mend(w, p, &f->fds);
	}
	drop(w, f);
}

void
forks_forget(struct world *w)
{
	for (size_t i = 0; i < FORKS_PENDING; i++)
		drop(w, &w->forks[i]);
}
