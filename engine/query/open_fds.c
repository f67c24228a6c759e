#include "engine/query/open_fds.h"

#include <stdlib.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/query/entities.h"
#include "engine/query/gather.h"

/* What one process had open: the last version, and until when. */
struct open_fd {
	uint32_t slot;
	uint64_t last;
};

struct open_fds {
	struct gather *g;
	struct open_fd *list;		/* of the present process */
	size_t n, cap;
	struct map by_entity;		/* of these: the index + 1 */
	struct map last_of;		/* by group, of all processes: the last event + 1 */
};

struct open_fds *
open_fds_new(struct gather *g)
{
	struct open_fds *o = xzalloc(sizeof(*o));

	o->g = g;
	return o;
}

void
open_fds_free(struct open_fds *o)
{
	free(o->list);
	map_fini(&o->by_entity);
	map_fini(&o->last_of);
	free(o);
}

static uint64_t
key_of(const struct fd_version *v)
{
	return 1 + (uint64_t)v->entity;
}

/* The process had version SLOT, LAST at that event. */
static void
note(void *ctx, uint32_t slot, uint64_t last)
{
	struct open_fds *o = ctx;
	const struct fd_version *v = store_fd_version(o->g->plan->snap->store, slot);
	size_t i;

	if (!v || !v->known)
		return;
	i = (size_t)(uintptr_t)map_get(&o->by_entity, key_of(v));
	if (i) {
		if (last >= o->list[i - 1].last)
			o->list[i - 1] = (struct open_fd){ slot, last };
		return;
	}
	xgrow(&o->list, &o->cap, o->n + 1, sizeof(*o->list));
	o->list[o->n++] = (struct open_fd){ slot, last };
	map_put(&o->by_entity, key_of(v), (void *)(uintptr_t)o->n);
}

/* All that P had from FIRST to LAST: it may have had several tables. */
static void
note_all(struct open_fds *o, const struct kept_process *p, uint64_t first, uint64_t last)
{
	const struct store *s = o->g->plan->snap->store;
	size_t n;
	const struct kept_process_state *states = trail_all(&p->states, &n);

	for (size_t i = 0; i < n; i++) {
		uint64_t from = states[i].from > first ? states[i].from : first;
		uint64_t to = i + 1 < n && states[i + 1].from <= last ? states[i + 1].from - 1 :
									last;

		if (states[i].table && from <= to)
			store_table_lived(s, states[i].table, from, to,
					  &(struct store_told){ note, o });
	}
}

/* Have a row for FD of P, if it is to have one. Of several processes that have it, the one
 * that had it last says how it is. */
static void
add_row(struct open_fds *o, const struct kept_process *p, const struct open_fd *fd)
{
	struct gather *g = o->g;
	const struct fd_version *v = store_fd_version(g->plan->snap->store, fd->slot);
	uint32_t keys[KEYS_MAX];
	enum sift_verdict verdict;
	struct group *group;
	uint64_t key;

	if (!cursor_process(g->cursor, p, fd->last) || !cursor_add_fd(g->cursor, fd->slot))
		return;
	g->process_index = p->index;
	verdict = entities_verdict(g);
	if (verdict == SIFT_NO || !gather_entity_keys(g, VIEW_DESCRIPTOR, v->entity, keys))
		return;
	group = verdict == SIFT_NEEDS_EVENT ? gather_find(g, keys) : gather_group(g, keys);
	if (!group)
		return;
	key = 1 + (uint64_t)(group - g->groups);
	if (fd->last < (uintptr_t)map_get(&o->last_of, key))
		return;
	map_put(&o->last_of, key, (void *)(uintptr_t)(fd->last + 1));
	group->kind = VIEW_DESCRIPTOR;
	group->entity = fd->slot;
}

void
open_fds_add(struct open_fds *o, const struct kept_process *p, uint64_t first, uint64_t last)
{
	o->n = 0;
	map_fini(&o->by_entity);
	o->by_entity = (struct map){ 0 };
	note_all(o, p, first, last);
	for (size_t i = 0; i < o->n; i++)
		add_row(o, p, &o->list[i]);
}
