/*
 * program - a tree of a filter as steps that are quick to follow.
 *
 * A step asks one thing and says which step comes next for yes and for no, so
 * that "not" costs nothing and what is always so is no step at all. What is
 * cheap is asked first, what needs an event's bytes last; as asking changes
 * nothing, the answer stays the same. What depends on an entity only is asked
 * once for each version of it.
 *
 * The type of an event alone often decides: for each type that is known before.
 */
#ifndef ENGINE_FILTER_PROGRAM_H
#define ENGINE_FILTER_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

struct eval;
struct expr;
struct program;

/* Make it of E, which must outlive it. The caller owns it. */
struct program *program_new(const struct expr *e);
void program_free(struct program *p);	/* NULL is fine */

bool program_run(struct program *p, const struct eval *ev);

/* Could it be true for an event of type ID? */
bool program_wants_type(const struct program *p, uint16_t id);

/* The same of E, and a generic event for the call with CODE, if that is not 0. */
bool program_could_be(const struct expr *e, uint16_t id, uint16_t code);

#endif
