/*
 * replay - read a capture that is in memory, and say what is in it in text.
 *
 * Each record becomes one line that has all of it, but for what depends on how
 * it was stored (the file's name, the byte order): equal lines are equal
 * records. What was read can be compared quickly by the lines' hashes.
 */
#ifndef TESTS_LIB_REPLAY_H
#define TESTS_LIB_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/event/source.h"

struct source;

/* Append the line of REC, without a newline. */
void replay_line(struct text *t, const struct record *rec);

/* Embedded: zeroes are what nothing gives. */
struct replay {
	uint64_t *hashes;		/* of each record's line */
	size_t n;
	size_t cap;
	size_t n_events;
	enum record_kind last;		/* what the last record was */
	bool opened;
	struct err refused;		/* why it could not be opened */
	struct source_end end;
	bool keep_lines;		/* set before reading: fill LINES */
	struct text lines;		/* each with a newline */
};

/* Read the LEN bytes at P as a capture; what R had is forgotten. */
void replay_bytes(struct replay *r, const void *p, size_t len);

void replay_fini(struct replay *r);

/* How many records at the start of A and B are the same. */
size_t replay_common(const struct replay *a, const struct replay *b);

/* Open the LEN bytes at P as a capture. The caller owns it; NULL: see *err. */
struct source *replay_open(const void *p, size_t len, struct err *err);

#endif
