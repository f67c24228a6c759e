#include "engine/query/cursor.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/store/recall.h"
#include "engine/world/world.h"


struct cursor *
cursor_new(const struct snapshot *snap, const struct query_style *style)
{
	struct cursor *c = xzalloc(sizeof(*c));

	c->snap = snap;
	c->recall = recall_new(snap);
	recall_tell_unread(c->recall, &c->is_unread, &c->n_unread);
	clock_init(&c->clock, style ? style->utc_offset : NULL);
	render_init(&c->render, recall_world(c->recall), &c->clock);
	if (style) {
		c->render.machine = style->machine;
		c->render.service = style->service;
	}
	c->ev = (struct eval){
		.world = recall_world(c->recall), .render = &c->render,
		.scratch = &c->scratch, .list = c->list,
		.first_ns = snap->n_sections ? snap->sections[0].first_ns : 0,
	};
	return c;
}

void
cursor_free(struct cursor *c)
{
	if (!c)
		return;
	render_fini(&c->render);
	recall_free(c->recall);
	text_fini(&c->scratch);
	map_fini(&c->kinds);
	free(c->by_code);
	free(c);
}

void
cursor_go_to(struct cursor *c, uint64_t number)
{
	const struct chunk *chunk = c->chunk;

	if (!chunk || !chunk->is_sealed || number < chunk->first ||
	    number - chunk->first >= chunk->n)
		chunk = c->snap->chunks[snapshot_chunk(c->snap, number)].c;
	/* What was recalled of the row that it stands on stays. */
	if (chunk != c->chunk || number - chunk->first != c->row || c->is_unread)
		cursor_go(c, chunk, (uint32_t)(number - chunk->first));
}

/* The rows of the open chunk that are published, and no others, may be read. */
static size_t
rows_of(const struct cursor *c)
{
	if (c->chunk->is_sealed)
		return c->chunk->n;
	return (size_t)(c->snap->end - c->chunk->first);
}

void
cursor_load(struct cursor *c, enum column_id id)
{
	size_t n = rows_of(c) - c->first;

	column_load(&c->chunk->columns[id], c->first, n < PACK_ROWS ? n : PACK_ROWS,
		    c->values[id]);
	c->loaded |= 1u << id;
}

void
cursor_load_codes(struct cursor *c)
{
	size_t n = rows_of(c) - c->first;

	column_load_u32(&c->chunk->codes, c->first, n < PACK_ROWS ? n : PACK_ROWS, c->codes);
	c->loaded |= 1u << COLUMNS;
}

unsigned
cursor_fd_kind(struct cursor *c)
{
	const struct fd_version *v;
	uint32_t slot;

	if (c->snap->knows_kinds)
		return (unsigned)cursor_value(c, COL_KIND);
	slot = (uint32_t)cursor_value(c, COL_FD);
	if (!slot)
		return 0;
	v = store_fd_version(c->snap->store, slot);
	return v->known ? chunk_kind(v->kind) : 1;
}

/* The kind of the combination OF; KINDS_MAX: see cursor_kind(). */
static uint32_t
kind_of(struct cursor *c, const struct combined *of)
{
	uint64_t key = 1 + combined_key(of);
	uint32_t kind;

	if (of->flags & ROW_NEEDS_BYTES && !(of->flags & ROW_FAILED))
		return KINDS_MAX;
	kind = (uint32_t)(uintptr_t)map_get(&c->kinds, key);
	if (kind)
		return kind - 1;
	if (c->n_kinds == KINDS_MAX)
		return KINDS_MAX;
	map_put(&c->kinds, key, (void *)(uintptr_t)++c->n_kinds);
	return c->n_kinds - 1;
}

const uint16_t *
cursor_kinds(struct cursor *c)
{
	const struct chunk *chunk = c->chunk;

	if (!chunk->combined || !c->snap->knows_kinds)
		return NULL;
	if (c->coded == chunk)
		return c->by_code;
	c->coded = chunk;
	xgrow(&c->by_code, &c->cap_codes, chunk->n_combined, sizeof(*c->by_code));
	for (uint32_t i = 0; i < chunk->n_combined; i++)
		c->by_code[i] = (uint16_t)kind_of(c, &chunk->combined[i]);
	return c->by_code;
}

static uint32_t
find_kind(struct cursor *c)
{
	const uint16_t *kinds = cursor_kinds(c);
	struct combined of;

	if (kinds)
		return kinds[cursor_code(c)];
	of = (struct combined){
		(uint16_t)cursor_value(c, COL_TYPE), (uint16_t)cursor_value(c, COL_CALL),
		(uint16_t)cursor_value(c, COL_FLAGS), (uint16_t)cursor_fd_kind(c) };
	return kind_of(c, &of);
}

uint32_t
cursor_kind(struct cursor *c)
{
	if (!c->kind)
		c->kind = find_kind(c) + 1;
	return c->kind - 1;
}

uint32_t
cursor_lineage(struct cursor *c)
{
	uint64_t number = cursor_number(c);

	if (c->lineage && number >= c->lineage_from && number < c->lineage_to)
		return c->lineage;
	c->lineage = 1 + (uint32_t)snapshot_lineage(c->snap, number, &c->lineage_from,
						    &c->lineage_to);
	return c->lineage;
}

const struct eval *
cursor_eval(struct cursor *c, enum cursor_level level)
{
	if (c->level >= level && (level != CURSOR_BYTES || c->level == CURSOR_BYTES ||
				  c->level == CURSOR_EVENT))
		return &c->ev;
	c->entity = NULL;
	if (level == CURSOR_EVENT || level == CURSOR_BYTES) {
		struct err err = { 0 };

		eval_moment(&c->ev, level == CURSOR_EVENT ?
				    recall_event(c->recall, cursor_number(c), &err) :
				    recall_bytes(c->recall, cursor_number(c), &err));
		c->is_unread = err.code;
		c->n_unread += c->is_unread;
	} else if (level == CURSOR_LIGHT) {
		eval_moment(&c->ev, recall_light(c->recall, cursor_number(c)));
	} else if (level == CURSOR_NAMED) {
		struct err err = { 0 };

		eval_moment(&c->ev, recall_named(c->recall, cursor_number(c), &err));
		c->is_unread = err.code;
	} else {
		eval_moment(&c->ev, recall_row(c->recall, cursor_number(c)));
	}
	c->level = level;
	return &c->ev;
}

/* Entities ------------------------------------------------------------ */

static void
forget_moment(struct cursor *c)
{
	c->level = CURSOR_NOTHING;
	c->ev.m = NULL;
	c->ev.thread = NULL;
	c->ev.proc = NULL;
	c->ev.fd = NULL;
	c->ev.container = 0;
}

/* Does EV stand on ENTITY already? Else it will. */
static bool
is_there(struct cursor *c, const void *entity, uint64_t position)
{
	bool is = c->entity == entity && c->entity_at == position;

	c->entity = entity;
	c->entity_at = position;
	return is;
}

/* Let EV stand on T. */
static bool
stand_on_thread(struct cursor *c, const struct thread *t)
{
	forget_moment(c);
	if (!t)
		return false;
	c->ev.thread = t;
	c->ev.proc = t->proc;
	c->ev.container = t->proc->container;
	return true;
}

static bool
look_at_thread(struct cursor *c, const struct kept_thread *k, uint64_t position)
{
	return stand_on_thread(c, recall_thread(c->recall, k, position));
}

bool
cursor_thread_version(struct cursor *c, uint32_t slot, uint64_t position)
{
	c->entity = NULL;
	return stand_on_thread(c, recall_thread_version(c->recall, slot, position));
}

bool
cursor_thread_light(struct cursor *c, uint32_t slot)
{
	c->entity = NULL;
	return stand_on_thread(c, recall_thread_light(c->recall, slot, cursor_number(c)));
}

bool
cursor_thread(struct cursor *c, const struct kept_thread *k, uint64_t position)
{
	return is_there(c, k, position) ? c->ev.thread != NULL :
					  look_at_thread(c, k, position);
}

bool
cursor_process(struct cursor *c, const struct kept_process *k, uint64_t position)
{
	const struct kept_thread *leader;
	const struct process *p;

	if (is_there(c, k, position))
		return c->ev.proc != NULL;
	leader = k->pid >= 0 ? store_find_thread(c->snap->store, k->pid, position) : NULL;
	if (leader && atomic_load_explicit(&leader->proc, memory_order_acquire) == k &&
	    look_at_thread(c, leader, position))
		return true;
	p = recall_process_at(c->recall, k, position);
	forget_moment(c);
	if (!p)
		return false;
	c->ev.proc = p;
	c->ev.container = p->container;
	return true;
}

void
cursor_container(struct cursor *c, uint32_t index, uint64_t position)
{
	c->entity = NULL;
	recall_thread_version(c->recall, 0, position);
	forget_moment(c);
	c->ev.container = index;
}

bool
cursor_add_fd(struct cursor *c, uint32_t slot)
{
	c->entity = NULL;
	c->ev.fd = recall_fd_version(c->recall, slot);
	return c->ev.fd;
}

bool
cursor_fd(struct cursor *c, uint32_t slot)
{
	const struct descriptor *fd = recall_fd_version(c->recall, slot);

	if (!fd)
		return false;
	c->entity = NULL;
	forget_moment(c);
	c->ev.fd = fd;
	return true;
}
