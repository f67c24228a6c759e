#include "probe/roster.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "probe/census.h"

void
roster_init(struct roster *r)
{
	*r = (struct roster){ .since = { .seed = hash_seed() } };
}

void
roster_fini(struct roster *r)
{
	map_fini(&r->since);
}

void
roster_add_new(struct roster *r, int64_t tid, uint64_t ns)
{
	/* No value is NULL. */
	if (tid > 0 && !map_get(&r->since, (uint64_t)tid))
		map_put(&r->since, (uint64_t)tid, (void *)(uintptr_t)(ns | 1));
}

void
roster_remove(struct roster *r, int64_t tid)
{
	map_del(&r->since, (uint64_t)tid);
	for (size_t i = 0; i < ROSTER_LAST; i++)
		if (r->last[i] == tid)
			r->last[i] = 0;
}

int64_t *
roster_missing(const struct roster *r, const struct census *census, uint64_t ns, size_t *n)
{
	int64_t *tids = xreallocarray(NULL, r->since.n + 1, sizeof(*tids));
	struct map living = { .seed = hash_seed() };
	size_t slot = 0, found = 0;
	uint64_t tid;
	void *since;

	for (size_t i = 0; i < census_count(census); i++) {
		const struct wire_thread *t = census_thread(census, i);

		if (!t->is_ending)
			map_put(&living, t->task.tid, (void *)(uintptr_t)t);
	}
	while (map_next(&r->since, &slot, &tid, &since))
		if ((uintptr_t)since < ns && !map_get(&living, tid))
			tids[found++] = (int64_t)tid;
	map_fini(&living);
	*n = found;
	return tids;
}
