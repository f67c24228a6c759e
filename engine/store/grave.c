#include "engine/store/grave.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

void
grave_put(struct grave *g, enum grave_kind kind, void *p, size_t bytes)
{
	if (g->n == g->cap && g->head > g->n / 2) {
		memmove(g->items, g->items + g->head, (g->n - g->head) * sizeof(*g->items));
		g->n -= g->head;
		g->head = 0;
	}
	xgrow(&g->items, &g->cap, g->n + 1, sizeof(*g->items));
	g->items[g->n++] = (struct grave_item){ p, g->epoch, bytes, kind };
	g->bytes += bytes;
}

static void
bury(struct grave *g, const struct grave_item *item)
{
	if (item->kind == GRAVE_MEMORY)
		free(item->p);
	else if (item->kind == GRAVE_TRAIL)
		slab_put(&g->trails, item->p, item->bytes);
	else
		g->bury(g->ctx, item->kind, item->p);
}

void
grave_dig(struct grave *g, uint64_t oldest)
{
	while (g->head < g->n && g->items[g->head].epoch < oldest) {
		/* Burying one may put another one here, and move all of them. */
		struct grave_item item = g->items[g->head++];

		g->bytes -= item.bytes;
		bury(g, &item);
	}
	if (g->head == g->n)
		g->head = g->n = 0;
}

bool
grave_holds(const struct grave *g, uint64_t epoch)
{
	return g->head < g->n && g->items[g->head].epoch <= epoch;
}

void
grave_fini(struct grave *g)
{
	grave_dig(g, UINT64_MAX);
	free(g->items);
	slab_fini(&g->trails);
	*g = (struct grave){ 0 };
}
