/*
 * inflate - gzip members that follow each other, as one stream of bytes.
 *
 * An inflater is fed stored bytes and gives inflated ones, and may note
 * checkpoints on its way: places from which inflating can start again. A
 * member's start is one by itself; inside a member one needs the 32 KiB of
 * text before it. They are so far apart that all of them take less than 1 % of
 * what was inflated. inflate_index_read() goes back to any place through them,
 * and a reader goes on from there.
 */
#ifndef ENGINE_CAPTURE_INFLATE_H
#define ENGINE_CAPTURE_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

struct err;
struct inflate_index;

enum inflate_status {
	INFLATE_MORE,			/* it needs more input, or more room */
	INFLATE_MISMATCH,		/* a member's sum or length is wrong: go on */
	INFLATE_GARBAGE,		/* what follows is no member: this is the end */
	INFLATE_BROKEN,			/* no more can be made of this member: go on with
					 * the next one, which it will look for */
};

/* Where to take from and where to put; inflate_run() moves along both. */
struct inflate_io {
	const uint8_t *in;
	size_t in_len;
	uint8_t *out;
	size_t out_len;
};

/* Embedded: inflate_init() and inflate_fini(). It must stay where it is. */
struct inflater {
	z_stream z;
	gz_header head;			/* of the member; only whether it is done */
	struct inflate_index *index;	/* borrowed, or NULL */
	bool in_member;
	bool raw;			/* this member was entered at a checkpoint */
	bool was_damaged;		/* a member was given up */
	bool seeks;			/* and the next one is not found yet */
	bool is_summed;			/* its head is over, and SUM is of what followed */
	uint32_t sum;			/* CRC-32 of what was inflated of it */
	uint64_t member_bytes;		/* inflated of it */
	uint8_t tail[8];		/* the stored bytes that were used last */
	uint8_t skip;			/* bytes of its end that are left */
	uint32_t n_members;		/* begun so far */
	uint64_t in_bytes;		/* stored bytes that were used */
	uint64_t out_bytes;
};

/* Begin at the start of a file. INDEX is borrowed, or NULL for no checkpoints. */
void inflate_init(struct inflater *f, struct inflate_index *index);
void inflate_fini(struct inflater *f);

/* Inflate until IO has no more input or no more room. Input that was not used
 * must be offered again, with more behind it. *ERR is set with
 * INFLATE_MISMATCH and INFLATE_BROKEN. */
enum inflate_status inflate_run(struct inflater *f, struct inflate_io *io,
				struct err *err);

/* Owned by the caller. One thread may add to it while others read. */
struct inflate_index *inflate_index_new(void);
void inflate_index_free(struct inflate_index *index);

/* The memory that its checkpoints take. */
size_t inflate_index_bytes(const struct inflate_index *index);

/* Which inflated bytes are wanted, and where they go. */
struct inflate_range {
	uint64_t offset;
	size_t len;
	uint8_t *buf;			/* LEN bytes */
};

/* Read RANGE of the gzip file FD, by pread(). -ENODATA when the file does not
 * have that many bytes. */
int inflate_index_read(const struct inflate_index *index, int fd,
		       const struct inflate_range *range, struct err *err);

/* The same for who reads one range after the other: what follows the last one is read
 * from there, and not from a checkpoint before it. The caller owns it. */
struct inflate_reader *inflate_reader_new(void);
void inflate_reader_free(struct inflate_reader *r);	/* NULL is fine */
int inflate_reader_read(struct inflate_reader *r, const struct inflate_index *index, int fd,
			const struct inflate_range *range, struct err *err);
/* Would it go on from where it is for what begins at OFFSET? */
bool inflate_reader_leads_to(const struct inflate_reader *r, const struct inflate_index *index,
			     uint64_t offset);

#endif
