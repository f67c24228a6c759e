#include "engine/query/query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/err.h"
#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/query/answer.h"
#include "engine/query/crew.h"
#include "engine/query/entities.h"
#include "engine/query/gather.h"
#include "engine/query/matches.h"
#include "engine/query/pending.h"
#include "engine/store/pyramid.h"
#include "engine/store/sums.h"

#define NEAR_END 512u			/* events */
#define LATER 8u			/* times as long until more is told */
#define FIRST_ROWS 1000u		/* of a list that is told of before it is whole */
#define GROUPS_EACH 16384u		/* of nodes: with fewer of them a thread does not pay */

/* The plan -------------------------------------------------------------- */

static uint64_t
time_of(const struct snapshot *snap, uint64_t number)
{
	size_t i = snapshot_chunk(snap, number);

	if (i == snap->n_chunks)
		return 0;
	return column_get(&snap->chunks[i].c->columns[COL_TIME],
			  number - snap->chunks[i].c->first);
}

/* Widen *FROM_NS .. *TO_NS to the times of events FIRST to END - 1. Times go back a little, where
 * events of several sources were put together: the least and the greatest stand near the ends. */
static void
add_times(const struct snapshot *snap, uint64_t first, uint64_t end, uint64_t *from_ns,
	  uint64_t *to_ns)
{
	for (uint64_t i = 0; i < NEAR_END && i < end - first; i++) {
		uint64_t early = time_of(snap, first + i), late = time_of(snap, end - 1 - i);

		*from_ns = early < *from_ns ? early : *from_ns;
		*to_ns = late > *to_ns ? late : *to_ns;
	}
}

/* From one section to the next they may go back by years. */
void
query_times(const struct snapshot *snap, uint64_t first, uint64_t end, uint64_t *from_ns,
	    uint64_t *to_ns)
{
	*from_ns = *to_ns = time_of(snap, first);
	if (first >= end)
		return;
	add_times(snap, first, end, from_ns, to_ns);
	for (uint32_t i = 0; i < snap->n_sections; i++) {
		const struct store_section *s = &snap->sections[i];
		uint64_t low = s->first > first ? s->first : first;
		uint64_t high = i + 1 < snap->n_sections && s[1].first < end ? s[1].first : end;

		if (low < high && (s->first_ns < *from_ns || s->last_ns > *to_ns))
			add_times(snap, low, high, from_ns, to_ns);
	}
}

static void
find_window(struct plan *plan)
{
	const struct query *q = plan->q;
	const struct snapshot *snap = plan->snap;

	plan->first = q->first > snap->first ? q->first : snap->first;
	plan->end = q->end && q->end < snap->end ? q->end : snap->end;
	if (plan->end < plan->first)
		plan->end = plan->first;
	query_times(snap, plan->first, plan->end, &plan->from_ns, &plan->to_ns);
	plan->from_ns = q->from_ns ? q->from_ns : plan->from_ns;
	plan->to_ns = q->to_ns ? q->to_ns : plan->to_ns;
	if (plan->to_ns < plan->from_ns)
		plan->to_ns = plan->from_ns;
	plan->scan_first = q->view->only_new ? snap->first : plan->first;
}

static int
make_plan(struct plan *plan, const struct snapshot *snap, const struct query *q,
	  struct err *err)
{
	const struct view *v = q->view;
	enum view_variant variant = q->variant ? q->variant : VIEW_PLAIN;

	*plan = (struct plan){ .q = q, .snap = snap, .is_list = view_is_list(v),
			       .rows_max = q->rows_max ? q->rows_max : QUERY_ROWS_MAX };
	for (size_t i = 0; i < v->n_columns; i++) {
		if (!view_shows(&v->columns[i], variant))
			continue;
		if (plan->n_columns == COLUMNS_MAX)
			return err_set(err, -E2BIG, "more than %u columns", COLUMNS_MAX);
		plan->n_keys += i < v->n_keys;
		plan->columns[plan->n_columns++] = &v->columns[i];
	}
	if (plan->n_keys > KEYS_MAX)
		return err_set(err, -E2BIG, "more than %u keys", KEYS_MAX);
	if (v->rows == VIEW_ROWS_PENDING)
		plan->is_list = true;
	find_window(plan);
	return 0;
}

/* The scan -------------------------------------------------------------- */

struct scan {
	const struct plan *plan;
	const struct facts_list *facts;
	struct gather_run *runs;	/* of all chunks of the plan: what is asked first */
	size_t n_runs;
	_Atomic size_t next_run;
	bool *is_taken;			/* by the index of a chunk: it need not be looked at */
	size_t *chunks;			/* the indexes of the others */
	/* Each worker has a run of these, so that versions that lived together are met
	 * by one of them; who is done helps the others. */
	_Atomic size_t next[CREW_MAX];
	size_t last[CREW_MAX];
	struct gather **gathers;
	unsigned n;
	_Atomic uint64_t n_done;	/* rows that were looked at */
	atomic_bool was_stopped;	/* before its end */
};

static bool
is_cancelled(const struct plan *plan)
{
	return plan->q->watch && atomic_load_explicit(&plan->q->watch->cancel,
						      memory_order_relaxed);
}

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

bool
plan_is_over(const struct plan *plan)
{
	return is_cancelled(plan) || (plan->stop_ns && now_ns() >= plan->stop_ns);
}

/* N more rows were looked at. Whoever begins anew is no less far for that. */
static void
note_progress(struct scan *scan, uint64_t n)
{
	struct query_watch *watch = scan->plan->q->watch;
	uint64_t done = atomic_fetch_add(&scan->n_done, n) + n, told;

	if (!watch)
		return;
	told = atomic_load(&watch->n_done);
	while (told < done && !atomic_compare_exchange_weak(&watch->n_done, &told, done))
		continue;
}

/* The rows of VIEW that are to be looked at. */
static uint64_t
rows_within(const struct plan *plan, const struct chunk_view *view)
{
	uint64_t from = view->c->first, to = from + view->n;

	from = plan->scan_first > from ? plan->scan_first : from;
	to = plan->end < to ? plan->end : to;
	return to > from ? to - from : 0;
}

/* Let G take a chunk of run RUN. False: there are no more. */
static bool
take_chunk(struct scan *scan, struct gather *g, unsigned run)
{
	const struct plan *plan = scan->plan;
	size_t i = atomic_fetch_add(&scan->next[run], 1);

	if (i >= scan->last[run])
		return false;
	i = scan->chunks[i];
	/* Something is looked at in any case, so that it comes to an end. */
	if (is_cancelled(plan) || (g->has_chunks && plan_is_over(plan)) ||
	    !gather_chunk(g, &plan->snap->chunks[i])) {
		atomic_store(&scan->was_stopped, true);
		return false;
	}
	g->has_chunks = true;
	note_progress(scan, rows_within(plan, &plan->snap->chunks[i]));
	return true;
}

static void
work(void *ctx, unsigned number)
{
	struct scan *scan = ctx;

	for (unsigned k = 0; k < scan->n; k++)
		while (take_chunk(scan, scan->gathers[number], (number + k) % scan->n))
			continue;
}

/* Take what many chunks come to. */
static void
work_on_runs(void *ctx, unsigned number)
{
	struct scan *scan = ctx;
	size_t i;

	while ((i = atomic_fetch_add(&scan->next_run, 1)) < scan->n_runs)
		if (!is_cancelled(scan->plan))
			gather_take_run(scan->gathers[number], &scan->runs[i], scan->is_taken);
}

/* Find the runs of the chunks that are to be looked at: how many groups their nodes have. */
static uint64_t
find_runs(struct scan *scan)
{
	const struct plan *plan = scan->plan;
	const struct snapshot *snap = plan->snap;
	size_t first = 0, end = snap->n_chunks;
	uint64_t n_groups = 0;

	while (first < end && snap->chunks[first].c->first + snap->chunks[first].n <=
	       plan->scan_first)
		first++;
	while (end > first && snap->chunks[end - 1].c->first >= plan->end)
		end--;
	scan->runs = xreallocarray(NULL, end - first + 1, sizeof(*scan->runs));
	while (end > first) {
		struct gather_run *run = &scan->runs[scan->n_runs++];

		end = gather_run(scan->gathers[0], end, run);
		n_groups += run->node ? sums_count(run->node->sums) : 0;
		n_groups += run->node && run->node->by_fd ? sums_count(run->node->by_fd) : 0;
	}
	return n_groups;
}

/* Give each of the N workers its run of the chunks that are left. */
static size_t
divide(struct scan *scan, unsigned n)
{
	size_t n_chunks = 0;

	for (size_t i = scan->n_runs; i-- > 0;)
		for (size_t k = scan->runs[i].first; k < scan->runs[i].end; k++) {
			if (scan->is_taken[k])
				note_progress(scan, rows_within(scan->plan,
								&scan->plan->snap->chunks[k]));
			else
				scan->chunks[n_chunks++] = k;
		}
	scan->n = n;
	for (unsigned i = 0; i < n; i++) {
		atomic_store(&scan->next[i], n_chunks * i / n);
		scan->last[i] = n_chunks * (i + 1) / n;
	}
	return n_chunks;
}

/* How many threads look at N_ROWS. */
static unsigned
threads_of(const struct plan *plan, uint64_t n_rows)
{
	unsigned n = plan->q->n_threads ? plan->q->n_threads : crew_size(plan->q->crew);
	uint64_t each = plan->snap->n_chunks > 1 ? plan->snap->chunks[0].n : CHUNK_ROWS;
	size_t chunks = 1 + (size_t)(n_rows / each);

	if (n > CREW_MAX)
		n = CREW_MAX;
	return n < chunks ? n : (unsigned)chunks;
}

/* How many of N threads pay for N_GROUPS. */
static unsigned
threads_for(unsigned n, uint64_t n_groups)
{
	return n_groups / GROUPS_EACH < n ? (unsigned)(n_groups / GROUPS_EACH) + 1 : n;
}

/* Scan with N threads, which have their gatherers. */
static void
scan_chunks(struct scan *scan, unsigned n)
{
	const struct plan *plan = scan->plan;
	uint64_t n_groups = find_runs(scan);

	scan->is_taken = xzalloc(plan->snap->n_chunks + 1);
	scan->chunks = xreallocarray(NULL, plan->snap->n_chunks + 1, sizeof(*scan->chunks));
	if (n_groups)
		crew_run(plan->q->crew, threads_for(n, n_groups), work_on_runs, scan);
	if (divide(scan, n))
		crew_run(plan->q->crew, n, work, scan);
	free(scan->runs);
	free(scan->is_taken);
	free(scan->chunks);
}

/* Scan with several threads; what they found is in the gatherer of the first. */
static int
scan_rows(struct scan *scan, unsigned n, struct err *err)
{
	for (unsigned i = 1; i < n; i++) {
		scan->gathers[i] = gather_new(scan->plan, err);
		if (!scan->gathers[i])
			return err->code;
		gather_use_facts(scan->gathers[i], scan->facts);
	}
	scan_chunks(scan, n);
	for (unsigned i = 1; i < n; i++)
		gather_merge(scan->gathers[0], scan->gathers[i]);
	return 0;
}

/* Facts ----------------------------------------------------------------- */

/* Does the query look at most of the events, whatever they are? */
static bool
wants_all(const struct plan *plan)
{
	const struct snapshot *snap = plan->snap;

	return !plan->is_list &&
	       plan->end - plan->scan_first >= (snap->end - snap->first) / 2;
}

/* Queries --------------------------------------------------------------- */

/* What of a table was found in its time. */
enum extent { EXTENT_PART, EXTENT_FIRST_ROWS, EXTENT_ALL };

/* All rows of the window were looked at if not WAS_STOPPED. */
static enum extent
extent_of(const struct plan *plan, const struct gather *g, bool was_stopped)
{
	const struct query *q = plan->q;

	if (!plan->stop_ns || is_cancelled(plan))
		return EXTENT_ALL;
	if (was_stopped)
		return EXTENT_PART;
	return g->was_cut && plan->rows_max != (q->rows_max ? q->rows_max : QUERY_ROWS_MAX) ?
	       EXTENT_FIRST_ROWS : EXTENT_ALL;
}

/* Find out what Q asks for, groups or a list of events: as much as its time allows, at
 * *EXTENT. */
static int
gather(struct inquiry *q, enum extent *extent, struct err *err)
{
	const struct query_watch *watch = q->q.watch;
	struct plan *plan = &q->plan;
	struct scan scan = { .plan = plan, .facts = &q->facts, .gathers = q->gathers };
	struct gather *g = q->gathers[0] = gather_new(plan, err);

	if (!g)
		return err->code;
	q->n = threads_of(plan, plan->end - plan->scan_first);
	if (!gather_asks_bytes(g))
		plan->stop_ns = 0;
	else if (plan->stop_ns && gather_shows_bytes(g) && !q->q.rows_first &&
		 plan->rows_max > FIRST_ROWS)
		plan->rows_max = FIRST_ROWS;
	q->facts.crew = q->q.crew;
	q->facts.cancel = watch ? &watch->cancel : NULL;
	gather_want_facts(g, &q->facts);
	facts_borrow(&q->facts, plan->snap, q->q.style, wants_all(plan) ? q->n : 0);
	gather_use_facts(g, &q->facts);
	if (q->q.view->rows == VIEW_ROWS_PENDING) {
		pending_gather(g, threads_of(plan, plan->end - plan->snap->first));
		q->n = 1;
	} else if (scan_rows(&scan, q->n, err) < 0) {
		return err->code;
	}
	gather_order_list(g);
	*extent = extent_of(plan, g, atomic_load(&scan.was_stopped));
	return 0;
}

/* Make the table of Q, which is taken, as much of it as its time allows, at *EXTENT. */
static struct table *
run(struct inquiry *q, enum extent *extent, struct err *err)
{
	struct table *table;
	size_t n_summed = 0, n_in_nodes = 0, n_by_fd = 0;
	bool is_stopped;

	if (gather(q, extent, err) < 0) {
		inquiry_free(q);
		return NULL;
	}
	entities_add_rows(q->gathers, q->n);
	entities_add_histories(q->gathers, q->n);
	is_stopped = is_cancelled(&q->plan);
	/* Whoever is told of a part has no snapshot to make more of it. */
	if (*extent != EXTENT_ALL)
		q->q.rows_first = 0;
	for (unsigned i = 0; i < q->n; i++) {
		n_summed += q->gathers[i]->n_summed;
		n_in_nodes += q->gathers[i]->n_in_nodes;
		n_by_fd += q->gathers[i]->n_by_fd;
	}
	table = answer_new(q);
	table->n_summed = n_summed;
	table->n_in_nodes = n_in_nodes;
	table->n_by_fd = n_by_fd;
	table->is_partial |= is_stopped || *extent != EXTENT_ALL;
	return table;
}

/* Q about SNAP, made ready. The caller owns it. */
static struct inquiry *
inquiry_new(const struct snapshot *snap, const struct query *q, struct err *err)
{
	struct inquiry *inquiry = xzalloc(sizeof(*inquiry));

	inquiry->q = *q;
	if (!make_plan(&inquiry->plan, snap, &inquiry->q, err))
		return inquiry;
	inquiry_free(inquiry);
	return NULL;
}

struct table *
query_run(const struct snapshot *snap, const struct query *q, struct err *err)
{
	struct query_watch *watch = q->watch;
	uint64_t start_ns = now_ns(), limit_ns = 0;
	enum extent extent = EXTENT_ALL;
	struct inquiry *inquiry;
	struct table *table;
	struct err ignored;

	err = err ? err : &ignored;
	if (watch && watch->partial)
		limit_ns = watch->first_ns ? watch->first_ns : QUERY_FIRST_NS;
	for (;;) {
		inquiry = inquiry_new(snap, q, err);
		if (!inquiry)
			return NULL;
		if (watch)
			atomic_store(&watch->n_all,
				     inquiry->plan.end - inquiry->plan.scan_first);
		inquiry->plan.stop_ns = limit_ns ? start_ns + limit_ns : 0;
		table = run(inquiry, &extent, err);
		if (!table || extent == EXTENT_ALL)
			return table;
		if (table->n_rows)
			watch->partial(watch->ctx, table);
		else
			table_free(table);
		limit_ns = extent == EXTENT_PART ? limit_ns * LATER : 0;
	}
}

/* Find out what a query about V, else as Q, would ask of descriptors: it is kept. What makes no
 * sense asks nothing. */
static void
make_facts(const struct snapshot *snap, const struct query *q, const struct view *v)
{
	struct facts_list facts = { .cancel = q->watch ? &q->watch->cancel : NULL };
	struct query of = *q;
	struct gather *g;
	struct plan plan;
	struct err err;

	of.view = v;
	if (make_plan(&plan, snap, &of, &err) < 0 || !wants_all(&plan))
		return;
	g = gather_new(&plan, &err);
	if (g) {
		gather_want_facts(g, &facts);
		facts_borrow(&facts, snap, q->style, 1);
		facts_fini(&facts);
	}
	gather_free(g);
}

static bool
is_stopped(const struct query *q)
{
	return q->watch && atomic_load(&q->watch->cancel);
}

static void
look_away(void *ctx, struct cursor *c, const uint64_t *rows)
{
	(void)ctx;
	(void)c;
	(void)rows;
}

/* Ask the condition of view number I of VIEWS of all rows, if that costs much and none
 * before it has the same: what it says is kept. */
static void
ask_filter(const struct snapshot *snap, const struct query *q, const struct view *const *views,
	   size_t i)
{
	const struct matches_question question = {
		.filters = &views[i]->filter.text, .n_filters = 1, .style = q->style,
		.options = q->options,
	};
	struct matches *m;

	if (!views[i]->filter.filter)
		return;
	for (size_t k = 0; k < i; k++)
		if (views[k]->filter.filter &&
		    !strcmp(views[k]->filter.text, views[i]->filter.text))
			return;
	m = matches_new(snap, &question, NULL);
	for (size_t k = 0; m && k < snap->n_chunks && matches_needs_bytes(m) && !is_stopped(q); k++)
		matches_in_chunk(m, k, look_away, NULL);
	matches_free(m);
}

/* Does a query about V, else as Q, look into the bytes of the rows that the view wants? */
static bool
asks_bytes(const struct snapshot *snap, const struct query *q, const struct view *v)
{
	struct query of = *q;
	struct gather *g;
	struct plan plan;
	struct err err;
	bool asks;

	of.view = v;
	if (!v->filter.filter || make_plan(&plan, snap, &of, &err) < 0)
		return false;
	g = gather_new(&plan, &err);
	asks = g && gather_asks_bytes(g);
	gather_free(g);
	return asks;
}

/* Ask about V, if that looks into bytes: what stands there is kept, the table is not. */
static void
ask_bytes(const struct snapshot *snap, const struct query *q, const struct view *v)
{
	struct query of = *q;
	struct err err;

	of.view = v;
	of.n_threads = 1;
	if (asks_bytes(snap, q, v))
		table_free(query_run(snap, &of, &err));
}

void
query_prepare(const struct snapshot *snap, const struct query *q,
	      const struct view *const *views, size_t n)
{
	for (size_t i = 0; i < n && !is_stopped(q); i++)
		make_facts(snap, q, views[i]);
	for (size_t i = 0; i < n && !is_stopped(q); i++)
		ask_filter(snap, q, views, i);
	for (size_t i = 0; i < n && !is_stopped(q); i++)
		ask_bytes(snap, q, views[i]);
}

void
table_make(const struct table *t, size_t row)
{
	answer_make(t, row);
}

size_t
table_find(const struct table *t, table_is_fn *is, const void *ctx)
{
	return answer_find(t, is, ctx);
}

bool
table_sort(struct table *t, const char *sort, bool descending)
{
	return answer_sort(t, sort, descending);
}

void
table_free(struct table *t)
{
	answer_free(t);
}
