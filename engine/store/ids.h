/*
 * ids - slots by the ids of the world's versions.
 *
 * Ids are given one after the other, and mostly the newest are asked for; so they lie in
 * pages of IDS_PAGE neighbours, which a map finds. A page goes with its last id.
 */
#ifndef ENGINE_STORE_IDS_H
#define ENGINE_STORE_IDS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/hash.h"

#define IDS_PAGE 64u

struct ids_page {
	uint32_t n_used;
	uint32_t slots[IDS_PAGE];	/* 0: none */
};

/* Embedded: zeroes are no ids; ids_fini(). */
struct ids {
	struct map pages;		/* by id / IDS_PAGE + 1 */
	uint64_t at;			/* the key of PAGE, the one used last; 0: none */
	struct ids_page *page;
};

/* The page of ID, or NULL. */
static inline struct ids_page *
ids_page_of(struct ids *ids, uint32_t id)
{
	uint64_t key = id / IDS_PAGE + 1;

	if (key != ids->at) {
		struct ids_page *page = map_get(&ids->pages, key);

		if (!page)
			return NULL;
		ids->at = key;
		ids->page = page;
	}
	return ids->page;
}

/* The slot of ID; 0: it has none. */
static inline uint32_t
ids_get(struct ids *ids, uint32_t id)
{
	const struct ids_page *page = ids_page_of(ids, id);

	return page ? page->slots[id % IDS_PAGE] : 0;
}

/* Let ID, which has none, have SLOT. */
void ids_put(struct ids *ids, uint32_t id, uint32_t slot);

/* Let ID have none any more. */
void ids_del(struct ids *ids, uint32_t id);

void ids_fini(struct ids *ids);
size_t ids_bytes(const struct ids *ids);

#endif
