/*
 * block_type - the kinds of blocks that a .scap stream is made of.
 *
 * One row for each id; the layouts that a row stands for are read by tables.c
 * (lists) and capture.c (the rest).
 */
#ifndef ENGINE_CAPTURE_BLOCK_TYPE_H
#define ENGINE_CAPTURE_BLOCK_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCK_SECTION 0x0A0D0D0Au	/* reads the same in both byte orders */
#define BLOCK_SECTION_MAGIC 0x1A2B3C4Du	/* tells the byte order */
#define BLOCK_EVENT_2 0x216u		/* what captures have most of */
#define BLOCK_EVENT_2_FLAGS 0x217u
#define BLOCK_UNKNOWN_LEN_MAX (64u << 20)
#define BLOCK_LEN_MIN 12		/* type, length, length again */

enum block_kind {
	BK_SECTION, BK_MACHINE, BK_PROCS, BK_FDS, BK_IFACES, BK_USERS, BK_EVENT,
};

struct block_type {
	uint32_t id;
	uint8_t kind;			/* enum block_kind */
	uint8_t version;		/* of lists */
	bool has_len;			/* lists: each entry says how long it is */
	bool has_flags;			/* events: with dump flags */
	bool has_count;			/* events: with a number of parameters */
	uint32_t len_max;		/* the longest block that is believed */
	const char *name;
};

#define BLOCK_TYPES_FIRST 0x200u	/* nearly all ids lie close together */
#define BLOCK_TYPES 0x40u

/* By id; rows without a name are no types. */
extern const struct block_type block_types[BLOCK_TYPES];

/* The slow half of block_type_find(). */
const struct block_type *block_type_find_sparse(uint32_t id);

/* The row of ID, or NULL when this table does not know it. */
static inline const struct block_type *
block_type_find(uint32_t id)
{
	uint32_t at = id - BLOCK_TYPES_FIRST;

	if (at >= BLOCK_TYPES)
		return block_type_find_sparse(id);
	return block_types[at].name ? &block_types[at] : NULL;
}

/* The longest block of TYPE (which may be NULL) that is believed. */
static inline uint32_t
block_type_len_max(const struct block_type *type)
{
	return type ? type->len_max : BLOCK_UNKNOWN_LEN_MAX;
}

#endif
