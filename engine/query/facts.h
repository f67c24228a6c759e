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

#define FACTS_MAX 16u			/* operands of one query */
#define FACTS_NONE 1u			/* in the place of an id: there is no value */

struct facts {
	struct bag values;
	/* By slot: the id of its value + 1, FACTS_NONE; 0: not known, ask. */
	uint32_t *ids;
	size_t n_slots;
};

/* Those of one query. Embedded: zeroes are none, about no kind. */
struct facts_list {
	struct {
		struct text name;	/* the operand, and what else decides */
		size_t text_len;	/* of the operand, which is a C string */
		bool is_worth;		/* finding it out */
		struct facts *facts;	/* borrowed from the store; NULL: there are none */
	} uses[FACTS_MAX];
	size_t n;
	uint32_t kinds;			/* of descriptors that are asked about, a bit each */
	struct keepsakes *from;
	struct crew *crew;		/* NULL: threads of its own */
	const atomic_bool *cancel;	/* others set it to stop finding out; NULL: nobody */
};

/* The query asks O of descriptors; if so often that IS_WORTH, it is found out what O says of
 * all of them. More than FACTS_MAX are left out. */
void facts_want(struct facts_list *l, const struct operand *o, bool is_worth);

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
