#include "engine/query/across.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/base/text.h"
#include "engine/query/query.h"
#include "engine/query/view.h"
#include "engine/store/store.h"

#define BACK_NS 100000000u	/* times go back by less within a recording, too */

/* Does a section begin before an earlier one ends? */
static bool
sections_overlap(const struct snapshot *snap)
{
	uint64_t last_ns = 0;

	for (uint32_t i = 0; i < snap->n_sections; i++) {
		const struct store_section *s = &snap->sections[i];

		if (s->first_ns && s->first_ns + BACK_NS < last_ns)
			return true;
		if (s->last_ns > last_ns)
			last_ns = s->last_ns;
	}
	return false;
}

/* From the first to the last event of the window, whichever sections these are of. Is all that
 * lies between them of the window, too? */
static bool
set_hull(const struct snapshot *snap, struct query *q)
{
	uint64_t end = 0, n = 0;

	q->first = snap->end;
	for (uint32_t i = 0; i < snap->n_sections; i++) {
		uint64_t low = snapshot_split_section(snap, i, q->from_ns);
		uint64_t high = snapshot_split_section(snap, i, q->to_ns + 1);

		if (low >= high)
			continue;
		q->first = low < q->first ? low : q->first;
		end = high;
		n += high - low;
	}
	q->end = end > q->first ? end : q->first;
	return n == q->end - q->first;
}

void
across_set(const struct snapshot *snap, struct query *q, struct text *times)
{
	if (!sections_overlap(snap)) {
		q->first = snapshot_split(snap, q->from_ns);
		q->end = snapshot_split(snap, q->to_ns + 1);
		return;
	}
	/* What is pending or new is so by the order of events. */
	if (set_hull(snap, q) || q->view->rows == VIEW_ROWS_PENDING || q->view->only_new)
		return;
	text_fmt(times, "evt.rawtime >= %" PRIu64 " and evt.rawtime <= %" PRIu64, q->from_ns,
		 q->to_ns);
	text_char(times, '\0');
}
