/*
 * ring - read one CPU's ring in place.
 *
 * The kernel's BPF ring buffer is two counters and the data, mapped. Reading
 * it here, and not with libbpf's ring_buffer, lets the reader stop at a
 * position that it has seen, and merge several rings without a copy.
 */
#ifndef PROBE_RING_H
#define PROBE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* Embedded: ring_open() fills it, ring_close() ends it. */
struct ring {
	uint64_t *consumed;		/* our counter, read by the kernel */
	const uint64_t *produced;	/* the kernel's */
	const uint8_t *data;
	size_t size, page;
	uint64_t at;			/* what is read next */
	uint64_t limit;			/* as far as it was seen to go */
	uint64_t told;			/* last value of *consumed */
};

/* Map the ring of SIZE bytes behind the map FD. */
int ring_open(struct ring *r, int fd, size_t size, struct err *err);

/* Zeroes are fine. */
void ring_close(struct ring *r);

/* Notice what has come since. */
void ring_look(struct ring *r);

/* The next complete record before the limit; it stays until ring_skip(). */
bool ring_peek(struct ring *r, const uint8_t **p, size_t *len);

/* Go behind a record of LEN bytes. Its room is given back by and by. */
void ring_skip(struct ring *r, size_t len);

/* Give all that was read back to the kernel now. */
void ring_release(struct ring *r);

#endif
