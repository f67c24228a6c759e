/*
 * marks - which spans programs had marked (engine/world/trace.h), by position.
 *
 * Each event that marks a span has an entry, with all that is known of its span then.
 * Which spans are open at an event follows from the entries before it; once in a while
 * all that are open are written down, so that nobody has to begin with the first one.
 */
#ifndef ENGINE_STORE_MARKS_H
#define ENGINE_STORE_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct intern;
struct moment;
struct snapshot;
struct store;
struct trace_span;
struct walk;

/* The writer's: the event of M, row NUMBER, marks a span. */
void marks_take(struct store *s, const struct moment *m, uint64_t number);
/* Forget what nobody needs who looks at POSITION or later. */
void marks_cut(struct store *s, uint64_t position);
void marks_names(const struct store *s, struct intern *names);
void marks_fini(struct store *s);

/* Does event NUMBER mark a span? Does any? Does one from FIRST to END - 1? */
bool marks_has(const struct store *s, uint64_t number);
bool marks_has_any(const struct store *s);
bool marks_has_within(const struct store *s, uint64_t first, uint64_t end);

/* Readers' way from event to event; each has its own. The caller owns it. */
struct walk *walk_new(const struct snapshot *snap);
void walk_free(struct walk *w);		/* NULL is fine */

/* The spans that are open at POSITION, the oldest first, *N of them. Borrowed until the
 * next call. */
const struct trace_span *const *walk_open(struct walk *w, uint64_t position, size_t *n);

/* If event M->num marks a span, set the members of M that tell of it. They are borrowed
 * until the next call. */
void walk_mark(struct walk *w, struct moment *m);

#endif
