/*
 * payload - the bytes of the events of one chunk, where no source can read them
 * again: of a pipe, and of the running kernel.
 *
 * Pieces never move. One thread adds; others may read events that they were told
 * of afterwards.
 */
#ifndef ENGINE_STORE_PAYLOAD_H
#define ENGINE_STORE_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

struct event;

#define PAYLOAD_MAX (8u << 20)		/* a chunk that has so much is full */

/* The caller owns it. */
struct payload *payload_new(void);
void payload_free(struct payload *p);	/* NULL is fine */

/* Keep the bytes of EV: where they are. */
uint32_t payload_add(struct payload *p, const struct event *ev);

/* Set what the bytes at AT say in *EV: all but type, id, time and cpu. Borrowed
 * from P. */
void payload_get(const struct payload *p, uint32_t at, struct event *ev);

/* Bytes that were added, and that it takes. */
size_t payload_len(const struct payload *p);
size_t payload_bytes(const struct payload *p);

#endif
