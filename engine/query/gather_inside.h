/*
 * gather_inside - what the files of gather share, and nobody else sees.
 *
 * gather.c has what is known of kinds of rows, gather_steps.c what they add, gather_groups.c
 * has groups, gather_among.c those that are looked for, gather_pack.c takes rows, gather_sums.c
 * what many rows add up to, if gather_fit.c says that this is all that is asked, gather_nodes.c
 * what that is of many chunks.
 */
#ifndef ENGINE_QUERY_GATHER_INSIDE_H
#define ENGINE_QUERY_GATHER_INSIDE_H

#include "engine/query/gather.h"

struct pyramid_node;

/* gather.c: find out all that can be known of the kind of the cursor's row, which is not
 * taken. */
void gather_learn(struct gather *g);

/* gather_steps.c: all is known of KIND, number NUMBER in its table, that of the cursor's row:
 * make its steps. */
void gather_make_steps(struct gather *g, struct gather_kind *kind, uint32_t number);
/* Do versions of descriptors alone decide the value of column I? Names of some rows stand in
 * bytes, though. */
bool gather_is_of_fd(const struct gather *g, size_t i);
/* The cursor's row, event NUMBER of KIND, is the last of GROUP so far, for what shows that. */
void gather_add_lasts(struct gather *g, struct group *group, uint64_t number,
		      const struct gather_kind *kind);

/* gather_groups.c: facts have what keys can be: have a place for each group, unless these are too
 * many. */
void gather_make_places(struct gather *g);

/* gather_pack.c: what is to be done with the rows of code I of C, whose kind G->codes has. */
void gather_decide(struct gather *g, const struct chunk *c, uint32_t i);
/* The same of each code of C, which the cursor is in and which is sealed. False: nothing. */
bool gather_find_codes(struct gather *g, const struct chunk *c);
/* Leave of ROWS those that sift I wants, of kinds that it has to be asked of. */
void gather_ask_sift(struct gather *g, size_t i, uint64_t *rows);
/* The group of row I of the cursor's pack, which is of KIND and has FLAGS; NULL: it has
 * none. */
struct group *gather_group_of_row(struct gather *g, size_t i, struct gather_kind *kind,
				  uint64_t flags);

/* gather_among.c: is a group with KEYS one of those which the plan looks for? */
bool gather_is_among(struct gather *g, const uint32_t *keys);

/* The least slot of a descriptor that rows of C, whose codes were looked at, have to have to be
 * of those that are left; 0: any. */
uint64_t gather_least(struct gather *g, const struct chunk *c);

static inline bool
gather_is_spread(enum view_aggregation how)
{
	return how == VIEW_P50 || how == VIEW_P95 || how == VIEW_P99;
}

/* What groups of sums have to have with them. */
struct gather_needs {
	bool fds;			/* their descriptors, or one of the same kind */
	bool spans;			/* all durations of theirs */
};

/* gather_fit.c: which sums can tell all that is asked about rows of KIND, which is that of the
 * cursor's, and what is needed for that: it is added to NEEDS. */
enum gather_fit gather_fit(struct gather *g, const struct gather_kind *kind,
			   struct gather_needs *needs);

/* gather_sums.c: take what the rows of C add up to, as far as that says all that is asked;
 * their codes are to be skipped then. False: there is nothing left. Else PACKS, a bit for each
 * pack of C, are those that have rows which are left. */
bool gather_sums(struct gather *g, const struct chunk *c, uint64_t *packs);
/* Can NODE be asked instead of its chunks? */
bool gather_wants_node(const struct gather *g, const struct pyramid_node *node);
/* Take what the rows of NODE, which can, add up to, if that says all that is asked. False:
 * nothing was taken. */
bool gather_node(struct gather *g, const struct pyramid_node *node);
void gather_sums_free(struct gather_sums *s);	/* NULL is fine */

#define GATHER_PACK_WORDS (CHUNK_PACKS / 64)

#endif
