/*
 * complete - what could stand at the cursor of a filter that is being typed.
 */
#ifndef UI_COMPLETE_H
#define UI_COMPLETE_H

#include <stddef.h>

struct prompt_candidates;

/* Fields, operators or words between conditions, whichever fits before byte CURSOR of
 * TEXT and begins with what stands there. */
void complete_filter(const char *text, size_t cursor, struct prompt_candidates *out);

#endif
