#include "ui/browse.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/table.h"
#include "engine/query/view.h"
#include "engine/store/store.h"
#include "ui/columns.h"
#include "ui/reproduce.h"
#include "ui/save.h"
#include "ui/save_capture.h"
#include "ui/show_command.h"

/* The table that is seen, with the columns that are shown, in their order. */
struct saved {
	struct browse *browse;
	struct table table;
	struct view_column *columns;	/* copies, hidden as the user wants it */
	const struct view_column **pointers;
	size_t order[COLUMNS_ENTRIES_MAX];	/* which cell of a row stands where */
};

/* The cells at FROM in the order of S, at TO. */
static const struct cell *
put_cells(const struct saved *s, const struct cell *from, struct cell *to)
{
	for (size_t i = 0; i < s->table.n_columns; i++)
		to[i] = from[s->order[i]];
	return to;
}

static int
write_table(void *ctx, const char *path, int fd, const atomic_bool *cancel)
{
	const struct saved *s = ctx;
	const struct table *t = &s->table;
	struct cell *cells = xreallocarray(NULL, (t->n_rows + 1) * t->n_columns + 1,
					   sizeof(*cells));
	struct table_row *rows = xreallocarray(NULL, t->n_rows + 1, sizeof(*rows));
	struct table ordered = *t;
	int code;

	ordered.totals = put_cells(s, t->totals, cells);
	for (size_t i = 0; i < t->n_rows; i++) {
		rows[i] = t->rows[i];
		rows[i].cells = put_cells(s, table_row(t, i)->cells,
					  cells + (i + 1) * t->n_columns);
	}
	ordered.rows = rows;
	code = s->browse->screen.app->o->write_table(&ordered, path, fd, cancel);
	free(rows);
	free(cells);
	return code;
}

/* Column number CELL of the table is the next one, at AT. */
static void
put_column(struct saved *s, size_t at, size_t cell, bool is_hidden)
{
	s->order[at] = cell;
	s->columns[at] = *s->browse->table.table->columns[cell];
	s->columns[at].is_hidden = is_hidden;
	s->pointers[at] = &s->columns[at];
}

static void
saved_free(void *ctx)
{
	struct saved *s = ctx;

	s->browse->is_lent = false;
	free(s->columns);
	free(s->pointers);
	free(s);
}

static struct saved *
saved_new(struct browse *b)
{
	const struct app *a = b->screen.app;
	const struct table *t = b->table.table;
	struct column_choice list[COLUMNS_ENTRIES_MAX];
	size_t n = columns_list(&a->columns, t->view, a->o->variant, list, COLUMNS_ENTRIES_MAX);
	bool is_put[COLUMNS_ENTRIES_MAX] = { false };
	struct saved *s = xzalloc(sizeof(*s));
	size_t at = 0;

	/* Another thread will read it. */
	table_make(t, t->n_rows);
	s->browse = b;
	s->table = *t;
	s->columns = xreallocarray(NULL, t->n_columns + 1, sizeof(*s->columns));
	s->pointers = xreallocarray(NULL, t->n_columns + 1, sizeof(*s->pointers));
	for (size_t i = 0; i < n; i++) {
		size_t cell = list[i].cell;

		if (cell >= t->n_columns || cell >= COLUMNS_ENTRIES_MAX || is_put[cell])
			continue;
		is_put[cell] = true;
		put_column(s, at++, cell, !list[i].is_shown);
	}
	/* What nobody can choose is in no list. */
	for (size_t i = 0; i < t->n_columns && i < COLUMNS_ENTRIES_MAX; i++)
		if (!is_put[i])
			put_column(s, at++, i, t->columns[i]->is_hidden);
	s->table.n_columns = at;
	s->table.columns = s->pointers;
	b->is_lent = true;
	return s;
}

void
browse_save(void *browse)
{
	struct browse *b = browse;
	struct app *a = b->screen.app;
	struct save_job job = { .write = write_table, .free = saved_free };
	struct text name = { 0 };

	if (!browse_has_table(b)) {
		app_note(a, STYLE_DIM, "there is no table yet");
		return;
	}
	job.ctx = saved_new(b);
	text_fmt(&name, "%s.txt", b->table.table->view->id);
	text_char(&name, '\0');
	save_open(a, name.p, &job);
	text_fini(&name);
}

/* What is seen, to show or write it otherwise. FILTERS has room for all. */
static struct reproduce
what_is_seen(struct browse *b, const char **filters)
{
	const struct drill_level *l = browse_level(b);

	return (struct reproduce){
		.view = l->view->id, .filters = filters,
		.n_filters = drill_filters(&b->drill, filters), .from_ns = b->from_ns,
		.to_ns = b->to_ns, .sort = l->sort, .is_descending = l->is_descending };
}

void
browse_show_command(void *screen)
{
	struct browse *b = screen;
	const char *filters[DRILL_FILTERS_MAX];
	struct reproduce r = what_is_seen(b, filters);

	show_command(b->screen.app, SHOW_TABLE, &r);
}

/* The events of what is seen: from *FIRST to *END - 1. */
static void
find_events(struct browse *b, uint64_t *first, uint64_t *end)
{
	const struct table *t = b->table.table;
	struct snapshot *snap;

	/* A window that slides is where it was when its table was made. */
	if (t && browse_slides(b)) {
		*first = t->first_event;
		*end = t->first_event ? t->last_event + 1 : 0;
		return;
	}
	snap = store_snapshot(b->screen.app->store);
	*first = b->to_ns ? snapshot_split(snap, b->from_ns) : snap->first;
	*end = b->to_ns ? snapshot_split(snap, b->to_ns + 1) : snap->end;
	snapshot_free(snap);
}

void
browse_save_capture(void *screen)
{
	struct browse *b = screen;
	const char *filters[DRILL_FILTERS_MAX];
	struct reproduce r = what_is_seen(b, filters);
	uint64_t first, end;

	find_events(b, &first, &end);
	save_capture(b->screen.app, &r, first, end);
}
