/*
 * retell - what a store keeps, told once more as the records of a source.
 *
 * So a part of what happened can be recorded after it happened. First comes a section with the
 * state as it was before the first event, as restate.h tells that of a world: tables, then
 * events that are marked as told before. Then come the events that are asked for, one by one,
 * with their bytes, and between them what was lost. The enter event of a call that began
 * before all of them is told with its exit, so that how long it took is known.
 *
 * Not told, as there is no place for it: since when processes run, and which calls do not
 * return among these events.
 */
#ifndef ENGINE_RECORD_RETELL_H
#define ENGINE_RECORD_RETELL_H

#include <stdint.h>

struct err;
struct record;
struct retell;
struct snapshot;

/* RECORD is given each record, with CTX. The caller owns it. */
struct retell *retell_new(void (*record)(void *ctx, const struct record *rec), void *ctx);
void retell_free(struct retell *t);	/* NULL is fine */

/* Look into SNAP from here on, which is borrowed until the next one comes. NULL: into none. */
void retell_look(struct retell *t, const struct snapshot *snap);

/* Begin a section with what was before event NUMBER of the snapshot. */
void retell_begin(struct retell *t, uint64_t number);

/* Tell event NUMBER, and what was lost since the one before it. Those of a later section begin
 * one. A negative errno: its bytes are gone, *err says why; it is told without them. */
int retell_event(struct retell *t, uint64_t number, struct err *err);

/* How long threads had run when that was looked at the next time after event END - 1: so it is
 * known of the time up to there as well. */
void retell_end(struct retell *t, uint64_t end);

#endif
