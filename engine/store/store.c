#include "engine/store/store.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/store/bitmaps.h"
#include "engine/store/aside.h"
#include "engine/store/inside.h"
#include "engine/store/keepsakes.h"
#include "engine/store/marks.h"
#include "engine/store/packer.h"
#include "engine/store/payload.h"
#include "engine/store/pyramid.h"
#include "engine/store/sealer.h"
#include "engine/store/sums.h"

/* Answers take so much at most, and of a budget not more than a sixteenth. */
#define ANSWERS_MAX ((size_t)32 << 20)
#define KEEPSAKES_MAX ((size_t)48 << 20)
#define N_KEEPSAKES_MAX 64u
#define SHEETS_MAX ((size_t)32 << 20)
#define N_SHEETS_MAX 4096u
#define SPARES_PAY ((uint64_t)256 << 20)	/* a smaller budget has better use for them */

/* So much of BUDGET_BYTES (0: there is none), but MAX at most. */
static size_t
share_of(uint64_t budget_bytes, size_t max)
{
	return budget_bytes && budget_bytes / 16 < max ? (size_t)budget_bytes / 16 : max;
}

static void
pools_init(struct store *s)
{
	s->process_pool.size = sizeof(struct kept_process);
	s->thread_pool.size = sizeof(struct kept_thread);
	s->table_pool.size = sizeof(struct kept_table);
	s->process_version_pool.size = sizeof(struct process_version);
	s->thread_version_pool.size = sizeof(struct thread_version);
	s->fd_version_pool.size = sizeof(struct fd_version);
}

static bool
can_reread(const struct source *source)
{
	struct reread *r = source ? source_reread(source) : NULL;

	reread_close(r);
	return r != NULL;
}

struct store *
store_new(uint64_t budget_bytes)
{
	struct store *s = xzalloc(sizeof(*s));
	struct slots *all[] = { &s->process_versions, &s->thread_versions, &s->fd_versions,
				&s->processes, &s->threads, &s->tables };
	pthread_condattr_t attr;

	s->budget_bytes = budget_bytes;
	s->keeps_payload = true;
	s->spares_max = budget_bytes && budget_bytes < SPARES_PAY ? 1 : STORE_SPARES;
	s->rows_max = CHUNK_ROWS;
	s->sums_pay = SUMS_PAYS;
	s->pyramid = pyramid_new(PYRAMID_FAN, PYRAMID_PAYS);
	/* What is forgotten at once should be a small part of what is kept. */
	s->payload_max = PAYLOAD_MAX;
	if (budget_bytes && budget_bytes / 16 < PAYLOAD_MAX)
		s->payload_max = (size_t)budget_bytes / 16;
	s->bitmaps = bitmaps_new(share_of(budget_bytes, ANSWERS_MAX));
	s->keepsakes = keepsakes_new(share_of(budget_bytes, KEEPSAKES_MAX), N_KEEPSAKES_MAX);
	s->sheets = keepsakes_new(share_of(budget_bytes, SHEETS_MAX), N_SHEETS_MAX);
	s->world = world_new(&keep_observer, s);
	s->age = world_age(s->world);
	s->grave.bury = keep_bury;
	s->grave.ctx = s;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		slots_init(all[i]);
	pools_init(s);
	s->losses.size = sizeof(struct store_loss);
	s->seed = hash_seed();
	s->next = s->first = s->end = s->swept = 1;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->was_freed, &attr);
	pthread_condattr_destroy(&attr);
	append_init(s);
	store_publish(s);
	return s;
}

void
store_set_source(struct store *s, const struct source *source)
{
	s->source = source;
	s->keeps_payload = !can_reread(source);
}

static void
sections_fini(struct store *s)
{
	for (uint32_t i = 0; i < s->n_sections; i++) {
		users_free(s->sections[i].facts.users);
		free((void *)(uintptr_t)s->sections[i].facts.machine.hostname.p);
		for (size_t k = 0; k < s->sections[i].facts.n_ifaces; k++)
			free((void *)(uintptr_t)s->sections[i].facts.ifaces[k].name.p);
		free(s->sections[i].facts.ifaces);
		free(s->sections[i].name);
	}
	free(s->sections);
}

static void
free_spares(struct store *s)
{
	while (s->n_spares)
		chunk_free(s->spares[--s->n_spares]);
}

void
store_free(struct store *s)
{
	if (!s)
		return;
	append_collect(s, true);
	sealer_free(s->sealer);
	packer_free(s->packer);
	s->packing = NULL;
	world_free(s->world);
	for (size_t i = 0; i < s->n_chunks; i++)
		chunk_free(s->chunks[i]);
	free(s->chunks);
	containers_free(s->containers);
	sections_fini(s);
	trail_fini(&s->lineage, &s->grave);
	trail_fini(&s->unnumbered, &s->grave);
	marks_fini(s);
	grave_dig(&s->grave, UINT64_MAX);
	free_spares(s);
	seal_room_free(s->room);
	pyramid_free(s->pyramid);
	keep_fini(s);
	grave_fini(&s->grave);
	bitmaps_free(s->bitmaps);
	keepsakes_free(s->keepsakes);
	keepsakes_free(s->sheets);
	seg_fini(&s->losses);
	pthread_cond_destroy(&s->was_freed);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

const struct world *
store_world(const struct store *s)
{
	return s->world;
}

struct bitmaps *
store_bitmaps(const struct store *s)
{
	return s->bitmaps;
}

struct keepsakes *
store_sheets(const struct store *s)
{
	return s->sheets;
}

struct keepsakes *
store_keepsakes(const struct store *s)
{
	return s->keepsakes;
}

struct intern *
store_names(const struct store *s)
{
	return world_names(s->world);
}

struct reread *
store_reread(const struct store *s)
{
	return s->keeps_payload ? NULL : source_reread(s->source);
}

/* Taking -------------------------------------------------------------- */

static void
begin_section(struct store *s, const struct section_record *rec)
{
	struct store_section *section;

	append_seal(s);
	s->first_ns = s->last_ns = 0;
	pthread_mutex_lock(&s->lock);
	xgrow(&s->sections, &s->cap_sections, s->n_sections + 1, sizeof(*s->sections));
	section = &s->sections[s->n_sections];
	*section = (struct store_section){
		.first = s->next, .file = rec->file, .name = xstrdup(rec->name),
	};
	section->facts.users = users_copy(world_users(s->world), NULL);
	s->n_sections++;
	pthread_mutex_unlock(&s->lock);
}

static void
add_loss(struct store *s, const struct loss_record *rec)
{
	struct store_loss *loss;

	seg_room(&s->losses, s->n_losses + 1);
	loss = seg_at(&s->losses, s->n_losses++);
	*loss = (struct store_loss){
		.position = s->next, .count = rec->count, .from_ns = rec->from_ns,
		.to_ns = rec->to_ns, .cpu = rec->cpu, .class = rec->class,
	};
}

/* The tables are complete once there are events. */
static void
keep_ifaces(struct store *s, struct past_facts *facts)
{
	size_t n = world_ifaces(s->world);

	if (facts->ifaces || !n)
		return;
	facts->ifaces = xreallocarray(NULL, n, sizeof(*facts->ifaces));
	for (size_t i = 0; i < n; i++) {
		struct iface_record *iface = &facts->ifaces[i];

		*iface = *world_iface(s->world, i);
		iface->name.p = (const uint8_t *)xstrndup((const char *)iface->name.p,
							  iface->name.len);
	}
	facts->n_ifaces = n;
}

/* Facts of the section: those who ask later ask for what is known now. */
static void
keep_facts(struct store *s)
{
	const struct world_age *age = world_age(s->world);
	const struct machine_record *machine = world_machine(s->world);
	struct past_facts *facts = s->n_sections ? &s->sections[s->n_sections - 1].facts : NULL;
	size_t n = containers_count(world_containers(s->world));

	if (facts && !facts->has_machine && machine) {
		facts->has_machine = true;
		facts->machine = *machine;
		facts->machine.hostname.p = (const uint8_t *)
			xstrndup((const char *)machine->hostname.p, machine->hostname.len);
	}
	if (facts && s->next > s->sections[s->n_sections - 1].first)
		keep_ifaces(s, facts);
	if (s->containers && s->facts_seen == age->facts && s->containers_seen == n)
		return;
	if (s->containers)
		grave_put(&s->grave, GRAVE_CONTAINERS, s->containers, 0);
	s->containers = containers_copy(world_containers(s->world));
	s->containers_seen = n;
	if (facts && s->facts_seen != age->facts) {
		struct users *old = facts->users;

		facts->users = users_copy(world_users(s->world), old);
		grave_put(&s->grave, GRAVE_USERS, old, 0);
	}
	s->facts_seen = age->facts;
}

/* Under the lock. */
static void
note_times(struct store *s)
{
	struct store_section *section;

	if (!s->n_sections)
		return;
	section = &s->sections[s->n_sections - 1];
	section->first_ns = s->first_ns;
	section->last_ns = s->last_ns;
}

void
store_take(struct store *s, const struct record *rec)
{
	const struct moment *m;

	if (rec->kind == RECORD_EVENT && s->n_sections) {
		append_moment(s, world_take(s->world, rec));
		return;
	}
	if (rec->kind == RECORD_SECTION) {
		/* What is known of the old section is kept before it is forgotten. */
		pthread_mutex_lock(&s->lock);
		keep_facts(s);
		note_times(s);
		pthread_mutex_unlock(&s->lock);
		world_take(s->world, rec);
		begin_section(s, &rec->section);
		return;
	}
	if (rec->kind == RECORD_LOSS)
		add_loss(s, &rec->loss);
	if (!s->n_sections)
		begin_section(s, &(struct section_record){ .name = "" });
	m = world_take(s->world, rec);
	if (m)
		append_moment(s, m);
}

void
store_end(struct store *s)
{
	append_seal(s);
	append_collect(s, true);
	sealer_free(s->sealer);
	s->sealer = NULL;
	seal_room_free(s->room);
	s->room = NULL;
	s->spares_max = 0;
	free_spares(s);
}

void
store_seal_apart(struct store *s)
{
	s->seals_apart = true;
}

void
store_set_chunks(struct store *s, uint32_t rows, unsigned pays)
{
	s->rows_max = rows < CHUNK_ROWS ? rows : CHUNK_ROWS;
	s->sums_pay = pays;
}

void
store_set_pyramid(struct store *s, unsigned fan, unsigned pays)
{
	pyramid_free(s->pyramid);
	s->pyramid = pyramid_new(fan, pays);
}

void
store_set_patience(struct store *s, unsigned seconds)
{
	s->patience_s = seconds;
}

/* Publishing ---------------------------------------------------------- */

struct snapshot *
store_oldest(const struct store *s)
{
	struct snapshot *oldest = s->snapshots;

	while (oldest && oldest->next)
		oldest = oldest->next;
	return oldest;
}

void
store_end_epoch(struct store *s)
{
	const struct snapshot *oldest;
	uint64_t epoch;

	pthread_mutex_lock(&s->lock);
	epoch = s->epoch = ++s->grave.epoch;
	oldest = store_oldest(s);
	if (oldest)
		epoch = oldest->epoch;
	pthread_mutex_unlock(&s->lock);
	grave_dig(&s->grave, epoch);
}

void
store_publish(struct store *s)
{
	append_collect(s, false);
	pthread_mutex_lock(&s->lock);
	keep_facts(s);
	note_times(s);
	s->end = s->next;
	s->generation = world_age(s->world)->generation;
	s->n_losses_seen = s->n_losses;
	s->kinds_known = !s->n_kinds_learned;
	s->slots_age_seen = s->slots_age;
	s->learned = s->generation + world_age(s->world)->facts + s->n_losses;
	s->n_seen[0] = s->processes.n;
	s->n_seen[1] = s->threads.n;
	s->n_seen[2] = s->process_versions.n;
	s->n_seen[3] = s->thread_versions.n;
	s->n_seen[4] = s->fd_versions.n;
	pthread_mutex_unlock(&s->lock);
	if (s->keeps_payload)
		age_chunks(s);
	store_end_epoch(s);
	if (s->budget_bytes)
		evict(s);
}

/* Copy what the lists hold into SNAP. Under the lock. */
static void
copy_lists(const struct store *s, struct snapshot *snap)
{
	uint32_t skip = 0;

	snap->chunks = xreallocarray(NULL, s->n_chunks + 1, sizeof(*snap->chunks));
	for (size_t i = 0; i < s->n_chunks; i++) {
		const struct chunk *c = s->chunks[i];
		uint64_t n;

		if (c->first >= snap->end)
			break;
		n = snap->end - c->first;
		snap->chunks[snap->n_chunks++] = (struct chunk_view){
			c, n < CHUNK_ROWS ? (uint32_t)n : CHUNK_ROWS };
	}
	for (size_t i = 0; i + 1 < snap->n_chunks; i++)
		snap->chunks[i].n = (uint32_t)(snap->chunks[i + 1].c->first -
					       snap->chunks[i].c->first);
	while (skip + 1 < s->n_sections && s->sections[skip + 1].first <= snap->first)
		skip++;
	snap->n_sections = s->n_sections - skip;
	snap->sections = xreallocarray(NULL, snap->n_sections + 1, sizeof(*snap->sections));
	if (snap->n_sections)
		memcpy(snap->sections, s->sections + skip,
		       snap->n_sections * sizeof(*snap->sections));
}

struct snapshot *
store_snapshot(struct store *s)
{
	struct snapshot *snap = xzalloc(sizeof(*snap));

	snap->store = s;
	pthread_mutex_lock(&s->lock);
	snap->epoch = s->epoch;
	snap->first = s->first;
	snap->end = s->end;
	copy_lists(s, snap);
	snap->containers = s->containers;
	snap->n_losses = s->n_losses_seen;
	snap->generation = s->generation;
	snap->learned = s->learned;
	snap->knows_kinds = s->kinds_known;
	snap->slots_age = s->slots_age_seen;
	snap->n_processes = s->n_seen[0];
	snap->n_threads = s->n_seen[1];
	snap->n_process_versions = s->n_seen[2];
	snap->n_thread_versions = s->n_seen[3];
	snap->n_fd_versions = s->n_seen[4];
	snap->number = ++s->n_snapshots;
	snap->next = s->snapshots;
	if (snap->next)
		snap->next->prev = snap;
	s->snapshots = snap;
	pthread_mutex_unlock(&s->lock);
	return snap;
}

void
snapshot_free(struct snapshot *snap)
{
	struct store *s;

	if (!snap)
		return;
	s = snap->store;
	pthread_mutex_lock(&s->lock);
	if (snap->next)
		snap->next->prev = snap->prev;
	if (snap->prev)
		snap->prev->next = snap->next;
	else
		s->snapshots = snap->next;
	if (s->is_waiting)
		pthread_cond_signal(&s->was_freed);
	pthread_mutex_unlock(&s->lock);
	free(snap->chunks);
	free(snap->sections);
	free(snap);
}

/* Finding ------------------------------------------------------------- */

size_t
snapshot_chunk(const struct snapshot *snap, uint64_t number)
{
	size_t low = 0, high = snap->n_chunks;

	if (number < snap->first || number >= snap->end)
		return snap->n_chunks;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (snap->chunks[mid].c->first <= number)
			low = mid;
		else
			high = mid;
	}
	return low;
}

const struct store_section *
snapshot_section(const struct snapshot *snap, uint64_t number)
{
	uint32_t low = 0, high = snap->n_sections;

	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (snap->sections[mid].first <= number)
			low = mid;
		else
			high = mid;
	}
	return snap->n_sections ? &snap->sections[low] : NULL;
}

uint64_t
snapshot_at_time(const struct snapshot *snap, uint64_t time_ns)
{
	for (size_t i = 0; i < snap->n_chunks; i++) {
		const struct column *time = &snap->chunks[i].c->columns[COL_TIME];

		if (snap->chunks[i].c->is_sealed && time->max < time_ns)
			continue;
		for (uint32_t row = 0; row < snap->chunks[i].n; row++)
			if (column_get(time, row) >= time_ns)
				return snap->chunks[i].c->first + row;
	}
	return snap->end;
}

/* Where the events of a section are parted: what is right of it if that is behind event
 * NUMBER - 1 (those that are earlier are before it, the others behind it), less what is wrong. */
struct split {
	uint64_t time_ns;
	uint64_t number, best_number;
	int64_t right, best;
};

static void
split_settle(struct split *s)
{
	if (s->right > s->best) {
		s->best = s->right;
		s->best_number = s->number;
	}
}

static void
split_chunk(struct split *s, const struct chunk_view *view)
{
	const struct column *time = &view->c->columns[COL_TIME];
	bool is_sealed = view->c->is_sealed;

	if (is_sealed && (time->max < s->time_ns || time->min >= s->time_ns)) {
		s->right += time->max < s->time_ns ? (int64_t)view->n : -(int64_t)view->n;
		s->number += view->n;
		split_settle(s);
		return;
	}
	for (uint32_t row = 0; row < view->n; row++) {
		s->right += column_get(time, row) < s->time_ns ? 1 : -1;
		s->number++;
		split_settle(s);
	}
}

/* The events of section SECTION that are to be seen: *FIRST to *END - 1. */
static void
section_events(const struct snapshot *snap, uint32_t section, uint64_t *first, uint64_t *end)
{
	*first = section < snap->n_sections ? snap->sections[section].first : snap->first;
	*end = section + 1 < snap->n_sections ? snap->sections[section + 1].first : snap->end;
	if (*end > snap->end)
		*end = snap->end;
	if (*first < snap->first)
		*first = snap->first;
	if (*first > *end)
		*first = *end;
}

uint64_t
snapshot_split_section(const struct snapshot *snap, uint32_t section, uint64_t time_ns)
{
	struct split s = { .time_ns = time_ns };
	uint64_t end;

	section_events(snap, section, &s.number, &end);
	s.best_number = s.number;
	for (size_t i = snapshot_chunk(snap, s.number);
	     i < snap->n_chunks && snap->chunks[i].c->first < end; i++)
		split_chunk(&s, &snap->chunks[i]);
	return s.best_number;
}

uint64_t
snapshot_split(const struct snapshot *snap, uint64_t time_ns)
{
	uint64_t number, first, end;
	uint32_t i = 0;

	do {
		number = snapshot_split_section(snap, i, time_ns);
		section_events(snap, i, &first, &end);
	} while (number >= end && ++i < snap->n_sections);
	return number;
}

uint64_t
snapshot_lineage(const struct snapshot *snap, uint64_t position, uint64_t *from, uint64_t *to)
{
	const struct lineage_step *next, *step;

	step = trail_around(&snap->store->lineage, position, sizeof(*step),
			    (const void **)&next);
	if (from)
		*from = step ? step->from : 0;
	if (to)
		*to = next ? next->from : snap->end;
	return step ? step->n : 0;
}

const struct store_loss *
snapshot_loss(const struct snapshot *snap, size_t i)
{
	return seg_at(&snap->store->losses, i);
}

const struct process_version *
store_process_version(const struct store *s, uint32_t slot)
{
	return slots_get(&s->process_versions, slot);
}

const struct thread_version *
store_thread_version(const struct store *s, uint32_t slot)
{
	return slots_get(&s->thread_versions, slot);
}

const struct fd_version *
store_fd_version(const struct store *s, uint32_t slot)
{
	return slots_get(&s->fd_versions, slot);
}

const struct kept_process *
store_process(const struct store *s, uint32_t index)
{
	return slots_get(&s->processes, index);
}

const struct kept_thread *
store_thread(const struct store *s, uint32_t index)
{
	return slots_get(&s->threads, index);
}

const struct kept_process *
store_find_process(const struct store *s, int64_t pid, uint64_t position)
{
	const struct kept_process *k =
		atomic_load_explicit(&s->by_pid[bucket_of(pid)], memory_order_acquire);

	while (k && (k->pid != pid || k->from > position ||
		     atomic_load_explicit(&k->to, memory_order_relaxed) <= position))
		k = atomic_load_explicit(&k->next_of_pid, memory_order_acquire);
	return k;
}

const struct kept_thread *
store_find_thread(const struct store *s, int64_t tid, uint64_t position)
{
	const struct kept_thread *k =
		atomic_load_explicit(&s->by_tid[bucket_of(tid)], memory_order_acquire);

	while (k && (k->tid != tid || k->from > position ||
		     atomic_load_explicit(&k->to, memory_order_relaxed) <= position))
		k = atomic_load_explicit(&k->next_of_tid, memory_order_acquire);
	return k;
}

const struct kept_thread *
store_thread_within(const struct store *s, int64_t tid, uint64_t first, uint64_t last,
		    const struct kept_thread *after)
{
	const struct kept_thread *k =
		atomic_load_explicit(after ? &after->next_of_tid : &s->by_tid[bucket_of(tid)],
				     memory_order_acquire);

	while (k && (k->tid != tid || k->from > last ||
		     atomic_load_explicit(&k->to, memory_order_relaxed) <= first))
		k = atomic_load_explicit(&k->next_of_tid, memory_order_acquire);
	return k;
}

/* Accounting ---------------------------------------------------------- */

static const char *const kind_names[STORE_KINDS] = {
	"columns", "sums", "payload", "processes", "threads", "descriptors", "histories",
	"descriptor tables", "indexes", "names", "answers", "forgotten",
	"other",
};

const char *
store_kind_name(enum store_kind kind)
{
	return kind_names[kind];
}

static uint64_t
map_bytes(const struct map *m)
{
	return m->n_slots * sizeof(struct map_slot);
}

void
store_size(const struct store *s, struct store_size *out)
{
	const struct map *maps[] = { &s->process_of, &s->thread_of, &s->table_of,
				     &s->stray_of, &s->number_of };
	uint64_t *bytes = out->bytes;

	*out = (struct store_size){ .n_events = s->next - s->first };
	for (size_t i = 0; i < s->n_chunks; i++) {
		bytes[STORE_COLUMNS] += s->chunks[i]->bytes;
		bytes[STORE_SUMS] += chunk_sums_bytes(s->chunks[i]) +
				     pyramid_bytes_of(s->chunks[i]);
		if (!s->chunks[i]->is_sealed)
			bytes[STORE_COLUMNS] += aside_bytes(s->chunks[i]->aside);
		if (s->chunks[i]->payload && !s->chunks[i]->has_lent)
			bytes[STORE_PAYLOAD] += payload_bytes(s->chunks[i]->payload);
	}
	bytes[STORE_PROCESSES] = s->process_pool.n * sizeof(struct kept_process) +
				 s->process_version_pool.n * sizeof(struct process_version);
	bytes[STORE_THREADS] = s->thread_pool.n * sizeof(struct kept_thread) +
			       s->thread_version_pool.n * sizeof(struct thread_version);
	bytes[STORE_DESCRIPTORS] = s->fd_version_pool.n * sizeof(struct fd_version);
	bytes[STORE_HISTORIES] = s->grave.trail_bytes;
	bytes[STORE_TABLES] = s->table_bytes + s->table_pool.n * sizeof(struct kept_table);
	for (size_t i = 0; i < ARRAY_LEN(maps); i++)
		bytes[STORE_INDEXES] += map_bytes(maps[i]);
	bytes[STORE_INDEXES] += ids_bytes(&s->version_slots);
	bytes[STORE_INDEXES] += slots_bytes(&s->process_versions) + slots_bytes(&s->threads) +
				slots_bytes(&s->thread_versions) + slots_bytes(&s->processes) +
				slots_bytes(&s->fd_versions) + slots_bytes(&s->tables);
	bytes[STORE_NAMES] = intern_bytes(world_names(s->world));
	bytes[STORE_ANSWERS] = bitmaps_bytes(s->bitmaps) + keepsakes_bytes(s->keepsakes) +
			       keepsakes_bytes(s->sheets);
	bytes[STORE_FORGOTTEN] = s->grave.bytes + s->grave.cap * sizeof(*s->grave.items);
	bytes[STORE_OTHER] = sizeof(*s) + seg_bytes(&s->losses) + pyramid_bytes(s->pyramid);
	if (s->sealer)
		bytes[STORE_OTHER] += sealer_bytes(s->sealer);
	if (s->room)
		bytes[STORE_OTHER] += seal_room_bytes(s->room);
	for (unsigned i = 0; i < s->n_spares; i++)
		bytes[STORE_OTHER] += s->spares[i]->bytes;
	out->n_forgotten = s->n_forgotten;
	out->n_processes = s->processes.n_used;
	out->n_threads = s->threads.n_used;
	out->n_process_versions = s->process_versions.n_used;
	out->n_thread_versions = s->thread_versions.n_used;
	out->n_fd_versions = s->fd_versions.n_used;
}
