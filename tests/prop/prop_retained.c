/* What the explorer's store keeps is the same once it was saved as a capture: every view shows
 * of the file what it showed of the window, whatever the window is and whatever is filtered.
 * Arguments: a capture, and a seed. */
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/matches.h"
#include "engine/query/query.h"
#include "engine/query/show.h"
#include "engine/query/view_set.h"
#include "engine/store/store.h"
#include "tests/lib/check.h"
#include "tests/lib/life.h"
#include "tests/lib/others.h"
#include "tests/lib/part.h"
#include "tests/lib/replay.h"
#include "tests/lib/tempdir.h"

#define LIVES 20
#define LIFE_EVENTS 700
#define WINDOWS 15

static struct tempdir dir;

/* A part of a store, and the same as a capture. */
struct pair {
	const char *name;
	struct store *kept, *saved;
	struct source *source;		/* of SAVED */
	uint64_t first, end, from_ns, to_ns;
	const char *filter;		/* NULL: none */
	bool is_plausible;		/* what programs of it do makes sense */
};

/* Tables as text ------------------------------------------------------------ */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The rows of T, each as a text, in the order of these. */
static char **
rows_of(const struct table *t)
{
	char **rows = xreallocarray(NULL, t->n_rows + 1, sizeof(*rows));

	for (size_t i = 0; i < t->n_rows; i++) {
		struct text row = { 0 };

		for (size_t c = 0; c < t->n_columns; c++) {
			/* By switches alone it is known of what was seen from its
			 * beginning; samples have a test of their own. */
			if (t->columns[c]->source == VIEW_FROM_CPU)
				continue;
			show_exact(t->columns[c], &table_row(t, i)->cells[c], &row);
			text_char(&row, '|');
		}
		text_char(&row, '\0');
		rows[i] = row.p;
	}
	qsort(rows, t->n_rows, sizeof(*rows), by_text);
	return rows;
}

static struct table *
ask(struct store *s, const struct view *v, const struct pair *p, bool is_part)
{
	struct snapshot *snap = store_snapshot(s);
	struct query q = { .view = v, .from_ns = p->from_ns, .to_ns = p->to_ns,
			   .filters = &p->filter, .n_filters = p->filter != NULL };
	struct err err = { 0 };
	struct table *t;

	if (is_part) {
		q.first = p->first;
		q.end = p->end;
	}
	t = query_run(snap, &q, &err);
	if (!t)
		die("%s: %s", v->id, err.text);
	snapshot_free(snap);
	return t;
}

static void
compare(const struct pair *p, const struct view *v)
{
	struct table *a = ask(p->kept, v, p, true), *b = ask(p->saved, v, p, false);
	char **x = rows_of(a), **y = rows_of(b);
	size_t n = 0;

	while (n < a->n_rows && n < b->n_rows && !strcmp(x[n], y[n]))
		n++;
	if (!CHECK(n == a->n_rows && n == b->n_rows, "%s %llu-%llu %s: %s", p->name,
		   (unsigned long long)p->first, (unsigned long long)p->end,
		   p->filter ? p->filter : "", v->id))
		printf("# row %zu of %zu, %zu\n# %s\n# %s\n", n, a->n_rows, b->n_rows,
		       n < a->n_rows ? x[n] : "-", n < b->n_rows ? y[n] : "-");
	for (size_t i = 0; i < a->n_rows; i++)
		free(x[i]);
	for (size_t i = 0; i < b->n_rows; i++)
		free(y[i]);
	free(x);
	free(y);
	table_free(a);
	table_free(b);
}

/* Saving -------------------------------------------------------------------- */

static void
save(struct pair *p)
{
	struct explore_part part = { .store = p->kept, .first = p->first, .end = p->end,
				     .filters = &p->filter, .n_filters = p->filter != NULL };
	char path[256];
	int code = part_write(&part, tempdir_path(&dir, "part.scap", path));

	CHECK(!code && !part.n_gone && !part.n_unread, "%s: saved, %d", p->name, code);
	p->saved = part_load(path, &p->source);
}

/* A file has nothing of before it: to which something would be new, nor calls that were entered
 * then and do not return in it. */
static bool
is_asked(const struct view *v)
{
	return v->kind == VIEW_TABLE && !v->only_new && v->rows != VIEW_ROWS_PENDING;
}

/* The numbers of events that are shown: how many there are in P's part of S. */
static uint64_t
shown(struct store *s, const struct pair *p, bool is_part)
{
	struct snapshot *snap = store_snapshot(s);
	struct matches_question q = { .filters = &p->filter, .n_filters = p->filter != NULL };
	struct matches *m = matches_new(snap, &q, NULL);
	uint64_t numbers[512], n = 0;
	bool is_done = false;

	while (!is_done) {
		size_t found = matches_more(m, ARRAY_LEN(numbers), numbers, &is_done);

		for (size_t i = 0; i < found; i++)
			n += !is_part || (numbers[i] >= p->first && numbers[i] < p->end);
	}
	matches_free(m);
	snapshot_free(snap);
	return n;
}

/* How many events there are in P's part of S. */
static uint64_t
count(struct store *s, const struct pair *p, const struct view_set *views, bool is_part)
{
	struct table *t = ask(s, view_set_find(views, "syscalls"), p, is_part);
	uint64_t n = 0;

	for (size_t i = 0; i < t->n_columns; i++)
		if (!strcmp(t->columns[i]->name, "CALLS"))
			n = t->totals[i].value.u;
	table_free(t);
	return n;
}

static void
check_window(struct pair *p, const struct view_set *views)
{
	struct snapshot *snap = store_snapshot(p->kept);

	query_times(snap, p->first, p->end, &p->from_ns, &p->to_ns);
	snapshot_free(snap);
	save(p);
	for (size_t i = 0; i < view_set_count(views) && p->is_plausible; i++)
		if (is_asked(view_set_at(views, i)))
			compare(p, view_set_at(views, i));
	CHECK(count(p->kept, p, views, true) == count(p->saved, p, views, false),
	      "%s %llu-%llu %s: as many calls", p->name, (unsigned long long)p->first,
	      (unsigned long long)p->end, p->filter ? p->filter : "");
	CHECK(shown(p->kept, p, true) == shown(p->saved, p, false),
	      "%s %llu-%llu %s: as many events", p->name, (unsigned long long)p->first,
	      (unsigned long long)p->end,
	      p->filter ? p->filter : "");
	store_free(p->saved);
	source_close(p->source);
}

static const char *const filters[] = {
	NULL, "evt.type in (read, write, openat)", "proc.pid > 3", "evt.failed = true",
	"fd.type = file or evt.latency > 1000",
};

/* Conditions that no state decides. */
static const char *const of_events[] = {
	NULL, "evt.type in (read, write, openat)", "evt.failed = true", "evt.cpu = 0",
};

/* Fill P's store with B, as the running system fills it: it has the bytes of events. */
static uint64_t
fill(struct pair *p, const struct scap *b)
{
	struct source *source = replay_open(b->p, b->len, NULL);
	struct snapshot *snap;
	struct record rec;
	uint64_t n;

	p->kept = store_new(0);
	while (source_next(source, &rec))
		store_take(p->kept, &rec);
	store_publish(p->kept);
	source_close(source);
	snap = store_snapshot(p->kept);
	n = snap->end - 1;
	snapshot_free(snap);
	return n;
}

/* Save parts of B, which are chosen at random, but for the first, which is all of it. */
static void
check_capture(struct pair *p, const struct scap *b, const struct view_set *views,
	      struct rng *rng)
{
	uint64_t n = fill(p, b);

	for (size_t i = 0; i < WINDOWS && n; i++) {
		p->first = i ? 1 + rng_below(rng, n) : 1;
		p->end = i ? p->first + 1 + rng_below(rng, n - p->first + 1) : n + 1;
		p->filter = p->is_plausible ? filters[i % ARRAY_LEN(filters)] :
			    of_events[i % ARRAY_LEN(of_events)];
		check_window(p, views);
	}
	store_end(p->kept);
	store_free(p->kept);
}

int
main(int argc, char **argv)
{
	struct view_set *views = view_set_new(NULL);
	struct rng rng = rng_from_args(argc - 2, argv + 2);
	struct scap b = { 0 };

	if (argc < 2 || !others_read(&b, argv[1]))
		die("which capture?");
	tempdir_init(&dir);
	check_capture(&(struct pair){ .name = "capture", .is_plausible = true }, &b, views, &rng);
	for (int i = 0; i < LIVES; i++) {
		b.len = 0;
		life_capture(&b, &rng, LIFE_EVENTS);
		check_capture(&(struct pair){ .name = "life" }, &b, views, &rng);
	}
	tempdir_fini(&dir);
	view_set_free(views);
	scap_fini(&b);
	return check_done();
}
