/* Whatever is told to a world, it stays whole: random events of all types, by a
 * few threads on a few descriptors, and lists in between. What the observer was
 * told and what the world holds are compared all the time. */
#include "engine/world/world.h"

#include "engine/base/hash.h"
#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "tests/lib/check.h"
#include "tests/lib/life.h"
#include "tests/lib/rng.h"
#include "tests/lib/stage.h"

#define ROUNDS 40
#define EVENTS 4000			/* a round */
#define TIDS 14				/* tids are -1 .. TIDS - 2 */

/* What an observer believes: by id, the newest version told. */
struct told {
	struct map processes, threads, ended;
	struct map fds;			/* by table and id */
	size_t n_bad;
	const char *bad;		/* the first thing that was wrong */
};

static void
insist(struct told *o, bool ok, const char *what)
{
	if (ok)
		return;
	if (!o->n_bad++)
		o->bad = what;
}

static void *
version_value(uint32_t version)
{
	return (void *)((uintptr_t)version + 1);
}

static uint64_t
fd_key(const struct process *p, const struct descriptor *fd)
{
	return hash_mix((uintptr_t)p->fds, 0x9E3779B97F4A7C15u ^ fd->id);
}

static void
tell_process(void *ctx, uint64_t position, const struct process *p)
{
	struct told *o = ctx;

	(void)position;
	insist(o, p->version, "a process is told with its version");
	map_put(&o->processes, p->id, version_value(p->version));
}

static void
end_process(void *ctx, uint64_t position, const struct process *p)
{
	struct told *o = ctx;

	(void)position;
	insist(o, map_del(&o->processes, p->id), "a process that ends was told, and once");
	insist(o, p->fds && !p->threads, "its threads end before it");
}

static void
tell_thread(void *ctx, uint64_t position, const struct thread *t)
{
	struct told *o = ctx;

	(void)position;
	insist(o, map_get(&o->processes, t->proc->id) == version_value(t->version_of),
	       "a thread is told behind its process");
	map_put(&o->threads, t->id, version_value(t->version));
}

static void
end_thread(void *ctx, uint64_t position, const struct thread *t)
{
	struct told *o = ctx;

	(void)position;
	insist(o, map_del(&o->threads, t->id) || map_get(&o->processes, t->proc->id),
	       "a thread that ends was told, or its process was");
	insist(o, !map_get(&o->ended, t->id), "a thread ends once");
	map_put(&o->ended, t->id, o);
}

static void
tell_fd(void *ctx, uint64_t position, const struct process *p, const struct descriptor *fd)
{
	struct told *o = ctx;

	(void)position;
	insist(o, fd->version, "a descriptor is told with its version");
	insist(o, map_get(&o->processes, p->id), "a descriptor is told behind its process");
	map_put(&o->fds, fd_key(p, fd), version_value(fd->version));
}

static void
end_fd(void *ctx, uint64_t position, const struct process *p, const struct descriptor *fd)
{
	struct told *o = ctx;

	(void)position;
	insist(o, map_del(&o->fds, fd_key(p, fd)), "a descriptor that ends was told, and once");
	insist(o, map_get(&o->processes, p->id), "it ends before its process");
}

static void
tell_fork(void *ctx, uint64_t position, const struct process *parent,
	  const struct process *child)
{
	struct told *o = ctx;
	size_t n;
	const struct descriptor **fds = world_fds(child, &n);

	(void)position;
	insist(o, map_get(&o->processes, parent->id), "a fork is told behind its parent");
	insist(o, map_get(&o->processes, child->id), "a fork is told behind its child");
	for (size_t i = 0; i < n; i++)
		map_put(&o->fds, fd_key(child, fds[i]), version_value(fds[i]->version));
	free(fds);
}

static void
learn_process(void *ctx, const struct process *p)
{
	struct told *o = ctx;

	insist(o, map_get(&o->processes, p->id) == version_value(p->version),
	       "what is learned of a process completes its version");
}

static void
learn_fd(void *ctx, const struct process *p, const struct descriptor *fd)
{
	struct told *o = ctx;

	insist(o, map_get(&o->fds, fd_key(p, fd)) == version_value(fd->version),
	       "what is learned of a descriptor completes its version");
}

static const struct world_observer observer = {
	.process = tell_process, .process_end = end_process, .thread = tell_thread,
	.thread_end = end_thread, .fd = tell_fd, .fd_end = end_fd, .fd_fork = tell_fork,
	.learned_process = learn_process, .learned_fd = learn_fd,
};

/* Made up --------------------------------------------------------------- */

static void
some_event(struct stage *s, struct rng *r)
{
	struct scap_value v[EVENT_PARAMS_MAX];
	size_t n;
	uint16_t id = life_event(r, v, &n);

	if (!rng_below(r, 200))
		s->ts_ns += 3000000000u;
	if (!rng_below(r, 200))
		s->ts_ns -= 2000000u;
	stage_values(s, life_tid(r), id, v, n);
}

static void
some_list(struct stage *s, struct rng *r)
{
	struct fd_record fd = {
		.tid = life_tid(r), .fd = (int64_t)rng_below(r, 12) - 2,
		.kind = (uint8_t)rng_below(r, FD_KINDS + 1), .l4 = (uint8_t)rng_below(r, 7),
		.src_port = (uint16_t)rng_below(r, 4), .dst_port = (uint16_t)rng_below(r, 4),
		.src_ip = { (uint8_t)rng_below(r, 2) }, .name = scap_span(life_text(r)),
	};

	switch (rng_below(r, 40)) {
	case 0:
		stage_section(s);
		break;
	case 1:
		world_settle(s->world);
		break;
	case 2:
		stage_iface(s, "10.0.0.1", "255.255.255.0");
		break;
	default:
		if (rng_below(r, 2))
			stage_fd_record(s, &fd);
		else
			stage_proc(s, life_tid(r), life_tid(r), life_tid(r), "listed");
	}
}

/* Checks ---------------------------------------------------------------- */

static void
check_moment(struct told *o, const struct stage *s)
{
	const struct moment *m = s->m;

	insist(o, m->ev == &s->rec.ev, "a moment is of its event");
	if (!m->thread) {
		insist(o, !m->proc && !m->fd && !m->thread_version, "nobody has nothing");
		return;
	}
	insist(o, m->thread == world_thread(s->world, m->ev->tid) && m->proc == m->thread->proc,
	       "the thread of a moment is the one of its event");
	insist(o, map_get(&o->processes, m->proc->id) == version_value(m->proc_version) &&
		  map_get(&o->threads, m->thread->id) == version_value(m->thread_version),
	       "the versions of a moment were told");
	if (!m->fd)
		return;
	insist(o, m->fd == world_fd(m->proc, m->fd_num), "its descriptor is in the table");
	insist(o, map_get(&o->fds, fd_key(m->proc, m->fd)) == version_value(m->fd_version),
	       "the version of its descriptor was told");
}

static void
check_process(struct told *o, const struct stage *s, const struct process *p)
{
	const struct process *a = p;
	uint32_t n_alive = 0;
	size_t level;

	for (level = 0; a && level < 1000; level++)
		a = a->parent;
	insist(o, !a, "nobody is below itself");
	for (const struct thread *t = p->threads; t; t = t->next_in_proc) {
		n_alive += !t->is_zombie;
		insist(o, t->proc == p && world_thread(s->world, t->tid) == t,
		       "a process has its threads");
		insist(o, (t->tid == p->pid) == (t == p->leader), "a leader is one");
		insist(o, !t->next_in_proc || t->next_in_proc->prev_in_proc == t,
		       "a list can be walked both ways");
	}
	insist(o, n_alive == p->n_threads && n_alive, "the count of threads");
	for (a = p->first_child; a; a = a->next_sibling)
		insist(o, a->parent == p && a->ppid == p->pid, "a child is one");
	insist(o, !p->changed_at || !s->m, "nothing waits for its version");
}

static void
check_world(struct told *o, const struct stage *s)
{
	struct map processes = { 0 }, tables = { 0 };
	struct world_size size;
	size_t n, n_fds = 0, at = 0;
	uint64_t key;
	void *value;
	const struct thread **threads = world_threads(s->world, &n);

	world_size(s->world, &size);
	insist(o, size.n_threads == n, "the count of all threads");
	for (size_t i = 0; i < n; i++) {
		struct process *p = threads[i]->proc;

		map_put(&processes, (uintptr_t)p, p);
		map_put(&tables, (uintptr_t)p->fds, p->fds);
	}
	free(threads);
	while (map_next(&processes, &at, &key, &value))
		check_process(o, s, value);
	insist(o, size.n_processes == processes.n, "the count of all processes");
	for (at = 0; map_next(&tables, &at, &key, &value);)
		n_fds += ((struct fd_table *)value)->fds.n;
	insist(o, size.n_fds == n_fds, "the count of all descriptors");
	if (s->m)
		insist(o, o->processes.n == size.n_processes && o->fds.n == n_fds,
		       "what was told is what there is");
	map_fini(&processes);
	map_fini(&tables);
}

static void
run_round(struct rng *r, size_t round)
{
	struct told o = { 0 };
	struct stage s;
	uint64_t seed = r->state;

	stage_init(&s, &observer, &o);
	for (size_t i = 0; i < EVENTS; i++) {
		if (!rng_below(r, 20)) {
			some_list(&s, r);
			continue;
		}
		some_event(&s, r);
		if (s.m->num)
			check_moment(&o, &s);
		if (!(i % 8) && s.m->num)
			check_world(&o, &s);
		if (o.n_bad) {
			printf("# event %zu: %s\n", i, s.rec.ev.type->symbol);
			break;
		}
	}
	CHECK(!o.n_bad, "round %zu (seed %llu) holds%s%s", round, (unsigned long long)seed,
	      o.n_bad ? ", but not that " : "", o.n_bad ? o.bad : "");
	stage_fini(&s);
	CHECK(!o.processes.n && !o.threads.n && !o.fds.n && !o.n_bad,
	      "round %zu: all that was told ended", round);
	map_fini(&o.processes);
	map_fini(&o.threads);
	map_fini(&o.ended);
	map_fini(&o.fds);
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc, argv);

	for (size_t round = 0; round < ROUNDS; round++)
		run_round(&r, round);
	return check_done();
}
