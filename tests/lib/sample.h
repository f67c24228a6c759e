/*
 * sample - records and captures with random contents, for property tests.
 *
 * What a list entry of an old version does not tell is left out of a record by
 * sample_as_read_*(): what a reader must make of the entry.
 */
#ifndef TESTS_LIB_SAMPLE_H
#define TESTS_LIB_SAMPLE_H

#include <stddef.h>

#include "engine/base/arena.h"
#include "engine/event/source.h"
#include "tests/lib/rng.h"
#include "tests/lib/scapbuild.h"

/* The lengths that real writers gave to the tail of process list version 9,
 * and one from the future. */
extern const size_t sample_tails[];
extern const size_t sample_n_tails;

/* Random contents; text lives in ARENA. */
struct proc_record sample_proc(struct rng *r, struct arena *arena);
struct fd_record sample_fd(struct rng *r, struct arena *arena, enum fd_kind kind);
struct user_record sample_user(struct rng *r, struct arena *arena, bool is_group);
struct iface_record sample_iface(struct rng *r, struct arena *arena);

/* What is left of *P when a list of VERSION (with a tail of so many bytes)
 * tells it. */
void sample_as_read_proc(struct proc_record *p, int version, size_t tail_len);
void sample_as_read_fd(struct fd_record *f, int version, int64_t tid);

/* Append events of all sorts, N of them, of a few threads. */
void sample_events(struct scap *b, struct rng *r, size_t n);

/* Append a capture with every kind of block, in several sections: all list
 * versions, all event blocks, options, unknown blocks. About 14 KB. */
void sample_everything(struct scap *b, struct rng *r);

/* Where each block of a well-formed capture starts, and its end; the caller
 * frees the array. At *N how many (blocks + 1). */
size_t *sample_borders(const struct scap *b, size_t *n);

#endif
