/*
 * set - whether a value is one of many.
 */
#ifndef ENGINE_FILTER_SET_H
#define ENGINE_FILTER_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/field/value.h"

struct set;

/* Whether values of TYPE can be in a set: those that are equal when their
 * bytes are. */
bool set_takes(enum value_type type);

/* For N values of TYPE; the caller owns it. Texts must outlive it. */
struct set *set_new(enum value_type type, size_t n);
void set_free(struct set *s);		/* NULL is fine */

/* At most as many as it was made for. */
void set_add(struct set *s, const struct value *v);

bool set_has(const struct set *s, const struct value *v);

#endif
