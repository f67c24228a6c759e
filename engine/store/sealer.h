/*
 * sealer - a thread that packs full chunks, and adds them up, while the writer goes on.
 *
 * The writer hands it one chunk at a time, which nobody changes any more, and takes
 * back the packed one later. All functions are the writer's.
 */
#ifndef ENGINE_STORE_SEALER_H
#define ENGINE_STORE_SEALER_H

#include <stdbool.h>
#include <stddef.h>

struct chunk;
struct pyramid;
struct sealer;

/* The caller owns it. NULL: there can be no thread; chunks are to be packed at once.
 * SUMS_PAY: see seal_room_new(). Chunks are added to PYRAMID, which outlives it. */
struct sealer *sealer_new(unsigned sums_pay, struct pyramid *pyramid);
/* There must be nothing that was not taken back. NULL is fine. */
void sealer_free(struct sealer *s);

/* Pack OPEN, which stays the caller's. What was handed before was taken back. */
void sealer_give(struct sealer *s, struct chunk *open);

/* What was made of the chunk that was handed last, *OPEN. With WAIT, once it is there.
 * NULL: nothing, or not yet. */
struct chunk *sealer_take(struct sealer *s, struct chunk **open, bool wait);

/* That it takes, what it seals apart. */
size_t sealer_bytes(struct sealer *s);

#endif
