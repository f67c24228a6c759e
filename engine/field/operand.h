/*
 * operand - what is compared or shown: a field, or a transformer of operands.
 *
 *	proc.name    proc.aname[2]    tolower(fd.name)    len(basename(proc.exe))
 *
 * Filters and formats take the same operands. Types are settled when one is
 * parsed; getting a value cannot fail, it can only be missing.
 */
#ifndef ENGINE_FIELD_OPERAND_H
#define ENGINE_FIELD_OPERAND_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/field/field.h"
#include "engine/field/value.h"

struct err;
struct eval;
struct operand;
struct render;
struct text;
struct transform;

/* Parse the operand that TEXT (which must outlive it) starts with, the longest
 * that fits; *LEN bytes of it are taken. The caller owns it. NULL when there is
 * none: *err says why, and err->at is the first byte that does not fit. */
struct operand *operand_parse(const char *text, size_t *len, struct err *err);
void operand_free(struct operand *o);	/* NULL is fine */

enum value_type operand_type(const struct operand *o);
enum value_unit operand_unit(const struct operand *o);
enum field_many operand_many(const struct operand *o);
/* The widest scope in it: OF_ENTITY only when nothing else is needed; then
 * operand_entity() tells of what. */
enum field_scope operand_scope(const struct operand *o);
enum field_entity operand_entity(const struct operand *o);
/* The field that it is; NULL for a transformer. */
const struct field_use *operand_field(const struct operand *o);

/* Its value for EV; false: missing. Borrowed until O is asked again. */
bool operand_get(struct operand *o, const struct eval *ev, struct value *out);

/* Append V, a value of O, as R shows such values: "(a,b)" for a list, with at
 * most 1023 bytes, "a b" for ancestors. */
void operand_text(const struct operand *o, const struct value *v, struct render *r,
		  struct text *t);

/* Append it as it is written. */
void operand_print(const struct operand *o, struct text *t);

/* The transformers, for lists and help. */
struct transformer {
	const char *name;
	const char *synopsis;		/* "tolower(TEXT)" */
	const char *doc;		/* a sentence */
	const struct transform *how;	/* for operands only */
};
extern const struct transformer transformers[];
extern const size_t n_transformers;

#endif
