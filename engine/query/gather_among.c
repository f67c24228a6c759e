#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/query/gather_inside.h"

/*
 * Of what is new in a window it is asked whether rows before it have the same keys. The groups
 * of the window are there by then; rows of others are passed over, and once all groups were
 * found nothing else is looked at.
 *
 * Versions of descriptors get their slots one after the other. Where facts tell which of them
 * have a key, it is known from which slot on there are some, and most chunks before the window
 * have none that is so late: what is new is seen to be without looking at rows.
 */

/* The id that the value with ID has in OF's key I, of the gatherer that is looked for; 0: it has
 * none there. */
static uint32_t
find_id(struct gather *g, size_t i, uint32_t id)
{
	const struct key *of = &g->plan->among->of->keys[i];
	struct key *key = &g->keys[i];
	size_t n = id + id / 2 + 64;

	if (key->entity || (key->bag.base && key->bag.base == of->bag.base &&
			    id <= key->bag.base->n))
		return id;
	if (id >= key->n_among) {
		key->among = xreallocarray(key->among, n, sizeof(*key->among));
		memset(key->among + key->n_among, 0, (n - key->n_among) * sizeof(*key->among));
		key->n_among = n;
	}
	if (!key->among[id])
		key->among[id] = 1 + bag_find(&of->bag, bag_get(&key->bag, id));
	return key->among[id] - 1;
}

/* The group with G's KEYS that is looked for; NULL: there is none. */
static struct group *
find(struct gather *g, const uint32_t *keys)
{
	uint32_t ids[KEYS_MAX];

	for (size_t i = 0; i < g->plan->n_keys; i++) {
		ids[i] = find_id(g, i, keys[i]);
		if (!ids[i])
			return NULL;
	}
	return gather_find(g->plan->among->of, ids);
}

/* Can facts tell all of G's keys? */
static bool
has_facts(const struct gather *g)
{
	for (size_t i = 0; i < g->plan->n_keys; i++)
		if (g->keys[i].entity || !term_facts(g->keys[i].term))
			return false;
	return g->groups_by == COL_FD;
}

/* What facts tell of SLOT, into KEYS. FACTS_NONE: it lacks one of them; 0: nothing. */
static uint32_t
keys_of_slot(const struct gather *g, uint32_t slot, uint32_t *keys)
{
	uint32_t all = FACTS_NONE + 1;

	for (size_t i = 0; i < g->plan->n_keys; i++) {
		uint32_t id = facts_id(term_facts(g->keys[i].term), slot);

		if (id == FACTS_NONE)
			return FACTS_NONE;
		keys[i] = id - 1;
		all = id ? all : 0;
	}
	return all;
}

/* Rows with SLOT can be wanted, of which facts tell nothing. */
static bool
is_wanted(const struct gather *g, uint32_t slot, uint32_t kinds)
{
	const struct fd_version *v = store_fd_version(g->plan->snap->store, slot);

	return v && v->known && kinds >> v->kind & 1;
}

void
gather_find_least(struct gather *g, uint32_t kinds)
{
	struct among *among = g->plan->among;
	uint32_t keys[KEYS_MAX];

	if (!has_facts(g))
		return;
	among->least_other = UINT64_MAX;
	among->least = xreallocarray(NULL, among->of->n_groups, sizeof(*among->least));
	memset(among->least, 0xFF, among->of->n_groups * sizeof(*among->least));
	for (uint32_t slot = 1; slot < g->plan->snap->n_fd_versions; slot++) {
		uint32_t known = keys_of_slot(g, slot, keys);
		const struct group *group = known > FACTS_NONE ? find(g, keys) : NULL;
		uint64_t *least = group ? &among->least[group - among->of->groups] :
			!known && is_wanted(g, slot, kinds) ? &among->least_other : NULL;

		if (least && slot < *least)
			*least = slot;
	}
}

/* The least slot that a group which was not found yet has. */
static uint64_t
least_left(struct gather *g)
{
	const struct among *among = g->plan->among;
	size_t n_left = atomic_load_explicit(&among->n_left, memory_order_relaxed);
	uint64_t least = among->least_other;

	if (!among->least)
		return 0;
	if (g->among_left == n_left)
		return g->among_least;
	for (size_t i = 0; i < among->of->n_groups; i++)
		if (among->least[i] < least &&
		    !__atomic_load_n(&among->of->groups[i].before, __ATOMIC_RELAXED))
			least = among->least[i];
	g->among_left = n_left;
	g->among_least = least;
	return least;
}

/* Do the slots of descriptors decide the keys of all rows of C that can be wanted? */
static bool
is_of_slots(const struct gather *g, const struct chunk *c)
{
	for (uint32_t i = 0; i < c->n_combined; i++)
		if (g->codes[i].state != GATHER_SKIP && g->needs_bytes &&
		    c->combined[i].flags & ROW_NEEDS_BYTES)
			return false;
	return true;
}

uint64_t
gather_least(struct gather *g, const struct chunk *c)
{
	uint64_t least = g->plan->among ? least_left(g) : 0;

	return least && is_of_slots(g, c) ? least : 0;
}

bool
gather_is_among(struct gather *g, const uint32_t *keys)
{
	return !g->plan->among || find(g, keys);
}

void
gather_note_before(struct gather *g, struct group *group, uint64_t number)
{
	struct group *wanted = group->before ? NULL : find(g, group->keys);

	group->before = number;
	/* Others may find it at the same time. */
	if (wanted && !__atomic_exchange_n(&wanted->before, number, __ATOMIC_RELAXED))
		atomic_fetch_sub(&g->plan->among->n_left, 1);
}
