/*
 * Which events filters want, and how many there are in each slice of a time, is what a
 * plain loop over all events finds: in chunks that are sealed as well.
 *
 *	prop_matches CAPTURE [SEED]
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/capture/capture.h"
#include "engine/filter/filter.h"
#include "engine/query/cursor.h"
#include "engine/query/matches.h"
#include "engine/query/slices.h"
#include "engine/store/store.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"

#define ROWS_WANTED 270000u		/* four sealed chunks, for two threads, and an open
					 * one */
#define INPUTS_MAX 200u
#define SLICES 100u

/* Of each way to ask: types, columns, threads, descriptors, kinds, bytes. */
static const char *const filters[] = {
	"",
	"evt.type != switch",
	"evt.type in (open, openat)",
	"proc.name = nginx",
	"not proc.name startswith s",
	"fd.type = file",
	"fd.name contains etc",
	"evt.is_io = true",
	"evt.failed = true",
	"evt.dir = <",
	"evt.latency > 1ms",
	"evt.num > 70000 and evt.cpu = 0",
	"evt.buffer contains GET",
	"evt.arg.fd contains /etc",
	"evt.rawarg.fd < 5",
	"container.id != host",
	"proc.name = nosuch",
};

#define NO_SPAN UINT64_MAX

/* What a plain loop finds. */
struct plain {
	uint64_t *numbers, *times, *spans;	/* .spans: NO_SPAN where there is none */
	uint64_t *bytes;		/* what the calls returned */
	size_t n;
};

static struct plain
look_at_all(const struct snapshot *snap, const char *text, uint64_t from_ns, uint64_t to_ns)
{
	struct plain p = { xmalloc(snap->end * sizeof(*p.numbers)),
			   xmalloc(snap->end * sizeof(*p.times)),
			   xmalloc(snap->end * sizeof(*p.spans)),
			   xmalloc(snap->end * sizeof(*p.bytes)), 0 };
	struct filter *f = *text ? filter_compile(text, NULL, NULL) : NULL;
	struct cursor *c = cursor_new(snap, NULL);

	for (uint64_t i = snap->first; i < snap->end; i++) {
		uint64_t ns;

		cursor_go_to(c, i);
		ns = cursor_value(c, COL_TIME);
		if (cursor_value(c, COL_FLAGS) & (ROW_STATE_ONLY | ROW_INTERNAL) ||
		    (to_ns && (ns < from_ns || ns > to_ns)) ||
		    (f && !filter_match(f, cursor_eval(c, CURSOR_EVENT))))
			continue;
		p.times[p.n] = ns;
		p.spans[p.n] = cursor_value(c, COL_FLAGS) & ROW_HAS_SPAN ?
			       cursor_value(c, COL_SPAN) : NO_SPAN;
		p.bytes[p.n] = cursor_value(c, COL_RESULT);
		p.numbers[p.n++] = i;
	}
	cursor_free(c);
	filter_free(f);
	return p;
}

static void
plain_fini(struct plain *p)
{
	free(p->numbers);
	free(p->times);
	free(p->spans);
	free(p->bytes);
}

static void
check_matches(const struct snapshot *snap, const char *text, uint64_t from_ns, uint64_t to_ns,
	      struct rng *rng)
{
	const char *conditions[] = { text };
	struct matches_question q = { .filters = conditions, .n_filters = *text ? 1 : 0,
				      .from_ns = from_ns, .to_ns = to_ns };
	struct plain p = look_at_all(snap, text, from_ns, to_ns);
	struct matches *m = matches_new(snap, &q, NULL);
	uint64_t *numbers = xmalloc(snap->end * sizeof(*numbers));
	bool is_done = false;
	size_t n = 0;

	while (!is_done)
		n += matches_more(m, 1 + rng_below(rng, 5000), numbers + n, &is_done);
	CHECK(n == p.n && !memcmp(numbers, p.numbers, n * sizeof(*numbers)),
	      "`%s`%s: %zu events, a plain loop finds %zu", text, to_ns ? " in a window" : "", n,
	      p.n);
	CHECK(matches_done(m) == matches_all(m), "  and all were looked at");
	matches_free(m);
	free(numbers);
	plain_fini(&p);
}

/* The slice of event I of P. */
static size_t
slice_of(const struct plain *p, size_t i, const struct slices *s)
{
	return (p->times[i] - s->from_ns) / ((s->to_ns - s->from_ns) / SLICES + 1);
}

struct call {
	size_t slice;
	uint64_t span;
};

static int
by_slice(const void *a, const void *b)
{
	const struct call *x = a, *y = b;

	if (x->slice != y->slice)
		return x->slice < y->slice ? -1 : 1;
	return (x->span > y->span) - (x->span < y->span);
}

/* What 99 % of the spans of P in each slice of S are not longer than: the nearest rank. */
static void
find_p99(const struct plain *p, const struct slices *s, double *want)
{
	struct call *calls = xmalloc((p->n + 1) * sizeof(*calls));
	size_t n = 0, rank;

	for (size_t i = 0; i < p->n; i++)
		if (p->spans[i] != NO_SPAN)
			calls[n++] = (struct call){ slice_of(p, i, s), p->spans[i] };
	qsort(calls, n, sizeof(*calls), by_slice);
	for (size_t from = 0, to; from < n; from = to) {
		for (to = from; to < n && calls[to].slice == calls[from].slice;)
			to++;
		rank = ((to - from) * 99 + 99) / 100;
		want[calls[from].slice] = (double)calls[from + rank - 1].span;
	}
	free(calls);
}

/* Measure what TEXT wants; a plain loop looks at what WANTED, which may say more, does. */
static void
check_measure(const struct snapshot *snap, const char *text, const char *wanted,
	      enum slices_measure measure)
{
	const char *conditions[] = { text };
	struct slices_question q = { .filters = conditions, .n_filters = *text ? 1 : 0,
				     .measure = measure };
	double counts[SLICES], want[SLICES] = { 0 };
	bool is_lost[SLICES];
	struct slices s = { .n = SLICES, .counts = counts, .is_lost = is_lost };
	struct plain p = look_at_all(snap, wanted, 0, 0);
	size_t n_wrong = 0;
	int code;

	slices_bounds(snap, &s.from_ns, &s.to_ns);
	code = slices_count(snap, &q, &s, NULL);
	if (measure == SLICES_P99)
		find_p99(&p, &s, want);
	for (size_t i = 0; i < p.n && measure != SLICES_P99; i++)
		want[slice_of(&p, i, &s)] += measure == SLICES_BYTES ? (double)p.bytes[i] : 1;
	/* As exact as a histogram of octaves is. */
	for (size_t i = 0; i < SLICES; i++)
		n_wrong += fabs(counts[i] - want[i]) >
			   (measure == SLICES_P99 ? 0.046 * want[i] : 0);
	CHECK(code == 0 && !n_wrong, "`%s`: measure %d: %zu slices are wrong", text,
	      (int)measure, n_wrong);
	plain_fini(&p);
}

static void
check_slices(const struct snapshot *snap, const char *text)
{
	const char *and = *text ? " and " : "";
	char wanted[200];

	check_measure(snap, text, text, SLICES_EVENTS);
	snprintf(wanted, sizeof(wanted), "%s%sevt.dir = < and evt.is_io = true and "
		 "evt.rawres >= 0", text, and);
	check_measure(snap, text, wanted, SLICES_BYTES);
	snprintf(wanted, sizeof(wanted), "%s%sevt.dir = < and evt.rawres < 0", text, and);
	check_measure(snap, text, wanted, SLICES_ERRORS);
	snprintf(wanted, sizeof(wanted), "%s%sevt.waits = false", text, and);
	check_measure(snap, text, wanted, SLICES_P99);
}

/* Read CAPTURE so often that there are sealed chunks. */
static struct source *
fill(struct store *s, const char *path)
{
	const struct capture_options options = { .reread = true };
	struct capture_input inputs[INPUTS_MAX];
	struct record rec;
	struct err err;
	struct source *source;
	size_t n = 0;

	for (size_t i = 0; i < INPUTS_MAX; i++)
		inputs[i] = (struct capture_input){ .name = path,
						    .fd = open(path, O_RDONLY | O_CLOEXEC) };
	source = capture_open(inputs, INPUTS_MAX, &options, &err);
	if (!source)
		die("%s: %s", path, err.text);
	store_set_source(s, source);
	while (n < ROWS_WANTED && source_next(source, &rec)) {
		n += rec.kind == RECORD_EVENT;
		store_take(s, &rec);
	}
	store_end(s);
	store_publish(s);
	return source;
}

int
main(int argc, char **argv)
{
	struct rng rng = rng_from_args(argc - 1, argv + 1);
	struct store *s = store_new(0);
	struct source *source;
	struct snapshot *snap;
	uint64_t from_ns, to_ns;

	if (argc < 2)
		return 2;
	source = fill(s, argv[1]);
	snap = store_snapshot(s);
	CHECK(snap->n_chunks > 4 && slices_bounds(snap, &from_ns, &to_ns), "there are %zu chunks",
	      snap->n_chunks);
	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		uint64_t at_ns = from_ns + rng_u64(&rng) % (to_ns - from_ns);

		check_matches(snap, filters[i], 0, 0, &rng);
		check_matches(snap, filters[i], at_ns, at_ns + (to_ns - from_ns) / 5, &rng);
		check_slices(snap, filters[i]);
	}
	snapshot_free(snap);
	store_free(s);
	source_close(source);
	return check_done();
}
