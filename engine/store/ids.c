#include "engine/store/ids.h"

#include <stdlib.h>

#include "engine/base/mem.h"

void
ids_put(struct ids *ids, uint32_t id, uint32_t slot)
{
	struct ids_page *page = ids_page_of(ids, id);

	if (!page) {
		page = xzalloc(sizeof(*page));
		map_put(&ids->pages, id / IDS_PAGE + 1, page);
	}
	page->n_used += !page->slots[id % IDS_PAGE];
	page->slots[id % IDS_PAGE] = slot;
}

void
ids_del(struct ids *ids, uint32_t id)
{
	struct ids_page *page = ids_page_of(ids, id);

	if (!page || !page->slots[id % IDS_PAGE])
		return;
	page->slots[id % IDS_PAGE] = 0;
	if (--page->n_used)
		return;
	map_del(&ids->pages, id / IDS_PAGE + 1);
	free(page);
	ids->at = 0;
}

void
ids_fini(struct ids *ids)
{
	size_t at = 0;
	uint64_t key;
	void *page;

	while (map_next(&ids->pages, &at, &key, &page))
		free(page);
	map_fini(&ids->pages);
	*ids = (struct ids){ .at = 0 };
}

size_t
ids_bytes(const struct ids *ids)
{
	return ids->pages.n_slots * sizeof(struct map_slot) +
	       ids->pages.n * sizeof(struct ids_page);
}
