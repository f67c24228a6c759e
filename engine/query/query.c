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
#include "engine/query/firsts.h"
#include "engine/query/gather.h"
#include "engine/query/matches.h"
#include "engine/query/pending.h"
#include "engine/store/pyramid.h"
#include "engine/store/sums.h"

#define NEAR_END 512u			/* events */
#define LATER 8u			/* times as long until more is told */
#define FIRST_ROWS 1000u		/* of a list that is told of before it is whole */
#define NEAR_CHUNKS 2u			/* before a window, that are looked at first */
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
	plan->scan_first = plan->first;
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

/* Is there anything before the window that decides what is shown? */
static bool
looks_back(const struct plan *plan)
{
	return plan->q->view->only_new && plan->first > plan->snap->first;
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

/* Is nothing left to be looked for? */
static bool
has_found_all(const struct plan *plan)
{
	return plan->among && !atomic_load_explicit(&plan->among->n_left, memory_order_relaxed);
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
	if (is_cancelled(plan) || has_found_all(plan) || (g->has_chunks && plan_is_over(plan)) ||
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
		if (!is_cancelled(scan->plan) && !has_found_all(scan->plan))
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
	/* What was before is mostly not long before. */
	for (size_t i = 0; scan->plan->among && i < n_chunks / 2; i++) {
		size_t chunk = scan->chunks[i];

		scan->chunks[i] = scan->chunks[n_chunks - 1 - i];
		scan->chunks[n_chunks - 1 - i] = chunk;
	}
	scan->n = n;
	for (unsigned i = 0; i < n; i++) {
		atomic_store(&scan->next[i], n_chunks * i / n);
		scan->last[i] = n_chunks * (i + 1) / n;
	}
	return n_chunks;
}

/* How many rows a chunk of SNAP has. */
static uint64_t
rows_each(const struct snapshot *snap)
{
	return snap->n_chunks > 1 ? snap->chunks[0].n : CHUNK_ROWS;
}

/* How many threads look at N_ROWS. */
static unsigned
threads_of(const struct plan *plan, uint64_t n_rows)
{
	unsigned n = plan->q->n_threads ? plan->q->n_threads : crew_size(plan->q->crew);
	size_t chunks = 1 + (size_t)(n_rows / rows_each(plan->snap));

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

/* Let Q, whose first gatherer is there, gather all that it asks for; *WAS_STOPPED: not all. */
static int
gather_all(struct inquiry *q, bool *was_stopped, struct err *err)
{
	const struct query_watch *watch = q->q.watch;
	struct plan *plan = &q->plan;
	struct scan scan = { .plan = plan, .facts = &q->facts, .gathers = q->gathers };
	struct gather *g = q->gathers[0];
	bool is_far = plan->among && plan->end - plan->scan_first >
				     NEAR_CHUNKS * rows_each(plan->snap);

	/* The window was looked at before. */
	if (plan->among)
		atomic_store(&scan.n_done, plan->among->of->plan->end - plan->end);
	q->n = threads_of(plan, plan->end - plan->scan_first);
	q->facts.crew = q->q.crew;
	q->facts.cancel = watch ? &watch->cancel : NULL;
	gather_want_facts(g, &q->facts);
	facts_borrow(&q->facts, plan->snap, q->q.style, wants_all(plan) || is_far ? q->n : 0);
	gather_use_facts(g, &q->facts);
	if (plan->among && is_far)
		gather_find_least(g, q->facts.kinds);
	if (q->q.view->rows == VIEW_ROWS_PENDING) {
		pending_gather(g, threads_of(plan, plan->end - plan->snap->first));
		q->n = 1;
	} else if (scan_rows(&scan, q->n, err) < 0) {
		return err->code;
	}
	gather_order_list(g);
	*was_stopped = atomic_load(&scan.was_stopped);
	return 0;
}

/* Has Q looked at all that there is, and at all bytes that it had to? */
static bool
has_all(const struct inquiry *q)
{
	const struct plan *plan = &q->plan;

	for (unsigned i = 0; i < q->n; i++)
		if (q->gathers[i]->cursor->n_unread)
			return false;
	return plan->first == plan->snap->first && plan->end == plan->snap->end &&
	       !is_cancelled(plan);
}

/* Look for those AMONG the groups of Q that there was something of in events FIRST to END - 1,
 * which are before its window. */
static int
look_among(const struct inquiry *q, struct among *among, uint64_t first, uint64_t end)
{
	struct inquiry *past = xzalloc(sizeof(*past));
	struct plan *plan = &past->plan;
	bool was_stopped;
	struct err err;
	int rc;

	past->q = q->q;
	*plan = q->plan;
	plan->q = &past->q;
	plan->n_columns = plan->n_keys;
	plan->scan_first = first;
	plan->first = plan->end = end;
	plan->among = among;
	past->gathers[0] = gather_new(plan, &err);
	past->n = 1;
	rc = past->gathers[0] ? gather_all(past, &was_stopped, &err) : err.code;
	inquiry_free(past);
	return rc;
}

/* Q has gathered what is in its window: find out which groups there was something of before
 * it. Most of what is not new was there not long ago. */
static void
look_before(const struct inquiry *q)
{
	struct among among = { .of = q->gathers[0], .n_left = q->gathers[0]->n_groups };
	uint64_t first = q->plan.snap->first, end = q->plan.first;
	uint64_t near_rows = NEAR_CHUNKS * rows_each(q->plan.snap);
	uint64_t near = end - first > near_rows ? end - near_rows : first;

	/* What could be asked of the window can be asked of what was before. */
	if (among.n_left && !look_among(q, &among, near, end) && among.n_left && near > first)
		look_among(q, &among, first, near);
	free(among.least);
}

/* Q is about what is new, and has looked at all that there is: keep which events are the first
 * ones. */
static void
keep_firsts(const struct inquiry *q)
{
	struct firsts *f = firsts_borrow(q->gathers[0]);

	firsts_give_back(f ? f : firsts_keep(q->gathers[0]));
}

/* Find out what Q asks for, groups or a list of events: as much as its time allows, at
 * *EXTENT. */
static int
gather(struct inquiry *q, enum extent *extent, struct err *err)
{
	struct plan *plan = &q->plan;
	struct gather *g = q->gathers[0] = gather_new(plan, err);
	bool was_stopped, has_past = looks_back(plan);

	q->n = 1;
	if (!g)
		return err->code;
	if (has_past && firsts_are_kept(plan->snap))
		plan->firsts = q->firsts = firsts_borrow(g);
	/* Half of the events before a window do not tell what is new in it. */
	if (!gather_asks_bytes(g) || (has_past && !plan->firsts))
		plan->stop_ns = 0;
	else if (plan->stop_ns && gather_shows_bytes(g) && !q->q.rows_first &&
		 plan->rows_max > FIRST_ROWS)
		plan->rows_max = FIRST_ROWS;
	if (gather_all(q, &was_stopped, err) < 0)
		return err->code;
	if (has_past && !plan->firsts)
		look_before(q);
	*extent = extent_of(plan, g, was_stopped);
	if (q->q.view->only_new && !was_stopped && has_all(q) && firsts_are_kept(plan->snap))
		keep_firsts(q);
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
				     inquiry->plan.end - (looks_back(&inquiry->plan) ?
							  snap->first : inquiry->plan.first));
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

/* Find out which events are the first of the keys of V, which is about what is new. */
static void
find_firsts(const struct snapshot *snap, const struct query *q, const struct view *v)
{
	struct query of = *q;
	struct inquiry *all;
	bool was_stopped;
	struct err err;

	of.view = v;
	of.n_threads = 1;
	all = v->only_new && firsts_are_kept(snap) ? inquiry_new(snap, &of, &err) : NULL;
	if (!all)
		return;
	all->plan.n_columns = all->plan.n_keys;
	all->n = 1;
	all->gathers[0] = gather_new(&all->plan, &err);
	if (all->gathers[0] && !gather_all(all, &was_stopped, &err) && !was_stopped &&
	    has_all(all))
		keep_firsts(all);
	inquiry_free(all);
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
	for (size_t i = 0; i < n && !is_stopped(q); i++)
		find_firsts(snap, q, views[i]);
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
