/*
 * block_type - the kinds of blocks that a .scap stream is made of.
 *
 * One row for each id; the layouts that a row stands for are read by tables.c
 * (lists) and capture.c (the rest).
 */
#ifndef ENGINE_CAPTURE_BLOCK_TYPE_H
#define ENGINE_CAPTURE_BLOCK_TYPE_H

#include <stdbool.h>
#include <stdint.h>

#define BLOCK_SECTION 0x0A0D0D0Au	/* reads the same in both byte orders */
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
	bool large;			/* events: with 32-bit parameter lengths */
	const char *name;
};

/* The row of ID, or NULL when this table does not know it. */
const struct block_type *block_type_find(uint32_t id);

/* The longest block of TYPE (which may be NULL) that is believed. */
uint32_t block_type_len_max(const struct block_type *type);

#endif
