#include "ui/cli/window.h"

#include <inttypes.h>

#include "engine/base/text.h"
#include "engine/field/clock.h"
#include "engine/query/across.h"
#include "engine/query/query.h"
#include "engine/store/store.h"
#include "ui/cli/cli.h"
#include "ui/cli/view_options.h"
#include "ui/cli/when.h"
#include "ui/cli/zone.h"

void
window_ends(const struct snapshot *snap, uint64_t *first_ns, uint64_t *last_ns)
{
	query_times(snap, snap->first, snap->end, first_ns, last_ns);
	for (uint32_t i = 0; i < snap->n_sections; i++)
		if (snap->sections[i].last_ns > *last_ns)
			*last_ns = snap->sections[i].last_ns;
}

static uint64_t
clamp(uint64_t v, uint64_t min, uint64_t max)
{
	return v < min ? min : v > max ? max : v;
}

/* Say that a window is empty, for it is WHERE ("behind the last event"), which is NUMBER
 * and was at NS. */
static void
tell_empty(const char *where, uint64_t number, uint64_t ns)
{
	struct clock clock;
	struct text time = { 0 };

	clock_init(&clock, zone_offset);
	clock_datetime(&clock, ns, &time);
	text_char(&time, '\0');
	cli_error("nothing happened in the window, it is %s: #%" PRIu64 ", %s", where, number,
		  time.p);
	text_fini(&time);
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
window_set(const struct view_wishes *w, const struct snapshot *snap, uint64_t watched_to_ns,
	   struct query *q, struct text *times)
{
	const struct when *from = &w->from, *to = &w->to;
	uint64_t first_ns, last_ns, from_ns, to_ns;
	bool is_behind, is_before;

	window_ends(snap, &first_ns, &last_ns);
	from_ns = when_time(from, first_ns, last_ns, zone_offset);
	to_ns = when_time(to, first_ns, last_ns, zone_offset);
	if (from->kind == WHEN_EVENT) {
		q->first = from->value;
	} else if (from->kind) {
		q->from_ns = clamp(from_ns, first_ns, last_ns);
		q->first = snapshot_split(snap, q->from_ns);
	}
	if (to->kind == WHEN_EVENT) {
		q->end = to->value + 1;
	} else if (to->kind) {
		q->to_ns = clamp(to_ns, first_ns, last_ns);
		q->end = snapshot_split(snap, q->to_ns + 1);
	} else if (first_ns && watched_to_ns > last_ns) {
		q->to_ns = watched_to_ns;
	}
	if (to->kind && to->kind != WHEN_EVENT && !from->kind)
		q->from_ns = first_ns;
	if (from->kind && from->kind != WHEN_EVENT && !to->kind && !q->to_ns)
		q->to_ns = last_ns;
	if (q->from_ns && q->to_ns && q->from_ns <= q->to_ns)
		across_set(snap, q, times);
	if ((q->end && q->end < q->first) || (q->to_ns && q->to_ns < q->from_ns)) {
		cli_error("the window ends before it begins: --to is before --from");
		return false;
	}
	is_behind = from->kind == WHEN_EVENT ? from->value >= snap->end : from_ns > last_ns;
	is_before = to->kind == WHEN_EVENT ? to->value < snap->first :
		    to->kind && to_ns < first_ns;
	if (first_ns && is_behind)
		tell_empty("behind the last event", snap->end - 1, last_ns);
	else if (first_ns && is_before)
		tell_empty("before the first event", snap->first, first_ns);
	return true;
}

bool
window_is_fixed(const struct when *from, const struct when *to)
{
	return from->kind == WHEN_DATE && to->kind == WHEN_DATE;
}

bool
window_times(const struct when *from, const struct when *to, const struct snapshot *snap,
	     uint64_t *from_ns, uint64_t *to_ns)
{
	uint64_t ends[2] = { 0, 0 };

	window_ends(snap, &ends[0], &ends[1]);
	*from_ns = edge(from, snap, ends, ends[0]);
	*to_ns = edge(to, snap, ends, ends[1]);
	return *from_ns <= *to_ns && *to_ns;
}
