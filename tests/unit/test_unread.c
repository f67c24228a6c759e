/* A file that is cut while its tables are asked for: what could not be read again is told,
 * and is no answer that is kept. Most views never look into the file again. */
#include <fcntl.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/capture/capture.h"
#include "engine/field/operand.h"
#include "engine/query/query.h"
#include "engine/query/show.h"
#include "engine/query/view_set.h"
#include "engine/store/store.h"
#include "tests/lib/check.h"
#include "tests/lib/life.h"
#include "tests/lib/tempdir.h"

#define EVENTS 3000			/* of each section */

static void
write_file(const char *path, const struct scap *b, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, b->p, len) != (ssize_t)len || close(fd) < 0)
		die("cannot write %s", path);
}

static struct source *
load(struct store *s, const char *path)
{
	const struct capture_options options = { .reread = true };
	struct capture_input input = { .name = path, .fd = open(path, O_RDONLY | O_CLOEXEC) };
	struct record rec;
	struct err err;
	struct source *source = capture_open(&input, 1, &options, &err);

	if (!source)
		die("%s: %s", path, err.text);
	store_set_source(s, source);
	while (source_next(source, &rec))
		store_take(s, &rec);
	store_end(s);
	store_publish(s);
	return source;
}

/* How many events of the view FILTER wants; at *N_UNREAD how often bytes were gone. */
static uint64_t
count(struct store *s, const struct view_set *views, const char *filter, uint64_t *n_unread)
{
	struct snapshot *snap = store_snapshot(s);
	struct query q = { .view = view_set_find(views, "syscalls"), .filters = &filter,
			   .n_filters = 1 };
	struct table *t = query_run(snap, &q, NULL);
	uint64_t n = 0;

	for (size_t i = 0; i < t->n_columns; i++)
		if (!strcmp(t->columns[i]->name, "CALLS"))
			n = t->totals[i].value.u;
	*n_unread = t->n_unread;
	table_free(t);
	snapshot_free(snap);
	return n;
}

/* Does V show what stands in events, or ask for it? */
static bool
is_of_bytes(const struct view *v)
{
	for (size_t i = 0; i < v->n_columns; i++)
		if (v->columns[i].of.operand &&
		    operand_scope(v->columns[i].of.operand) == OF_PAYLOAD)
			return true;
	return v->filter.filter && strstr(v->filter.text, "evt.arg");
}

static bool
is_same_cell(const struct cell *a, const struct cell *b, const struct view_column *c)
{
	struct text of_a = { 0 }, of_b = { 0 };
	bool is_same;

	show_exact(c, a, &of_a);
	show_exact(c, b, &of_b);
	is_same = a->state == b->state && of_a.len == of_b.len &&
		  (!of_a.len || !memcmp(of_a.p, of_b.p, of_a.len));
	text_fini(&of_a);
	text_fini(&of_b);
	return is_same;
}

/* Cells of A that B has otherwise. */
static size_t
n_other_cells(const struct table *a, const struct table *b)
{
	size_t n = 0;

	if (a->n_rows != b->n_rows)
		return SIZE_MAX;
	for (size_t i = 0; i < a->n_rows; i++)
		for (size_t k = 0; k < a->n_columns; k++)
			n += !is_same_cell(&a->rows[i].cells[k], &b->rows[i].cells[k],
					   a->columns[k]);
	return n;
}

/* All views of the capture at PATH, whose bytes are B, before it is emptied and after: each
 * time anew, since answers are kept. */
static void
check_views(const char *path, const struct scap *b, const struct view_set *views)
{
	struct store *stores[2];
	struct source *sources[2];
	struct snapshot *snaps[2];

	for (int i = 0; i < 2; i++) {
		stores[i] = store_new(0);
		sources[i] = load(stores[i], path);
		snaps[i] = store_snapshot(stores[i]);
	}
	for (size_t i = 0; i < view_set_count(views); i++) {
		const struct view *v = view_set_at(views, i);
		struct query q = { .view = v, .variant = VIEW_PODS, .n_threads = 1 };
		struct table *whole, *cut;
		size_t n_other;

		if (is_of_bytes(v) || v->kind != VIEW_TABLE)
			continue;
		write_file(path, b, b->len);
		whole = query_run(snaps[0], &q, NULL);
		write_file(path, b, 0);
		cut = query_run(snaps[1], &q, NULL);
		n_other = n_other_cells(whole, cut);
		CHECK(!n_other && !cut->n_unread, "%s needs no bytes (%zu and %zu rows, %zu cells "
		      "differ, %llu events not read)", v->id, whole->n_rows, cut->n_rows, n_other,
		      (unsigned long long)cut->n_unread);
		table_free(whole);
		table_free(cut);
	}
	for (int i = 0; i < 2; i++) {
		snapshot_free(snaps[i]);
		store_free(stores[i]);
		source_close(sources[i]);
	}
	write_file(path, b, b->len);
}

int
main(void)
{
	struct view_set *views = view_set_new(NULL);
	struct rng rng = { 1 };
	struct store *s = store_new(0);
	struct source *source;
	struct tempdir dir;
	struct scap b = { 0 };
	uint64_t n, n_cut, n_unread;
	char path[256];

	tempdir_init(&dir);
	tempdir_path(&dir, "x.scap", path);
	life_capture(&b, &rng, EVENTS);
	write_file(path, &b, b.len);
	source = load(s, path);
	n = count(s, views, "evt.buffer contains hello", &n_unread);
	CHECK(n > 50 && !n_unread, "%llu calls, all of which were read",
	      (unsigned long long)n);
	write_file(path, &b, b.len / 3);
	n_cut = count(s, views, "evt.buffer contains ello", &n_unread);
	CHECK(n_cut < n && n_unread, "%llu were not", (unsigned long long)n_unread);
	write_file(path, &b, b.len);
	CHECK(count(s, views, "evt.buffer contains ello", &n_unread) == n && !n_unread,
	      "when they are back, so are the calls");
	store_free(s);
	source_close(source);
	check_views(path, &b, views);
	view_set_free(views);
	scap_fini(&b);
	tempdir_fini(&dir);
	return check_done();
}
