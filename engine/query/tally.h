/*
 * tally - what many values of one column of one row add up to.
 *
 * Percentiles come from a histogram of eight equal steps an octave, so that they are
 * wrong by 4.5 % at most; up to SPREAD_EXACT values are kept as they are.
 */
#ifndef ENGINE_QUERY_TALLY_H
#define ENGINE_QUERY_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/field/value.h"
#include "engine/query/view.h"

/* Values, each once, as small numbers. Embedded: zeroes with TYPE set. */
struct bag {
	enum value_type type;
	const struct bag *base;		/* has the first ids, and does not change; or NULL */
	struct bag_entry *entries;	/* entry ID - 1, less those of BASE */
	uint32_t n;			/* without BASE */
	uint32_t last;			/* its user's: an id, or 0 */
	size_t cap;
	uint32_t *slots;		/* open addressing: ids */
	size_t n_slots;
	struct arena arena;		/* of texts */
};

struct bag_entry {
	struct value value;
	uint64_t hash;
};

/* There will be about so many values: have room for them. */
void bag_expect(struct bag *b, size_t n);
/* The id of V, from 1; its bytes are copied when it is new. */
uint32_t bag_put(struct bag *b, const struct value *v);
/* The same; 0: it has none. */
uint32_t bag_find(const struct bag *b, const struct value *v);
/* The same in two steps: V, which has the hash that bag_hash() says, is put, after bag_fetch() had
 * its place fetched for steps 0, 1, 2 some time ahead of each other. */
uint64_t bag_hash(const struct bag *b, const struct value *v);
void bag_fetch(const struct bag *b, uint64_t hash, unsigned step);
uint32_t bag_put_hashed(struct bag *b, const struct value *v, uint64_t hash);
/* Put all values of FROM, which has B's type and base, into B: IDS[i] is the id there of what
 * has id i + 1 in FROM, without its base. Texts are borrowed from FROM. */
void bag_put_all(struct bag *b, const struct bag *from, uint32_t *ids);
void bag_fini(struct bag *b);
/* That it takes, without BASE. */
size_t bag_bytes(const struct bag *b);

static inline const struct value *
bag_get(const struct bag *b, uint32_t id)
{
	if (b->base) {
		if (id <= b->base->n)
			return &b->base->entries[id - 1].value;
		id -= b->base->n;
	}
	return &b->entries[id - 1].value;
}

#define SPREAD_EXACT 16

struct spread;

/* Embedded: zeroes. */
struct tally {
	uint64_t n;
	union {
		struct {
			union {
				int64_t i;
				uint64_t u;
				double d;
			} sum;
			union {
				struct spread *spread;	/* owned */
				struct bag *distinct;	/* owned */
			};
		};
		uint64_t at;		/* event number: first, last */
		struct value best;	/* texts: borrowed from a term, or from ARENA */
	};
};

/* What a column is, for its tallies. */
struct tally_how {
	enum view_aggregation aggregation;
	enum value_type type;		/* of the values */
	struct arena *arena;		/* texts that a tally keeps */
};

/* Is what it is for HOW a sum, whatever it is divided by? */
static inline bool
tally_has_sum(enum view_aggregation how)
{
	return how == VIEW_SUM || how == VIEW_RATE || how == VIEW_AVG;
}

/* Take V of event NUMBER; V is NULL where events are counted. */
void tally_add(struct tally *t, const struct tally_how *how, const struct value *v,
	       uint64_t number);
/* The same for N of them that all have V; NUMBER is the first of their numbers, or the last:
 * the one that counts. */
void tally_add_many(struct tally *t, const struct tally_how *how, const struct value *v,
		    uint64_t number, uint64_t n);
/* Of a percentile: N values that are in BUCKET (engine/base/octave.h), not negative, and more
 * than SPREAD_EXACT with others that are added so. */
void tally_add_bucket(struct tally *t, const struct tally_how *how, unsigned bucket,
		      uint64_t n);
/* Add FROM, which is of no use any more. */
void tally_merge(struct tally *t, const struct tally_how *how, struct tally *from);
void tally_fini(struct tally *t, const struct tally_how *how);

/* What it comes to, of the column's shown type SHOWN. SECONDS is what rates are divided
 * by. False: nothing. First, last and age are the caller's: see t->at. */
bool tally_result(const struct tally *t, const struct tally_how *how, double seconds,
		  struct value *out);

/* The order of two values: less than, equal to, greater than zero. */
int value_order(enum value_type type, const struct value *a, const struct value *b);

#endif
