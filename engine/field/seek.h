/*
 * seek - could the parameters of an event, shown as text, hold a certain text?
 *
 * To look for "O_RDONLY" in evt.args, most events need not be shown: numbers
 * hold no letters, data and paths can be searched where they stand, and only
 * few sets of flags have such a name. The answer is "no" or "perhaps"; after
 * "perhaps" the caller has to look.
 *
 * Whatever a parameter is shown as, blanks and brackets part it from the next
 * (render.h). So the longest piece of the text without such bytes must stand in
 * one name of a parameter, in one value or in one meaning, wherever the text is.
 */
#ifndef ENGINE_FIELD_SEEK_H
#define ENGINE_FIELD_SEEK_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/reader.h"

struct eval;
struct seek;

/* Look for TEXT, which must outlive it. The caller owns it. NULL: it may stand
 * in nearly any event, so that asking would not pay. */
struct seek *seek_new(struct span text);
void seek_free(struct seek *s);		/* NULL is fine */

/* Could it stand in evt.args of some event of type ID; of this one? */
bool seek_in_type(const struct seek *s, uint16_t id);
bool seek_in_event(const struct seek *s, const struct eval *ev);

#endif
