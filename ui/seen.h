/*
 * seen - the values that a field has in what was read, for a filter that is typed.
 *
 * A thread of its own finds them, the most frequent first; until it has, nothing is
 * offered, and nobody waits. What was found for a field is kept.
 */
#ifndef UI_SEEN_H
#define UI_SEEN_H

#include <stdbool.h>
#include <stdint.h>

struct ask;
struct complete_value;
struct filter_options;
struct prompt_candidates;
struct seen;

/* ASK, which is taken, finds the values; OPTIONS are borrowed. The caller owns it. */
struct seen *seen_new(struct ask *ask, const struct filter_options *options);
void seen_free(struct seen *s);		/* NULL is fine */

/* There are N_EVENTS now: what was found among fewer is looked for again. */
void seen_refresh(struct seen *s, uint64_t n_events);

/* Offer values of V's field that begin with what is typed, in quotes where they need
 * some; where none does, those that have it in them. SEEN: a struct seen. */
void seen_offer(void *seen, const struct complete_value *v, struct prompt_candidates *out);

/* Were values found since? */
bool seen_news(struct seen *s);

/* Nobody wants to know any more. */
void seen_stop(struct seen *s);

#endif
