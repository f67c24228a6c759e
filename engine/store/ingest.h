/*
 * ingest - a thread that reads a source into a store.
 *
 * It owns both. What was read is published a hundred times a second, and whenever
 * the source has to wait; whoever asked for it is told. Nothing here blocks but
 * ingest_wait() and ingest_free().
 */
#ifndef ENGINE_STORE_INGEST_H
#define ENGINE_STORE_INGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/event/source.h"

struct err;
struct ingest;
struct store;

struct ingest_options {
	uint64_t budget_bytes;		/* of the store; 0: none */
	/* Called by the thread after something was published, and at the end; may be
	 * NULL. */
	void (*told)(void *ctx);
	void *ctx;
	bool can_wait;			/* the source does not mind: store_set_patience() */
};

/* The caller owns it. OPTIONS may be NULL. */
struct ingest *ingest_new(const struct ingest_options *options);

/* Stop reading, wait for the thread, and free all. There must be no snapshot left.
 * NULL is fine. */
void ingest_free(struct ingest *in);

/* What a source is to call, with IN, before it waits (capture_options.idle). */
void ingest_idle(void *in);

/* Begin to read SOURCE, which is taken, also when this fails. */
int ingest_start(struct ingest *in, struct source *source, struct err *err);

/* Valid as long as IN. */
struct store *ingest_store(const struct ingest *in);

/* How far it is. */
struct ingest_progress {
	struct source_stats stats;
	bool is_done;			/* all was read, or it was stopped */
	struct source_end end;		/* once it is done */
};
void ingest_progress(struct ingest *in, struct ingest_progress *out);

/* Let it end soon; what was read stays. */
void ingest_stop(struct ingest *in);
/* Wait until it is done. */
void ingest_wait(struct ingest *in);

#endif
