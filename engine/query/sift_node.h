/*
 * sift_node - what the files of sift share, and nobody else sees: the tree of a filter.
 */
#ifndef ENGINE_QUERY_SIFT_NODE_H
#define ENGINE_QUERY_SIFT_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/filter/expr.h"
#include "engine/filter/types.h"
#include "engine/query/sift.h"
#include "engine/query/term.h"
#include "engine/query/verdicts.h"

struct at_hand;
struct facts;
struct known;

enum sift_answer { SIFT_UNKNOWN, SIFT_REFUSED, SIFT_WANTED };

struct sift_node {
	const struct sift *of;
	enum expr_kind kind;
	const struct expr *expr;
	unsigned cost;
	struct sift_node *first, *next;	/* owned; the cheapest first */
	/* EXPR_CHECK: */
	const struct check *check;
	enum term_how how;
	uint8_t *answers;		/* enum sift_answer, by slot; those of SHARED, or owned */
	struct verdicts *shared;	/* borrowed from the store; NULL: none */
	uint8_t *by_kind;		/* by kind of row: see sift_pack.c */
	struct term *term;		/* what is compared, where terms know a short way */
	const struct facts *facts;	/* borrowed; NULL: none */
	size_t use;			/* its index among what facts are wanted of; or FACTS_MAX */
	struct at_hand *at_hand;	/* of what needs bytes; NULL: it always does */
	struct known *known;		/* what it said before, where that is worth it */
	bool is_part;			/* of one that the same slots decide */
	struct known *of_bytes;		/* the same, only of rows whose bytes decide */
	enum column_id by;		/* COL_THREAD, COL_FD: its slots decide; else COLUMNS */
	bool is_of_fd_kind;		/* the kind of a descriptor alone decides: */
	uint32_t fd_kinds;		/* those that it says yes to, a bit each */
	bool needs_bytes;		/* term_needs_bytes(), of one of its parts too */
	bool is_of_writes;		/* term_is_of_writes() */
	bool is_of_tracers;		/* what marks no span has no such thing */
	bool is_of_thread;		/* whichever event it has */
	bool is_of_tid;			/* which thread it is */
	uint8_t by_type[EVENT_TYPES];	/* types: enum verdict */
};

struct sift {
	struct filter *filter;
	struct filter_options options;
	struct sift_node *top;
};

/* Does N hold for C's row? */
bool sift_node_row(struct sift_node *n, struct cursor *c);

/* What is known of all rows of the kind of C's row. */
enum sift_verdict sift_node_kind(struct sift_node *n, struct cursor *c);

/* Note which kinds of descriptors N and its parts say yes to, where that decides. */
void sift_node_find_kinds(struct sift_node *n, const struct cursor *c);

/* What N, which the type of an event decides, says of rows of the combination OF. */
static inline enum verdict
sift_node_type(const struct sift_node *n, const struct combined *of)
{
	enum verdict verdict = (enum verdict)n->by_type[of->type];

	if (verdict != VERDICT_MAYBE || !(of->flags & ROW_HAS_CALL))
		return verdict;
	return types_verdict(n->check->types, of->type, of->call);
}

/* Have a place for what N says of each slot of N->by. */
void sift_node_have_answers(struct sift_node *n, struct cursor *c);
/* The node is done with it. */
void sift_node_drop_answers(struct sift_node *n);

static inline uint8_t
sift_answer(const struct sift_node *n, size_t slot)
{
	return verdicts_get(n->answers, slot);
}

/* Note that N says YES of SLOT. */
static inline bool
sift_note(struct sift_node *n, size_t slot, bool yes)
{
	verdicts_note(n->answers, slot, yes ? SIFT_WANTED : SIFT_REFUSED);
	return yes;
}

#endif
