/*
 * chunk - up to CHUNK_ROWS events as columns.
 *
 * While a chunk is open its columns are plain arrays; sealing packs them: each run
 * of PACK_ROWS values is stored in as many bits as they need over the least one.
 * Type, call, flags and kind of descriptor go together then: few of all combinations
 * occur in a chunk, and each row has the number of its own, a code.
 * Row I is the event with the number first + I. A chunk has events of one section
 * only.
 */
#ifndef ENGINE_STORE_CHUNK_H
#define ENGINE_STORE_CHUNK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/event/event_type.h"
#include "engine/store/pack.h"

#define CHUNK_ROWS 65536u

enum column_id {
	COL_TIME,			/* ns since the epoch */
	COL_SPAN,			/* ns: an exit: since its enter; a switch: on the CPU */
	COL_RESULT,			/* signed: what the call returned */
	COL_THREAD,			/* slot of a thread version */
	COL_FD,				/* slot of a descriptor version; 0: none */
	COL_PAYLOAD,			/* where its bytes are, from the chunk's first */
	COL_BACK,			/* an exit: rows back to its enter; 0, BACK_ASIDE: none */
	COL_TYPE,			/* enum event_id */
	COL_CALL,			/* events of no type of their own: which system call */
	COL_CPU,
	COL_FLAGS,			/* enum row_flag */
	COL_KIND,			/* of its descriptor, as known when it came: chunk_kind() */
	COLUMNS,
};

#define BACK_ASIDE UINT32_MAX		/* its enter has no row, but is put aside (aside.h) */

enum row_flag {
	ROW_EXIT = 1 << 0,
	ROW_HAS_RESULT = 1 << 1,
	ROW_FAILED = 1 << 2,		/* the result is negative */
	ROW_HAS_SPAN = 1 << 3,
	ROW_READS = 1 << 4,
	ROW_WRITES = 1 << 5,
	ROW_WAITS_OTHERWISE = 1 << 6,	/* than such calls do: see struct moment */
	ROW_STATE_ONLY = 1 << 7,
	ROW_INTERNAL = 1 << 8,
	ROW_CONNECTED = 1 << 9,		/* its descriptor is */
	ROW_CONNECT_FAILED = 1 << 10,
	ROW_FD_CHANGED = 1 << 11,
	ROW_ENTER = 1 << 12,		/* a call begins */
	ROW_HAS_CALL = 1 << 13,		/* COL_CALL is told */
	ROW_NEEDS_BYTES = 1 << 14,	/* its name, or its descriptor's, stands in its bytes */
	ROW_UNSURE = 1 << 15,		/* because of losses its thread or descriptor is */
};

#define CHUNK_NODES 3u			/* levels of the pyramid (pyramid.h) */
#define CHUNK_PACKS (CHUNK_ROWS / PACK_ROWS)

struct column {
	const uint8_t *p;		/* may be read 8 bytes behind its end, when sealed */
	uint64_t min, max;		/* of all rows; an open chunk: 0 and UINT64_MAX */
	struct pack packs[CHUNK_PACKS];
};

/* A descriptor of kind KIND (enum fd_kind) as a small number above 1; 1 is one that is not
 * known, 0 is none. */
static inline unsigned
chunk_kind(unsigned kind)
{
	return kind + 2;
}

#define TYPE_WORDS ((EVENT_TYPES + 63) / 64)

/* What the events of a chunk have at .fd_at of their types, where that is 0 or more: types are
 * bits. */
struct fd_names {
	uint64_t there[TYPE_WORDS];	/* some event has it */
	uint64_t missing[TYPE_WORDS];	/* some event has fewer parameters */
	/* In some it is neither the row's descriptor, nor, where the row has none, NONE, and that
	 * is put aside, or else nowhere: */
	uint64_t aside[TYPE_WORDS], other[TYPE_WORDS];
	int64_t none;			/* -1, or that in four bytes; 0: not told */
};

struct aside;
struct pyramid_node;
struct seal_room;
struct sums;

/* What rows have together; what of these columns a sealed chunk has. */
struct combined {
	uint16_t type, call, flags, kind;
};

struct chunk {
	uint64_t first;			/* event number of row 0 */
	uint32_t n;			/* rows; of an open one: the writer's */
	uint32_t section;
	uint32_t file;
	uint64_t payload_base;		/* what COL_PAYLOAD counts from */
	uint64_t before_ns;		/* time of the event before row 0 in the section; 0 */
	struct column columns[COLUMNS];
	/* Sealed ones only: */
	struct column codes;		/* indexes of COMBINED */
	struct combined *combined;	/* owned; NULL: it is open */
	uint32_t n_combined;
	struct sums *sums;		/* owned; NULL: there is none */
	struct sums *by_fd;		/* the same by descriptor; only with the other one */
	/* Owned: those that end with this chunk, until one that they begin with is forgotten. */
	_Atomic(struct pyramid_node *) nodes[CHUNK_NODES];
	struct fd_names fd_names;
	bool is_sealed;
	size_t bytes;			/* that it takes, without payload, sums and nodes */
	/* Owned; NULL: the source has it. What is sealed may get it packed, while readers look
	 * at it. */
	_Atomic(struct payload *) payload;
	bool has_lent;			/* what was sealed owns the payload */
	struct aside *aside;		/* owned: see aside.h; NULL: there are none */
	void *memory;			/* owned: the columns */
};

/* A chunk to be filled. The caller owns it. */
struct chunk *chunk_new(uint64_t first);
void chunk_free(struct chunk *c);	/* NULL is fine */

/* What one row has. */
struct chunk_row {
	uint64_t values[COLUMNS];
};

/* Add a row; there must be room. */
static inline void
chunk_add(struct chunk *c, const struct chunk_row *row)
{
	uint64_t *wide = c->memory;
	uint32_t *middle = (uint32_t *)(wide + 3 * CHUNK_ROWS);
	uint16_t *narrow = (uint16_t *)(middle + 4 * CHUNK_ROWS);
	const uint64_t *v = row->values;
	uint32_t i = c->n++;

	for (unsigned k = 0; k < 3; k++)
		wide[k * CHUNK_ROWS + i] = v[k];
	for (unsigned k = 0; k < 4; k++)
		middle[k * CHUNK_ROWS + i] = (uint32_t)v[3 + k];
	for (unsigned k = 0; k < 5; k++)
		narrow[k * CHUNK_ROWS + i] = (uint16_t)v[7 + k];
}

/* Where chunks are sealed, one at a time; SUMS_PAY is SUMS_PAYS, in tests less. The
 * caller owns it. */
struct seal_room *seal_room_new(unsigned sums_pay);
void seal_room_free(struct seal_room *room);	/* NULL is fine */
size_t seal_room_bytes(const struct seal_room *room);

/* A narrow copy of the open chunk C. The caller owns it. It has C's payload: whoever has
 * both says that C has lent it. */
struct chunk *chunk_seal(const struct chunk *c, struct seal_room *room);

/* That its sums take. */
size_t chunk_sums_bytes(const struct chunk *c);

/* The value of row I. */
static inline uint64_t
column_get(const struct column *c, size_t i)
{
	const struct pack *pack = &c->packs[i / PACK_ROWS];
	const uint8_t *p = c->p + pack->at;
	size_t bit = (i % PACK_ROWS) * pack->bits;
	uint64_t v = 0;
	uint32_t v4;
	uint16_t v2;

	/* What is being written next to it must not be touched. */
	switch (pack->bits) {
	case 0:
		return pack->min;
	case 16:
		memcpy(&v2, p + bit / 8, 2);
		return pack->min + v2;
	case 32:
		memcpy(&v4, p + bit / 8, 4);
		return pack->min + v4;
	case 64:
		memcpy(&v, p + bit / 8, 8);
		return pack->min + v;
	default:
		memcpy(&v, p + bit / 8, 8);
		return pack->min + (v >> bit % 8 & (((uint64_t)1 << pack->bits) - 1));
	}
}

/* Of combined things, what column ID has. */
static inline uint64_t
combined_value(const struct combined *of, enum column_id id)
{
	return id == COL_TYPE ? of->type : id == COL_CALL ? of->call :
	       id == COL_FLAGS ? of->flags : of->kind;
}

static inline uint64_t
combined_key(const struct combined *of)
{
	return of->type | (uint64_t)of->call << 16 | (uint64_t)of->flags << 32 |
	       (uint64_t)of->kind << 48;
}

static inline bool
column_is_combined(enum column_id id)
{
	return id == COL_TYPE || id == COL_CALL || id == COL_FLAGS || id == COL_KIND;
}

/* What column ID of C has in row I, whether or not C is sealed. */
static inline uint64_t
chunk_get(const struct chunk *c, enum column_id id, size_t i)
{
	if (c->combined && column_is_combined(id))
		return combined_value(&c->combined[column_get(&c->codes, i)], id);
	return column_get(&c->columns[id], i);
}

/* The values of N rows from row FIRST on; of a column that is there. */
void column_load(const struct column *c, size_t first, size_t n, uint64_t *out);
/* The same of columns whose values have 32 bits. */
void column_load_u32(const struct column *c, size_t first, size_t n, uint32_t *out);

#endif
