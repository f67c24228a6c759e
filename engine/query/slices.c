#include "engine/query/slices.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/query/cursor.h"
#include "engine/query/matches.h"
#include "engine/query/term.h"
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

/* Which of the N slices of a time NS is in, which is within. */
static size_t
slice_of(uint64_t ns, uint64_t from_ns, uint64_t to_ns, size_t n)
{
	return (size_t)((ns - from_ns) / ((to_ns - from_ns) / n + 1));
}

static void
mark_losses(const struct snapshot *snap, struct slices *out)
{
	for (size_t i = 0; i < snap->n_losses; i++) {
		const struct store_loss *l = snapshot_loss(snap, i);
		uint64_t from = l->from_ns > out->from_ns ? l->from_ns : out->from_ns;
		uint64_t to = l->to_ns < out->to_ns ? l->to_ns : out->to_ns;
		size_t first, last;

		if (from > to)
			continue;
		out->n_lost += l->count;
		first = slice_of(from, out->from_ns, out->to_ns, out->n);
		last = slice_of(to, out->from_ns, out->to_ns, out->n);
		for (size_t k = first; k <= last; k++)
			out->is_lost[k] = true;
	}
}

/* Told of each event that is wanted: its chunk and row. */
typedef void slices_visit(void *ctx, const struct chunk *c, size_t row);

static int
visit(const struct snapshot *snap, const struct slices_question *q, slices_visit *f, void *ctx,
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
	while (!is_done && !was_cancelled) {
		size_t n = matches_more(m, PIECE, numbers, &is_done);

		for (size_t i = 0; i < n; i++) {
			while (numbers[i] >= snap->chunks[chunk].c->first + snap->chunks[chunk].n)
				chunk++;
			f(ctx, snap->chunks[chunk].c, numbers[i] - snap->chunks[chunk].c->first);
		}
		was_cancelled = q->cancel && atomic_load(q->cancel);
	}
	free(numbers);
	matches_free(m);
	return was_cancelled ? -ECANCELED : 0;
}

struct measuring {
	struct slices *out;
	enum slices_measure measure;
};

static void
count(void *ctx, const struct chunk *c, size_t row)
{
	struct measuring *m = ctx;
	struct slices *out = m->out;
	uint64_t ns = column_get(&c->columns[COL_TIME], row);
	uint64_t flags = chunk_get(c, COL_FLAGS, row);
	double *to, value;

	if (ns < out->from_ns || ns > out->to_ns)
		return;
	to = &out->counts[slice_of(ns, out->from_ns, out->to_ns, out->n)];
	switch (m->measure) {
	case SLICES_EVENTS:
		*to += 1;
		break;
	case SLICES_BYTES:
		if (flags & ROW_EXIT && flags & (ROW_READS | ROW_WRITES) &&
		    flags & ROW_HAS_RESULT && !(flags & ROW_FAILED))
			*to += (double)column_get(&c->columns[COL_RESULT], row);
		break;
	case SLICES_LONGEST:
		if (!(flags & ROW_EXIT) || !(flags & ROW_HAS_SPAN))
			break;
		value = (double)column_get(&c->columns[COL_SPAN], row);
		*to = value > *to ? value : *to;
		break;
	}
}

int
slices_count(const struct snapshot *snap, const struct slices_question *q, struct slices *out,
	     struct err *err)
{
	struct measuring m = { out, q->measure };

	memset(out->counts, 0, out->n * sizeof(*out->counts));
	memset(out->is_lost, 0, out->n * sizeof(*out->is_lost));
	out->n_lost = 0;
	mark_losses(snap, out);
	return visit(snap, q, count, &m, err);
}

/* The bin of a latency: the last one that does not begin behind it. */
static size_t
bin_of(const struct spectrum *s, uint64_t ns)
{
	size_t low = 0, high = s->n_bins;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (s->least[mid] <= ns)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* What is counted, and how it is told how long it took. */
struct counting {
	struct spectrum *out;
	struct cursor *cursor;
	struct term *span;		/* NULL: of calls */
};

static bool
span_of(struct counting *k, const struct chunk *c, size_t row, uint64_t *span_ns)
{
	uint64_t flags = chunk_get(c, COL_FLAGS, row);
	struct value v;

	if (k->span) {
		cursor_go(k->cursor, c, (uint32_t)row);
		if (!term_get(k->span, k->cursor, &v))
			return false;
		*span_ns = v.u;
		return true;
	}
	*span_ns = column_get(&c->columns[COL_SPAN], row);
	return flags & ROW_EXIT && flags & ROW_HAS_SPAN;
}

static void
count_span(void *ctx, const struct chunk *c, size_t row)
{
	struct counting *k = ctx;
	struct spectrum *out = k->out;
	uint64_t ns = column_get(&c->columns[COL_TIME], row), span_ns;
	size_t slice;

	if (ns < out->from_ns || ns > out->to_ns || !span_of(k, c, row, &span_ns))
		return;
	slice = slice_of(ns, out->from_ns, out->to_ns, out->n);
	out->counts[slice * out->n_bins + bin_of(out, span_ns)]++;
}

int
slices_spectrum(const struct snapshot *snap, const struct slices_question *q,
		struct spectrum *out, struct err *err)
{
	struct counting k = { .out = out };
	int code;

	memset(out->counts, 0, out->n * out->n_bins * sizeof(*out->counts));
	if (q->span) {
		k.span = term_new(q->span, err);
		if (!k.span)
			return err->code;
		k.cursor = cursor_new(snap, q->style);
	}
	code = visit(snap, q, count_span, &k, err);
	cursor_free(k.cursor);
	term_free(k.span);
	return code;
}
