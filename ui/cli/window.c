#include "ui/cli/window.h"

#include "engine/query/query.h"
#include "engine/store/store.h"
#include "ui/cli/zone.h"

void
window_ends(const struct snapshot *snap, uint64_t *first_ns, uint64_t *last_ns)
{
	query_times(snap, snap->first, snap->end, first_ns, last_ns);
	for (uint32_t i = 0; i < snap->n_sections; i++)
		if (snap->sections[i].last_ns > *last_ns)
			*last_ns = snap->sections[i].last_ns;
}

static bool
is_fixed(const struct when *w)
{
	return w->kind == WHEN_DATE;
}

bool
window_is_fixed(const struct window *w)
{
	return is_fixed(&w->from) && is_fixed(&w->to);
}

/* The time of W, DEFAULT_NS where it says none. */
static uint64_t
edge(const struct when *w, const struct snapshot *snap, const uint64_t ends[2],
     uint64_t default_ns)
{
	uint64_t from_ns, to_ns;

	if (w->kind == WHEN_NEVER)
		return default_ns;
	if (w->kind != WHEN_EVENT)
		return when_time(w, ends[0], ends[1], zone_offset);
	if (w->value < snap->first)
		return ends[0];
	if (w->value >= snap->end)
		return ends[1];
	query_times(snap, w->value, w->value + 1, &from_ns, &to_ns);
	return from_ns;
}

bool
window_times(const struct window *w, const struct snapshot *snap, uint64_t *from_ns,
	     uint64_t *to_ns)
{
	uint64_t ends[2] = { 0, 0 };

	window_ends(snap, &ends[0], &ends[1]);
	*from_ns = edge(&w->from, snap, ends, ends[0]);
	*to_ns = edge(&w->to, snap, ends, ends[1]);
	return *from_ns <= *to_ns && *to_ns;
}
