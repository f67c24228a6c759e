/*
 * term - an operand, asked of many rows.
 *
 * What depends on a version is asked once for each slot, and what follows from the
 * kind of a row (its type, its flags, the kind of its descriptor) once for each
 * kind; where that says that the value is the row's result or duration, it is taken
 * from the column. Only the rest is asked of each row.
 *
 * Kinds are found out by trying: an operand of scope OF_ROW is asked of a row, and of
 * the same with another result, another duration, another time. What changes with
 * none of them is the same for all rows of the kind.
 */
#ifndef ENGINE_QUERY_TERM_H
#define ENGINE_QUERY_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/field/operand.h"
#include "engine/query/cursor.h"

struct err;
struct facts;
struct facts_list;
struct term;

enum term_how {
	TERM_BY_THREAD,			/* one value for each thread version */
	TERM_BY_FD,			/* for each descriptor version */
	TERM_BY_PAIR,			/* for each two of them */
	TERM_BY_LINEAGE,		/* for each thread version, until some process changes */
	TERM_BY_KIND,			/* for each kind of row, or from a column */
	TERM_BY_TIME,			/* the row's time */
	TERM_BY_NUMBER,			/* the row's number */
	TERM_BY_ROW,			/* asked of each row */
	TERM_BY_EVENT,			/* asked of each event with its bytes */
};

/* Where the value of OF_ROW things is for a kind of row. */
enum kind_source { KIND_UNKNOWN, KIND_NONE, KIND_CONSTANT, KIND_RESULT, KIND_SPAN, KIND_ASK };

/* TEXT is copied. The caller owns it. NULL: see *err. */
struct term *term_new(const char *text, struct err *err);
void term_free(struct term *t);		/* NULL is fine */

/* What T asks of descriptors may be kept in L, which it may be worth; use what there is. L
 * outlives T. */
void term_want_facts(const struct term *t, struct facts_list *l, bool is_worth);
/* The same of whether there is a value: see facts_want_there(). */
void term_want_there(const struct term *t, struct facts_list *l, uint8_t bit);
void term_use_facts(struct term *t, const struct facts_list *l);
/* What it uses, or NULL. */
const struct facts *term_facts(const struct term *t);

enum term_how term_how(const struct term *t);
struct operand *term_operand(const struct term *t);
enum value_type term_type(const struct term *t);

/* Its value for C's row. Lists come as their text, with type T_STR. Borrowed: what is
 * remembered as long as T lives, the rest until the next value. */
bool term_get(struct term *t, struct cursor *c, struct value *out);
/* The same where hardly anything else will be asked of the same descriptor: it is not
 * remembered. */
bool term_get_once(struct term *t, struct cursor *c, struct value *out);

/* Where values are kept by their numbers (sheet.h): that of C's row, which means the same as
 * long as *AGE does; SHEET_NONE: it has no value. 0: it is not known, or none is kept. */
uint32_t term_number(struct term *t, struct cursor *c, uint64_t *age);

/* Is its value for rows with ROW_NEEDS_BYTES to be looked up in their bytes? */
bool term_needs_bytes(const struct operand *o);

/* Is it one value for each descriptor version, of rows that write, and "no" of others? */
bool term_is_of_writes(const struct operand *o);

/* Is it known that rows of this kind with the same result have the same value? */
bool term_is_of_result(const struct term *t, uint32_t kind);

/* Does the kind of the descriptor decide its value? */
bool term_is_of_fd_kind(const struct operand *o);

/* Is it known that rows of this kind have one value, *OUT, or none (*THERE)? */
bool term_is_constant(const struct term *t, uint32_t kind, bool *there, struct value *out);

/* Where rows of this kind have it, as far as that is known: a constant is *OUT.
 * KIND_UNKNOWN: of another way to ask than by kind, too. */
enum kind_source term_source(const struct term *t, uint32_t kind, struct value *out);

/* Is it known that all rows of this kind have a value, whichever? */
bool term_is_always(const struct term *t, uint32_t kind);

/* The same, or is it in a column? */
bool term_has_value(const struct term *t, uint32_t kind);

/* Is it known that rows of this kind (cursor_kind()) have no value? */
bool term_is_never(const struct term *t, uint32_t kind);

/* The same for what stands in c->ev now, an entity without an event. */
bool term_ask(struct term *t, struct cursor *c, struct value *out);

/* What is needed of an event to ask O, which needs its bytes. */
enum cursor_level term_level(const struct operand *o);

/* How an operand O would be asked. */
enum term_how term_how_of(const struct operand *o);

#endif
