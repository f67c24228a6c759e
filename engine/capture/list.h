/*
 * list - walk through a list block, entry by entry.
 *
 * A list may be far longer than anything else in a capture (all processes of a
 * machine), so it is never held whole: only the entry that is handed out is.
 */
#ifndef ENGINE_CAPTURE_LIST_H
#define ENGINE_CAPTURE_LIST_H

#include <stdbool.h>
#include <stdint.h>

struct framing;
struct record;

/* Embedded: zeroes are no list. */
struct list {
	struct framing *framing;	/* borrowed; NULL: not inside of a list */
	int64_t left;			/* bytes of the body that were not read */
	int64_t tid;			/* fd lists: whose */
};

/* Go into the list that is F's current block. */
void list_enter(struct list *l, struct framing *f);

/* The next entry in *REC, borrowed until the next call. False: the list is over
 * and its block was left. Entries that cannot be read are noted as damage. */
bool list_next(struct list *l, struct record *rec);

#endif
