#include "engine/query/gather.h"

#include "tests/lib/check.h"
#include "tests/unit/query_kit.h"

#define ROWS 40				/* of a chunk */
#define CALLS 100

/* read, write and send, entered and returned, in another order in each chunk. */
static void
make(struct system *y)
{
	*y = (struct system){ .s = store_new(0) };
	store_set_chunks(y->s, ROWS, 1);
	store_take(y->s, &(struct record){ .kind = RECORD_SECTION, .section = { .name = "x" } });
	proc(y, 1, 0, "init");
	proc(y, 100, 1, "web");
	for (uint64_t i = 0; i < CALLS; i++) {
		unsigned what = (unsigned)(i / 7 + i % 3) % 3;

		scap_at(&y->b, START_NS + 10 * i, i % 2 ? 100 : 1, 0);
		scap_event(&y->b, what == 0 ? EV_READ_E : what == 1 ? EV_WRITE_E : EV_SEND_E,
			   N(0), N(100));
		y->b.ts_ns += 2;
		scap_event(&y->b, what == 0 ? EV_READ_X : what == 1 ? EV_WRITE_X : EV_SEND_X,
			   N(7), scap_empty());
	}
	feed(y);
	store_end(y->s);
	store_publish(y->s);
}

/* What a plain loop finds of the events that have returned with TYPE. */
static struct group
plain_group(const struct snapshot *snap, uint64_t type)
{
	struct cursor *c = cursor_new(snap, NULL);
	struct group group = { .n = 0 };

	for (uint64_t i = snap->first; i < snap->end; i++) {
		cursor_go_to(c, i);
		if (cursor_value(c, COL_TYPE) != type)
			continue;
		group.first = group.n++ ? group.first : i;
		group.last = i;
	}
	cursor_free(c);
	return group;
}

static void
check_groups(const struct gather *g, const char *what)
{
	const struct snapshot *snap = g->plan->snap;

	CHECK(g->n_groups == 3, "%s: there are %zu groups", what, g->n_groups);
	for (size_t i = 0; i < g->n_groups; i++) {
		const struct group *is = &g->groups[i];
		struct cursor *c = cursor_new(snap, NULL);
		struct group want;

		cursor_go_to(c, is->last);
		want = plain_group(snap, cursor_value(c, COL_TYPE));
		CHECK(is->n == want.n && is->first == want.first && is->last == want.last,
		      "  %llu calls from %llu to %llu, there are %llu from %llu to %llu",
		      (unsigned long long)is->n, (unsigned long long)is->first,
		      (unsigned long long)is->last, (unsigned long long)want.n,
		      (unsigned long long)want.first, (unsigned long long)want.last);
		cursor_free(c);
	}
	CHECK(g->n_summed, "  and what whole chunks add up to was asked");
}

/* Who is done with its own chunks helps others with earlier ones. */
static void
check_orders(const struct plan *plan)
{
	static const char *const names[] = { "in order", "the last one first", "odd ones first" };
	size_t n = plan->snap->n_chunks;

	for (unsigned order = 0; order < ARRAY_LEN(names); order++) {
		struct gather *g = gather_new(plan, NULL);

		for (size_t i = 0; i < n; i++) {
			size_t at = order == 0 ? i : order == 1 ? n - 1 - i :
				    i < n / 2 ? 2 * i + 1 : 2 * (i - n / 2);

			CHECK(gather_chunk(g, &plan->snap->chunks[at]), "chunk %zu", at);
		}
		check_groups(g, names[order]);
		gather_free(g);
	}
}

/* Two that have each a half: FIRST of them comes first. */
static void
check_merged(const struct plan *plan, unsigned first)
{
	struct gather *g[2] = { gather_new(plan, NULL), gather_new(plan, NULL) };
	size_t n = plan->snap->n_chunks;

	for (size_t i = 0; i < n; i++)
		gather_chunk(g[i < n / 2], &plan->snap->chunks[i]);
	gather_merge(g[first], g[!first]);
	check_groups(g[first], first ? "the first half takes the other" : "the other takes it");
	gather_free(g[first]);
	gather_free(g[!first]);
}

/* Calls that have no type of their own are told apart by their code, which is a column: none
 * is asked by itself. */
static void
check_codes(void)
{
	static const struct { uint16_t code; enum sift_verdict want; } calls[] = {
		{ 16, SIFT_YES }, { 14, SIFT_NO }, { 16, SIFT_YES },
		{ 0, SIFT_MAYBE },		/* only its number is told */
	};
	struct system y = { .s = store_new(0) };
	struct sift *s = sift_new("evt.type in (getpid, execve)", NULL, NULL);
	struct snapshot *snap;
	struct cursor *c;

	store_take(y.s, &(struct record){ .kind = RECORD_SECTION, .section = { .name = "x" } });
	proc(&y, 1, 0, "init");
	scap_at(&y.b, START_NS, 1, 0);
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		scap_event(&y.b, EV_GENERIC_X, N(calls[i].code), N(39));
	feed(&y);
	store_end(y.s);
	store_publish(y.s);
	snap = store_snapshot(y.s);
	c = cursor_new(snap, NULL);
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		cursor_go_to(c, snap->first + i);
		CHECK(sift_kind(s, c) == calls[i].want, "code %u: %d", calls[i].code,
		      sift_kind(s, c));
		CHECK(sift_row(s, c) == (calls[i].code != 14), "  the row itself");
	}
	cursor_free(c);
	sift_free(s);
	snapshot_free(snap);
	scap_fini(&y.b);
	store_free(y.s);
}

int
main(void)
{
	struct view_set *views = view_set_new(NULL);
	const struct view *v = view_set_find(views, "syscalls");
	const struct query q = { .view = v };
	struct snapshot *snap;
	struct plan plan;
	struct system y;

	make(&y);
	snap = store_snapshot(y.s);
	plan = (struct plan){ .q = &q, .snap = snap, .n_keys = 1, .first = snap->first,
			      .end = snap->end, .scan_first = snap->first,
			      .rows_max = QUERY_ROWS_MAX };
	for (size_t i = 0; i < v->n_columns && plan.n_columns < 6; i++)
		plan.columns[plan.n_columns++] = &v->columns[i];
	CHECK(snap->n_chunks >= 5, "%zu chunks", snap->n_chunks);
	check_orders(&plan);
	check_merged(&plan, 0);
	check_merged(&plan, 1);
	check_codes();
	snapshot_free(snap);
	scap_fini(&y.b);
	store_free(y.s);
	view_set_free(views);
	return check_done();
}
