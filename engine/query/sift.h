/*
 * sift - a filter, asked of many rows.
 *
 * The tree of the filter, with the cheapest first. Each comparison is asked as its
 * operand is (term.h): once for a version or a kind of row where that is enough.
 */
#ifndef ENGINE_QUERY_SIFT_H
#define ENGINE_QUERY_SIFT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/filter/filter.h"
#include "engine/query/cursor.h"

struct facts_list;
struct facts_seen;
struct sift;

/* TEXT must outlive it; OPTIONS may be NULL. The caller owns it, and frees it before the
 * snapshot whose rows it was asked. NULL: see *err. */
struct sift *sift_new(const char *text, const struct filter_options *options,
		      struct err *err);
void sift_free(struct sift *s);		/* NULL is fine */

/* As those of terms. */
void sift_want_facts(struct sift *s, struct facts_list *l, bool is_worth);
void sift_use_facts(struct sift *s, const struct facts_list *l);

/* Before the first row, where many are asked: so that those who ask at the same time share
 * what is found out. */
void sift_start(struct sift *s, struct cursor *c);

/* SEEN was found out of the descriptor V, which has SLOT: note what S says of it, as far as that
 * tells. After sift_start(); for several threads at once. */
void sift_look(struct sift *s, uint32_t slot, const struct fd_version *v,
	       const struct facts_seen *seen);

/* Is C's row wanted? */
bool sift_row(struct sift *s, struct cursor *c);

/* Leave of ROWS, rows of C's pack with a bit each, those that are wanted: the same for
 * many. The chunk must be sealed; C then stands on any row of the pack. */
void sift_pack(struct sift *s, struct cursor *c, uint64_t *rows);

/* Add to MASK the rows of C's pack that are known not to be wanted, a bit each: what
 * asked before has found out. */
void sift_add_unwanted(struct sift *s, struct cursor *c, uint64_t *mask);

/* C's row is not wanted: its kind told. */
void sift_refuse(struct sift *s, struct cursor *c);
/* Is that kept for those who ask later? */
bool sift_keeps(const struct sift *s);

/* Are rows with ROW_NEEDS_BYTES to be looked up in their bytes? */
bool sift_needs_bytes(const struct sift *s);

/* Rows with which kinds of descriptors (enum fd_kind) can be wanted, a bit each? C is any. */
uint32_t sift_fd_kinds(const struct sift *s, const struct cursor *c);

/* Append to NAME what decides what S says of rows of C's snapshot. */
void sift_put_name(const struct sift *s, const struct cursor *c, struct text *name);

/* Can a row of type ID be wanted? */
bool sift_wants_type(const struct sift *s, uint16_t id);

enum sift_verdict {
	SIFT_NO,
	SIFT_YES,
	SIFT_MAYBE,			/* rows decide; an entity may be without any */
	SIFT_NEEDS_EVENT,		/* only what has an event that is wanted */
};

/* What is known of all rows of the kind of C's row (cursor_kind()): SIFT_NO, SIFT_YES,
 * or SIFT_MAYBE. It is known at the earliest when one was asked. */
enum sift_verdict sift_kind(const struct sift *s, struct cursor *c);

/* Ask C's row what is the same for its kind, so that sift_kind() knows all that it can. */
void sift_learn(struct sift *s, struct cursor *c);

/* Is what S says the same for all rows of the kind of C's row that have the same thread
 * version, and, if BY_FD, the same descriptor, or none? *NEEDS_FDS is set where that of one of them
 * has to be there to be asked. */
bool sift_is_alike(const struct sift *s, struct cursor *c, bool by_fd, bool *needs_fds);

/* Of the entity in c->ev, without an event: what the parts that can be asked of it
 * say. */
enum sift_verdict sift_entity(struct sift *s, struct cursor *c);

#endif
