/*
 * format_part - what a compiled format is made of. Only format*.c include it.
 */
#ifndef ENGINE_FIELD_FORMAT_PART_H
#define ENGINE_FIELD_FORMAT_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/field/operand.h"

/* Words, or an operand. */
struct format_part {
	const char *words;		/* NULL: the operand */
	size_t len;
	struct operand *operand;	/* owned */
	uint32_t width;			/* bytes of the value; 0: as many as it has */
};

/* A member of the JSON object: `"evt.num":`, and where its value comes from. */
struct format_member {
	struct span key;
	struct operand *operand;	/* borrowed from the part */
};

struct format {
	struct arena arena;
	struct format_part *parts;
	size_t n_parts, cap_parts;
	struct format_member *members;	/* sorted by key; made by format_compile() */
	size_t n_members;
	bool shows_missing;
	bool has_escape;
};

/* Make the members of F, whose parts are there. */
void format_sort_members(struct format *f);

#endif
