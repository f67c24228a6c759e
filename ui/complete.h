/*
 * complete - what could stand at the cursor of a filter that is being typed.
 */
#ifndef UI_COMPLETE_H
#define UI_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

struct prompt_candidates;

/* A value that is being typed. */
struct complete_value {
	const char *field;		/* what it is compared with; not ended by NUL */
	size_t field_len;
	const char *typed;		/* so far, with its quote */
	size_t typed_len;
};

/* Who knows which values there are. */
struct complete_source {
	/* Offer values that begin so. */
	void (*values)(void *ctx, const struct complete_value *v, struct prompt_candidates *out);
	void *ctx;
};

/* Fields, operators, values (SOURCE NULL: none) or words between conditions, whichever
 * fits before byte CURSOR of TEXT and begins with what stands there. */
void complete_filter(const char *text, size_t cursor, const struct complete_source *source,
		     struct prompt_candidates *out);

#endif
