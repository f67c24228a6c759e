#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/query/gather_inside.h"

#define ROOM_GROUPS 256			/* tallies of so many groups are made at once */

/* Groups -------------------------------------------------------------- */

static uint64_t
hash_keys(const struct gather *g, const uint32_t *keys)
{
	uint64_t h = 1;

	for (size_t i = 0; i < g->plan->n_keys; i++)
		h = hash_mix(h ^ keys[i], 0x9E3779B97F4A7C15u) + 1;
	return h ? h : 1;
}

/* What stands in the slots for the group with INDEX and HASH. */
static uint64_t
slot_of_group(size_t index, uint64_t hash)
{
	return (hash >> 32 << 32) | (index + 1);
}

static uint32_t
index_of_slot(uint64_t slot)
{
	return (uint32_t)slot - 1;
}

/* Have slots for so many groups. */
static void
grow_slots(struct gather *g, size_t n_groups)
{
	size_t n = g->n_slots ? g->n_slots : 256;

	if (n_groups * 2 <= g->n_slots)
		return;
	while (n < n_groups * 2)
		n *= 2;
	free(g->slots);
	g->slots = xzalloc(n * sizeof(*g->slots));
	g->n_slots = n;
	for (size_t k = 0; k < g->n_groups; k++) {
		size_t i = g->groups[k].hash & (n - 1);

		if (!g->groups[k].hash)
			continue;
		while (g->slots[i])
			i = (i + 1) & (n - 1);
		g->slots[i] = slot_of_group(k, g->groups[k].hash);
	}
}

static struct tally *
new_tallies(struct gather *g)
{
	size_t n = g->n_tallies;
	struct tally *t;

	if (!g->n_room) {
		xgrow(&g->rooms, &g->cap_rooms, g->n_rooms + 1, sizeof(*g->rooms));
		g->tally_room = xzalloc((ROOM_GROUPS * n + 1) * sizeof(*t));
		g->rooms[g->n_rooms++] = g->tally_room;
		g->n_room = ROOM_GROUPS;
	}
	t = g->tally_room;
	g->tally_room += n;
	g->n_room--;
	return t;
}

/* Where the group with KEYS and HASH, of which there are several, is noted, or will be. */
static uint64_t *
place_of_keys(const struct gather *g, const uint32_t *keys, uint64_t hash)
{
	size_t len = g->plan->n_keys * sizeof(keys[0]), i = hash & (g->n_slots - 1);

	for (; g->slots[i]; i = (i + 1) & (g->n_slots - 1)) {
		if ((g->slots[i] ^ hash) >> 32 == 0 &&
		    !memcmp(g->groups[index_of_slot(g->slots[i])].keys, keys, len))
			break;
	}
	return &g->slots[i];
}

/* The same of a single key. */
static uint32_t *
place_of_key(struct gather *g, uint32_t key)
{
	size_t n = key + key / 2 + 1024;

	if (key >= g->n_by_key) {
		g->by_key = xreallocarray(g->by_key, n, sizeof(*g->by_key));
		memset(g->by_key + g->n_by_key, 0, (n - g->n_by_key) * sizeof(*g->by_key));
		g->n_by_key = n;
	}
	return &g->by_key[key];
}

/* The same of several ones, of which facts have all there is; NULL: they do not. */
static uint32_t *
place_by_keys(const struct gather *g, const uint32_t *keys)
{
	size_t at = 0;

	if (!g->by_keys)
		return NULL;
	for (size_t i = 0; i < g->plan->n_keys; i++) {
		if (keys[i] >= g->radix[i])
			return NULL;
		at = at * g->radix[i] + keys[i];
	}
	return &g->by_keys[at];
}

void
gather_make_places(struct gather *g)
{
	size_t n_keys = g->plan->n_keys, n = 1, max = 4 * (size_t)g->plan->snap->n_fd_versions;

	for (size_t i = 0; i < n_keys; i++) {
		const struct bag *base = g->keys[i].bag.base;

		g->radix[i] = base ? base->n + 1 : 0;
		if (!base || n > max / g->radix[i])
			return;
		n *= g->radix[i];
	}
	if (n_keys > 1)
		g->by_keys = xzalloc(n * sizeof(*g->by_keys));
}

/* Where a group is noted, or will be: one of them. */
struct place {
	uint32_t *by_key;		/* index + 1 */
	uint64_t *slot;
	uint64_t hash;
};

/* The index + 1 of the group with KEYS, which is noted at *PLACE; 0: there is none yet. */
static uint32_t
find_group(struct gather *g, const uint32_t *keys, struct place *place)
{
	*place = (struct place){ .hash = 0 };
	if (g->plan->n_keys == 1) {
		place->by_key = place_of_key(g, keys[0]);
		return *place->by_key;
	}
	place->by_key = place_by_keys(g, keys);
	if (place->by_key)
		return *place->by_key;
	place->hash = hash_keys(g, keys);
	grow_slots(g, g->n_groups + 1);
	place->slot = place_of_keys(g, keys, place->hash);
	return (uint32_t)*place->slot;
}

struct group *
gather_find(struct gather *g, const uint32_t *keys)
{
	const uint32_t *by_key;
	uint64_t *slot;

	/* Others may look at the same time: nothing is to grow. */
	if (g->plan->n_keys == 1)
		return keys[0] < g->n_by_key && g->by_key[keys[0]] ?
		       &g->groups[g->by_key[keys[0]] - 1] : NULL;
	by_key = place_by_keys(g, keys);
	if (by_key)
		return *by_key ? &g->groups[*by_key - 1] : NULL;
	if (!g->n_slots)
		return NULL;
	slot = place_of_keys(g, keys, hash_keys(g, keys));
	return *slot ? &g->groups[index_of_slot(*slot)] : NULL;
}

/* Note a new group at PLACE. */
static struct group *
new_group(struct gather *g, const struct group *group, const struct place *place)
{
	xgrow(&g->groups, &g->cap_groups, g->n_groups + 1, sizeof(*g->groups));
	g->groups[g->n_groups] = *group;
	g->groups[g->n_groups].hash = place->hash;
	if (place->by_key)
		*place->by_key = (uint32_t)g->n_groups + 1;
	else
		*place->slot = slot_of_group(g->n_groups, place->hash);
	return &g->groups[g->n_groups++];
}

struct group *
gather_group(struct gather *g, const uint32_t *keys)
{
	struct group group = { .n = 0 };
	struct place place;
	uint32_t found = find_group(g, keys, &place);

	if (found)
		return &g->groups[found - 1];
	group.tallies = new_tallies(g);
	memcpy(group.keys, keys, g->plan->n_keys * sizeof(keys[0]));
	return new_group(g, &group, &place);
}

/* Merging ------------------------------------------------------------- */

static void
merge_lasts(const struct gather *g, struct group *group, const struct group *other)
{
	if (other->last_all > group->last_all)
		group->last_all = other->last_all;
	if (!group->lasts)
		group->lasts = other->lasts;
	for (size_t i = 0; other->lasts && i < g->n_lasts; i++)
		if (other->lasts[i] > group->lasts[i])
			group->lasts[i] = other->lasts[i];
}

/* Add what OTHER has, which is of no use afterwards, to GROUP. */
static void
add_to(struct gather *g, struct group *group, struct group *other)
{
	if (other->n && (!group->n || other->first < group->first))
		group->first = other->first;
	if (other->last > group->last)
		group->last = other->last;
	if (other->before)
		group->before = other->before;
	group->n += other->n;
	group->is_unsure |= other->is_unsure;
	merge_lasts(g, group, other);
	for (size_t i = 0; i < g->n_tallies; i++)
		tally_merge(&group->tallies[i], &g->how[g->column_of[i]], &other->tallies[i]);
}

/* Of each key: what ids of FROM's own are in G; NULL: there are none. */
struct merged_keys {
	uint32_t *ids[KEYS_MAX];	/* owned */
};

static void
merge_keys(struct gather *g, const struct gather *from, struct merged_keys *m)
{
	for (size_t i = 0; i < g->plan->n_keys; i++) {
		const struct bag *bag = &from->keys[i].bag;

		m->ids[i] = NULL;
		if (from->keys[i].entity || !bag->n)
			continue;
		m->ids[i] = xreallocarray(NULL, bag->n, sizeof(*m->ids[i]));
		bag_put_all(&g->keys[i].bag, bag, m->ids[i]);
	}
}

/* What is ID of key I in FROM is this one in G. */
static uint32_t
key_from(const struct gather *from, const struct merged_keys *m, size_t i, uint32_t id)
{
	uint32_t n_base = from->keys[i].bag.base ? from->keys[i].bag.base->n : 0;

	return m->ids[i] && id > n_base ? m->ids[i][id - n_base - 1] : id;
}

static void
merge_group(struct gather *g, struct gather *from, const struct merged_keys *m,
	    struct group *other)
{
	struct group group = *other;
	struct place place;
	uint32_t found;

	for (size_t i = 0; i < g->plan->n_keys; i++)
		group.keys[i] = key_from(from, m, i, other->keys[i]);
	found = find_group(g, group.keys, &place);
	if (found) {
		add_to(g, &g->groups[found - 1], other);
		return;
	}
	/* What it has stays where it is: FROM lives as long. */
	other->tallies = NULL;
	new_group(g, &group, &place);
}

void
gather_merge(struct gather *g, struct gather *from)
{
	struct merged_keys m;

	merge_keys(g, from, &m);
	if (g->plan->n_keys > 1 && !g->by_keys)
		grow_slots(g, g->n_groups + from->n_groups);
	xgrow(&g->groups, &g->cap_groups, g->n_groups + from->n_groups, sizeof(*g->groups));
	for (size_t i = 0; i < from->n_groups; i++)
		merge_group(g, from, &m, &from->groups[i]);
	for (size_t i = 0; i < g->plan->n_keys; i++)
		free(m.ids[i]);
	xgrow(&g->list, &g->cap_list, g->n_list + from->n_list + 1, sizeof(*g->list));
	if (from->n_list)
		memcpy(g->list + g->n_list, from->list, from->n_list * sizeof(*g->list));
	g->n_list += from->n_list;
	g->was_cut |= from->was_cut;
}
