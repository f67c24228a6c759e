/*
 * gather - the scan behind a query: rows of the store become groups.
 *
 * A group is a row of the table in the making: its keys as small numbers, the
 * tallies of its columns, its first and last event. Each thread has a gatherer; in
 * the end they are merged into one.
 */
#ifndef ENGINE_QUERY_GATHER_H
#define ENGINE_QUERY_GATHER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/query/facts.h"
#include "engine/query/query.h"
#include "engine/query/sift.h"
#include "engine/query/tally.h"
#include "engine/query/term.h"

struct firsts;
struct gather;
struct verdicts;

#define KEYS_MAX 8u
#define COLUMNS_MAX 64u

/* The groups of a window, which are looked for before it. */
struct among {
	struct gather *of;		/* that has them; all that changes is what is BEFORE */
	_Atomic size_t n_left;		/* that were not found yet */
	/* By group: from which slot on descriptors have its keys; owned; NULL: not known. */
	uint64_t *least;
	uint64_t least_other;		/* and those that may have any keys */
};

/* A query, made ready. */
struct plan {
	const struct query *q;
	const struct snapshot *snap;
	const struct view_column *columns[COLUMNS_MAX];
	size_t n_columns;
	size_t n_keys;			/* the first columns */
	uint64_t first, end;		/* of the window */
	uint64_t from_ns, to_ns;
	bool is_list;
	uint64_t scan_first;		/* where to begin; with AMONG, before the window */
	struct among *among;		/* whose rows alone are looked for; NULL: all */
	const struct firsts *firsts;	/* of only_new: the events that were the first of their
					 * keys; NULL: groups tell what was before */
	uint64_t stop_ns;		/* by the monotonic clock: scan no longer; 0: to the end */
	size_t rows_max;		/* of a list */
};

/* Is the scan to stop? */
bool plan_is_over(const struct plan *plan);

struct group {
	uint32_t keys[KEYS_MAX];	/* ids: of a bag, or an entity's index + 1 */
	uint64_t n;			/* events in the window; 0: an idle entity */
	uint64_t first, last;		/* events */
	uint64_t before;		/* an event before the window has the key; 0: none */
	bool is_unsure;			/* some of its events may be another row's */
	uint64_t hash;			/* 0: it is in no slot */
	uint64_t unknown;		/* columns that are blank, a bit each: parts are missing */
	enum view_entity kind;		/* of ENTITY */
	uint32_t entity;		/* the index of one that the row is about; 0: none */
	struct tally *tallies;		/* see gather_tally(); NULL: another gatherer has them */
	/* Of columns that show what the last event with a value has; see gather_last(). */
	uint64_t last_all;		/* event + 1 that has one for all of them; 0: none */
	uint64_t *lasts;		/* by place, of others; in an arena; NULL: there are none */
};

struct key {
	struct term *term;
	enum view_entity entity;
	struct bag bag;			/* unless it is an entity's */
	enum column_id by;		/* whose slot decides: COL_THREAD, COL_FD; COLUMNS: none */
	bool needs_bytes;		/* of rows that do, no slot decides */
	uint32_t *by_slot;		/* by that slot: id + 1; 1: none */
	size_t n_slots;
	uint32_t *by_number;		/* the same by term_number(), which has NUMBERS_AGE */
	uint64_t numbers_age;
	uint32_t *among;		/* by id: that in plan->among, + 1; 0: not known; owned */
	size_t n_among;
};

enum gather_add {
	GATHER_ONE,			/* to a sum of ones, or to a count */
	GATHER_SUM,			/* a whole number to a sum */
	GATHER_VALUE,			/* a value, as tally_add() takes it */
	GATHER_EVENT,			/* its number */
	GATHER_LAST,			/* the same, of the last one */
	GATHER_LAST_ASKED,		/* the same, if it has a value */
};

#define GATHER_FACT 100			/* the descriptor's, where that is known */

/* What a row of a kind adds to one column, once the kind is known. */
struct gather_step {
	uint8_t column;
	uint8_t tally;			/* its place; of GATHER_LAST, that among lasts */
	uint8_t source;			/* enum kind_source, GATHER_FACT: of the value */
	uint8_t add;			/* enum gather_add */
	bool is_sure;			/* its condition holds */
	uint8_t by;			/* enum column_id whose slot decides; COLUMNS: none */
	union {
		struct value value;	/* KIND_CONSTANT */
		const struct facts *facts;	/* GATHER_FACT */
	};
};

/* A group that was met, by the first two of its keys. */
struct gather_memo {
	uint64_t keys;
	uint32_t group;			/* index + 1 */
};

enum gather_fit {
	GATHER_SUMS_UNKNOWN,
	GATHER_SUMS_FIT,		/* what rows add up to says all that is asked of them */
	GATHER_SUMS_FIT_BY_FD,		/* the same by descriptor */
	GATHER_SUMS_DO_NOT,
	GATHER_FITS,
};

struct gather_kind {
	uint64_t columns;		/* that may have a value: a bit each */
	uint64_t sure;			/* of these: those whose condition holds */
	struct gather_step *steps;	/* in the gatherer's arena; NULL: not known yet */
	size_t n_steps, n_sums;		/* the first ones: those that are not GATHER_LAST */
	bool is_plain;			/* these need neither term nor condition */
	bool has_lasts;			/* slots alone decide which of the others have a value: */
	bool asks_fd, asks_thread;	/* these ones */
	uint32_t key[KEYS_MAX];		/* the id + 1; 0: not known */
	uint32_t sifts;			/* that do not hold for all of them: a bit each */
	uint8_t n_asked;
	bool is_skipped;		/* none of them need be looked at */
	uint8_t sums;			/* enum gather_fit */
	uint32_t refusing;		/* sifts that want none of them: a bit each */
};

/* What is done with the rows of a chunk that have one code. */
enum gather_state {
	GATHER_SKIP,			/* they are not wanted */
	GATHER_ALONE,			/* each is asked by itself */
	GATHER_READY,			/* all is known of their kind: many are taken at once */
};

struct gather_code {
	uint8_t state;			/* enum gather_state */
	struct gather_kind *kind;	/* NULL: each row has another one */
};

struct gather_sums;
struct pyramid_node;

struct gather {
	const struct plan *plan;
	struct cursor *cursor;
	struct sift *sifts[2 + KEYS_MAX];	/* all must hold */
	size_t n_sifts, n_own_sifts;	/* the first ones are the view's */
	bool wants_type[EVENT_TYPES];
	uint64_t skip_flags;
	bool keeps_refused;		/* for the next query: see sift_refuse() */
	struct key keys[KEYS_MAX];
	struct term *terms[COLUMNS_MAX];	/* NULL: counts events, or is no column of
						 * events */
	struct sift *only[COLUMNS_MAX];	/* NULL: all */
	struct tally_how how[COLUMNS_MAX];
	uint8_t tally_of[COLUMNS_MAX];	/* the place of the tally that says it */
	uint8_t column_of[COLUMNS_MAX];	/* whose tally is in a place */
	size_t n_tallies;		/* of each group: places */
	size_t n_lasts;			/* the same of lasts, which tally_of[] has, too */
	/* Columns that show what the last event has, where a slot decides that: the bits of those
	 * that have a value, and FACTS_ASKED. */
	uint8_t last_bit[COLUMNS_MAX];	/* 0: it is no such column */
	uint8_t last_by[COLUMNS_MAX];	/* enum column_id */
	uint8_t all_of_fd, all_of_thread;	/* the bits of all */
	struct verdicts *lasts_of_fd;	/* borrowed; NULL: there is nothing to be asked */
	uint8_t *lasts_of_thread;	/* owned */
	uint64_t *counted;		/* that were added to sets: see add_distinct() */
	struct group *groups;
	size_t n_groups, cap_groups;
	uint64_t *slots;		/* open addressing: index + 1; above it half of the hash */
	size_t n_slots;
	uint32_t *by_key;		/* of a single key: index + 1 */
	size_t n_by_key;
	/* The same of several keys with ids below RADIX, as one number; NULL: too many. */
	uint32_t *by_keys;
	uint32_t radix[KEYS_MAX];
	/* By kind of row: how often it was asked, what is known of it then. */
	struct gather_kind *kinds;
	uint64_t event_columns;		/* those of events that have their own tally, a bit each */
	struct gather_code *codes;	/* of the present chunk */
	size_t cap_codes;
	uint32_t sifts_asked;		/* by rows with one of them: a bit each */
	struct gather_memo *memo;	/* of several keys: at places by their hash */
	/* By the slot that decides all keys, of rows that need no bytes: index + 2; 1: none. */
	enum column_id groups_by;	/* COLUMNS: there is no such */
	uint32_t *group_of_slot;
	bool needs_bytes;		/* of rows that do: for a condition or a key */
	bool may_skip;			/* rows without a value for any column */
	struct arena arena;		/* of texts in tallies */
	struct tally *tally_room;	/* where the next group has its tallies */
	size_t n_room;
	struct tally **rooms;		/* all of them; owned */
	size_t n_rooms, cap_rooms;
	uint64_t *list;			/* a list: the events */
	size_t n_list, cap_list;
	bool was_cut;			/* there were more than rows_max */
	/* Of groups that are looked for: the least slot when so many were left. */
	size_t among_left;
	uint64_t among_least;
	struct gather_sums *sums;	/* gather_sums.c's; NULL: not used yet */
	size_t n_summed;		/* chunks whose sums it had answers from, */
	size_t n_in_nodes;		/* and that were parts of nodes which it had; */
	size_t n_by_fd;			/* of both those with answers by descriptor */
	uint32_t process_index;		/* of the entity in the cursor's eval; 0: none */
	bool has_chunks;		/* that were looked at */
};

/* The caller owns it. NULL: see *err. */
struct gather *gather_new(const struct plan *plan, struct err *err);
void gather_free(struct gather *g);	/* NULL is fine */

/* All has been gathered: free what no cell is made of. */
void gather_shrink(struct gather *g);

/* What it asks of descriptors may be kept in L; use what there is. Before any row. L
 * outlives G. */
void gather_want_facts(struct gather *g, struct facts_list *l);
void gather_use_facts(struct gather *g, const struct facts_list *l);

/* G has its facts, about KINDS of descriptors: find out from which slots on groups that are
 * looked for can be. */
void gather_find_least(struct gather *g, uint32_t kinds);

/* Does it look into the bytes of events? What it finds out there is kept. */
bool gather_asks_bytes(const struct gather *g);
/* Does the list that it makes show what stands in them? */
bool gather_shows_bytes(const struct gather *g);

/* Take the rows of VIEW that are in the plan's range. False: not all, it was to stop. */
bool gather_chunk(struct gather *g, const struct chunk_view *view);

/* So many chunks of the snapshot in a row, from the one with index FIRST to that before END. */
struct gather_run {
	size_t first, end;
	const struct pyramid_node *node;	/* what all of them come to; NULL: it is one */
	unsigned level;
};

/* The longest run that ends before chunk END, into *RUN: its first chunk. */
size_t gather_run(const struct gather *g, size_t end, struct gather_run *run);
/* Take what runs of chunks come to, where that says all that is asked; IS_TAKEN, by the index of
 * a chunk, is set then. */
void gather_take_run(struct gather *g, const struct gather_run *run, bool *is_taken);

/* Take the row where the cursor is, which is of the window, if it is wanted. */
void gather_row(struct gather *g);

/* The id of KEY for C's row, of whose kind it is known + 1 in *OF_KIND; 0: it has none. */
uint32_t gather_key(struct key *key, struct cursor *c, uint32_t *of_kind);
/* Add what the cursor's row, event NUMBER of KIND, has for the columns of GROUP. */
void gather_add(struct gather *g, struct group *group, uint64_t number,
		const struct gather_kind *kind);

/* What is known of COLUMN, one of events or of histories, in GROUP. */
static inline struct tally *
gather_tally(const struct gather *g, const struct group *group, size_t column)
{
	return &group->tallies[g->tally_of[column]];
}

/* Does COLUMN show what the last event has that has a value for it? It has no tally. */
static inline bool
gather_is_last(const struct gather *g, size_t column)
{
	return g->how[column].aggregation == VIEW_LAST &&
	       g->plan->columns[column]->source == VIEW_FROM_EVENTS;
}

/* The number + 1 of that event of GROUP; 0: there is none. */
static inline uint64_t
gather_last(const struct gather *g, const struct group *group, size_t column)
{
	uint64_t own = group->lasts ? group->lasts[g->tally_of[column]] : 0;

	return own > group->last_all ? own : group->last_all;
}

/* Event NUMBER of GROUP has a value for the column with PLACE among lasts. */
void gather_note_last(struct gather *g, struct group *group, size_t place, uint64_t number);

/* Event NUMBER is a row of a list. The newest ones stay: others go by halves. */
void gather_list(struct gather *g, uint64_t number);
/* Lists came from several threads: put them in order, and keep the newest. */
void gather_order_list(struct gather *g);

/* Event NUMBER, which is before the window, is GROUP's: so is that of the one which is looked
 * for. */
void gather_note_before(struct gather *g, struct group *group, uint64_t number);

/* Event NUMBER, with FLAGS, is GROUP's. Has it anything for its columns? */
static inline bool
gather_note(struct gather *g, struct group *group, uint64_t number, uint64_t flags)
{
	if (number < g->plan->first) {
		gather_note_before(g, group, number);
		return false;
	}
	if (!group->n++ || number < group->first)
		group->first = number;
	if (number > group->last)
		group->last = number;
	group->is_unsure |= (flags & ROW_UNSURE) != 0;
	return true;
}

/* Take all that FROM has, which must live as long as G; both are of one plan. */
void gather_merge(struct gather *g, struct gather *from);

/* The group with KEYS; a new one when there is none. */
struct group *gather_group(struct gather *g, const uint32_t *keys);
/* The same, or NULL. */
struct group *gather_find(struct gather *g, const uint32_t *keys);

/* What the keys are for the entity in the cursor's eval, which is ENTITY with INDEX
 * (or container number); false: it has none of them. */
bool gather_entity_keys(struct gather *g, enum view_entity entity, uint32_t index,
			uint32_t *keys);

#endif
