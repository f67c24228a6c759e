#include "engine/query/slices.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/query/cpu_line.h"
#include "engine/query/crew.h"
#include "engine/query/cursor.h"
#include "engine/query/known.h"
#include "engine/query/matches.h"
#include "engine/query/query.h"
#include "engine/query/tally.h"
#include "engine/query/term.h"
#include "engine/store/store.h"

#define WORKERS_MAX 16u
#define CHUNKS_EACH 4u			/* with fewer of them a thread does not pay */

bool
slices_bounds(const struct snapshot *snap, uint64_t *from_ns, uint64_t *to_ns)
{
	bool is_any = false;
	uint64_t first_ns, last_ns;

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
	/* A section's first event need not be its earliest. */
	query_times(snap, snap->first, snap->end, &first_ns, &last_ns);
	if (is_any && snap->end > snap->first && first_ns < *from_ns)
		*from_ns = first_ns;
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

/* Demands ---------------------------------------------------------------- */

#define RETURNED (ROW_EXIT | ROW_HAS_RESULT)

/* What must hold of events to count for a measure, as in views. */
static const struct demand {
	const char *filter;		/* NULL: nothing */
	uint16_t flags[2], lacks;	/* of their rows, as in struct matches_question */
	unsigned n_flags;
} demands[] = {
	[SLICES_EVENTS] = { .n_flags = 0 },
	[SLICES_BYTES] = { NULL, { RETURNED | ROW_READS, RETURNED | ROW_WRITES }, ROW_FAILED, 2 },
	[SLICES_LONGEST] = { NULL, { ROW_EXIT | ROW_HAS_SPAN }, 0, 1 },
	[SLICES_ERRORS] = { .filter = "evt.failed = true" },
	[SLICES_P99] = { "evt.dir = < and evt.waits = false", { ROW_EXIT | ROW_HAS_SPAN }, 0, 1 },
};

/* Workers ---------------------------------------------------------------- */

/* Each has its own filters and counts; they take one chunk after the other. The last one
 * comes first: the table below a timeline is asked for at the same time, from the other end,
 * and what one of them finds out of a chunk the other one need not. */
struct work {
	const struct snapshot *snap;
	const struct slices_question *q;
	matches_visit *visit;
	const struct demand *demand;	/* must hold as well */
	_Atomic size_t n_taken;		/* chunks */
};

struct worker {
	struct work *work;
	struct matches *matches;
	void *ctx;			/* of the visit */
};

static bool
is_cancelled(const struct slices_question *q)
{
	return q->cancel && atomic_load(q->cancel);
}

static void
look(void *ctx, unsigned number)
{
	struct worker *w = (struct worker *)ctx + number;
	size_t n = w->work->snap->n_chunks, i;

	while (!is_cancelled(w->work->q) && (i = atomic_fetch_add(&w->work->n_taken, 1)) < n)
		matches_in_chunk(w->matches, n - 1 - i, w->work->visit, w->ctx);
}

/* How many workers there are to be. */
static unsigned
count_workers(const struct snapshot *snap, const struct slices_question *q)
{
	unsigned n = crew_size(q->crew);
	size_t most = 1 + snap->n_chunks / CHUNKS_EACH;

	if (n > WORKERS_MAX)
		n = WORKERS_MAX;
	return n < most ? n : (unsigned)most;
}

/* Let N workers tell F, with the ctx of each, of all events that are wanted. */
static int
visit(struct work *work, struct worker *workers, unsigned n, struct err *err)
{
	const struct slices_question *q = work->q;
	const char **filters = xreallocarray(NULL, q->n_filters + 1, sizeof(*filters));
	const struct demand *demand = work->demand;
	const struct matches_question question = {
		.filters = filters, .n_filters = q->n_filters + (demand->filter != NULL),
		.style = q->style, .options = q->options,
		.flags = { demand->flags[0], demand->flags[1] },
		.lacks = demand->lacks, .n_flags = demand->n_flags,
	};
	int code = 0;

	for (size_t i = 0; i < q->n_filters; i++)
		filters[i] = q->filters[i];
	filters[q->n_filters] = demand->filter;
	for (unsigned i = 0; i < n && !code; i++) {
		workers[i].work = work;
		workers[i].matches = matches_new(work->snap, &question, err);
		code = workers[i].matches ? 0 : err->code;
	}
	if (!code) {
		crew_run(q->crew, n, look, workers);
		code = is_cancelled(q) ? -ECANCELED : 0;
	}
	for (unsigned i = 0; i < n; i++)
		matches_free(workers[i].matches);
	free(filters);
	return code;
}

/* Timelines ------------------------------------------------------------ */

/* How a view's column of percentiles adds up how long calls took. */
static const struct tally_how p99_how = { .aggregation = VIEW_P99, .type = T_SPAN };

struct measuring {
	struct slices of;
	struct tally *spans;		/* of each slice; owned; NULL: they are not asked for */
	uint64_t from_ns, to_ns;	/* the slice of the last one, TO behind it, */
	size_t at;			/* and its number */
};

/* Is it enough to count events? */
static bool
is_count(const struct measuring *m)
{
	return m->of.measure == SLICES_EVENTS || m->of.measure == SLICES_ERRORS;
}

/* The slice that NS is in: mostly that of the one before. */
static double *
slice_at(struct measuring *m, uint64_t ns)
{
	const struct slices *of = &m->of;
	uint64_t length = (of->to_ns - of->from_ns) / of->n + 1;

	if (ns < m->from_ns || ns >= m->to_ns) {
		m->at = slice_of(ns, of->from_ns, of->to_ns, of->n);
		m->from_ns = of->from_ns + m->at * length;
		m->to_ns = m->from_ns + length;
	}
	return &of->counts[m->at];
}

/* Add V, which is 1 where events are counted, to the slice whose count is at TO. */
static void
add_value(struct measuring *m, double *to, uint64_t v)
{
	double value = (double)v;

	if (m->spans)
		tally_add(&m->spans[to - m->of.counts], &p99_how, &(struct value){ .u = v }, 0);
	else if (m->of.measure == SLICES_LONGEST)
		*to = value > *to ? value : *to;
	else
		*to += value;
}

/* Where all rows of the cursor's pack are in one slice: its counts; else NULL. */
static double *
slice_of_pack(struct measuring *m, const struct cursor *c)
{
	const struct pack *pack = &c->chunk->columns[COL_TIME].packs[c->first / PACK_ROWS];
	uint64_t most = pack_most(pack);
	double *to;

	if (pack->min < m->of.from_ns || most > m->of.to_ns)
		return NULL;
	to = slice_at(m, pack->min);
	return most < m->to_ns ? to : NULL;
}

/* The column whose values are added up. */
static enum column_id
column_of(enum slices_measure m)
{
	return m == SLICES_BYTES ? COL_RESULT : COL_SPAN;
}

static void
count(void *ctx, struct cursor *c, const uint64_t *rows)
{
	struct measuring *m = ctx;
	double *to = slice_of_pack(m, c);
	const uint64_t *times = to ? NULL : cursor_column(c, COL_TIME);
	const uint64_t *values = is_count(m) ? NULL :
				 cursor_column(c, column_of(m->of.measure));

	for (size_t w = 0; w < KNOWN_WORDS; w++) {
		if (!values && to) {
			*to += (double)__builtin_popcountll(rows[w]);
			continue;
		}
		for (uint64_t left = rows[w]; left; left &= left - 1) {
			size_t i = w * 64 + (size_t)__builtin_ctzll(left);

			if (times && (times[i] < m->of.from_ns || times[i] > m->of.to_ns))
				continue;
			add_value(m, times ? slice_at(m, times[i]) : to,
				  values ? values[i] : 1);
		}
	}
}

static void
start_measuring(struct measuring *m, const struct slices *out)
{
	*m = (struct measuring){ .of = *out };
	m->of.counts = xzalloc(out->n * sizeof(*out->counts));
	if (out->measure == SLICES_P99)
		m->spans = xzalloc(out->n * sizeof(*m->spans));
}

static void
end_measuring(struct measuring *m)
{
	for (size_t i = 0; m->spans && i < m->of.n; i++)
		tally_fini(&m->spans[i], &p99_how);
	free(m->spans);
	free(m->of.counts);
}

/* Let the percentiles of what all N workers measured be the counts of OUT. */
static void
find_percentiles(struct slices *out, struct measuring *m, unsigned n)
{
	struct value v;

	for (size_t i = 0; i < out->n; i++) {
		for (unsigned k = 1; k < n; k++)
			tally_merge(&m[0].spans[i], &p99_how, &m[k].spans[i]);
		if (tally_result(&m[0].spans[i], &p99_how, 1, &v))
			out->counts[i] = (double)v.u;
	}
}

static void
add_counts(struct slices *out, const struct measuring *m)
{
	for (size_t i = 0; i < out->n; i++) {
		double value = m->of.counts[i];

		if (out->measure != SLICES_LONGEST)
			out->counts[i] += value;
		else if (value > out->counts[i])
			out->counts[i] = value;
	}
}

/* Count events. */
static int
count_events(const struct snapshot *snap, const struct slices_question *q, struct slices *out,
	     struct err *err)
{
	struct work work = { snap, q, count, &demands[q->measure], 0 };
	struct worker workers[WORKERS_MAX] = { 0 };
	struct measuring m[WORKERS_MAX];
	unsigned n = count_workers(snap, q);
	int code;

	for (unsigned i = 0; i < n; i++) {
		start_measuring(&m[i], out);
		workers[i].ctx = &m[i];
	}
	code = visit(&work, workers, n, err);
	if (q->measure == SLICES_P99)
		find_percentiles(out, m, n);
	for (unsigned i = 0; i < n; i++) {
		add_counts(out, &m[i]);
		end_measuring(&m[i]);
	}
	return code;
}

int
slices_count(const struct snapshot *snap, const struct slices_question *q, struct slices *out,
	     struct err *err)
{
	memset(out->counts, 0, out->n * sizeof(*out->counts));
	memset(out->is_lost, 0, out->n * sizeof(*out->is_lost));
	out->n_lost = 0;
	out->measure = q->measure;
	out->is_known = true;
	mark_losses(snap, out);
	return q->measure == SLICES_CPU ? cpu_line_count(snap, q, out, err) :
					  count_events(snap, q, out, err);
}

/* Spectrograms --------------------------------------------------------- */

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
	struct spectrum of;
	struct term *span;		/* NULL: of calls */
};

static bool
span_of(struct counting *k, struct cursor *c, uint64_t *span_ns)
{
	uint64_t flags;
	struct value v;

	if (k->span) {
		if (!term_get(k->span, c, &v))
			return false;
		*span_ns = v.u;
		return true;
	}
	flags = cursor_value(c, COL_FLAGS);
	*span_ns = cursor_value(c, COL_SPAN);
	return flags & ROW_EXIT && flags & ROW_HAS_SPAN;
}

static void
count_span(struct counting *k, struct cursor *c)
{
	struct spectrum *of = &k->of;
	uint64_t ns = cursor_value(c, COL_TIME), span_ns;
	size_t slice;

	if (ns < of->from_ns || ns > of->to_ns || !span_of(k, c, &span_ns))
		return;
	slice = slice_of(ns, of->from_ns, of->to_ns, of->n);
	of->counts[slice * of->n_bins + bin_of(of, span_ns)]++;
}

static void
count_spans(void *ctx, struct cursor *c, const uint64_t *rows)
{
	for (size_t w = 0; w < KNOWN_WORDS; w++) {
		for (uint64_t left = rows[w]; left; left &= left - 1) {
			cursor_go(c, c->chunk, (uint32_t)(c->first + w * 64) +
					       (uint32_t)__builtin_ctzll(left));
			count_span(ctx, c);
		}
	}
}

int
slices_spectrum(const struct snapshot *snap, const struct slices_question *q,
		struct spectrum *out, struct err *err)
{
	struct work work = { snap, q, count_spans, &demands[SLICES_EVENTS], 0 };
	struct worker workers[WORKERS_MAX] = { 0 };
	struct counting k[WORKERS_MAX] = { 0 };
	unsigned n = count_workers(snap, q);
	size_t n_counts = out->n * out->n_bins;
	int code = 0;

	memset(out->counts, 0, n_counts * sizeof(*out->counts));
	for (unsigned i = 0; i < n; i++) {
		k[i].of = *out;
		k[i].of.counts = xzalloc(n_counts * sizeof(*out->counts));
		k[i].span = q->span && !code ? term_new(q->span, err) : NULL;
		code = q->span && !k[i].span ? err->code : 0;
		workers[i].ctx = &k[i];
	}
	if (!code)
		code = visit(&work, workers, n, err);
	for (unsigned i = 0; i < n; i++) {
		for (size_t at = 0; at < n_counts; at++)
			out->counts[at] += k[i].of.counts[at];
		free(k[i].of.counts);
		term_free(k[i].span);
	}
	return code;
}
