#include "engine/record/restate.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/source.h"
#include "engine/record/container_json.h"
#include "engine/world/world.h"

struct restating {
	const struct world *w;
	const struct intern *names;
	const struct restate_ops *ops;
	void *ctx;
	struct map ancestors;		/* ids of processes of which names are told */
	struct map containers;		/* of processes that are told; their indexes */
};

static struct span
name_of(const struct restating *r, uint32_t id)
{
	return intern_span(r->names, id);
}

static void
tell(const struct restating *r, const struct record *rec)
{
	r->ops->record(r->ctx, rec);
}

static bool
is_wanted(const struct restating *r, const struct process *p)
{
	return !r->ops->wants || r->ops->wants(r->ctx, p);
}

/* Tables --------------------------------------------------------------- */

static void
tell_machine(const struct restating *r)
{
	const struct machine_record *m = world_machine(r->w);
	struct record rec = { .kind = RECORD_MACHINE };

	if (m) {
		rec.machine = *m;
		tell(r, &rec);
	}
	rec.kind = RECORD_IFACE;
	for (size_t i = 0; i < world_ifaces(r->w); i++) {
		rec.iface = *world_iface(r->w, i);
		tell(r, &rec);
	}
}

/* Users of containers come as events. */
static void
tell_users(const struct restating *r)
{
	size_t n;
	struct user *list = users_list(world_users(r->w), &n);

	for (size_t i = 0; i < n; i++) {
		const struct user *u = &list[i];
		struct record rec = { .kind = u->is_group ? RECORD_GROUP : RECORD_USER };

		if (u->container != CONTAINER_HOST)
			continue;
		rec.user = (struct user_record){
			.uid = u->is_group ? 0 : u->uid, .gid = u->is_group ? u->uid : u->gid,
			.name = name_of(r, u->name), .home = name_of(r, u->home),
			.shell = name_of(r, u->shell),
		};
		tell(r, &rec);
	}
	free(list);
}

/* The folder without the slash at its end, as lists have it. */
static struct span
folder_of(struct span cwd)
{
	if (cwd.len > 1 && cwd.p[cwd.len - 1] == '/')
		cwd.len--;
	return cwd;
}

static void
tell_thread(const struct restating *r, const struct thread *t)
{
	static const struct span not_known = { (const uint8_t *)"<NA>", 4 };
	const struct process *p = t->proc;
	struct record rec = { .kind = RECORD_PROC };

	rec.proc = (struct proc_record){
		.tid = t->tid, .pid = p->pid,
		.ptid = t == p->leader && p->ppid >= 0 ? p->ppid : t->ptid,
		.sid = p->sid, .vpgid = p->vpgid, .pgid = p->pgid,
		.vtid = t->vtid, .vpid = p->vpid,
		.comm = t->comm ? name_of(r, t->comm) : not_known, .exe = name_of(r, p->exe),
		.exepath = name_of(r, p->exepath), .args = name_of(r, p->args),
		.env = name_of(r, p->env), .cgroups = name_of(r, p->cgroups),
		.cwd = folder_of(name_of(r, p->cwd)), .root = name_of(r, p->root),
		.fdlimit = p->fdlimit, .flags = t->flags & ~THREAD_CHILD_FIRST,
		.uid = p->uid, .gid = p->gid, .loginuid = p->loginuid,
		.vmsize_kb = t->vmsize_kb, .vmrss_kb = t->vmrss_kb,
		.vmswap_kb = t->vmswap_kb, .pfmajor = t->pfmajor, .pfminor = t->pfminor,
		.pidns_start_ns = p->pidns_start_ns, .tty = p->tty,
		.exe_writable = p->exe_writable, .exe_upper_layer = p->exe_upper_layer,
		.exe_lower_layer = p->exe_lower_layer, .exe_from_memfd = p->exe_from_memfd,
		.cap_inheritable = p->cap_inheritable, .cap_permitted = p->cap_permitted,
		.cap_effective = p->cap_effective, .exe_ino = p->exe_ino,
		.exe_ino_ctime_ns = p->exe_ino_ctime_ns,
		.exe_ino_mtime_ns = p->exe_ino_mtime_ns,
	};
	tell(r, &rec);
}

static void
tell_fds(const struct restating *r, const struct process *p, int64_t tid)
{
	const struct descriptor *fd;

	for (int64_t num = 0; (fd = world_next_fd(p, &num)); num++) {
		struct record rec = { .kind = RECORD_FD };

		rec.fd = (struct fd_record){
			.tid = tid, .fd = fd->num, .ino = fd->ino, .kind = fd->kind,
			.l4 = fd->l4, .src_port = fd->tuple.src_port,
			.dst_port = fd->tuple.dst_port, .unix_src = fd->tuple.unix_src,
			.unix_dst = fd->tuple.unix_dst, .open_flags = fd->open_flags,
			.dev = fd->dev, .name = name_of(r, fd->name), .is_restated = true,
			.role = fd->role, .connected = fd->connected, .cloexec = fd->cloexec,
			.has_tuple = fd->has_tuple, .pidfd_pid = fd->pidfd_pid,
		};
		memcpy(rec.fd.src_ip, fd->tuple.src_ip, sizeof(rec.fd.src_ip));
		memcpy(rec.fd.dst_ip, fd->tuple.dst_ip, sizeof(rec.fd.dst_ip));
		tell(r, &rec);
	}
}

/* Descriptors are told of one thread of each process: its leader, if it has one. */
static bool
has_the_fds(const struct thread *t)
{
	const struct process *p = t->proc;

	return p->leader ? t == p->leader : t == p->threads;
}

/* Is there something to tell of T that its next event would not tell as well? */
static bool
is_told(const struct restating *r, const struct thread *t)
{
	return (t->known || t->proc->fds->fds.n) && is_wanted(r, t->proc);
}

/* Remember whose names are told because of what is below them. */
static void
find_ancestors(struct restating *r, const struct thread **threads, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_told(r, threads[i]))
			continue;
		/* Somebody whom we have been at has ancestors that we have been at. */
		for (struct process *p = threads[i]->proc->parent;
		     p && !map_get(&r->ancestors, p->id); p = p->parent)
			map_put(&r->ancestors, p->id, p);
	}
}

/* The names of P, which is not told otherwise. */
static void
tell_name(const struct restating *r, const struct process *p)
{
	struct record rec = { .kind = RECORD_PROC };

	rec.proc = (struct proc_record){
		.tid = p->pid, .pid = p->pid, .ptid = p->ppid, .sid = PROC_NO_ID,
		.vpgid = PROC_NO_ID, .pgid = PROC_NO_ID, .vtid = PROC_NO_ID,
		.vpid = PROC_NO_ID, .comm = name_of(r, p->comm), .exe = name_of(r, p->exe),
		.exepath = name_of(r, p->exepath), .uid = NO_UID, .gid = NO_UID,
		.loginuid = NO_UID,
	};
	tell(r, &rec);
}

void
restate_tables(const struct world *w, const struct restate_ops *ops, void *ctx,
	       enum restate_ancestors ancestors)
{
	struct restating r = { .w = w, .names = world_names(w), .ops = ops, .ctx = ctx };
	size_t n;
	const struct thread **threads = world_threads(w, &n);

	if (ancestors == RESTATE_NAMES_OF_ANCESTORS)
		find_ancestors(&r, threads, n);
	tell_machine(&r);
	tell_users(&r);
	for (size_t i = 0; i < n; i++) {
		const struct thread *t = threads[i];

		if (is_told(&r, t))
			tell_thread(&r, t);
		else if (t == t->proc->leader && map_get(&r.ancestors, t->proc->id))
			tell_name(&r, t->proc);
	}
	for (size_t i = 0; i < n; i++)
		if (is_told(&r, threads[i]) && has_the_fds(threads[i]))
			tell_fds(&r, threads[i]->proc, threads[i]->tid);
	map_fini(&r.ancestors);
	free(threads);
}

void
restate_process(const struct world *w, const struct process *p, const struct restate_ops *ops,
		void *ctx)
{
	struct restating r = { .w = w, .names = world_names(w), .ops = ops, .ctx = ctx };
	const struct thread *first = p->leader ? p->leader : p->threads;

	if (!first)
		return;
	tell_thread(&r, first);
	for (const struct thread *t = p->threads; t; t = t->next_in_proc)
		if (t != first)
			tell_thread(&r, t);
	tell_fds(&r, p, first->tid);
}

void
restate_name(const struct world *w, const struct process *p, const struct restate_ops *ops,
	     void *ctx)
{
	struct restating r = { .w = w, .names = world_names(w), .ops = ops, .ctx = ctx };

	tell_name(&r, p);
}

/* Events --------------------------------------------------------------- */

/* Append the LEN bytes at P to the event's values, which are in BYTES, as its next
 * parameter. */
static void
add_param(struct event *ev, struct text *bytes, const void *p, size_t len)
{
	text_bytes(bytes, p, len);
	ev->ends[ev->n_params++] = (uint32_t)bytes->len;
	ev->values = (const uint8_t *)bytes->p;
}

static void
add_text(struct event *ev, struct text *bytes, struct span s)
{
	text_bytes(bytes, s.p, s.len);
	add_param(ev, bytes, "", 1);
}

static struct record
begin_event(uint16_t id, uint64_t ns)
{
	struct record rec = { .kind = RECORD_EVENT };

	rec.ev = (struct event){ .type = &event_types[id], .id = id, .ts_ns = ns, .tid = -1,
				 .dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED };
	return rec;
}

/* Remember which containers have a process that is told. */
static void
find_containers(struct restating *r)
{
	size_t n;
	const struct thread **threads = world_threads(r->w, &n);

	for (size_t i = 0; i < n; i++) {
		struct process *p = threads[i]->proc;

		if (p->container != CONTAINER_HOST && !map_get(&r->containers, p->container) &&
		    is_wanted(r, p))
			map_put(&r->containers, p->container, p);
	}
	free(threads);
}

/* Containers that no process is in any more are told, unless somebody chooses. */
static bool
is_container_wanted(const struct restating *r, uint32_t index)
{
	return !r->ops->wants || map_get(&r->containers, index);
}

static void
tell_containers(const struct restating *r, uint64_t ns)
{
	const struct containers *all = world_containers(r->w);

	for (uint32_t i = 1; i <= containers_count(all); i++) {
		const struct container *x = containers_get(all, i);
		struct record rec = begin_event(EV_CONTAINER_JSON_2_E, ns);
		struct text json = { 0 }, bytes = { 0 };

		if (!x || x->lookup == LOOKUP_NONE || !is_container_wanted(r, i))
			continue;
		container_json_put(&json, r->names, x);
		add_text(&rec.ev, &bytes, (struct span){ (const uint8_t *)json.p, json.len });
		tell(r, &rec);
		text_fini(&json);
		text_fini(&bytes);
	}
}

static void
tell_users_of_containers(const struct restating *r, uint64_t ns)
{
	size_t n;
	struct user *list = users_list(world_users(r->w), &n);

	for (size_t i = 0; i < n; i++) {
		const struct user *u = &list[i];
		const struct container *x = containers_get(world_containers(r->w), u->container);
		struct record rec = begin_event(u->is_group ? EV_GROUP_ADDED_E : EV_USER_ADDED_E,
						ns);
		struct text bytes = { 0 };

		if (!x || !is_container_wanted(r, u->container))
			continue;
		if (!u->is_group)
			add_param(&rec.ev, &bytes, &u->uid, sizeof(u->uid));
		add_param(&rec.ev, &bytes, u->is_group ? &u->uid : &u->gid, sizeof(u->gid));
		add_text(&rec.ev, &bytes, name_of(r, u->name));
		if (!u->is_group) {
			add_text(&rec.ev, &bytes, name_of(r, u->home));
			add_text(&rec.ev, &bytes, name_of(r, u->shell));
		}
		add_text(&rec.ev, &bytes, name_of(r, x->id));
		tell(r, &rec);
		text_fini(&bytes);
	}
	free(list);
}

static int
by_enter(const void *a, const void *b)
{
	const struct thread *x = *(const struct thread *const *)a;
	const struct thread *y = *(const struct thread *const *)b;

	return (x->enter.ts_ns > y->enter.ts_ns) - (x->enter.ts_ns < y->enter.ts_ns);
}

/* Threads in a call, in the order in which they entered it; the caller frees them. */
static const struct thread **
pending_calls(const struct restating *r, size_t *n)
{
	size_t n_all;
	const struct thread **threads = world_threads(r->w, &n_all);

	*n = 0;
	for (size_t i = 0; i < n_all; i++)
		if (threads[i]->enter.type && is_wanted(r, threads[i]->proc))
			threads[(*n)++] = threads[i];
	qsort(threads, *n, sizeof(threads[0]), by_enter);
	return threads;
}

void
restate_events(const struct world *w, uint64_t ns, const struct restate_ops *ops, void *ctx)
{
	struct restating r = { .w = w, .names = world_names(w), .ops = ops, .ctx = ctx };
	size_t n;
	const struct thread **calls = pending_calls(&r, &n);

	if (n && calls[0]->enter.ts_ns < ns)
		ns = calls[0]->enter.ts_ns;	/* times do not go back */
	find_containers(&r);
	tell_containers(&r, ns);
	tell_users_of_containers(&r, ns);
	for (size_t i = 0; i < n; i++) {
		struct record rec = { .kind = RECORD_EVENT, .ev = calls[i]->enter };

		rec.ev.dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
		tell(&r, &rec);
	}
	map_fini(&r.containers);
	free(calls);
}
