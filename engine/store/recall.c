#include "engine/store/recall.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/pool.h"
#include "engine/event/event.h"
#include "engine/store/aside.h"
#include "engine/store/inside.h"
#include "engine/store/marks.h"
#include "engine/store/payload.h"
#include "engine/store/revive.h"
#include "engine/store/row_reader.h"

/* A process or thread that was put together for the present moment. */
struct recalled {
	struct process p;
	struct fd_table table;
	const struct kept_table *kept;
	struct thread t;
	struct recalled *next;		/* in the list of those in use */
};

/* From which position on something is so, and from which on it may be otherwise. */
struct stretch {
	uint64_t from, to;
};

/* A thread as the last row that named its version showed it, and how long each part of it is
 * so: whoever goes through rows moves it along. */
struct lasting {
	const struct thread_version *of;	/* NULL: none yet */
	const struct process_version *process;
	struct recalled x;
	struct stretch process_state, n_fds, state, exec;
};
#define N_LASTING 64u			/* by slot; a power of two */

struct recall {
	const struct snapshot *snap;
	const struct store *store;
	struct reread *reread;		/* NULL: chunks have payload */
	struct past past;
	struct past_fds past_fds;
	struct world *world;
	struct pool pool;		/* of struct recalled */
	struct recalled *in_use;
	struct recalled own;		/* of the moment, when it is light */
	bool is_light;			/* no trails are looked at */
	struct lasting *lasting;	/* NULL: none yet */
	struct row_reader *reader;	/* the same */
	uint64_t position;
	struct stretch facts;		/* WORLD has those of this stretch */
	uint64_t before;		/* what ended before this event is left out; 0: not */
	const struct store_section *section;	/* that WORLD has the facts of */
	uint64_t section_end;		/* the first event that is not of it */

	struct moment moment;
	struct event ev, enter;
	uint64_t row[COLUMNS];		/* what stands in that of the moment, but COL_KIND */
	uint8_t result[8];		/* the only parameter, without bytes */
	uint8_t enter_call[2];
	struct payload_view packed;	/* what was packed is seen here */
	struct payload_view packed_enter;
	uint64_t enter_number;
	bool *is_unread;		/* borrowed, as N_UNREAD; NULL: nobody wants to know */
	uint64_t *n_unread;
	uint8_t *enter_bytes;		/* a copy: the source lends one event at a time */
	size_t enter_cap;
	struct descriptor fd;		/* of the moment */
	struct descriptor other;	/* of a table */
	struct descriptor version;	/* that was asked for by its slot */
	struct walk *walk;		/* over marks; NULL: there are none */
	size_t chunk;			/* where the last row was */

	/* The table that is walked. */
	const struct kept_table *walked;
	uint64_t walked_at;
	struct table_entry *entries;
	size_t n_entries, cap_entries;
};

/* Putting things together --------------------------------------------- */

static struct recalled *
take(struct recall *r)
{
	struct recalled *x = pool_get(&r->pool);

	x->next = r->in_use;
	r->in_use = x;
	return x;
}

static void
put_all(struct recall *r)
{
	while (r->in_use) {
		struct recalled *x = r->in_use;

		r->in_use = x->next;
		pool_put(&r->pool, x);
	}
}

/* What of the process of version V stays the same. */
static void
start_process(struct recall *r, struct recalled *x, const struct process_version *v)
{
	revive_process(&x->p, v);
	x->kept = NULL;
	x->table = (struct fd_table){ .past = &r->past_fds };
	x->p.fds = &x->table;
}

static void
fill_process_state(struct recalled *x, const struct kept_process_state *state)
{
	x->p.fdlimit = state ? state->fdlimit : -1;
	x->p.n_threads = state ? state->n_threads : 0;
	x->kept = state ? state->table : NULL;
	x->table.id = x->kept ? x->kept->id : 0;
	x->table.fds.n = 0;
}

/* The process of version V, with what changes of it as of the present position. */
static struct recalled *
make_process(struct recall *r, const struct process_version *v)
{
	struct recalled *x = r->is_light ? &r->own : take(r);

	start_process(r, x, v);
	if (r->is_light)
		return x;
	fill_process_state(x, trail_at(&v->of->states, r->position,
				       sizeof(struct kept_process_state)));
	if (x->kept)
		x->table.fds.n = table_count_at(x->kept, r->position);
	return x;
}

static const struct process_version *
process_version_at(const struct recall *r, const struct kept_process *k, uint64_t position)
{
	const struct kept_step *step = trail_at(&k->versions, position, sizeof(*step));

	return step ? slots_get(&r->store->process_versions, step->slot) : NULL;
}

static struct thread *
fill_thread(const struct recall *r, struct recalled *x, const struct kept_thread *k,
	    uint32_t comm)
{
	struct thread *t = &x->t;
	const struct kept_exec *exec;

	revive_thread(t, k, comm);
	t->proc = &x->p;
	if (r->is_light)
		return t;
	revive_thread_state(t, trail_at(&k->states, r->position,
				      sizeof(struct kept_thread_state)), comm);
	exec = trail_at(&k->execs, r->position, sizeof(*exec));
	t->exec_ns = exec ? exec->exec_ns : 0;
	return t;
}

/* Moving along --------------------------------------------------------- */

/* Is it so at POSITION what was found out for S? */
static bool
holds(const struct stretch *s, uint64_t position)
{
	return position >= s->from && position < s->to;
}

/* The entry of TRAIL that holds at the present position, which S becomes the stretch of. What
 * comes later is behind the end of the snapshot. */
static const void *
entry_around(const struct recall *r, const struct trail *trail, size_t size, struct stretch *s)
{
	const void *next, *entry = trail_around(trail, r->position, size, &next);

	s->from = r->position;
	s->to = UINT64_MAX;
	if (next)
		memcpy(&s->to, next, sizeof(s->to));
	return entry;
}

/* What L's thread has as of the present position, where that is not what it had. */
static void
move_along(const struct recall *r, struct lasting *l)
{
	const struct kept_thread *k = l->of->of;
	struct recalled *x = &l->x;
	uint64_t at = r->position;

	if (!holds(&l->process_state, at)) {
		fill_process_state(x, entry_around(r, &l->process->of->states,
						   sizeof(struct kept_process_state),
						   &l->process_state));
		l->n_fds = (struct stretch){ 0 };
	}
	if (x->kept && !holds(&l->n_fds, at)) {
		l->n_fds.from = at;
		x->table.fds.n = table_count_around(x->kept, at, &l->n_fds.to);
	}
	if (!holds(&l->state, at))
		revive_thread_state(&x->t, entry_around(r, &k->states,
						      sizeof(struct kept_thread_state),
						      &l->state), l->of->comm);
	if (!holds(&l->exec, at)) {
		const struct kept_exec *exec = entry_around(r, &k->execs, sizeof(*exec),
							    &l->exec);

		x->t.exec_ns = exec ? exec->exec_ns : 0;
	}
}

/* The thread of version V, which has one, as of the present position. */
static const struct thread *
last_thread(struct recall *r, const struct thread_version *v)
{
	const struct process_version *process =
		slots_get(&r->store->process_versions, v->process);
	struct lasting *l;

	if (!r->lasting)
		r->lasting = xzalloc(N_LASTING * sizeof(*r->lasting));
	l = &r->lasting[v->slot % N_LASTING];
	/* When something was learned of it, it is another one in its place. */
	if (l->of != v || l->process != process || r->position < l->state.from) {
		*l = (struct lasting){ .of = v, .process = process };
		start_process(r, &l->x, process);
		revive_thread(&l->x.t, v->of, v->comm);
		l->x.t.proc = &l->x.p;
		l->x.t.version = v->id;
	}
	l->x.t.known = atomic_load_explicit(&v->of->known, memory_order_relaxed);
	move_along(r, l);
	return &l->x.t;
}

static const struct thread *
recall_tid(void *ctx, int64_t tid)
{
	struct recall *r = ctx;
	const struct kept_thread *k = store_find_thread(r->store, tid, r->position);
	const struct kept_process *p;
	const struct process_version *v;

	p = k ? atomic_load_explicit(&k->proc, memory_order_acquire) : NULL;
	v = p ? process_version_at(r, p, r->position) : NULL;
	return v ? fill_thread(r, make_process(r, v), k, 0) : NULL;
}

static bool
is_alive(const struct recall *r, const struct kept_thread *k)
{
	uint64_t at = r->before ? r->before : r->position;

	return k->from <= r->position &&
	       atomic_load_explicit(&k->to, memory_order_relaxed) > at;
}

/* Thread K, of a process that all of its threads share: PROCESSES has those that were put
 * together, by index. */
static const struct thread *
thread_of_all(struct recall *r, const struct kept_thread *k, struct map *processes)
{
	const struct kept_process *of = atomic_load_explicit(&k->proc, memory_order_acquire);
	struct recalled *x = of ? map_get(processes, of->index) : NULL;
	const struct process_version *v;
	struct thread *t;

	if (!of)
		return NULL;
	if (!x) {
		v = process_version_at(r, of, r->position);
		if (!v)
			return NULL;
		x = make_process(r, v);
		map_put(processes, of->index, x);
	}
	t = fill_thread(r, take(r), k, 0);
	t->proc = &x->p;
	t->ptid = x->p.ppid;
	if (!x->p.threads)
		x->p.threads = t;
	if (t->tid == x->p.pid)
		x->p.leader = t;
	return t;
}

static int
by_tid(const void *a, const void *b)
{
	const struct thread *x = *(const struct thread *const *)a;
	const struct thread *y = *(const struct thread *const *)b;

	return (x->tid > y->tid) - (x->tid < y->tid);
}

static const struct thread **
recall_threads(void *ctx, size_t *n)
{
	struct recall *r = ctx;
	const struct thread **all = xmalloc(sizeof(*all));
	struct map processes = { 0 };
	size_t cap = 1;

	*n = 0;
	for (uint32_t i = 1; i < r->snap->n_threads; i++) {
		const struct kept_thread *k = store_thread(r->store, i);
		const struct thread *t = k && is_alive(r, k) ? thread_of_all(r, k, &processes) :
					 NULL;

		if (!t)
			continue;
		xgrow(&all, &cap, *n + 1, sizeof(*all));
		all[(*n)++] = t;
	}
	map_fini(&processes);
	qsort(all, *n, sizeof(*all), by_tid);
	return all;
}

static const struct trace_span *const *
recall_spans(void *ctx, size_t *n)
{
	struct recall *r = ctx;

	*n = 0;
	return r->walk ? walk_open(r->walk, r->position, n) : NULL;
}

/* Descriptors of the past --------------------------------------------- */

static const struct kept_table *
table_of_process(const struct process *p)
{
	/* Every process here stands in a struct recalled. */
	return ((const struct recalled *)p)->kept;
}

static const struct descriptor *
recall_fd(void *ctx, const struct process *p, int64_t num)
{
	struct recall *r = ctx;
	const struct kept_table *t = table_of_process(p);
	uint32_t slot = t ? table_get_at(r->store, t, num, r->position) : 0;
	const struct fd_version *v = slot ? slots_get(&r->store->fd_versions, slot) : NULL;

	if (!v)
		return NULL;
	if (r->moment.fd && r->fd.num == num && r->fd.version == v->id && p == r->moment.proc)
		return r->moment.fd;
	revive_fd(&r->other, v);
	return &r->other;
}

/* Is descriptor NUM of T, which was open, not any more when the event is shown before which
 * all is to be? */
static bool
is_closed_by(const struct recall *r, const struct kept_table *t, int64_t num)
{
	return r->before != r->position && !table_get_at(r->store, t, num, r->before);
}

static const struct descriptor *
recall_next_fd(void *ctx, const struct process *p, int64_t *num)
{
	struct recall *r = ctx;
	const struct kept_table *t = table_of_process(p);
	const struct fd_version *v;
	size_t low = 0, high;

	if (!t || *num < 0)
		return NULL;
	if (r->walked != t || r->walked_at != r->position) {
		r->n_entries = table_all_at(r->store, t, r->position, &r->entries,
					    &r->cap_entries);
		r->walked = t;
		r->walked_at = r->position;
	}
	for (high = r->n_entries; low < high;) {
		size_t mid = low + (high - low) / 2;

		if (r->entries[mid].num < *num)
			low = mid + 1;
		else
			high = mid;
	}
	while (r->before && low < r->n_entries && is_closed_by(r, t, r->entries[low].num))
		low++;
	v = low < r->n_entries ? slots_get(&r->store->fd_versions, r->entries[low].slot) : NULL;
	if (!v)
		return NULL;
	*num = v->num;
	revive_fd(&r->other, v);
	/* Rows tell it; as far as it can be told without one: */
	r->other.connected = v->has_tuple && v->tuple.dst_port &&
			     (v->l4 == L4_TCP || v->role == ROLE_CLIENT);
	return &r->other;
}

/* Moments ------------------------------------------------------------- */

/* Everything is to be as of POSITION from here on. */
static void
go_to(struct recall *r, uint64_t position)
{
	struct world_age age = { .generation = r->snap->generation };
	const struct store_section *section;
	struct past_facts facts = { 0 };

	put_all(r);
	r->is_light = false;
	r->position = position;
	r->before = 0;
	r->walked = NULL;
	if (holds(&r->facts, position))
		return;
	section = snapshot_section(r->snap, position);
	age.lineage = snapshot_lineage(r->snap, position, &r->facts.from, &r->facts.to);
	r->section = section;
	r->section_end = UINT64_MAX;
	if (section)
		facts = section->facts;
	if (section && section + 1 < r->snap->sections + r->snap->n_sections)
		r->section_end = section[1].first;
	if (section && r->facts.from < section->first)
		r->facts.from = section->first;
	if (r->facts.to > r->section_end)
		r->facts.to = r->section_end;
	facts.containers = r->snap->containers;
	past_set(r->world, &facts, &age);
}

static uint64_t
value(const struct chunk *c, uint32_t row, enum column_id id)
{
	return chunk_get(c, id, row);
}

/* What of EV stands in columns; its parameters are at most its result. */
static void
fill_event(struct recall *r, const struct chunk *c)
{
	struct event *ev = &r->ev;
	const struct thread_version *v;
	uint64_t result = r->row[COL_RESULT], flags = r->row[COL_FLAGS];
	uint16_t call = (uint16_t)r->row[COL_CALL];

	v = slots_get(&r->store->thread_versions, (uint32_t)r->row[COL_THREAD]);
	ev->id = (uint16_t)r->row[COL_TYPE];
	ev->type = event_type_find(ev->id);
	ev->ts_ns = r->row[COL_TIME];
	ev->cpu = (uint16_t)r->row[COL_CPU];
	ev->tid = v ? v->tid : -1;
	ev->offset = c->payload_base + r->row[COL_PAYLOAD];
	ev->dump_flags = flags & ROW_STATE_ONLY ? EVENT_STATE_ONLY : 0;
	ev->values = r->result;
	ev->n_params = 0;
	if (flags & ROW_HAS_RESULT) {
		memcpy(r->result, &result, 8);
		ev->n_params = 1;
		ev->ends[0] = 8;
	} else if (flags & ROW_HAS_CALL) {
		memcpy(r->result, &call, 2);
		ev->n_params = 1;
		ev->ends[0] = 2;
	}
}

/* The thread of version V, as of the present position. */
static const struct thread *
make_thread(struct recall *r, const struct thread_version *v)
{
	const struct process_version *pv =
		slots_get(&r->store->process_versions, v->process);
	struct thread *t = fill_thread(r, make_process(r, pv), v->of, v->comm);

	t->version = v->id;
	return t;
}

static void
fill_moment(struct recall *r, const struct chunk *c, uint32_t row)
{
	struct moment *m = &r->moment;
	uint64_t flags = r->row[COL_FLAGS], span = r->row[COL_SPAN];
	uint32_t fd = (uint32_t)r->row[COL_FD];
	const struct fd_version *fv = fd ? slots_get(&r->store->fd_versions, fd) : NULL;
	const struct thread_version *tv =
		slots_get(&r->store->thread_versions, (uint32_t)r->row[COL_THREAD]);

	*m = (struct moment){
		.ev = &r->ev, .num = c->first + row,
		.is_internal = flags & ROW_INTERNAL, .is_state_only = flags & ROW_STATE_ONLY,
		.has_fd_num = fv, .has_latency = flags & ROW_HAS_SPAN,
		.latency_ns = flags & ROW_HAS_SPAN ? span : 0,
		.before_ns = row ? value(c, row - 1, COL_TIME) : c->before_ns,
		.exec_ns = flags & ROW_HAS_SPAN ? 0 : span,
		.connect_failed = flags & ROW_CONNECT_FAILED,
		.fd_changed = flags & ROW_FD_CHANGED, .is_unsure = flags & ROW_UNSURE,
		.waits_otherwise = flags & ROW_WAITS_OTHERWISE,
	};
	if (fv)
		m->fd_num = fv->num;
	if (fv && fv->known) {
		revive_fd(&r->fd, fv);
		r->fd.connected = flags & ROW_CONNECTED;
		/* That it is such a socket was learned later: all its rows are called alike. */
		if (!(flags & ROW_NEEDS_BYTES) && revive_leads_nowhere(&r->fd))
			r->fd.connected = false;
		m->fd = &r->fd;
		m->fd_version = fv->id;
	}
	if (tv && tv->of) {
		m->thread = r->is_light ? make_thread(r, tv) : last_thread(r, tv);
		m->proc = m->thread->proc;
		m->thread_version = tv->id;
		m->proc_version = m->proc->version;
		m->container = m->proc->container;
	} else if (tv) {
		m->container = tv->container;
	}
}

/* The row of event NUMBER: where it is. */
static const struct chunk *
find_row(struct recall *r, uint64_t number, uint32_t *row)
{
	const struct chunk_view *view = &r->snap->chunks[r->chunk];

	if (number < view->c->first || number - view->c->first >= view->n) {
		r->chunk = snapshot_chunk(r->snap, number);
		view = &r->snap->chunks[r->chunk];
	}
	*row = (uint32_t)(number - view->c->first);
	return view->c;
}

/* How the enter event of an exit is known without its bytes. */
static void
fill_enter(struct recall *r, uint64_t number)
{
	uint32_t row;
	const struct chunk *c;
	struct event *ev = &r->enter;
	size_t was = r->chunk;
	uint64_t flags;
	uint16_t call;

	if (number < r->snap->first)
		return;
	c = find_row(r, number, &row);
	r->chunk = was;
	flags = value(c, row, COL_FLAGS);
	call = (uint16_t)value(c, row, COL_CALL);
	*ev = r->ev;
	ev->id = (uint16_t)value(c, row, COL_TYPE);
	ev->type = event_type_find(ev->id);
	ev->ts_ns = value(c, row, COL_TIME);
	ev->cpu = (uint16_t)value(c, row, COL_CPU);
	ev->offset = c->payload_base + value(c, row, COL_PAYLOAD);
	ev->values = r->enter_call;
	ev->n_params = 0;
	if (flags & ROW_HAS_CALL) {
		memcpy(r->enter_call, &call, 2);
		ev->n_params = 1;
		ev->ends[0] = 2;
	}
	r->moment.enter = ev;
}

/* The same, to look at it: r->row has what stands in it. */
static const struct chunk *
look_at_row(struct recall *r, uint64_t number, uint32_t *row)
{
	const struct chunk *c = find_row(r, number, row);

	if (!r->reader)
		r->reader = row_reader_new();
	row_reader_get(r->reader, c, *row, r->row);
	return c;
}

/* The enter event of event NUMBER, which is looked at: 0: it has none, or none that is a row. */
static uint64_t
enter_of(const struct recall *r, uint64_t number)
{
	uint64_t back = r->row[COL_BACK];

	return back && back != BACK_ASIDE ? number - back : 0;
}

/* The enter event that is put aside for row ROW of C. */
static void
fill_enter_aside(struct recall *r, const struct chunk *c, uint32_t row)
{
	r->enter = r->ev;
	r->enter.ts_ns -= r->moment.latency_ns;
	if (aside_get(c->aside, row, ASIDE_ENTER, &r->enter))
		r->moment.enter = &r->enter;
}

/* Event NUMBER, row ROW of C, as far as columns tell. */
static void
fill_row(struct recall *r, uint64_t number, const struct chunk *c, uint32_t row)
{
	uint64_t enter = enter_of(r, number);

	go_to(r, number);
	fill_event(r, c);
	fill_moment(r, c, row);
	if (enter)
		fill_enter(r, enter);
	else if (r->row[COL_BACK])
		fill_enter_aside(r, c, row);
	if (r->walk)
		walk_mark(r->walk, &r->moment);
}

/* The bytes of EV, which is event NUMBER: what was packed is seen at VIEW. */
static int
read_bytes(struct recall *r, uint64_t number, struct payload_view *view, struct event *ev,
	   struct err *err)
{
	size_t was = r->chunk;
	uint32_t row;
	const struct chunk *c = find_row(r, number, &row);
	const struct payload *payload =
		atomic_load_explicit(&c->payload, memory_order_acquire);
	struct event_place at = { c->file, ev->offset };
	struct event again;
	int rc;

	r->chunk = was;
	if (payload) {
		payload_get(payload, (uint32_t)value(c, row, COL_PAYLOAD), view, ev);
		return 0;
	}
	rc = r->reread->ops->event(r->reread, &at, &again, err);
	if (rc < 0)
		return rc;
	if (again.id != ev->id || again.ts_ns != ev->ts_ns)
		return err_set(err, -ESTALE, "the file has changed since it was read");
	*ev = again;
	return 0;
}

/* Let EV have its parameters in memory of our own. */
static void
copy_enter(struct recall *r, struct event *ev)
{
	size_t len = ev->n_params ? ev->ends[ev->n_params - 1] : 0;

	if (len > ENTER_BYTES_MAX) {
		/* As the world does it. */
		ev->n_params = 0;
		len = 0;
	}
	xgrow(&r->enter_bytes, &r->enter_cap, len + 1, 1);
	if (len)
		memcpy(r->enter_bytes, ev->values, len);
	ev->values = r->enter_bytes;
}

/* What the moment's enter event was given is asked for, after all. */
static void
read_enter(void *ctx)
{
	struct recall *r = ctx;
	struct err err;

	if (!r->moment.read_enter)
		return;
	r->moment.read_enter = NULL;
	if (read_bytes(r, r->enter_number, &r->packed_enter, &r->enter, &err) == 0) {
		copy_enter(r, &r->enter);
	} else if (r->is_unread) {
		*r->n_unread += !*r->is_unread;
		*r->is_unread = true;
	}
}

/* The bytes of the moment, event NUMBER; those of its enter event, if there is one, ENTER,
 * when they are asked for. */
static void
read_both(struct recall *r, uint64_t number, uint64_t enter, struct err *err)
{
	if (read_bytes(r, number, &r->packed, &r->ev, err) < 0 || !r->moment.enter || !enter)
		return;
	r->enter_number = enter;
	r->moment.read_enter = read_enter;
	r->moment.read_ctx = r;
}

const struct moment *
recall_event(struct recall *r, uint64_t number, struct err *err)
{
	uint32_t row;
	const struct chunk *c = look_at_row(r, number, &row);
	uint64_t enter = enter_of(r, number);
	struct err ignored;

	if (!err)
		err = &ignored;
	fill_row(r, number, c, row);
	read_both(r, number, enter, err);
	return &r->moment;
}

/* Event NUMBER is looked at without what changes of its thread and process. */
static void
go_light(struct recall *r, uint64_t number)
{
	if (!r->section || number < r->section->first || number >= r->section_end)
		go_to(r, number);
	r->is_light = true;
	r->position = number;
}

/* The same of row ROW of C. */
static void
fill_light(struct recall *r, uint64_t number, const struct chunk *c, uint32_t row)
{
	go_light(r, number);
	fill_event(r, c);
	fill_moment(r, c, row);
}

/* Row ROW of C, which is looked at, has ROW_NEEDS_BYTES: is all that is needed to say what its
 * descriptor is called at hand? Then the event in EV has what of it are parameters. */
static bool
is_told(const struct recall *r, const struct chunk *c, uint32_t row, struct event *ev)
{
	uint64_t flags = r->row[COL_FLAGS];
	unsigned bits = r->store->type_bits[r->row[COL_TYPE]];

	/* Others are connected to no address, which their version tells. */
	return aside_get(c->aside, row, ASIDE_NAME, ev) ||
	       !(bits & TYPE_NEEDS_BYTES || flags & ROW_FAILED);
}

/* Does what its parameters name stand in a folder that some descriptor is? */
static bool
is_relative(const struct event *ev)
{
	unsigned last_at = ev->n_params - 1;
	struct span last;

	if (!ev->n_params || last_at >= ev->type->n_params ||
	    ev->type->params[last_at].kind == PK_SOCKTUPLE)
		return false;
	last = event_bytes(ev, last_at);
	return last.len && last.p[0] != '/';
}

const struct moment *
recall_light(struct recall *r, uint64_t number)
{
	uint32_t row;
	const struct chunk *c = look_at_row(r, number, &row);
	uint64_t flags = r->row[COL_FLAGS];

	fill_light(r, number, c, row);
	/* Of calls by number not even the type is known. */
	if (flags & ROW_NEEDS_BYTES &&
	    r->store->type_bits[r->row[COL_TYPE]] & TYPE_NEEDS_BYTES &&
	    !is_told(r, c, row, &r->ev))
		return recall_event(r, number, NULL);
	return &r->moment;
}

const struct moment *
recall_bytes(struct recall *r, uint64_t number, struct err *err)
{
	uint32_t row;
	const struct chunk *c = look_at_row(r, number, &row);
	uint64_t enter = enter_of(r, number);

	fill_light(r, number, c, row);
	if (enter)
		fill_enter(r, enter);
	else if (r->row[COL_BACK])
		fill_enter_aside(r, c, row);
	read_both(r, number, enter, err);
	return &r->moment;
}

const struct moment *
recall_named(struct recall *r, uint64_t number, struct err *err)
{
	uint32_t row;
	const struct chunk *c = look_at_row(r, number, &row);

	if (!(r->row[COL_FLAGS] & ROW_NEEDS_BYTES))
		return recall_light(r, number);
	fill_light(r, number, c, row);
	if (is_told(r, c, row, &r->ev)) {
		if (is_relative(&r->ev)) {
			fill_row(r, number, c, row);
			is_told(r, c, row, &r->ev);
		}
		return &r->moment;
	}
	/* Addresses need no table of descriptors, as names of files do. */
	if (r->row[COL_TYPE] != EV_CONNECT_X)
		return recall_event(r, number, err);
	return recall_bytes(r, number, err);
}

const struct moment *
recall_row(struct recall *r, uint64_t number)
{
	uint32_t row;
	const struct chunk *c = look_at_row(r, number, &row);

	fill_row(r, number, c, row);
	if (r->row[COL_FLAGS] & ROW_NEEDS_BYTES && !is_told(r, c, row, &r->ev))
		return recall_event(r, number, NULL);
	return &r->moment;
}

const struct event *
recall_unnumbered(struct recall *r, uint64_t number, size_t i)
{
	size_t n, low = 0, high;
	const struct unnumbered *all = trail_all(&r->store->unnumbered, &n);
	const struct chunk *c;
	uint32_t row;

	if (!n || all[n - 1].from < number)
		return NULL;
	for (high = n; low < high;) {
		size_t mid = low + (high - low) / 2;

		if (all[mid].from < number)
			low = mid + 1;
		else
			high = mid;
	}
	low += i;
	if (low >= n || all[low].from != number || all[low].chunk < r->snap->first)
		return NULL;
	c = find_row(r, all[low].chunk, &row);
	r->ev = (struct event){ .type = &event_types[all[low].id], .id = all[low].id,
				.ts_ns = all[low].ts_ns, .cpu = all[low].cpu };
	payload_get(atomic_load_explicit(&c->payload, memory_order_acquire), all[low].place,
		    &r->packed, &r->ev);
	return &r->ev;
}

void
recall_before(struct recall *r, uint64_t number)
{
	const struct store_section *section = snapshot_section(r->snap, number);
	bool is_first = number <= r->snap->first || (section && section->first == number);

	go_to(r, is_first ? number : number - 1);
	r->before = number;
}

/* Entities ------------------------------------------------------------ */

const struct process *
recall_process_version(struct recall *r, uint32_t slot, uint64_t position)
{
	const struct process_version *v = slots_get(&r->store->process_versions, slot);

	if (position != r->position || r->is_light)
		go_to(r, position);
	return v ? &make_process(r, v)->p : NULL;
}

const struct thread *
recall_thread_version(struct recall *r, uint32_t slot, uint64_t position)
{
	const struct thread_version *v = slots_get(&r->store->thread_versions, slot);

	if (position != r->position || r->is_light)
		go_to(r, position);
	return v && v->of ? make_thread(r, v) : NULL;
}

const struct thread *
recall_thread_light(struct recall *r, uint32_t slot, uint64_t number)
{
	const struct thread_version *v = slots_get(&r->store->thread_versions, slot);

	go_light(r, number);
	return v && v->of ? make_thread(r, v) : NULL;
}

const struct process *
recall_process_at(struct recall *r, const struct kept_process *k, uint64_t position)
{
	const struct process_version *v = process_version_at(r, k, position);

	if (position != r->position || r->is_light)
		go_to(r, position);
	return v ? &make_process(r, v)->p : NULL;
}

const struct thread *
recall_thread(struct recall *r, const struct kept_thread *k, uint64_t position)
{
	const struct kept_process *p = atomic_load_explicit(&k->proc, memory_order_acquire);
	const struct process_version *v = p ? process_version_at(r, p, position) : NULL;

	if (position != r->position || r->is_light)
		go_to(r, position);
	return v ? fill_thread(r, make_process(r, v), k, 0) : NULL;
}

const struct descriptor *
recall_fd_version(struct recall *r, uint32_t slot)
{
	const struct fd_version *v = slots_get(&r->store->fd_versions, slot);

	if (!v || !v->known)
		return NULL;
	revive_fd(&r->version, v);
	return &r->version;
}

/* The recall itself --------------------------------------------------- */

void
recall_tell_unread(struct recall *r, bool *is_unread, uint64_t *n_unread)
{
	r->is_unread = is_unread;
	r->n_unread = n_unread;
}

const struct world *
recall_world(const struct recall *r)
{
	return r->world;
}

struct recall *
recall_new(const struct snapshot *snap)
{
	struct recall *r = xzalloc(sizeof(*r));

	r->snap = snap;
	r->store = snap->store;
	r->reread = store_reread(snap->store);
	r->past = (struct past){ .thread = recall_tid, .threads = recall_threads,
				 .spans = recall_spans, .ctx = r };
	if (marks_has_any(snap->store))
		r->walk = walk_new(snap);
	r->past_fds = (struct past_fds){ recall_fd, recall_next_fd, r };
	r->pool.size = sizeof(struct recalled);
	r->world = past_world(store_names(snap->store), &r->past);
	go_to(r, snap->first);
	return r;
}

void
recall_free(struct recall *r)
{
	if (!r)
		return;
	reread_close(r->reread);
	walk_free(r->walk);
	pool_fini(&r->pool);
	free(r->world);
	payload_view_fini(&r->packed);
	payload_view_fini(&r->packed_enter);
	free(r->enter_bytes);
	free(r->entries);
	free(r->lasting);
	row_reader_free(r->reader);
	free(r);
}
