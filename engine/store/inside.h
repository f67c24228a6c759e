/*
 * inside - what the files of the store share, and nobody else sees.
 *
 * store.c has what is published; append.c makes rows, keep.c entities and their
 * versions, table.c tables of descriptors, evict.c forgets.
 */
#ifndef ENGINE_STORE_INSIDE_H
#define ENGINE_STORE_INSIDE_H

#include <pthread.h>

#include "engine/base/hash.h"
#include "engine/base/pool.h"
#include "engine/base/seg.h"
#include "engine/store/grave.h"
#include "engine/store/ids.h"
#include "engine/store/slots.h"
#include "engine/store/store.h"

#define STORE_BUCKETS 16384u		/* of pids and tids; a power of two */
#define STORE_CACHE 4096u		/* versions met lately; a power of two */

/* A table of descriptors: where it comes from, and what was opened and closed. */
struct kept_table {
	uint32_t id;			/* of the world */
	uint32_t index;
	unsigned depth;			/* tables above it */
	_Atomic(struct kept_table *) above;	/* NULL: it began empty, or has a base */
	uint64_t above_at;		/* with what that had at this position */
	struct trail steps;		/* table_step */
	struct trail bases;		/* table_base */
	/* The writer's: */
	uint32_t steps_since;		/* since the last base */
	uint64_t last_from;		/* of the last step */
	bool is_marked, is_gone;
};

#define TABLE_DEPTH_MAX 8

/* The closed descriptor is told by a flag in its slot. */
#define TABLE_CLOSED (1u << 31)

struct table_step {
	uint64_t from;
	uint32_t slot;			/* fd version, TABLE_CLOSED */
	uint32_t count;			/* open from here on */
};

struct table_entry {
	int64_t num;
	uint32_t slot;
};

/* All of a table at a position, so that nobody has to look further back. */
struct table_base {
	uint64_t from;
	struct table_entry *entries;	/* by number; owned */
	uint32_t n;
	uint32_t count;			/* as the world counts */
};

#define STORE_SPARES 3u			/* as many as are on their way when events come fast */

struct lineage_step {
	uint64_t from;
	uint64_t n;			/* changes up to here, this one included */
};

/* An event without a number that changed what is known; it has its bytes in the payload of
 * the chunk before row FROM. */
struct unnumbered {
	uint64_t from;			/* the event that came behind it */
	uint64_t chunk;			/* the first event of that chunk */
	uint64_t ts_ns;
	uint32_t place;
	uint16_t id, cpu;
};

struct bitmaps;
struct keepsakes;
struct pyramid;

struct store_cached {
	uint32_t id, slot;
	struct fd_version *v;
};

struct store {
	uint64_t budget_bytes;
	size_t payload_max;		/* a chunk with so much is full, */
	uint32_t rows_max;		/* or with so many rows */
	unsigned sums_pay;		/* SUMS_PAYS, in tests less */
	const struct source *source;	/* borrowed, or NULL */
	bool keeps_payload;
	struct world *world;
	const struct world_age *age;	/* the world's */
	struct grave grave;
	struct bitmaps *bitmaps;	/* owned */
	struct keepsakes *keepsakes;	/* of versions; owned */
	struct keepsakes *sheets;	/* of the rows of chunks; owned */
	uint64_t slots_age;		/* grows when a slot of a descriptor is free again */

	/* Versions and entities; slots and indexes are seen by readers. */
	struct slots process_versions, thread_versions, fd_versions;
	struct slots processes, threads, tables;
	struct pool process_pool, thread_pool, table_pool;
	struct pool process_version_pool, thread_version_pool, fd_version_pool;
	_Atomic(struct kept_process *) by_pid[STORE_BUCKETS];
	_Atomic(struct kept_thread *) by_tid[STORE_BUCKETS];

	/* The writer's indexes: by ids of the world. */
	struct map process_of, thread_of, table_of;
	struct ids version_slots;	/* of processes, threads and descriptors alike */
	struct map stray_of, number_of;	/* versions that the world does not have */
	struct store_cached cache[STORE_CACHE];	/* of versions of descriptors */
	struct kept_thread *thread_cache[STORE_CACHE];
	uint16_t type_flags[EVENT_TYPES];	/* enum row_flag */
	uint8_t type_bits[EVENT_TYPES];	/* enum type_bit */
	uint8_t named_by[EVENT_TYPES];	/* so many parameters tell what it was for */
	uint64_t seed;

	struct chunk *open;		/* the last of CHUNKS, or NULL */
	struct chunk *spares[STORE_SPARES];	/* open ones that are free again */
	struct packer *packer;		/* of the bytes of old events; NULL: none yet */
	struct chunk *packing;		/* whose bytes it has */
	unsigned n_spares, spares_max;	/* 0: no more rows will come */
	struct seal_room *room;		/* where chunks are packed that are packed at once */
	bool seals_apart;		/* in a thread of its own, which is there when needed */
	struct sealer *sealer;		/* NULL: chunks are packed at once */
	struct pyramid *pyramid;	/* of what was sealed; owned */
	uint64_t next;			/* number of the row that comes next */
	uint64_t first_ns, last_ns;	/* of the section's events */
	uint64_t n_kinds_learned;	/* descriptors that got another kind */
	uint64_t lineage_seen, facts_seen, containers_seen;
	struct trail lineage;		/* lineage_step: where it changed */
	uint64_t n_lineage;
	struct trail marks, open_spans;	/* marks.c's */
	uint64_t n_marks;
	struct trail unnumbered;	/* where there is payload */
	struct seg losses;
	size_t n_losses;
	uint64_t table_bytes;		/* that bases of tables take */
	/* The budget: the events before which it was last looked at (0: it must be) and what
	 * is older was swept; when that was; what rows took then. */
	uint64_t checked, swept, swept_epoch, rows_kept;
	unsigned patience_s;		/* with each snapshot; 0: none */

	/* Seen by readers, under LOCK. */
	pthread_mutex_t lock;
	struct chunk **chunks;
	size_t n_chunks, cap_chunks;
	struct store_section *sections;
	uint32_t n_sections;
	size_t cap_sections;
	struct containers *containers;
	uint64_t generation, learned;
	bool kinds_known;
	uint64_t slots_age_seen;
	uint64_t epoch;
	uint64_t first, end;		/* published */
	uint64_t n_forgotten;
	size_t n_losses_seen;
	uint32_t n_seen[5];		/* processes, threads, versions of them, of fds */
	struct snapshot *snapshots;	/* the newest first */
	uint64_t n_snapshots;		/* ever taken */
	bool is_waiting;		/* the writer, to be told when one goes */
	pthread_cond_t was_freed;
};

enum type_bit {
	TYPE_HAS_RES = 1,		/* an address that it returned: "res" */
	TYPE_CHANGES_THREAD = 2,	/* memory, faults, time on the CPU */
	TYPE_HAS_CALL = 4,		/* of no type of its own */
	TYPE_IS_SWITCH = 8,
	TYPE_HAS_RESULT = 16,		/* parameter 0 is what it returned */
	TYPE_NEEDS_BYTES = 32,		/* to tell what it is called, if its call is not told */
	TYPE_FAILS_WITH_NAME = 64,	/* when it failed, its bytes tell what it was for */
	TYPE_PUTS_ASIDE = 128,		/* parameters, see aside_params_from() */
};

static inline size_t
bucket_of(int64_t id)
{
	return hash_mix((uint64_t)id, 0x9E3779B97F4A7C15u) % STORE_BUCKETS;
}

/* store.c: what was forgotten up to now can be seen by those only who look already. */
void store_end_epoch(struct store *s);
/* Under the lock: the oldest snapshot, or NULL. */
struct snapshot *store_oldest(const struct store *s);

/* append.c */
void append_init(struct store *s);
void append_moment(struct store *s, const struct moment *m);
void append_cut(struct store *s, uint64_t first);	/* forget what came before FIRST */
void append_seal(struct store *s);	/* the open chunk, if there is one */
/* Put what the sealer has done in its place; with WAIT, what it is doing, too. */
void append_collect(struct store *s, bool wait);

/* age.c: let what is old be packed, and take what was. */
void age_chunks(struct store *s);
/* C goes. True: its bytes are somebody else's now. */
bool age_leave(struct store *s, const struct chunk *c);

/* keep.c: what the world tells, and what rows need of it. */
extern const struct world_observer keep_observer;
struct kept_thread *keep_thread(struct store *s, const struct thread *t);
/* T is there, whether or not it has done anything. */
void keep_birth(struct store *s, const struct thread *t);
uint32_t keep_thread_version(struct store *s, struct kept_thread *k, const struct moment *m);
uint32_t keep_stray(struct store *s, const struct moment *m);
uint32_t keep_fd_version(struct store *s, const struct descriptor *fd);
uint32_t keep_number(struct store *s, int64_t num);
void keep_process_state(struct store *s, struct kept_process *k, const struct process *p);
void keep_thread_state(struct store *s, struct kept_thread *k, const struct thread *t,
		       uint64_t ts_ns);
void keep_bury(void *ctx, enum grave_kind kind, void *p);
void keep_fini(struct store *s);

/* table.c */
struct kept_table *table_of(struct store *s, const struct fd_table *t);
void table_step_add(struct store *s, struct kept_table *t, const struct table_step *step);
/* T, if it is new, has from now on what ABOVE has: COUNT descriptors. */
void table_fork(struct store *s, struct kept_table *t, struct kept_table *above,
		uint32_t count);
/* Forget what is not needed at POSITION and later. */
void table_cut(struct store *s, struct kept_table *t, uint64_t position);
void table_leave(struct store *s, struct kept_table *t);
void table_fini(struct store *s, struct kept_table *t);

/* For readers: */
uint32_t table_count_at(const struct kept_table *t, uint64_t position);
/* The same; at *UNTIL the first position behind it where that may be another number. */
uint32_t table_count_around(const struct kept_table *t, uint64_t position, uint64_t *until);
/* The slot of descriptor NUM; 0: it is not open. */
uint32_t table_get_at(const struct store *s, const struct kept_table *t, int64_t num,
		      uint64_t position);
/* All of it, by number, in *LIST (grown as needed): how many. */
size_t table_all_at(const struct store *s, const struct kept_table *t, uint64_t position,
		    struct table_entry **list, size_t *cap);

/* evict.c: forget until the budget is kept. */
void evict(struct store *s);

#endif
