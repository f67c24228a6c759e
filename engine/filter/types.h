/*
 * types - what a check of evt.type or evt.dir answers, for each event type,
 * found out when the filter is compiled.
 */
#ifndef ENGINE_FILTER_TYPES_H
#define ENGINE_FILTER_TYPES_H

#include <stdbool.h>
#include <stdint.h>

struct check;
struct eval;
struct types;

enum verdict { VERDICT_NO, VERDICT_YES, VERDICT_MAYBE };

/* Whether the type of an event decides the field that is called NAME. */
bool types_decide(const char *name);

/* Ask C, which is settled and of such a field, for all types. The caller owns
 * it. */
struct types *types_new(const struct check *c);
void types_free(struct types *t);	/* NULL is fine */

/* For events of type ID. Maybe: their name stands in the event. If that is CODE, which
 * is not 0, of a generic event it is known. */
enum verdict types_verdict(const struct types *t, uint16_t id, uint16_t code);

/* Does C, of which T was made, hold for EV? */
bool types_match(const struct types *t, const struct check *c, const struct eval *ev);

#endif
