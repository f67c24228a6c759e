/*
 * facts - what operands say of descriptors, kept from one query to the next.
 *
 * A capture has many more events than descriptors, but many views are about these; what
 * an operand says of each version is found out once, as a number for each slot, and the
 * values that these stand for. All threads of a query share them, and queries that come
 * later.
 */
#ifndef ENGINE_QUERY_FACTS_H
#define ENGINE_QUERY_FACTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/text.h"
#include "engine/query/cursor.h"
#include "engine/query/tally.h"

struct crew;
struct fd_version;
struct verdicts;

#define FACTS_MAX 16u			/* operands of one query */
#define FACTS_NONE 1u			/* in the place of an id: there is no value */
#define FACTS_ASKED 0x80u		/* in facts_list.there, above up to 7 bits */

struct facts {
	struct bag values;
	/* By slot: the id of its value + 1, FACTS_NONE; 0: not known, ask. */
	uint32_t *ids;
	size_t n_slots;
};

/* An operand that a query asks of descriptors. */
struct facts_use {
	struct text name;		/* the operand, and what else decides */
	size_t text_len;		/* of the operand, which is a C string */
	bool is_worth;			/* finding it out */
	uint8_t bits;			/* that stand for it in facts_list.there */
	bool is_seen;			/* facts_list.look wants its value */
	struct facts *facts;		/* borrowed from the store; NULL: there are none */
};

/* What was found out about a descriptor just now. */
struct facts_seen {
	bool is_asked;
	const struct value *value;	/* NULL: there is none */
};

/* SEEN: of each of facts_list.uses. */
typedef void facts_look_fn(void *ctx, uint32_t slot, const struct fd_version *v,
			   const struct facts_seen *seen);

/* Those of one query. Embedded: zeroes are none, about no kind. */
struct facts_list {
	struct facts_use uses[FACTS_MAX];
	size_t n;
	/* By slot: FACTS_ASKED and the bits of operands that have a value, which is found out, too,
	 * when something is. Borrowed; NULL: it is not asked. */
	struct verdicts *there;
	/* Called for each descriptor when something was found out about it, by several threads at
	 * once; NULL: nobody. */
	facts_look_fn *look;
	void *look_ctx;
	uint32_t kinds;			/* of descriptors that are asked about, a bit each */
	struct keepsakes *from;
	struct crew *crew;		/* NULL: threads of its own */
	const atomic_bool *cancel;	/* others set it to stop finding out; NULL: nobody */
};

/* The query asks O of descriptors; if so often that IS_WORTH, it is found out what O says of
 * all of them. More than FACTS_MAX are left out. Its index in L->uses, or FACTS_MAX. */
size_t facts_want(struct facts_list *l, const struct operand *o, bool is_worth);

/* It asks whether there is a value, for which BIT stands in L->there. */
void facts_want_there(struct facts_list *l, const struct operand *o, uint8_t bit);

/* Borrow what is kept of the descriptors of SNAP; with MAKE, find out the rest of what is worth
 * it, with so many threads of L's crew. */
void facts_borrow(struct facts_list *l, const struct snapshot *snap,
		  const struct query_style *style, unsigned make);

/* Those of O, or NULL. Borrowed from L. */
const struct facts *facts_of(const struct facts_list *l, const struct operand *o);

/* Give all back. */
void facts_fini(struct facts_list *l);

/* The number for SLOT, as in facts.ids. F may be NULL. */
static inline uint32_t
facts_id(const struct facts *f, uint32_t slot)
{
	return f && slot < f->n_slots ? f->ids[slot] : 0;
}

#endif
