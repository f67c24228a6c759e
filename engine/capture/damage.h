/*
 * damage - what is wrong with a capture: how much, and where it begins.
 *
 * Only the first damage is put into words; the others are counted, so that a
 * file that is all damage costs no more than another.
 */
#ifndef ENGINE_CAPTURE_DAMAGE_H
#define ENGINE_CAPTURE_DAMAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/base/err.h"

struct capture_block;
struct stream_status;

/* Embedded: zeroes are "none". */
struct damage {
	const char *name;		/* of the input that is read; borrowed */
	const atomic_bool *cancelled;	/* while it is set no end is a damage; borrowed */
	uint64_t n;
	bool cut_short;
	struct err first;		/* code 0: none */
	uint64_t first_offset;
	uint32_t first_file;
	uint32_t cut_files;		/* one more than the last file that ended in a block */
};

/* Block B cannot be used as it should. The text is the reason, a clause. */
void damage_block(struct damage *d, const struct capture_block *b, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The input ends at AT, inside of block B. */
void damage_cut(struct damage *d, const struct capture_block *b, uint64_t at);

/* The input FILE is not used at all; WHY is a clause. */
void damage_input(struct damage *d, uint32_t file, const struct err *why);

/* Add what the input of block B, its last one, tells of itself. */
void damage_stream(struct damage *d, const struct capture_block *b,
		   const struct stream_status *status);

#endif
