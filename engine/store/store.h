/*
 * store - all that was seen, as columns and versions.
 *
 * One thread writes: it gives records to store_take(), which has a world of its
 * own, and writes down each event as one row that names the versions of its
 * thread and its descriptor. Nothing is asked of the source again but the bytes
 * of events. Any number of other threads read, each from a snapshot: that is what
 * had been published when it was taken, and it does not change.
 *
 * A store with a budget forgets its oldest events, and the versions and names
 * that only they need.
 */
#ifndef ENGINE_STORE_STORE_H
#define ENGINE_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/event/source.h"
#include "engine/store/chunk.h"
#include "engine/store/kept.h"
#include "engine/world/past.h"

struct store;
struct world;

/* The caller owns it. BUDGET_BYTES 0: there is none. */
struct store *store_new(uint64_t budget_bytes);
/* There must be no snapshot left. NULL is fine. */
void store_free(struct store *s);

/* The writer's. Publishing is cheap; what was taken is not seen before. */
void store_take(struct store *s, const struct record *rec);
void store_publish(struct store *s);
/* Before the first record: SOURCE is where events can be read again
 * (source_reread()), and must outlive the store. NULL, and one that cannot: the
 * store keeps their bytes, as it does when nothing is said. */
void store_set_source(struct store *s, const struct source *source);
/* Before the first record: pack full chunks in a thread of its own. */
void store_seal_apart(struct store *s);
/* Before the first record, for tests: chunks have no more than ROWS rows, and sums
 * where there are at least PAYS rows for each of its groups (sums.h). */
void store_set_chunks(struct store *s, uint32_t rows, unsigned pays);
/* The same: what FAN of them come to is a node (pyramid.h), and FAN nodes are one, where each
 * group of it stands for at least PAYS. */
void store_set_pyramid(struct store *s, unsigned fan, unsigned pays);
/* What comes can wait: where readers look at more than the budget allows, publishing
 * waits for each of them, up to SECONDS. */
void store_set_patience(struct store *s, unsigned seconds);
/* There will be no more records: what is open is made narrow. */
void store_end(struct store *s);
const struct world *store_world(const struct store *s);

/* A section of the reel. */
struct store_section {
	uint64_t first;			/* event number of its first event */
	uint64_t first_ns;		/* its time; 0: there is none yet */
	uint64_t last_ns;		/* the greatest time seen */
	uint32_t file;
	char *name;			/* borrowed from the store */
	struct past_facts facts;	/* its users, its machine */
};

/* Events that are missing: they would have come before event POSITION. */
struct store_loss {
	uint64_t position;
	uint64_t count;			/* 0: not known */
	uint64_t from_ns, to_ns;
	int32_t cpu;			/* -1: not known */
	uint8_t class;			/* enum loss_class */
};

/* A chunk with as many rows as are to be seen. */
struct chunk_view {
	const struct chunk *c;
	uint32_t n;
};

struct snapshot {
	struct store *store;
	uint64_t epoch;
	uint64_t first, end;		/* event numbers: first .. end - 1 */
	struct chunk_view *chunks;
	size_t n_chunks;
	struct store_section *sections;	/* from the oldest that has events */
	uint32_t n_sections;
	struct containers *containers;	/* borrowed */
	size_t n_losses;
	uint64_t generation;		/* of what was learned */
	uint64_t slots_age;		/* grows when slots of descriptors were used again */
	bool knows_kinds;		/* COL_KIND is right of all rows */
	uint64_t learned;		/* grows when rows may answer otherwise than before */
	uint32_t n_processes, n_threads;	/* indexes of entities are below it */
	uint32_t n_process_versions, n_thread_versions, n_fd_versions;	/* slots, too */
	struct snapshot *next, *prev;
	uint64_t number;		/* of all that were taken */
	bool is_slow;			/* the store's: it waited for it long enough */
};

/* Any thread. The caller owns it. */
struct snapshot *store_snapshot(struct store *s);
void snapshot_free(struct snapshot *snap);	/* NULL is fine */

/* The chunk of event NUMBER: its index; n_chunks when there is none. */
size_t snapshot_chunk(const struct snapshot *snap, uint64_t number);
/* The section of event NUMBER. */
const struct store_section *snapshot_section(const struct snapshot *snap, uint64_t number);
/* The first event at or after TIME_NS, in the order of events; the end when there is
 * none. */
uint64_t snapshot_at_time(const struct snapshot *snap, uint64_t time_ns);
/* Where TIME_NS parts the events of section SECTION (an index): those before that number are
 * earlier, the others are not. Times go back a little, where events of several sources were put
 * together: then it is so of as many as can be. */
uint64_t snapshot_split_section(const struct snapshot *snap, uint32_t section, uint64_t time_ns);
/* The same in the first section that has an event at or after TIME_NS; the end when there is
 * none. */
uint64_t snapshot_split(const struct snapshot *snap, uint64_t time_ns);

/* Loss I, of snap->n_losses. */
const struct store_loss *snapshot_loss(const struct snapshot *snap, size_t i);

/* By slot; NULL: it is not in use. */
const struct process_version *store_process_version(const struct store *s, uint32_t slot);
const struct thread_version *store_thread_version(const struct store *s, uint32_t slot);
const struct fd_version *store_fd_version(const struct store *s, uint32_t slot);
/* By index, of all that are kept, ended ones too; NULL: the index is free. */
const struct kept_process *store_process(const struct store *s, uint32_t index);
const struct kept_thread *store_thread(const struct store *s, uint32_t index);
/* Who is told of descriptors. */
struct store_told {
	void (*fd)(void *ctx, uint32_t slot, uint64_t last);
	void *ctx;
};

/* Where from FIRST to LAST the table T, which was used then, had the most (or the LEAST)
 * descriptors, at *POSITION. False: nothing changed of it there. */
bool store_table_extreme(const struct kept_table *t, uint64_t first, uint64_t last, bool least,
			 uint64_t *position);

/* Tell of each descriptor that T, which was used from event FIRST to LAST, had open then: the
 * slot of a version, and the last event that shows it. Some are told of several times. */
void store_table_lived(const struct store *s, const struct kept_table *t, uint64_t first,
		       uint64_t last, const struct store_told *told);

/* The newest process PID that lived at POSITION, or thread TID; NULL: none. */
const struct kept_process *store_find_process(const struct store *s, int64_t pid,
					      uint64_t position);
const struct kept_thread *store_find_thread(const struct store *s, int64_t tid,
					    uint64_t position);
/* The threads TID that lived somewhere from FIRST to LAST: the one after AFTER, or, after
 * NULL, the first. NULL: there are no more. */
const struct kept_thread *store_thread_within(const struct store *s, int64_t tid,
					      uint64_t first, uint64_t last,
					      const struct kept_thread *after);
/* How often a process had got another version, or parent, up to POSITION; it is so
 * from event *FROM to the one before *TO (both may be NULL). */
uint64_t snapshot_lineage(const struct snapshot *snap, uint64_t position, uint64_t *from,
			  uint64_t *to);

/* What conditions said of the rows of sealed chunks. Borrowed; for any thread. */
struct bitmaps *store_bitmaps(const struct store *s);
/* What was found out about versions. */
struct keepsakes *store_keepsakes(const struct store *s);
/* What operands said of the rows of sealed chunks: the same, for each chunk. */
struct keepsakes *store_sheets(const struct store *s);

struct intern *store_names(const struct store *s);
struct reread *store_reread(const struct store *s);	/* NULL: chunks have payload */

/* Where the memory is: bytes by kind. */
enum store_kind {
	STORE_COLUMNS, STORE_SUMS, STORE_PAYLOAD, STORE_PROCESSES, STORE_THREADS, STORE_DESCRIPTORS,
	STORE_HISTORIES, STORE_TABLES, STORE_INDEXES, STORE_NAMES, STORE_ANSWERS,
	STORE_FORGOTTEN,		/* and still looked at */
	STORE_OTHER,
	STORE_KINDS,
};
struct store_size {
	uint64_t bytes[STORE_KINDS];
	uint64_t n_events;		/* that are kept */
	uint64_t n_forgotten;
	uint64_t n_processes, n_threads;
	uint64_t n_process_versions, n_thread_versions, n_fd_versions;
};
/* The writer's, or anybody's once the writer is done. */
void store_size(const struct store *s, struct store_size *out);
/* "columns", ... */
const char *store_kind_name(enum store_kind kind);

#endif
