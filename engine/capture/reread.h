/*
 * reread - events of a capture once more, by where their blocks are.
 *
 * A piece of the capture around the event that was asked for is kept, so that
 * events which are asked for in their order are read about once. Files are read
 * with pread(), never mapped: one that became shorter gives an error.
 */
#ifndef ENGINE_CAPTURE_REREAD_H
#define ENGINE_CAPTURE_REREAD_H

#include <stdbool.h>
#include <stdint.h>

struct inflate_index;
struct reread;

struct reread_input {
	const char *name;		/* for messages; borrowed */
	int fd;				/* borrowed */
	uint64_t bytes;			/* that were read of it so far, inflated */
	const struct inflate_index *index;	/* borrowed; NULL: it is stored plainly */
};

/* The input FILE of CTX in *OUT. False: there is none. */
typedef bool reread_find_input(const void *ctx, uint32_t file, struct reread_input *out);

/* CTX is borrowed. End with reread_close(). */
struct reread *capture_reread_new(reread_find_input *find, const void *ctx);

#endif
