#include <stdlib.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/store/inside.h"
#include "engine/store/marks.h"
#include "engine/store/payload.h"
#include "engine/store/pyramid.h"

/*
 * The world tells of processes and descriptors when they change; threads, and
 * whatever was forgotten meanwhile, are kept when a row needs them. What is told
 * holds from the row that comes next: that of the event which is being applied, or
 * when that was written already, the one after it.
 */

static void *
as_value(uint32_t slot)
{
	return (void *)(uintptr_t)slot;
}

static uint32_t
slot_of(const struct map *m, uint64_t key)
{
	return (uint32_t)(uintptr_t)map_get(m, key);
}

/* Processes ----------------------------------------------------------- */

static void
index_process(struct store *s, struct kept_process *k, int64_t pid)
{
	_Atomic(struct kept_process *) *bucket = &s->by_pid[bucket_of(pid)];

	k->pid = pid;
	atomic_store_explicit(&k->next_of_pid,
			      atomic_load_explicit(bucket, memory_order_relaxed),
			      memory_order_relaxed);
	atomic_store_explicit(bucket, k, memory_order_release);
}

static struct kept_process *
keep_process(struct store *s, const struct process *p)
{
	struct kept_process *k = map_get(&s->process_of, p->id);

	if (!k) {
		k = pool_get(&s->process_pool);
		k->id = p->id;
		k->section = s->n_sections ? s->n_sections - 1 : 0;
		k->pid = -1;
		k->born = p->born;
		k->born_ns = p->born_ns;
		k->from = s->next;
		atomic_init(&k->to, KEPT_ALIVE);
		k->index = slots_add(&s->processes, k);
		map_put(&s->process_of, p->id, k);
	}
	if (k->pid < 0 && p->pid >= 0)
		index_process(s, k, p->pid);
	return k;
}

static void
fill_process_version(struct process_version *v, const struct process *p)
{
	v->id = p->version;
	v->pid = p->pid;
	v->ppid = p->ppid;
	v->vpid = p->vpid;
	v->sid = p->sid;
	v->vpgid = p->vpgid;
	v->pgid = p->pgid;
	v->comm = p->comm;
	v->exe = p->exe;
	v->exepath = p->exepath;
	v->args = p->args;
	v->env = p->env;
	v->cgroups = p->cgroups;
	v->cwd = p->cwd;
	v->root = p->root;
	v->uid = p->uid;
	v->gid = p->gid;
	v->loginuid = p->loginuid;
	v->tty = p->tty;
	v->container = p->container;
	v->exe_writable = p->exe_writable;
	v->exe_upper_layer = p->exe_upper_layer;
	v->exe_lower_layer = p->exe_lower_layer;
	v->exe_from_memfd = p->exe_from_memfd;
	v->cap_inheritable = p->cap_inheritable;
	v->cap_permitted = p->cap_permitted;
	v->cap_effective = p->cap_effective;
	v->exe_ino = p->exe_ino;
	v->exe_ino_ctime_ns = p->exe_ino_ctime_ns;
	v->exe_ino_mtime_ns = p->exe_ino_mtime_ns;
	v->pidns_start_ns = p->pidns_start_ns;
}

/* The version that P has now. */
static struct process_version *
keep_process_version(struct store *s, struct kept_process *k, const struct process *p)
{
	uint32_t slot = ids_get(&s->version_slots, p->version);
	struct process_version *v;
	struct kept_step step = { .from = s->next };

	if (slot) {
		v = slots_get(&s->process_versions, slot);
	} else {
		v = pool_get(&s->process_version_pool);
		v->of = k;
		fill_process_version(v, p);
		slot = v->slot = slots_add(&s->process_versions, v);
		ids_put(&s->version_slots, p->version, slot);
	}
	if (k->version != p->version) {
		k->version = p->version;
		step.slot = slot;
		trail_append(&k->versions, &s->grave, &step, sizeof(step));
	}
	return v;
}

void
keep_process_state(struct store *s, struct kept_process *k, const struct process *p)
{
	struct kept_process_state *now = &k->now;

	now->from = s->next;
	now->fdlimit = p->fdlimit;
	now->n_threads = p->n_threads;
	now->has_leader = p->leader != NULL;
	if (!now->table || now->table->id != p->fds->id)
		now->table = table_of(s, p->fds);
	trail_append(&k->states, &s->grave, now, sizeof(*now));
}

static void
told_process_end(void *ctx, uint64_t position, const struct process *p)
{
	struct store *s = ctx;
	struct kept_process *k = map_del(&s->process_of, p->id);

	(void)position;
	if (!k)
		return;
	atomic_store_explicit(&k->to, s->next, memory_order_relaxed);
	/* Its descriptors were told to end one by one: nobody will look there. */
	if (k->now.table && p->fds->n_users == 1 && k->now.table->id == p->fds->id)
		trail_end(&k->now.table->steps, &s->grave, s->next, sizeof(struct table_step));
}

static void
told_learned_process(void *ctx, const struct process *p)
{
	struct store *s = ctx;
	uint32_t slot = ids_get(&s->version_slots, p->version);
	struct process_version *old, *v;

	if (!slot)
		return;
	old = slots_get(&s->process_versions, slot);
	if (old->pid < 0 && p->pid >= 0)
		keep_process(s, p);
	v = pool_get(&s->process_version_pool);
	*v = *old;
	fill_process_version(v, p);
	slots_set(&s->process_versions, slot, v);
	old->slot = 0;
	grave_put(&s->grave, GRAVE_PROCESS_VERSION, old, 0);
}

/* Threads ------------------------------------------------------------- */

struct kept_thread *
keep_thread(struct store *s, const struct thread *t)
{
	struct kept_thread *k = map_get(&s->thread_of, t->id);
	_Atomic(struct kept_thread *) *bucket = &s->by_tid[bucket_of(t->tid)];

	if (k)
		return k;
	k = pool_get(&s->thread_pool);
	k->id = t->id;
	k->section = s->n_sections ? s->n_sections - 1 : 0;
	k->tid = t->tid;
	k->born = t->born;
	k->born_ns = t->born_ns;
	atomic_init(&k->known, t->known);
	k->from = s->next;
	atomic_init(&k->to, KEPT_ALIVE);
	k->index = slots_add(&s->threads, k);
	map_put(&s->thread_of, t->id, k);
	atomic_store_explicit(&k->next_of_tid,
			      atomic_load_explicit(bucket, memory_order_relaxed),
			      memory_order_relaxed);
	atomic_store_explicit(bucket, k, memory_order_release);
	return k;
}

static uint32_t
flags_of(const struct thread *t)
{
	return t->flags & ~THREAD_CHILD_FIRST;
}

static bool
is_same(const struct kept_thread_state *now, const struct thread *t)
{
	return now->vmsize_kb == t->vmsize_kb && now->vmrss_kb == t->vmrss_kb &&
	       now->vmswap_kb == t->vmswap_kb && now->pfmajor == t->pfmajor &&
	       now->pfminor == t->pfminor && now->n_samples == (uint32_t)t->n_samples &&
	       now->cpu_user == t->cpu_user && now->cpu_system == t->cpu_system &&
	       now->vtid == t->vtid && now->comm == t->comm && now->flags == flags_of(t);
}

static uint32_t
bounded(uint64_t v)
{
	return v < UINT32_MAX ? (uint32_t)v : UINT32_MAX;
}

void
keep_thread_state(struct store *s, struct kept_thread *k, const struct thread *t,
		  uint64_t ts_ns)
{
	const struct kept_thread_state *now = trail_at(&k->states, s->next, sizeof(*now));
	struct kept_thread_state next = {
		.from = s->next, .ts_ns = ts_ns, .pfmajor = t->pfmajor, .pfminor = t->pfminor,
		.cpu_user = t->cpu_user, .cpu_system = t->cpu_system,
		.cpu_user_ns = t->cpu_user_ns, .cpu_system_ns = t->cpu_system_ns,
		.vtid = t->vtid, .comm = t->comm, .flags = flags_of(t),
		.vmsize_kb = t->vmsize_kb, .vmrss_kb = t->vmrss_kb,
		.vmswap_kb = t->vmswap_kb, .n_samples = (uint32_t)t->n_samples,
		/* A field cuts them to 100 each, or in sum. */
		.user_step = bounded(t->user_step), .system_step = bounded(t->system_step),
	};

	if (!now || !is_same(now, t))
		trail_append(&k->states, &s->grave, &next, sizeof(next));
}

void
keep_birth(struct store *s, const struct thread *t)
{
	struct kept_thread *k = keep_thread(s, t);

	if (atomic_load_explicit(&k->proc, memory_order_relaxed))
		return;
	atomic_store_explicit(&k->proc, keep_process(s, t->proc), memory_order_release);
	keep_thread_state(s, k, t, 0);
}

uint32_t
keep_thread_version(struct store *s, struct kept_thread *k, const struct moment *m)
{
	const struct thread *t = m->thread;
	struct kept_process *p = keep_process(s, t->proc);
	struct process_version *pv = keep_process_version(s, p, t->proc);
	struct thread_version *v = slots_get(&s->thread_versions, k->slot);
	uint32_t slot;

	if (v)
		v->last = s->next;
	slot = ids_get(&s->version_slots, m->thread_version);
	if (!slot) {
		v = pool_get(&s->thread_version_pool);
		v->of = k;
		v->id = m->thread_version;
		v->process = pv->slot;
		v->comm = t->comm;
		v->tid = t->tid;
		slot = v->slot = slots_add(&s->thread_versions, v);
		ids_put(&s->version_slots, v->id, slot);
	}
	k->version = m->thread_version;
	k->slot = slot;
	atomic_store_explicit(&k->known, t->known, memory_order_relaxed);
	atomic_store_explicit(&k->proc, p, memory_order_release);
	keep_thread_state(s, k, t, m->ev->ts_ns);
	return slot;
}

static void
told_process(void *ctx, uint64_t position, const struct process *p)
{
	struct store *s = ctx;
	struct kept_process *k = keep_process(s, p);

	(void)position;
	keep_process_version(s, k, p);
	keep_process_state(s, k, p);
	for (const struct thread *t = p->threads; t; t = t->next_in_proc)
		keep_birth(s, t);
}

static void
told_thread_end(void *ctx, uint64_t position, const struct thread *t)
{
	struct store *s = ctx;
	struct kept_thread *k = map_del(&s->thread_of, t->id);
	struct thread_version *v = k ? slots_get(&s->thread_versions, k->slot) : NULL;

	(void)position;
	if (!k)
		return;
	atomic_store_explicit(&k->to, s->next, memory_order_relaxed);
	if (v)
		v->last = s->next;
	if (s->thread_cache[t->id % STORE_CACHE] == k)
		s->thread_cache[t->id % STORE_CACHE] = NULL;
}

uint32_t
keep_stray(struct store *s, const struct moment *m)
{
	uint64_t key = hash_mix(hash_u64((uint64_t)m->ev->tid, s->seed) ^ m->container,
				0xD6E8FEB86659FD93u);
	uint32_t slot = slot_of(&s->stray_of, key);
	struct thread_version *v;

	if (!slot) {
		v = pool_get(&s->thread_version_pool);
		v->container = m->container;
		v->tid = m->ev->tid;
		v->key = key;
		slot = v->slot = slots_add(&s->thread_versions, v);
		map_put(&s->stray_of, key, as_value(slot));
	}
	v = slots_get(&s->thread_versions, slot);
	v->last = s->next;
	return slot;
}

/* Descriptors --------------------------------------------------------- */

static void
fill_fd_version(struct fd_version *v, const struct descriptor *fd)
{
	v->id = fd->version;
	v->entity = fd->id;
	v->known = true;
	v->kind = fd->kind;
	v->l4 = fd->l4;
	v->role = fd->role;
	v->cloexec = fd->cloexec;
	v->has_tuple = fd->has_tuple;
	v->num = fd->num;
	v->born = fd->born;
	v->name = fd->name;
	v->open_flags = fd->open_flags;
	v->dev = fd->dev;
	v->ino = fd->ino;
	v->pidfd_pid = fd->pidfd_pid;
	v->tuple = fd->tuple;
}

uint32_t
keep_fd_version(struct store *s, const struct descriptor *fd)
{
	uint32_t slot = ids_get(&s->version_slots, fd->version);
	struct fd_version *v;

	if (slot)
		return slot;
	v = pool_get(&s->fd_version_pool);
	fill_fd_version(v, fd);
	slot = v->slot = slots_add(&s->fd_versions, v);
	ids_put(&s->version_slots, v->id, slot);
	return slot;
}

uint32_t
keep_number(struct store *s, int64_t num)
{
	uint32_t slot = slot_of(&s->number_of, (uint64_t)num);
	struct fd_version *v;

	if (!slot) {
		v = pool_get(&s->fd_version_pool);
		v->num = num;
		slot = v->slot = slots_add(&s->fd_versions, v);
		map_put(&s->number_of, (uint64_t)num, as_value(slot));
	}
	v = slots_get(&s->fd_versions, slot);
	v->last = s->next;
	return slot;
}

static void
told_fd(void *ctx, uint64_t position, const struct process *p, const struct descriptor *fd)
{
	struct store *s = ctx;
	struct table_step step = { s->next, keep_fd_version(s, fd), (uint32_t)p->fds->fds.n };

	(void)position;
	table_step_add(s, table_of(s, p->fds), &step);
}

static void
told_fd_end(void *ctx, uint64_t position, const struct process *p,
	    const struct descriptor *fd)
{
	struct store *s = ctx;
	uint32_t n = (uint32_t)p->fds->fds.n;
	struct table_step step = { s->next, keep_fd_version(s, fd) | TABLE_CLOSED, n - !!n };

	(void)position;
	table_step_add(s, table_of(s, p->fds), &step);
}

static void
told_fd_fork(void *ctx, uint64_t position, const struct process *parent,
	     const struct process *child)
{
	struct store *s = ctx;
	struct kept_process *k = map_get(&s->process_of, parent->id);
	struct kept_table *above = parent != child ? table_of(s, parent->fds) :
				   k ? k->now.table : NULL;
	struct kept_table *t = table_of(s, child->fds);

	(void)position;
	if (above && above != t)
		table_fork(s, t, above, (uint32_t)child->fds->fds.n);
	k = map_get(&s->process_of, child->id);
	if (k)
		keep_process_state(s, k, child);
}

static void
told_learned_fd(void *ctx, const struct process *p, const struct descriptor *fd)
{
	struct store *s = ctx;
	uint32_t slot = ids_get(&s->version_slots, fd->version);
	struct store_cached *c = &s->cache[fd->version % STORE_CACHE];
	struct fd_version *old, *v;

	(void)p;
	if (!slot)
		return;
	old = slots_get(&s->fd_versions, slot);
	v = pool_get(&s->fd_version_pool);
	*v = *old;
	fill_fd_version(v, fd);
	slots_set(&s->fd_versions, slot, v);
	if (c->id == fd->version)
		c->v = v;
	s->n_kinds_learned += v->kind != old->kind;
	old->slot = 0;
	grave_put(&s->grave, GRAVE_FD_VERSION, old, 0);
}

/* Names --------------------------------------------------------------- */

static void
mark_process_version(struct intern *names, const struct process_version *v)
{
	const uint32_t ids[] = { v->comm, v->exe, v->exepath, v->args, v->env, v->cgroups,
				 v->cwd, v->root };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		intern_mark(names, ids[i]);
}

static void
mark_thread(const struct kept_thread *k, struct intern *names)
{
	size_t n;
	const struct kept_thread_state *states = trail_all(&k->states, &n);

	for (size_t i = 0; i < n; i++)
		intern_mark(names, states[i].comm);
}

/* What waits in the graveyard can still be looked at. */
static void
mark_buried(const struct grave *g, struct intern *names)
{
	for (size_t i = g->head; i < g->n; i++) {
		const void *p = g->items[i].p;

		switch (g->items[i].kind) {
		case GRAVE_PROCESS_VERSION:
			mark_process_version(names, p);
			break;
		case GRAVE_THREAD_VERSION:
			intern_mark(names, ((const struct thread_version *)p)->comm);
			break;
		case GRAVE_FD_VERSION:
		case GRAVE_FD_VERSION_LEFT:
			intern_mark(names, ((const struct fd_version *)p)->name);
			break;
		case GRAVE_THREAD_LEFT:
			mark_thread(p, names);
			break;
		case GRAVE_CONTAINERS:
			containers_mark(p);
			break;
		case GRAVE_USERS:
			users_mark(p);
			break;
		default:
			break;
		}
	}
}

static void
told_mark(void *ctx, struct intern *names)
{
	struct store *s = ctx;

	for (uint32_t i = 1; i < s->threads.n; i++)
		if (slots_get(&s->threads, i))
			mark_thread(slots_get(&s->threads, i), names);

	for (uint32_t slot = 1; slot < s->process_versions.n; slot++) {
		const struct process_version *v = slots_get(&s->process_versions, slot);

		if (v)
			mark_process_version(names, v);
	}
	for (uint32_t slot = 1; slot < s->thread_versions.n; slot++) {
		const struct thread_version *v = slots_get(&s->thread_versions, slot);

		if (v)
			intern_mark(names, v->comm);
	}
	for (uint32_t slot = 1; slot < s->fd_versions.n; slot++) {
		const struct fd_version *v = slots_get(&s->fd_versions, slot);

		if (v)
			intern_mark(names, v->name);
	}
	marks_names(s, names);
	if (s->containers)
		containers_mark(s->containers);
	for (uint32_t i = 0; i < s->n_sections; i++)
		users_mark(s->sections[i].facts.users);
	mark_buried(&s->grave, names);
}

const struct world_observer keep_observer = {
	.process = told_process, .process_end = told_process_end,
	.thread_end = told_thread_end, .fd = told_fd, .fd_end = told_fd_end,
	.fd_fork = told_fd_fork, .learned_process = told_learned_process,
	.learned_fd = told_learned_fd, .mark = told_mark,
};

/* Ends ---------------------------------------------------------------- */

static void
bury_process(struct store *s, struct kept_process *k)
{
	trail_fini(&k->versions, &s->grave);
	trail_fini(&k->states, &s->grave);
	slots_del(&s->processes, k->index);
	pool_put(&s->process_pool, k);
}

static void
bury_thread(struct store *s, struct kept_thread *k)
{
	trail_fini(&k->states, &s->grave);
	trail_fini(&k->execs, &s->grave);
	slots_del(&s->threads, k->index);
	pool_put(&s->thread_pool, k);
}

/* A copy took the slot of a version whose slot is 0. */
static void
bury_version(struct slots *slots, struct pool *pool, uint32_t slot, void *v)
{
	if (slot)
		slots_del(slots, slot);
	pool_put(pool, v);
}

static void
bury_chunk(struct store *s, struct chunk *c)
{
	if (c->is_sealed && age_leave(s, c))
		c->payload = NULL;
	if (c->is_sealed || s->n_spares >= s->spares_max) {
		chunk_free(c);
		return;
	}
	if (!c->has_lent)
		payload_free(c->payload);
	c->payload = NULL;
	c->has_lent = false;
	s->spares[s->n_spares++] = c;
}

void
keep_bury(void *ctx, enum grave_kind kind, void *p)
{
	struct store *s = ctx;

	switch (kind) {
	case GRAVE_PROCESS:
		slots_set(&s->processes, ((struct kept_process *)p)->index, NULL);
		grave_put(&s->grave, GRAVE_PROCESS_LEFT, p, 0);
		break;
	case GRAVE_THREAD:
		slots_set(&s->threads, ((struct kept_thread *)p)->index, NULL);
		grave_put(&s->grave, GRAVE_THREAD_LEFT, p, 0);
		break;
	case GRAVE_PROCESS_LEFT:
		bury_process(s, p);
		break;
	case GRAVE_THREAD_LEFT:
		bury_thread(s, p);
		break;
	case GRAVE_PROCESS_VERSION:
		bury_version(&s->process_versions, &s->process_version_pool,
			     ((struct process_version *)p)->slot, p);
		break;
	case GRAVE_THREAD_VERSION:
		bury_version(&s->thread_versions, &s->thread_version_pool,
			     ((struct thread_version *)p)->slot, p);
		break;
	case GRAVE_FD_VERSION:
		if (((struct fd_version *)p)->slot) {
			slots_set(&s->fd_versions, ((struct fd_version *)p)->slot, NULL);
			grave_put(&s->grave, GRAVE_FD_VERSION_LEFT, p, 0);
			break;
		}
		pool_put(&s->fd_version_pool, p);
		break;
	case GRAVE_FD_VERSION_LEFT:
		s->slots_age++;
		bury_version(&s->fd_versions, &s->fd_version_pool,
			     ((struct fd_version *)p)->slot, p);
		break;
	case GRAVE_TABLE:
		table_fini(s, p);
		slots_del(&s->tables, ((struct kept_table *)p)->index);
		pool_put(&s->table_pool, p);
		break;
	case GRAVE_CHUNK:
		bury_chunk(s, p);
		break;
	case GRAVE_NODE:
		pyramid_node_free(p);
		break;
	case GRAVE_PAYLOAD:
		payload_free(p);
		break;
	case GRAVE_CONTAINERS:
		containers_free(p);
		break;
	case GRAVE_USERS:
		users_free(p);
		break;
	default:
		free(p);
	}
}

void
keep_fini(struct store *s)
{
	struct map *maps[] = { &s->process_of, &s->thread_of, &s->table_of,
			       &s->stray_of, &s->number_of };
	struct slots *slots[] = { &s->process_versions, &s->thread_versions, &s->fd_versions,
				  &s->processes, &s->threads, &s->tables };
	struct pool *pools[] = { &s->process_pool, &s->thread_pool, &s->table_pool,
				 &s->process_version_pool, &s->thread_version_pool,
				 &s->fd_version_pool };

	for (uint32_t i = 1; i < s->processes.n; i++)
		if (slots_get(&s->processes, i))
			bury_process(s, slots_get(&s->processes, i));
	for (uint32_t i = 1; i < s->threads.n; i++)
		if (slots_get(&s->threads, i))
			bury_thread(s, slots_get(&s->threads, i));
	for (uint32_t i = 1; i < s->tables.n; i++)
		if (slots_get(&s->tables, i))
			table_fini(s, slots_get(&s->tables, i));
	for (size_t i = 0; i < ARRAY_LEN(maps); i++)
		map_fini(maps[i]);
	ids_fini(&s->version_slots);
	for (size_t i = 0; i < ARRAY_LEN(slots); i++)
		slots_fini(slots[i]);
	for (size_t i = 0; i < ARRAY_LEN(pools); i++)
		pool_fini(pools[i]);
}
