/*
 * capture - read .scap captures: one more source of records.
 *
 * A capture is a stream of blocks, stored plainly or in gzip members, from a
 * file, from several that follow each other, from a pipe, or from a file that
 * is still being written. Reading and inflating run in a thread of their own;
 * the caller decodes. Nothing is mapped and nothing is allocated on the word
 * of a length field: memory stays a small multiple of what was really read.
 *
 * Damage never ends reading while anything behind it can be made sense of:
 * what is wrong, and where, is told by source_end().
 *
 * Layout of blocks: the .scap format, versions 1.0 to 1.2 and the numbers from
 * before its first release.
 */
#ifndef ENGINE_CAPTURE_CAPTURE_H
#define ENGINE_CAPTURE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct inflate_index;
struct source;

/* One file of a capture. */
struct capture_input {
	const char *name;		/* for messages and sections; borrowed */
	int fd;				/* taken, even when opening fails */
};

/* A block as it stands in the stream. */
struct capture_block {
	uint64_t number;		/* from 1, over all inputs */
	uint64_t offset;		/* in the inflated stream of its input */
	uint32_t file;			/* which input, from 0 */
	uint32_t type;
	uint32_t len;			/* as it claims */
	bool usable;			/* it is what it claims to be; of a list only its
					 * first bytes were looked at yet */
};

struct capture_options {
	bool follow;			/* the last input may still grow: wait for more */
	bool index;			/* note checkpoints while inflating (inflate.h) */
	bool reread;			/* source_reread() shall work, where all inputs are
					 * files; sets INDEX */
	/* Called with the source before its first bytes are waited for, so that it can be
	 * cancelled; it is closed when opening fails. May be NULL. */
	void (*opening)(struct source *s);
	/* Called right before the caller has to wait for input; may be NULL. */
	void (*idle)(void *ctx);
	/* Called for each block, before its records; may be NULL. */
	void (*block)(void *ctx, const struct capture_block *block);
	void *ctx;
};

/* Open N inputs, at least one, as one reel of sections. The caller owns the
 * source. NULL when the first input is no capture at all: *err says why, without
 * its name. An input that starts like a capture opens, however little of it
 * there is. OPTIONS may be NULL. This waits for the first bytes of a pipe, and
 * of an empty file that is followed.
 *
 * Events of types that the registry lacks are counted, but not handed out.
 * What source_end() says begins with the name of the input: "web.scap: truncated
 * at byte 48213 (block 17)". */
struct source *capture_open(const struct capture_input *inputs, size_t n,
			    const struct capture_options *options, struct err *err);

/* "section header", "process list v9", ...; NULL for an unknown type. */
const char *capture_block_name(uint32_t type);

/* How the input FILE is stored. */
struct capture_storage {
	bool gzip;
	uint32_t n_members;		/* gzip members begun so far */
	uint64_t stored_bytes;		/* read so far */
	uint64_t inflated_bytes;
	size_t checkpoint_bytes;	/* memory that its checkpoints take */
};
void capture_storage(const struct source *s, uint32_t file, struct capture_storage *out);

/* The checkpoints of the input FILE, for inflate_index_read(); NULL without
 * options.index. Borrowed until S is closed. */
const struct inflate_index *capture_index(const struct source *s, uint32_t file);

#endif
