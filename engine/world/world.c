#include "engine/world/world.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/world/past.h"
#include "engine/world/path.h"
#include "engine/world/state.h"
#include "engine/world/trace.h"

/* What a call says ---------------------------------------------------- */

static bool
is_number(struct span s)
{
	return s.len == 8 || s.len == 4 || s.len == 2 || s.len == 1;
}

static int64_t
number_of(struct span s)
{
	int64_t v = 0;
	uint32_t v4;
	uint16_t v2;

	switch (s.len) {
	case 8:
		memcpy(&v, s.p, 8);
		break;
	case 4:
		memcpy(&v4, s.p, 4);
		v = v4;
		break;
	case 2:
		memcpy(&v2, s.p, 2);
		v = v2;
		break;
	default:
		v = s.p[0];
	}
	return v;
}

struct span
said_text(const struct world *w, const struct event *ev, enum role role)
{
	return event_text_of(role_bytes(w->roles, ev, role));
}

int64_t
said_num(const struct world *w, const struct event *ev, enum role role, int64_t otherwise)
{
	struct span s = role_bytes(w->roles, ev, role);

	return is_number(s) ? number_of(s) : otherwise;
}

struct span
call_bytes(const struct call *c, enum role role)
{
	struct span s = role_bytes(c->w->roles, c->ev, role);

	return s.len ? s : role_bytes(c->w->roles, c->enter, role);
}

struct span
call_text(const struct call *c, enum role role)
{
	return event_text_of(call_bytes(c, role));
}

int64_t
call_num(const struct call *c, enum role role, int64_t otherwise)
{
	struct span s = call_bytes(c, role);

	return is_number(s) ? number_of(s) : otherwise;
}

struct span
call_text_at_enter(const struct call *c, enum role role)
{
	struct span s = said_text(c->w, c->enter, role);

	if (s.len && !(s.len == 4 && !memcmp(s.p, "<NA>", 4)))
		return s;
	return said_text(c->w, c->ev, role);
}

/* Names --------------------------------------------------------------- */

uint32_t
name_of(struct world *w, struct span s)
{
	return intern(w->names, s.p, s.len);
}

struct span
name_span(const struct world *w, uint32_t id)
{
	return intern_span(w->names, id);
}

uint32_t
name_of_path(struct world *w, struct span base, struct span path)
{
	if (!base.len && path.len && path.p[0] != '/')
		return name_of(w, path);	/* relative to nobody knows what */
	w->path.len = 0;
	path_join(&w->path, base, path);
	return name_of(w, (struct span){ (uint8_t *)w->path.p, w->path.len });
}

/* Ids of what is swept are given again: what versions of old names had, counts
 * no more. */
static void
forget_versions(struct version_memo **memo)
{
	version_memo_free(*memo);
	*memo = NULL;
}

static void
mark_process(struct world *w, struct process *p)
{
	const uint32_t ids[] = { p->comm, p->exe, p->exepath, p->args, p->env, p->cgroups,
				 p->cwd, p->root };
	struct descriptor *fd;

	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		intern_mark(w->names, ids[i]);
	forget_versions(&p->memo);
	for (int64_t num = 0; (fd = fd_tree_next(&p->fds->fds, &num)); num++) {
		intern_mark(w->names, fd->name);
		forget_versions(&fd->memo);
	}
}

/* Marking looks at everything that is alive: so many bytes of new names must
 * there be for each thing to be looked at. */
#define SWEEP_COST 16

/* Forget the names that nothing alive has. */
static void
sweep_names(struct world *w)
{
	size_t at = 0;
	uint64_t tid;
	void *value;

	while (map_next(&w->threads, &at, &tid, &value)) {
		struct thread *t = value;

		intern_mark(w->names, t->comm);
		intern_mark(w->names, t->version_comm);
		forget_versions(&t->memo);
		if (t->proc->threads == t)
			mark_process(w, t->proc);
	}
	forks_forget(w);
	containers_mark(w->containers);
	users_mark(w->users);
	if (w->observer && w->observer->mark)
		w->observer->mark(w->ctx, w->names);
	intern_sweep(w->names);
}

/* Enter and exit ------------------------------------------------------ */

#define ENDS_AT_ONCE 8

/* Remember EV as the call that T is in. */
static void
remember_enter(struct thread *t, const struct event *ev)
{
	uint32_t n = ev->n_params;
	size_t len = n ? ev->ends[n - 1] : 0;

	if (len > ENTER_BYTES_MAX)
		n = 0, len = 0;
	t->enter.type = ev->type;
	t->enter.ts_ns = ev->ts_ns;
	t->enter.tid = ev->tid;
	t->enter.id = ev->id;
	t->enter.cpu = ev->cpu;
	t->enter.n_params = n;
	/* Nearly always a copy of a fixed size does. */
	if (n <= ENDS_AT_ONCE)
		memcpy(t->enter.ends, ev->ends, ENDS_AT_ONCE * sizeof(ev->ends[0]));
	else
		memcpy(t->enter.ends, ev->ends, n * sizeof(ev->ends[0]));
	if (len > t->enter_cap) {
		t->enter_cap = len < 64 ? 64 : len;
		t->enter_bytes = xrealloc(t->enter_bytes, t->enter_cap);
	}
	if (len)
		memcpy(t->enter_bytes, ev->values, len);
	t->enter.values = len ? t->enter_bytes : (const uint8_t *)"";
}

/* Is EV the end of the call that T is in? */
static bool
is_end_of(const struct event *enter, const struct event *ev)
{
	if (!enter->type)
		return false;
	if (enter->id == EV_EXECVEAT_E && ev->id == EV_EXECVE_19_X)
		return true;
	if (enter->id + 1 != ev->id)
		return false;
	/* Both are "some system call": it must be the same one. */
	if (ev->id == EV_GENERIC_X) {
		uint16_t a = 0, b = 0;

		event_u16(enter, 0, &a);
		event_u16(ev, 0, &b);
		return a == b;
	}
	return true;
}

/* The descriptor that EV names, by its own parameter. */
static int64_t
fd_named_by(const struct event *ev)
{
	int64_t num;

	if (ev->type->fd_at < 0 || !event_i64(ev, (unsigned)ev->type->fd_at, &num))
		return NO_FD;
	/* Memory that is no file's: -1, in four bytes of early writers. */
	if (ev->type->category == EC_MEMORY && (num < 0 || num == UINT32_MAX))
		return NO_FD;
	return num;
}

static apply_fn *
apply_find(uint16_t id)
{
	return lifecycle_apply[id]  ? lifecycle_apply[id] :
	       attribute_apply[id] ? attribute_apply[id] :
	       file_apply[id]	   ? file_apply[id] :
	       socket_apply[id]	   ? socket_apply[id] :
	       meta_apply[id]	   ? meta_apply[id] :
				     iter_apply[id];
}

bool
world_needs_type(uint16_t id)
{
	return id < EVENT_TYPES && apply_find(id) && !attribute_is_history(id);
}

/* The event itself ---------------------------------------------------- */

static void
finish_last(struct world *w)
{
	struct thread *t = w->dying;

	if (w->closing_in) {
		fd_remove(w, w->closing_in, w->closing_fd);
		w->closing_in = NULL;
	}
	if (!t)
		return;
	w->dying = NULL;
	if (t->is_zombie)
		return;
	/* A leader stays until the last thread of its process is gone. */
	if (t == t->proc->leader && t->proc->n_threads > 1) {
		t->is_zombie = true;
		t->proc->n_threads--;
		return;
	}
	thread_remove(w, t, w->dying_to);
	if (w->n_changed)
		versions_finish(w);	/* its children, at its own event */
}

/* What a thread asks io_uring for is its doing. */
static bool
is_ring_request(const struct event *ev)
{
	static const char name[] = "io_uring";
	struct span s;

	if (ev->id != EV_ASYNCEVENT_E)
		return false;
	s = event_text(ev, 1);
	return s.len == sizeof(name) - 1 && !memcmp(s.p, name, s.len);
}

static bool
does_without_thread(const struct event_type *type, uint16_t id)
{
	switch (type->source) {
	case ES_METAEVENT:
		return id != EV_TRACER_E && id != EV_PROCINFO_E;
	case ES_PLUGIN:
	case ES_ITER:
		return true;
	default:
		return false;
	}
}

static bool
completes_tables(uint16_t id)
{
	switch (id) {
	case EV_CONTAINER_E:
	case EV_CONTAINER_JSON_E:
	case EV_CONTAINER_JSON_2_E:
	case EV_ASYNCEVENT_E:
	case EV_USER_ADDED_E:
	case EV_USER_DELETED_E:
	case EV_GROUP_ADDED_E:
	case EV_GROUP_DELETED_E:
		return true;
	default:
		return false;
	}
}

static uint16_t
traits_of(uint16_t id)
{
	const struct event_type *type = &event_types[id];
	bool is_call = type->source == ES_SYSCALL;
	unsigned traits = 0;

	traits |= type->flags & EF_UNUSED ? TRAIT_NEVER : 0;
	traits |= is_call ? TRAIT_CALL : 0;
	traits |= is_call && !event_id_is_exit(id) ? TRAIT_ENTER : 0;
	traits |= does_without_thread(type, id) ? TRAIT_NO_THREAD : 0;
	traits |= is_call && lifecycle_apply[id] != lifecycle_apply[EV_CLONE_20_X] ?
		TRAIT_INTRODUCES : 0;
	traits |= is_call && !lifecycle_apply[id] ? TRAIT_NEEDS_THREAD : 0;
	traits |= id == EV_SCHEDSWITCH_6_E || id == EV_SCHEDSWITCH_1_E ? TRAIT_SWITCH : 0;
	traits |= type->category == EC_INTERNAL ? TRAIT_INTERNAL : 0;
	traits |= id == EV_WRITE_X || id == EV_TRACER_E ? TRAIT_MARKS : 0;
	traits |= completes_tables(id) ? TRAIT_COMPLETES : 0;
	traits |= waits_may_differ(id) ? TRAIT_WAITS_DIFFER : 0;
	return (uint16_t)traits;
}

static struct thread *
thread_of(struct world *w, const struct event *ev, unsigned traits)
{
	struct thread *t;

	if (traits & TRAIT_NO_THREAD && !is_ring_request(ev))
		return NULL;
	t = thread_find(w, ev->tid);
	if (!t && ev->tid >= 0 && w->threads.n < THREADS_MAX && traits & TRAIT_INTRODUCES)
		t = thread_new_unknown(w, ev->tid);
	return t;
}

static void
apply_event(struct world *w, struct call *c)
{
	apply_fn *apply = w->apply[c->ev->id];

	if (!apply || (!c->t && w->traits[c->ev->id] & TRAIT_NEEDS_THREAD))
		return;
	c->was_applied = true;
	apply(c);
}

static void
begin_call(struct world *w, struct call *c)
{
	struct moment *m = &w->moment;
	struct thread *t = c->t;

	remember_enter(t, c->ev);
	t->enter_fd = fd_named_by(c->ev);
	if (t->enter_fd == NO_FD)
		return;
	m->has_fd_num = true;
	m->fd_num = t->enter_fd;
	c->fd_before = fd_find(t->proc, m->fd_num);
}

static void
note_fd_before(struct call *c)
{
	if (c->t && c->fd != NO_FD)
		c->fd_before = fd_find(c->t->proc, c->fd);
	c->fd_version = c->fd_before ? c->fd_before->version : 0;
}

static void
end_call(struct world *w, struct call *c)
{
	struct moment *m = &w->moment;
	struct thread *t = c->t;

	if (t && is_end_of(&t->enter, c->ev)) {
		c->enter = &t->enter;
		c->fd = t->enter_fd;
		m->enter = c->enter;
		m->has_latency = c->ev->ts_ns >= t->enter.ts_ns;
		m->latency_ns = m->has_latency ? c->ev->ts_ns - t->enter.ts_ns : 0;
	}
	if (c->fd == NO_FD)
		c->fd = fd_named_by(c->ev);
	note_fd_before(c);
	apply_event(w, c);
	if (c->made_fd != NO_FD)
		c->fd = c->made_fd;
	if (c->fd != NO_FD) {
		m->has_fd_num = true;
		m->fd_num = c->fd;
	}
	/* The call is over, but what M->ENTER points to stays until the next event. */
	w->ended = c->t;
}

/* The thread of a switch leaves its CPU: it was there since the switch before. If that one
 * was to another thread, switches are missing: who records a container has those only in
 * which one of its threads leaves. */
static void
note_switch(struct world *w, struct thread *t, const struct event *ev)
{
	size_t cap = w->n_switched;
	struct switched before;

	if (ev->cpu >= cap) {
		xgrow(&w->switched, &cap, ev->cpu + 1u, sizeof(*w->switched));
		memset(w->switched + w->n_switched, 0,
		       (cap - w->n_switched) * sizeof(*w->switched));
		w->n_switched = cap;
	}
	before = w->switched[ev->cpu];
	w->switched[ev->cpu] = (struct switched){ ev->ts_ns, -1 };
	event_i64(ev, 0, &w->switched[ev->cpu].next);
	if (!before.ts_ns || ev->ts_ns < before.ts_ns)
		return;
	w->moment.exec_ns = ev->ts_ns - before.ts_ns;
	if (!t)
		return;
	t->exec_ns += w->moment.exec_ns;
	t->n_unsure_execs += before.next != t->tid;
}

/* Did EV fail to connect? */
static bool
is_failed_connect(const struct event *ev)
{
	int64_t res;

	return ev->id == EV_CONNECT_X && event_result(ev, &res) && res < 0;
}

/* May what is known of M's thread or descriptor be wrong, because of what is missing? */
static bool
is_unsure(const struct world *w, const struct moment *m)
{
	if (!w->lost_state || !m->proc)
		return false;
	return m->proc->proved < w->lost_state ||
	       (m->fd && m->fd->proved < w->lost_state &&
		m->proc->fds->proved < w->lost_state);
}

static void
note_moment(struct world *w, const struct call *c)
{
	const struct event *ev = c->ev;
	struct moment *m = &w->moment;
	struct thread *t = c->t;

	m->num = w->n_events;
	m->thread = t;
	m->proc = t ? t->proc : NULL;
	if (t) {
		if (t->version == 0 || t->version_of != t->proc->version ||
		    t->version_comm != t->comm) {
			uint64_t content = (uint64_t)t->proc->version << 32 | t->comm;

			t->version = version_next(w, &t->memo, content);
			t->version_of = t->proc->version;
			t->version_comm = t->comm;
			if (w->observer && w->observer->thread)
				w->observer->thread(w->ctx, w->n_events, t);
		}
		m->thread_version = t->version;
		m->proc_version = t->proc->version;
		m->container = t->proc->container;
		if (m->has_fd_num)
			m->fd = c->was_applied ? fd_find(t->proc, m->fd_num) : c->fd_before;
		if (m->fd) {
			m->fd_version = m->fd->version;
			m->connect_failed = is_failed_connect(ev);
		}
	}
	m->is_unsure = is_unsure(w, m);
}

/* Member by member: as one memset() it was a quarter of the world's time. */
static void
begin_moment(struct moment *m, const struct event *ev)
{
	m->ev = ev;
	m->num = 0;
	m->is_internal = m->is_state_only = false;
	m->thread = NULL;
	m->proc = NULL;
	m->container = 0;
	m->has_fd_num = m->has_latency = m->connect_failed = m->waits_otherwise = false;
	m->fd_num = 0;
	m->fd = NULL;
	m->enter = NULL;
	m->mark = NULL;
	m->span = m->span_around = NULL;
	m->latency_ns = m->exec_ns = 0;
	m->thread_version = m->proc_version = m->fd_version = 0;
}

/* All but the end of a call: of most events there is nothing else. */
static void
settle_rest(struct world *w)
{
	finish_last(w);
	if (w->moment.mark)
		traces_settle(w->traces);
	if (w->is_loading) {
		initial_finish(w);
		w->is_loading = false;
	}
}

void
world_settle(struct world *w)
{
	if (w->ended) {
		w->ended->enter.type = NULL;
		w->ended = NULL;
	}
	if (w->closing_in || w->dying || w->moment.mark || w->is_loading)
		settle_rest(w);
}

/* Whether names are to be swept is asked once in so many events. */
#define SWEEP_EVERY 64u

/* What only a few events have: EV is told again, or completes the tables. */
static void
note_rare(struct world *w, struct call *c, unsigned traits)
{
	struct moment *m = &w->moment;

	if (w->is_leading && traits & TRAIT_COMPLETES)
		m->is_internal = true;
	else
		w->is_leading = false;
	if (c->ev->dump_flags & EVENT_RESTATED) {
		w->is_leading = false;
		m->num = 0;
	}
}

static const struct moment *
take_event(struct world *w, const struct event *ev)
{
	struct moment *m = &w->moment;
	struct call c = { .w = w, .ev = ev, .fd = NO_FD, .made_fd = NO_FD };
	bool is_restated = ev->dump_flags & EVENT_RESTATED;
	unsigned traits = ev->type ? w->traits[ev->id] : TRAIT_NEVER;

	world_settle(w);
	begin_moment(m, ev);
	if (traits & TRAIT_NEVER)
		return m;
	m->before_ns = w->now_ns;
	if (!is_restated) {
		w->n_events++;
		w->now_ns = ev->ts_ns;
	}
	if ((w->n_events % SWEEP_EVERY == 0 || is_restated) &&
	    intern_wants_sweep(w->names, SWEEP_COST * (w->threads.n + w->n_fds)))
		sweep_names(w);
	m->thread = c.t = thread_of(w, ev, traits);
	m->is_internal = traits & TRAIT_INTERNAL;
	if (traits & TRAIT_ENTER) {
		if (c.t)
			begin_call(w, &c);
	} else {
		event_result(ev, &c.res);
		if (traits & TRAIT_CALL)
			end_call(w, &c);
		else
			apply_event(w, &c);
		if (traits & TRAIT_SWITCH)
			note_switch(w, c.t, ev);
	}
	if (traits & TRAIT_WAITS_DIFFER)
		m->waits_otherwise = waits_differ(&c);
	/* What is told again is of whom it is about, also where nobody did it. */
	if (is_restated && !c.t) {
		c.t = thread_find(w, ev->tid);
		c.was_applied = true;
	}
	m->has_changed = w->n_changed || w->n_changed_fds || c.n_mended;
	if (w->n_changed || w->n_changed_fds)
		versions_finish(w);
	note_moment(w, &c);
	if (traits & TRAIT_MARKS)
		traces_take(w->traces, w, m);
	m->fd_changed = m->fd && c.fd_version && c.made_fd == NO_FD &&
			m->fd->version != c.fd_version;
	m->is_state_only = ev->dump_flags & EVENT_STATE_ONLY;
	if (w->is_leading || is_restated)
		note_rare(w, &c, traits);
	return m;
}

/* Records ------------------------------------------------------------- */

static void
forget_ifaces(struct world *w)
{
	for (size_t i = 0; i < w->n_ifaces; i++)
		free((void *)(uintptr_t)w->ifaces[i].name.p);
	w->n_ifaces = 0;
}

/* A new section: nothing of the last one is true any more, but containers are
 * the same by their ids. */
static void
begin_section(struct world *w)
{
	world_clear(w);
	w->age.generation++;
	w->age.lineage++;
	w->age.facts++;
	traces_clear(w->traces);
	w->ended = NULL;
	w->has_machine = false;
	w->now_ns = w->lost_state = 0;
	if (w->n_switched)
		memset(w->switched, 0, w->n_switched * sizeof(*w->switched));
	forget_ifaces(w);
	users_free(w->users);
	w->users = users_new(w->names);
	memset(w->served, 0, sizeof(w->served));
	w->is_loading = w->is_leading = true;
}

const struct moment *
world_take(struct world *w, const struct record *rec)
{
	if (rec->kind == RECORD_EVENT)
		return take_event(w, &rec->ev);
	switch (rec->kind) {
	case RECORD_SECTION:
		begin_section(w);
		return NULL;
	case RECORD_LOSS:
		if (rec->loss.class != LOSS_OF_DATA)
			w->lost_state = w->n_events + 1;
		return NULL;
	default:
		/* Also behind events: more of the state, taken late. */
		w->is_loading = true;
		initial_take(w, rec);
		return NULL;
	}
}

static void
fd_gone(struct descriptor *fd)
{
	version_memo_free(fd->memo);
}

struct world *
world_new(const struct world_observer *observer, void *ctx)
{
	struct world *w = xzalloc(sizeof(*w));

	w->observer = observer;
	w->memo_seed = hash_seed() | 1;
	w->ctx = ctx;
	w->names = intern_new();
	w->containers = containers_new(w->names);
	w->users = users_new(w->names);
	w->roles = role_table_new();
	w->traces = traces_new();
	w->thread_pool.size = sizeof(struct thread);
	w->process_pool.size = sizeof(struct process);
	fd_store_init(&w->fd_store, fd_gone);
	w->table_pool.size = sizeof(struct fd_table);
	w->is_loading = w->is_leading = true;
	for (int id = 0; id < EVENT_TYPES; id++) {
		w->apply[id] = apply_find((uint16_t)id);
		w->traits[id] = traits_of((uint16_t)id);
	}
	return w;
}

void
world_free(struct world *w)
{
	if (!w)
		return;
	world_clear(w);
	forget_ifaces(w);
	free(w->ifaces);
	map_fini(&w->threads);
	map_fini(&w->processes);
	pool_fini(&w->thread_pool);
	pool_fini(&w->process_pool);
	fd_store_fini(&w->fd_store);
	pool_fini(&w->table_pool);
	free(w->changed);
	free(w->switched);
	free(w->changed_fds);
	text_fini(&w->path);
	text_fini(&w->path2);
	traces_free(w->traces);
	role_table_free(w->roles);
	users_free(w->users);
	containers_free(w->containers);
	intern_free(w->names);
	free(w);
}

/* For who shows it ---------------------------------------------------- */

struct intern *
world_names(const struct world *w)
{
	return w->names;
}

const struct trace_span *const *
world_spans(const struct world *w, size_t *n)
{
	return w->past ? w->past->spans(w->past->ctx, n) : traces_open(w->traces, n);
}

const struct world_age *
world_age(const struct world *w)
{
	return &w->age;
}

const struct containers *
world_containers(const struct world *w)
{
	return w->containers;
}

const struct users *
world_users(const struct world *w)
{
	return w->users;
}

const struct thread *
world_thread(const struct world *w, int64_t tid)
{
	return w->past ? w->past->thread(w->past->ctx, tid) : thread_find(w, tid);
}

const struct descriptor *
world_fd(const struct process *p, int64_t num)
{
	const struct past_fds *past = p->fds->past;

	return past ? past->get(past->ctx, p, num) : fd_find(p, num);
}

const struct descriptor *
world_next_fd(const struct process *p, int64_t *num)
{
	const struct past_fds *past = p->fds->past;

	return past ? past->next(past->ctx, p, num) : fd_tree_next(&p->fds->fds, num);
}

static int
by_tid(const void *a, const void *b)
{
	const struct thread *x = *(const struct thread *const *)a;
	const struct thread *y = *(const struct thread *const *)b;

	return (x->tid > y->tid) - (x->tid < y->tid);
}

/* All values of M, sorted, in a new array. */
static void *
values_of(const struct map *m, size_t *n, int (*order)(const void *, const void *))
{
	void **all = xmalloc(m->n * sizeof(*all));
	size_t at = 0;
	uint64_t key;

	*n = 0;
	while (map_next(m, &at, &key, &all[*n]))
		if (++*n == m->n)
			break;
	qsort(all, *n, sizeof(*all), order);
	return all;
}

const struct thread **
world_threads(const struct world *w, size_t *n)
{
	return w->past ? w->past->threads(w->past->ctx, n) :
			 values_of(&w->threads, n, by_tid);
}

const struct descriptor **
world_fds(const struct process *p, size_t *n)
{
	const struct descriptor **all = NULL, *fd;
	size_t cap = 0;

	*n = 0;
	for (int64_t num = 0; (fd = world_next_fd(p, &num)); num++) {
		xgrow(&all, &cap, *n + 1, sizeof(*all));
		all[(*n)++] = fd;
	}
	return all;
}

const struct machine_record *
world_machine(const struct world *w)
{
	return w->has_machine ? &w->machine : NULL;
}

size_t
world_ifaces(const struct world *w)
{
	return w->n_ifaces;
}

const struct iface_record *
world_iface(const struct world *w, size_t i)
{
	return i < w->n_ifaces ? &w->ifaces[i] : NULL;
}

struct world *
past_world(struct intern *names, const struct past *past)
{
	struct world *w = xzalloc(sizeof(*w));

	w->names = names;
	w->past = past;
	return w;
}

void
past_set(struct world *w, const struct past_facts *facts, const struct world_age *age)
{
	w->containers = facts->containers;
	w->users = facts->users;
	w->has_machine = facts->has_machine;
	w->machine = facts->machine;
	w->ifaces = facts->ifaces;
	w->n_ifaces = facts->n_ifaces;
	w->age = *age;
}

void
world_size(const struct world *w, struct world_size *out)
{
	*out = (struct world_size){
		.n_threads = w->threads.n, .n_processes = w->process_pool.n,
		.n_fds = w->n_fds, .n_names = intern_count(w->names),
		.name_bytes = intern_bytes(w->names),
	};
}
