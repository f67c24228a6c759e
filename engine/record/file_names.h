/*
 * file_names - what the files of a recording are called.
 *
 * A recording that is one file has the name that was given. One that goes on in
 * new files by size or number of events appends an index to it, from 0; by size
 * and in a ring, with as many digits as the number of files has. One that goes
 * on by time is called what strftime() makes of the name and the local time of
 * the file's first event, if there is a % in it; else it gets an index too. By
 * time and something else, with a %: the time, and then the index. A name of the
 * time that the file before has already gets its index as well.
 *
 * In a ring of N files an index starts again from 0 behind N - 1; of files named
 * by time, the oldest one is to be removed.
 */
#ifndef ENGINE_RECORD_FILE_NAMES_H
#define ENGINE_RECORD_FILE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Embedded: set the first members, zeroes behind; file_names_fini(). */
struct file_names {
	const char *given;		/* borrowed */
	bool by_size, by_time, by_events;
	unsigned n_ring;		/* files that are kept; 0: all */
	/* Seconds to add to UTC at EPOCH_S; NULL: UTC. */
	int32_t (*utc_offset)(int64_t epoch_s);

	uint64_t n_named;		/* files so far */
	char *last;			/* the last name of the time alone, owned */
	char **ring;			/* names by time, owned, the next at n_named % n_ring */
};

#define FILE_NAMES_RING_MAX 100000u

void file_names_fini(struct file_names *n);

/* Does a name depend on when the file's first event happens? */
bool file_names_want_time(const struct file_names *n);

/* The name of the next file, whose first event is at NS; the caller frees it. NULL
 * when strftime() makes no name of it. At *OLD the name of a file that is to be
 * removed, the caller's too, or NULL. */
char *file_names_next(struct file_names *n, uint64_t ns, char **old);

#endif
