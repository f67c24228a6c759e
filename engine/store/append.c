#include <assert.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/cpu_time.h"
#include "engine/event/scan.h"
#include "engine/store/aside.h"
#include "engine/store/inside.h"
#include "engine/store/marks.h"
#include "engine/store/payload.h"
#include "engine/store/pyramid.h"
#include "engine/store/revive.h"
#include "engine/store/sealer.h"

/* Of what can be told by TYPE alone: may an event of it have to be asked for its bytes? */
static uint8_t
need_of(uint16_t id)
{
	if (id == EV_GENERIC_E || id == EV_GENERIC_X || id == EV_ASYNCEVENT_E)
		return TYPE_NEEDS_BYTES;
	/* What could not be made, or connected, tells what it was for. */
	return event_types[id].flags & EF_CREATES_FD || id == EV_CONNECT_X ?
		TYPE_FAILS_WITH_NAME : 0;
}

/* So many parameters of a failed call of TYPE tell what it was for: a path, an address. */
static uint8_t
named_by(const struct event_type *type)
{
	uint8_t n = 0;

	for (uint8_t i = 0; i < type->n_params; i++) {
		unsigned kind = type->params[i].kind;

		if (kind == PK_SOCKTUPLE || ((kind == PK_FSPATH || kind == PK_FSRELPATH) &&
					     !strcmp(type->params[i].name, "name")))
			n = i + 1;
	}
	return n;
}

static bool
has_param(const struct event_type *type, const char *name)
{
	return event_type_param(type, name) >= 0;
}

static uint8_t
bits_of(uint16_t id)
{
	const struct event_type *type = &event_types[id];
	uint8_t bits = need_of(id);

	if (event_id_is_exit(id) && type->n_params && type->params[0].kind == PK_UINT64 &&
	    !strcmp(type->params[0].name, "res"))
		bits |= TYPE_HAS_RES;
	if (type->category == EC_PROCESS || has_param(type, "vm_size") ||
	    has_param(type, "pgft_maj") || id == EV_PROCINFO_E)
		bits |= TYPE_CHANGES_THREAD;
	if (event_id_is_exit(id) && type->n_params &&
	    EVENT_RESULT_KINDS >> type->params[0].kind & 1)
		bits |= TYPE_HAS_RESULT;
	if (id == EV_GENERIC_E || id == EV_GENERIC_X)
		bits |= TYPE_HAS_CALL;
	if (id == EV_SCHEDSWITCH_6_E || id == EV_SCHEDSWITCH_1_E)
		bits |= TYPE_IS_SWITCH;
	if (aside_params_from(id) >= 0)
		bits |= TYPE_PUTS_ASIDE;
	return bits;
}

void
append_init(struct store *s)
{
	for (uint16_t id = 0; id < EVENT_TYPES; id++) {
		const struct event_type *type = &event_types[id];
		uint16_t flags = 0;

		if (type->source == ES_SYSCALL)
			flags |= event_id_is_exit(id) ? ROW_EXIT : ROW_ENTER;
		flags |= type->flags & EF_READS ? ROW_READS : 0;
		flags |= type->flags & EF_WRITES ? ROW_WRITES : 0;
		s->type_flags[id] = flags;
		s->type_bits[id] = bits_of(id);
		s->named_by[id] = named_by(type);
	}
}

/* Chunks -------------------------------------------------------------- */

/* SEALED takes the place of OPEN in the list. */
static void
put_sealed(struct store *s, struct chunk *open, struct chunk *sealed)
{
	size_t i = s->n_chunks;

	open->has_lent = true;
	pyramid_trim(sealed, s->first);
	pthread_mutex_lock(&s->lock);
	while (s->chunks[--i] != open)
		continue;
	s->chunks[i] = sealed;
	pthread_mutex_unlock(&s->lock);
	grave_put(&s->grave, GRAVE_CHUNK, open, open->bytes);
}

void
append_collect(struct store *s, bool wait)
{
	struct chunk *open, *sealed = s->sealer ? sealer_take(s->sealer, &open, wait) : NULL;

	if (sealed)
		put_sealed(s, open, sealed);
}

void
append_seal(struct store *s)
{
	struct chunk *open = s->open, *sealed;

	append_collect(s, true);
	if (!open)
		return;
	s->open = NULL;
	if (!open->n) {
		pthread_mutex_lock(&s->lock);
		s->n_chunks--;
		pthread_mutex_unlock(&s->lock);
		grave_put(&s->grave, GRAVE_CHUNK, open, open->bytes);
		return;
	}
	/* As late as this, so that it has no right which the writer gave up before. */
	if (s->seals_apart && !s->sealer)
		s->sealer = sealer_new(s->sums_pay, s->pyramid);
	if (s->sealer) {
		sealer_give(s->sealer, open);
		return;
	}
	if (!s->room)
		s->room = seal_room_new(s->sums_pay);
	sealed = chunk_seal(open, s->room);
	pyramid_add(s->pyramid, sealed);
	put_sealed(s, open, sealed);
}

static void
open_chunk(struct store *s, const struct moment *m)
{
	struct chunk *c;

	append_seal(s);
	c = s->n_spares ? s->spares[--s->n_spares] : NULL;
	if (c) {
		c->first = s->next;
		c->n = 0;
		memset(&c->fd_names, 0, sizeof(c->fd_names));
		aside_clear(c->aside);
	} else {
		c = chunk_new(s->next);
	}
	c->section = s->n_sections ? s->n_sections - 1 : 0;
	c->file = s->n_sections ? s->sections[c->section].file : 0;
	c->payload_base = m->ev->offset;
	c->before_ns = m->before_ns;
	c->payload = s->keeps_payload ? payload_new() : NULL;
	pthread_mutex_lock(&s->lock);
	xgrow(&s->chunks, &s->cap_chunks, s->n_chunks + 1, sizeof(s->chunks[0]));
	s->chunks[s->n_chunks++] = c;
	pthread_mutex_unlock(&s->lock);
	s->open = c;
	s->checked = 0;
}

/* Is there room in the open chunk for the event of M? */
static bool
has_room(const struct store *s, const struct moment *m)
{
	const struct chunk *c = s->open;

	if (!c || c->n == s->rows_max)
		return false;
	if (c->payload)
		return payload_len(c->payload) < s->payload_max;
	return m->ev->offset - c->payload_base <= UINT32_MAX;
}

/* Rows ---------------------------------------------------------------- */

/* The slot of M's descriptor, and its kind. */
static uint32_t
fd_of(struct store *s, const struct moment *m, uint64_t *kind)
{
	const struct descriptor *fd = m->fd;
	struct store_cached *c;

	*kind = 0;
	if (!m->has_fd_num)
		return 0;
	*kind = 1;
	if (!fd || !m->fd_version)
		return keep_number(s, m->fd_num);
	c = &s->cache[m->fd_version % STORE_CACHE];
	if (c->id != m->fd_version) {
		c->slot = keep_fd_version(s, fd);
		c->v = slots_get(&s->fd_versions, c->slot);
		c->id = m->fd_version;
	}
	c->v->last = s->next;
	*kind = chunk_kind(c->v->kind);
	return c->slot;
}

static struct kept_thread *
thread_of(struct store *s, const struct thread *t)
{
	struct kept_thread **k = &s->thread_cache[t->id % STORE_CACHE];

	if (!*k || (*k)->id != t->id)
		*k = keep_thread(s, t);
	return *k;
}

static bool
has_changed(const struct kept_process *k, const struct process *p)
{
	return k->now.n_threads != p->n_threads || k->now.fdlimit != p->fdlimit ||
	       k->now.has_leader != (p->leader != NULL) || !k->now.table ||
	       k->now.table->id != p->fds->id;
}

/* The event of M may have changed its thread, the leader, who has the memory, and
 * have made another one. */
static void
note_change(struct store *s, struct kept_thread *k, const struct moment *m)
{
	const struct thread *leader = m->proc->leader, *born;
	int64_t res;

	keep_thread_state(s, k, m->thread, m->ev->ts_ns);
	if (leader && leader != m->thread)
		keep_thread_state(s, thread_of(s, leader), leader, m->ev->ts_ns);
	if (!event_result(m->ev, &res) || res <= 0)
		return;
	born = world_thread(s->world, res);
	if (born)
		keep_birth(s, born);
}

/* The slot of M's thread version; what changed of it and its process is noted. */
static uint32_t
thread_slot(struct store *s, struct kept_thread *k, const struct moment *m, unsigned bits)
{
	const struct thread *t = m->thread;
	struct kept_process *p;

	if (k->version != m->thread_version)
		keep_thread_version(s, k, m);
	p = atomic_load_explicit(&k->proc, memory_order_relaxed);
	if (has_changed(p, t->proc))
		keep_process_state(s, p, t->proc);
	if (bits & TYPE_CHANGES_THREAD)
		note_change(s, k, m);
	if (bits & TYPE_IS_SWITCH && t->exec_ns != k->exec_ns) {
		struct kept_exec exec = { s->next, t->exec_ns, t->n_unsure_execs };

		k->exec_ns = t->exec_ns;
		trail_append(&k->execs, &s->grave, &exec, sizeof(exec));
	}
	return k->slot;
}

static uint64_t
flags_of_moment(const struct moment *m)
{
	unsigned flags = m->has_latency * ROW_HAS_SPAN | m->is_state_only * ROW_STATE_ONLY |
			 m->is_internal * ROW_INTERNAL | m->is_unsure * ROW_UNSURE |
			 m->waits_otherwise * ROW_WAITS_OTHERWISE;

	if (m->fd)
		flags |= m->fd_changed * ROW_FD_CHANGED | m->fd->connected * ROW_CONNECTED |
			 m->connect_failed * ROW_CONNECT_FAILED;
	return flags;
}

/* The result of EV, at *RESULT, as flags. */
static uint64_t
result_of(const struct event *ev, unsigned bits, uint64_t *result)
{
	int64_t res;

	*result = 0;
	if (!(bits & (TYPE_HAS_RESULT | TYPE_HAS_RES)) || !event_i64(ev, 0, &res))
		return 0;
	*result = (uint64_t)res;
	return ROW_HAS_RESULT | (res < 0 ? ROW_FAILED : 0);
}

/* Put the number of the call of M, which has no code, aside. */
static void
put_number(struct store *s, const struct moment *m)
{
	uint16_t numbers[2] = { 0 };
	struct event ev = { .id = m->ev->id, .n_params = 2, .ends = { 2, 4 },
			    .values = (const uint8_t *)numbers };

	if (event_u16(m->ev, 1, &numbers[1]) ||
	    (m->enter && event_u16(m->enter, 1, &numbers[1])))
		aside_add(s->open->aside, s->open->n, ASIDE_NAME, &ev);
}

/* The parameters of M that tell what it was for, because there is no descriptor that does:
 * how many. */
static unsigned
params_aside(const struct store *s, const struct moment *m, unsigned bits, uint64_t flags)
{
	unsigned n = s->named_by[m->ev->id];

	if (!(bits & TYPE_FAILS_WITH_NAME) || !(flags & ROW_FAILED) ||
	    (m->fd && !m->connect_failed))
		return 0;
	return n < m->ev->n_params ? n : m->ev->n_params;
}

/* Has what the row of M is called to be looked up in its bytes, or in what is put aside of
 * them here? */
static bool
put_aside(struct store *s, const struct moment *m, unsigned bits, uint64_t flags)
{
	unsigned n;

	if (flags & ROW_HAS_CALL)
		return false;
	if (bits & TYPE_NEEDS_BYTES) {
		if (bits & TYPE_HAS_CALL)
			put_number(s, m);
		return true;
	}
	n = params_aside(s, m, bits, flags);
	if (n) {
		struct event named = *m->ev;

		named.n_params = n;
		aside_add(s->open->aside, s->open->n, ASIDE_NAME, &named);
	}
	return n || (m->fd && revive_leads_nowhere(m->fd));
}

/* The rows back to the enter event of M; this may be one itself. */
static uint64_t
back_of(const struct store *s, struct kept_thread *k, const struct moment *m, uint64_t flags)
{
	uint64_t back = 0;

	if (flags & ROW_ENTER)
		k->enter = s->next;
	if (m->enter && k->enter && s->next - k->enter < BACK_ASIDE)
		back = s->next - k->enter;
	else if (m->enter)
		back = BACK_ASIDE;
	return back;
}

static void
note_time(struct store *s, uint64_t ts_ns)
{
	if (!s->first_ns)
		s->first_ns = ts_ns;
	if (ts_ns > s->last_ns)
		s->last_ns = ts_ns;
}

/* What is there before the row of M, of whom there is none before that. */
static void
begin_row(struct store *s, const struct moment *m)
{
	uint64_t lineage = s->age->lineage;

	assert(m->num == s->next);
	if (lineage != s->lineage_seen) {
		s->lineage_seen = lineage;
		trail_append(&s->lineage, &s->grave,
			     &(struct lineage_step){ s->next, ++s->n_lineage },
			     sizeof(struct lineage_step));
	}
	if (!has_room(s, m))
		open_chunk(s, m);
}

/* The call of EV, which has no type of its own, as a flag; its code at *CODE. */
static uint64_t
call_of(const struct event *ev, uint64_t *code)
{
	uint16_t told = 0;

	if (!event_u16(ev, 0, &told))
		return 0;
	*code = told;
	return told ? ROW_HAS_CALL : 0;
}

/* The event of M does not name its descriptor as its parameter AT. */
static void
put_fd_aside(struct chunk *c, const struct moment *m, unsigned at)
{
	struct event named = *m->ev;
	uint64_t *types = c->fd_names.other;

	named.n_params = at + 1;
	if (event_bytes(&named, at).len == 8 && aside_add(c->aside, c->n, ASIDE_FD, &named))
		types = c->fd_names.aside;
	types[named.id / 64] |= (uint64_t)1 << named.id % 64;
}

/* Note which descriptor the event of M, the next one of C, names as its parameter AT. */
static void
note_fd_name(struct chunk *c, const struct moment *m, unsigned at)
{
	struct fd_names *names = &c->fd_names;
	unsigned word = m->ev->id / 64;
	uint64_t bit = (uint64_t)1 << m->ev->id % 64;
	int64_t num;

	if (at >= m->ev->n_params) {
		names->missing[word] |= bit;
		return;
	}
	names->there[word] |= bit;
	if (event_i64(m->ev, at, &num)) {
		if (!m->has_fd_num && !names->none)
			names->none = num;
		if (m->has_fd_num ? num == m->fd_num : num && num == names->none)
			return;
	}
	put_fd_aside(c, m, at);
}

/* Put aside parameters of EV, the next row of C, that no column has. */
static void
put_params_aside(struct chunk *c, const struct event *ev)
{
	struct event put = *ev;
	uint32_t from = (uint32_t)aside_params_from(ev->id), before;

	if (ev->n_params <= from)
		return;
	before = from ? ev->ends[from - 1] : 0;
	for (uint32_t i = 0; i < ev->n_params; i++)
		put.ends[i] = i < from ? 0 : ev->ends[i] - before;
	put.values += before;
	aside_add(c->aside, c->n, ASIDE_PARAMS, &put);
}

/* Is EV about how long a thread ran? Its thread's state has that. */
static bool
is_cpu_time(const struct event *ev)
{
	static const char name[] = CPU_TIME_NAME;
	struct span is = ev->id == EV_ASYNCEVENT_E ? event_text(ev, 1) : (struct span){ NULL, 0 };

	return is.len == sizeof(name) - 1 && !memcmp(is.p, name, is.len);
}

/* The event of M has no number. What it changed is known, but who wants to tell it again needs
 * it as it was. */
static void
keep_unnumbered(struct store *s, const struct moment *m)
{
	const struct event *ev = m->ev;
	struct unnumbered u = { .from = s->next, .ts_ns = ev->ts_ns, .id = ev->id,
				.cpu = ev->cpu };

	if (!s->open || !s->open->payload || !ev->type || ev->type->flags & EF_UNUSED ||
	    (!m->has_changed && (scan_is_part(ev) || is_cpu_time(ev))))
		return;
	u.chunk = s->open->first;
	u.place = payload_add(s->open->payload, ev);
	trail_push(&s->unnumbered, &s->grave, &u, sizeof(u));
}

void
append_cut(struct store *s, uint64_t first)
{
	size_t n;
	const struct unnumbered *all = trail_all(&s->unnumbered, &n);

	/* Before the first row it is a part of what was known then. */
	if (n && all[0].from <= first)
		trail_drop(&s->unnumbered, &s->grave, first, sizeof(*all));
}

static void
take_unnumbered(struct store *s, struct kept_thread *k, const struct moment *m)
{
	const struct thread *t = world_thread(s->world, m->ev->tid);

	keep_unnumbered(s, m);
	if (k && s->type_flags[m->ev->id] & ROW_ENTER)
		k->enter = 0;
	/* A sample of before, or of what comes behind; another name. */
	if (t && (m->has_changed || m->ev->id == EV_PROCINFO_E)) {
		keep_birth(s, t);
		keep_thread_state(s, thread_of(s, t), t, m->ev->ts_ns);
	}
}

void
append_moment(struct store *s, const struct moment *m)
{
	struct kept_thread *k = m->thread ? thread_of(s, m->thread) : NULL;
	const struct event *ev = m->ev;
	struct chunk_row row;
	uint64_t *v = row.values, flags;
	unsigned bits;

	if (!m->num) {
		take_unnumbered(s, k, m);
		return;
	}
	begin_row(s, m);
	bits = s->type_bits[ev->id];
	flags = s->type_flags[ev->id] | flags_of_moment(m);
	flags |= result_of(ev, bits, &v[COL_RESULT]);
	v[COL_TIME] = ev->ts_ns;
	v[COL_SPAN] = m->has_latency ? m->latency_ns : m->exec_ns;
	v[COL_THREAD] = k ? thread_slot(s, k, m, bits) : keep_stray(s, m);
	v[COL_FD] = fd_of(s, m, &v[COL_KIND]);
	v[COL_PAYLOAD] = s->open->payload ? payload_add(s->open->payload, ev) :
			 ev->offset - s->open->payload_base;
	v[COL_BACK] = k ? back_of(s, k, m, flags) : 0;
	v[COL_TYPE] = ev->id;
	v[COL_CALL] = 0;
	if (bits & TYPE_HAS_CALL)
		flags |= call_of(ev, &v[COL_CALL]);
	v[COL_CPU] = ev->cpu;
	if (put_aside(s, m, bits, flags))
		flags |= ROW_NEEDS_BYTES;
	if (v[COL_BACK] == BACK_ASIDE)
		aside_add(s->open->aside, s->open->n, ASIDE_ENTER, m->enter);
	v[COL_FLAGS] = flags;
	if (ev->type->fd_at >= 0)
		note_fd_name(s->open, m, (unsigned)ev->type->fd_at);
	if (bits & TYPE_PUTS_ASIDE && !(flags & ROW_FAILED))
		put_params_aside(s->open, ev);
	if (m->mark)
		marks_take(s, m, s->next);
	chunk_add(s->open, &row);
	note_time(s, ev->ts_ns);
	s->next++;
}
