#include "engine/query/slices.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/query/matches.h"
#include "engine/store/store.h"

#define PIECE 16384u			/* events between two looks at .cancel */

bool
slices_bounds(const struct snapshot *snap, uint64_t *from_ns, uint64_t *to_ns)
{
	bool is_any = false;

	for (uint32_t i = 0; i < snap->n_sections; i++) {
		const struct store_section *s = &snap->sections[i];

		if (!s->first_ns)
			continue;
		if (!is_any || s->first_ns < *from_ns)
			*from_ns = s->first_ns;
		if (!is_any || s->last_ns > *to_ns)
			*to_ns = s->last_ns;
		is_any = true;
	}
	return is_any;
}

/* The slice of NS, which is within. */
static size_t
slice_of(const struct slices *s, uint64_t ns)
{
	uint64_t len = (s->to_ns - s->from_ns) / s->n + 1;

	return (size_t)((ns - s->from_ns) / len);
}

static void
mark_losses(const struct snapshot *snap, struct slices *out)
{
	for (size_t i = 0; i < snap->n_losses; i++) {
		const struct store_loss *l = snapshot_loss(snap, i);
		uint64_t from = l->from_ns > out->from_ns ? l->from_ns : out->from_ns;
		uint64_t to = l->to_ns < out->to_ns ? l->to_ns : out->to_ns;

		if (from > to)
			continue;
		for (size_t k = slice_of(out, from); k <= slice_of(out, to); k++)
			out->is_lost[k] = true;
	}
}

/* The time of an event that is there. */
static uint64_t
time_of(const struct snapshot *snap, size_t *chunk, uint64_t number)
{
	while (number >= snap->chunks[*chunk].c->first + snap->chunks[*chunk].n)
		++*chunk;
	return column_get(&snap->chunks[*chunk].c->columns[COL_TIME],
			  number - snap->chunks[*chunk].c->first);
}

int
slices_count(const struct snapshot *snap, const struct slices_question *q, struct slices *out,
	     struct err *err)
{
	const struct matches_question question = {
		q->filters, q->n_filters, 0, 0, q->style, q->options,
	};
	struct matches *m = matches_new(snap, &question, err);
	uint64_t *numbers;
	bool is_done = false, was_cancelled = false;
	size_t chunk = 0;

	if (!m)
		return err->code;
	numbers = xreallocarray(NULL, PIECE, sizeof(*numbers));
	memset(out->counts, 0, out->n * sizeof(*out->counts));
	memset(out->is_lost, 0, out->n * sizeof(*out->is_lost));
	while (!is_done && !was_cancelled) {
		size_t n = matches_more(m, PIECE, numbers, &is_done);

		for (size_t i = 0; i < n; i++) {
			uint64_t ns = time_of(snap, &chunk, numbers[i]);

			if (ns >= out->from_ns && ns <= out->to_ns)
				out->counts[slice_of(out, ns)]++;
		}
		was_cancelled = q->cancel && atomic_load(q->cancel);
	}
	mark_losses(snap, out);
	free(numbers);
	matches_free(m);
	return was_cancelled ? -ECANCELED : 0;
}
