/*
 * payload - the bytes of the events of one chunk, where no source can read them
 * again: of a pipe, and of the running kernel.
 *
 * Pieces never move. One thread adds; others may read events that they were told
 * of afterwards.
 */
#ifndef ENGINE_STORE_PAYLOAD_H
#define ENGINE_STORE_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;
struct libdeflate_compressor;
struct libdeflate_decompressor;
struct payload;

#define PAYLOAD_MAX (8u << 20)		/* a chunk that has so much is full */

/* The caller owns it. */
struct payload *payload_new(void);
void payload_free(struct payload *p);	/* NULL is fine */

/* Keep the bytes of EV: where they are. */
uint32_t payload_add(struct payload *p, const struct event *ev);

/* A copy of P in as few bytes as it can be, by WITH: events are at the same places. */
struct payload *payload_pack(const struct payload *p, struct libdeflate_compressor *with);
bool payload_is_packed(const struct payload *p);

/* A reader's place for what was packed: the piece that it looked at last. Embedded: zeroes,
 * and payload_view_fini(). What it looks at must live as long. */
struct payload_view {
	const struct payload *of;	/* NULL: there is none */
	size_t piece;
	uint8_t *bytes;
	size_t cap;
	struct libdeflate_decompressor *inflate;
};

void payload_view_fini(struct payload_view *v);

/* Set what the bytes at AT say in *EV: all but type, id, time and cpu. Borrowed from P, or
 * from V until it is asked for another one. */
void payload_get(const struct payload *p, uint32_t at, struct payload_view *v,
		 struct event *ev);

/* Bytes that were added, and that it takes. */
size_t payload_len(const struct payload *p);
size_t payload_bytes(const struct payload *p);

#endif
