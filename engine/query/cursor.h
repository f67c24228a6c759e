/*
 * cursor - one row after the other of a snapshot, and what fields are asked of.
 *
 * Columns are unpacked a few hundred rows at a time, each when it is first wanted.
 * What no column has is recalled (engine/store/recall.h) when it is asked for, once
 * a row. A thread has its own cursor.
 */
#ifndef ENGINE_QUERY_CURSOR_H
#define ENGINE_QUERY_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/hash.h"
#include "engine/base/text.h"
#include "engine/field/clock.h"
#include "engine/field/field.h"
#include "engine/field/render.h"
#include "engine/store/chunk.h"
#include "engine/store/store.h"

struct recall;

/* How a query's fields are to be shown and read; borrowed. */
struct query_style {
	clock_offset_fn *utc_offset;	/* NULL: UTC */
	address_service_fn *service;	/* NULL: numbers of ports */
	enum syscall_machine machine;
};

/* How much of the row is there to be asked for. */
enum cursor_level {
	CURSOR_NOTHING,
	CURSOR_BYTES,			/* for parameters as they are: not what the next ones say */
	CURSOR_LIGHT,			/* for scopes OF_ROW and OF_ENTITY, but no lineage */
	CURSOR_NAMED,			/* with the names that stand in bytes */
	CURSOR_ROW,			/* for OF_HISTORY as well */
	CURSOR_EVENT,			/* for all */
};

/* Kinds of rows: what has the same type, flags and kind of descriptor. */
#define KINDS_MAX 4096u

struct cursor {
	const struct snapshot *snap;
	struct recall *recall;
	struct eval ev;			/* once cursor_eval() was called */
	struct render render;
	struct clock clock;
	struct text scratch;
	struct value list[FIELD_LIST_MAX];

	const struct chunk *chunk;
	uint32_t row;
	bool is_sparse;			/* few rows of a pack are asked: it is not unpacked */
	enum cursor_level level;
	bool is_unread;			/* the row's bytes are gone */
	uint64_t n_unread;		/* how often that was so */
	uint64_t first;			/* row of the chunk that VALUES begins with */
	uint32_t loaded;		/* bits 1 << enum column_id; COLUMNS: codes */
	uint64_t values[COLUMNS][PACK_ROWS];
	uint32_t codes[PACK_ROWS];	/* of a sealed chunk */
	const uint64_t *stands_for;	/* rows of the pack are groups of rows: the first of each,
					 * by number in the chunk; NULL: they are none */
	struct map kinds;		/* of combinations that were met: kind + 1 */
	uint32_t n_kinds;
	const struct chunk *coded;	/* whose codes these are of; NULL: of none */
	uint16_t *by_code;		/* the kind */
	size_t cap_codes;
	uint32_t kind;			/* of the row + 1; 0: not asked yet */
	uint32_t lineage;		/* + 1; 0: not known yet */
	uint64_t lineage_from, lineage_to;	/* events for which it is that */
	const void *entity;		/* what EV was set to without a moment */
	uint64_t entity_at;
};

/* The caller owns it. SNAP is borrowed. STYLE may be NULL. */
struct cursor *cursor_new(const struct snapshot *snap, const struct query_style *style);
void cursor_free(struct cursor *c);	/* NULL is fine */

/* Go to row ROW of CHUNK. */
static inline void
cursor_go(struct cursor *c, const struct chunk *chunk, uint32_t row)
{
	uint64_t first = row & ~(uint64_t)(PACK_ROWS - 1);

	if (chunk != c->chunk || first != c->first) {
		c->chunk = chunk;
		c->first = first;
		c->loaded = 0;
	}
	c->row = row;
	c->level = CURSOR_NOTHING;
	c->is_unread = false;
	c->kind = 0;
}

/* Go to event NUMBER, which must be in the snapshot. */
void cursor_go_to(struct cursor *c, uint64_t number);

/* Rows will be asked that are far apart. */
static inline void
cursor_be_sparse(struct cursor *c)
{
	c->is_sparse = true;
	c->loaded = 0;
}

void cursor_load(struct cursor *c, enum column_id id);
void cursor_load_codes(struct cursor *c);

/* The code of the row, of a sealed chunk: chunk->combined[] has more. */
static inline uint32_t
cursor_code(struct cursor *c)
{
	if (!(c->loaded & 1u << COLUMNS)) {
		if (c->is_sparse)
			return (uint32_t)column_get(&c->chunk->codes, c->row);
		cursor_load_codes(c);
	}
	return c->codes[c->row - c->first];
}

/* What column ID, which is not combined, has in row I of the pack. */
static inline uint64_t
cursor_at(struct cursor *c, enum column_id id, size_t i)
{
	if (!(c->loaded & 1u << id)) {
		if (c->is_sparse)
			return column_get(&c->chunk->columns[id], c->first + i);
		cursor_load(c, id);
	}
	return c->values[id][i];
}

/* What column ID has in the row. */
static inline uint64_t
cursor_value(struct cursor *c, enum column_id id)
{
	if (column_is_combined(id) && c->chunk->combined)
		return combined_value(&c->chunk->combined[cursor_code(c)], id);
	return cursor_at(c, id, c->row - c->first);
}

/* What column ID, which is not combined, has in all rows of the pack. Borrowed until the
 * cursor is in another one. */
static inline const uint64_t *
cursor_column(struct cursor *c, enum column_id id)
{
	if (!(c->loaded & 1u << id))
		cursor_load(c, id);
	return c->values[id];
}

static inline uint64_t
cursor_number(const struct cursor *c)
{
	return c->chunk->first + (c->stands_for ? c->stands_for[c->row - c->first] : c->row);
}

/* The kind of the row's descriptor, as chunk_kind() has it. */
unsigned cursor_fd_kind(struct cursor *c);

/* The kind of the row as a small number; KINDS_MAX: there are too many, or its type
 * has to be looked up in its bytes. */
uint32_t cursor_kind(struct cursor *c);

/* The kinds of all codes of the chunk; NULL: only rows have one. */
const uint16_t *cursor_kinds(struct cursor *c);

/* How often a process had changed before the row, plus one. */
uint32_t cursor_lineage(struct cursor *c);

/* The row as a moment, in c->ev: with its bytes at CURSOR_EVENT. */
const struct eval *cursor_eval(struct cursor *c, enum cursor_level level);

/* An entity without an event, in c->ev: as of POSITION. False: it is not there. */
bool cursor_thread(struct cursor *c, const struct kept_thread *k, uint64_t position);
bool cursor_thread_version(struct cursor *c, uint32_t slot, uint64_t position);
/* The thread version SLOT of the row, without what changes of it: as in CURSOR_LIGHT, but
 * without its event. */
bool cursor_thread_light(struct cursor *c, uint32_t slot);
/* With its first thread, where that is known: it has the memory of the process. */
bool cursor_process(struct cursor *c, const struct kept_process *k, uint64_t position);
bool cursor_fd(struct cursor *c, uint32_t slot);
/* The same of what the process that it stands on has: that stays. */
bool cursor_add_fd(struct cursor *c, uint32_t slot);
void cursor_container(struct cursor *c, uint32_t index, uint64_t position);

#endif
