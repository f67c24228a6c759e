/*
 * cpu_total - all slices of a timeline of CPU time together are the total of the CPU column
 * of the table below it, whole and for each of its first rows.
 *
 *	cpu_total CAPTURE
 *
 * It prints what it found, in seconds; the last line is "seconds of CPU in all, tables, wrong
 * ones". It ends with 1 where one is wrong.
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/capture/capture.h"
#include "engine/query/path.h"
#include "engine/query/query.h"
#include "engine/query/slices.h"
#include "engine/query/view_set.h"
#include "engine/store/store.h"

#define SLICES 300
#define ROWS 20				/* of each table, that are looked at one by one */

static const char *const asked[] = {
	"threads", "procs", "procs_cpu", "process_tree", "containers", "kubernetes_pods",
};

struct found {
	double all_s;
	size_t n, n_wrong;
};

static const struct cell *
total_of(const struct table *t)
{
	for (size_t i = 0; i < t->n_columns; i++)
		if (t->columns[i]->source == VIEW_FROM_CPU)
			return &t->totals[i];
	die("%s has no CPU column", t->view->id);
}

/* Compare what V says below the N conditions FILTERS; how many seconds it is. */
static double
compare(const struct snapshot *snap, const struct view *v, const char *const *filters, size_t n,
	struct found *found)
{
	const struct query query = { .view = v, .filters = filters, .n_filters = n };
	const char *all[3] = { n ? filters[0] : NULL };
	struct slices_question q = { .filters = all, .n_filters = n, .measure = SLICES_CPU,
				     .rows_of = v };
	double counts[SLICES], sum = 0, want = 0;
	bool is_lost[SLICES], is_right;
	struct slices s = { .n = SLICES, .counts = counts, .is_lost = is_lost };
	const struct cell *total;
	struct err err = { 0 };
	struct table *t = query_run(snap, &query, &err);

	if (v->filter.filter)
		all[q.n_filters++] = v->filter.text;
	if (!t || !slices_bounds(snap, &s.from_ns, &s.to_ns) ||
	    slices_count(snap, &q, &s, &err) < 0)
		die("%s: %s", v->id, err.text);
	total = total_of(t);
	if (total->state != CELL_MISSING)
		want = total->value.d / 100 * (double)(t->to_ns - t->from_ns);
	for (size_t i = 0; i < s.n; i++)
		sum += counts[i];
	/* Where a switch is missing neither of them knows. */
	is_right = isnan(sum) || (s.is_known == (total->state != CELL_MISSING) &&
				  fabs(sum - want) < 1 + 1e-9 * want);
	found->n++;
	found->n_wrong += !is_right;
	if (!is_right || !n)
		printf("%s %s: %.9f s, the table says %.9f s%s\n", v->id, n ? filters[0] : "",
		       sum / 1e9, want / 1e9, is_right ? "" : ", which is WRONG");
	table_free(t);
	return sum / 1e9;
}

/* The same below each of its first rows. */
static void
compare_rows(const struct snapshot *snap, const struct view *v, struct found *found)
{
	struct err err = { 0 };
	struct table *t = query_run(snap, &(struct query){ .view = v }, &err);

	for (size_t i = 0; t && i < t->n_rows && i < ROWS; i++) {
		const struct cell *key = &table_row(t, i)->cells[0];
		struct text condition = { 0 };
		const char *filter;

		if (key->state == CELL_MISSING)
			continue;
		path_condition(t->columns[0], key, &condition);
		text_char(&condition, '\0');
		filter = condition.p;
		compare(snap, v, &filter, 1, found);
		text_fini(&condition);
	}
	table_free(t);
}

int
main(int argc, char **argv)
{
	const struct capture_options options = { .reread = true };
	struct capture_input input = { .name = argc > 1 ? argv[1] : "" };
	struct view_set *views = view_set_new(NULL);
	struct store *store = store_new(0);
	struct found found = { 0 };
	struct source *source;
	struct snapshot *snap;
	struct record rec;
	struct err err = { 0 };

	input.fd = open(input.name, O_RDONLY | O_CLOEXEC);
	source = input.fd < 0 ? NULL : capture_open(&input, 1, &options, &err);
	if (!source)
		die("%s: it cannot be read: %s", input.name, err.text);
	store_set_source(store, source);
	while (source_next(source, &rec))
		store_take(store, &rec);
	store_end(store);
	store_publish(store);
	snap = store_snapshot(store);
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		const struct view *v = view_set_find(views, asked[i]);
		double all_s = compare(snap, v, NULL, 0, &found);

		found.all_s = i ? found.all_s : all_s;
		compare_rows(snap, v, &found);
	}
	printf("%.3f %zu %zu\n", found.all_s, found.n, found.n_wrong);
	snapshot_free(snap);
	store_free(store);
	source_close(source);
	view_set_free(views);
	return found.n_wrong > 0;
}
