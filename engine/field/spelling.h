/*
 * spelling - which of our names somebody may have meant.
 */
#ifndef ENGINE_FIELD_SPELLING_H
#define ENGINE_FIELD_SPELLING_H

#include <stdbool.h>
#include <stddef.h>

/* A search: spelling_of() starts it, each name is offered once. */
struct spelling {
	const char *name;		/* borrowed */
	size_t len;
	unsigned mistakes;		/* of the best so far, plus those still too many */
};

struct spelling spelling_of(const char *name, size_t len);

/* Whether CANDIDATE is near enough, and nearer than all that were before. */
bool spelling_is_nearer(struct spelling *s, const char *candidate);

#endif
