#include "ui/browse.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/show.h"
#include "engine/query/view.h"
#include "engine/store/store.h"
#include "ui/row_id.h"
#include "ui/shown.h"
#include "ui/term.h"

#define MS 1000000u
/* While events come, questions are put again this often, and so that they take a part
 * of the time only. */
#define TABLE_EVERY_NS (250 * MS)
#define TABLE_SOON_NS (20 * MS)		/* while it has no rows yet, */
#define TABLE_REST_NS (500 * MS)	/* and a capture's waits no longer than this */
#define LINE_EVERY_NS (500 * MS)
#define SLIDE_EVERY_NS (500 * MS)
#define LOOKS_NS (300 * MS)		/* a question that takes longer says how far it is */
#define TABLE_SHARE 4
#define ROWS_FIRST 512u			/* of a table: more than fit on a screen */
#define LINE_SHARE 12

/* What is shown ---------------------------------------------------------- */

static void
show_columns(struct browse *b)
{
	const struct app *a = b->screen.app;
	const struct view *v = browse_level(b)->view;
	struct column_choice list[COLUMNS_ENTRIES_MAX];
	size_t n = columns_list(&a->columns, v, a->o->variant, list, COLUMNS_ENTRIES_MAX);

	b->shown_view = v;
	b->n_shown = 0;
	for (size_t i = 0; i < n; i++) {
		if (!list[i].is_shown || b->n_shown == GRID_COLUMNS_MAX)
			continue;
		b->shown[b->n_shown] = list[i].column;
		b->shown_cells[b->n_shown] = list[i].cell;
		b->columns[b->n_shown++] = shown_column(list, n, i);
	}
}

/* The name of the port in C, where names are asked for and it has one. */
static const char *
service_of(const struct browse *b, const struct view_column *of, const struct cell *c)
{
	const struct query_style *style = b->screen.app->o->style;
	const char *name;

	if (of->unit != U_PORT || c->state == CELL_MISSING || !style || !style->service)
		return NULL;
	name = style->service((uint16_t)c->value.u, false);
	return name ? name : style->service((uint16_t)c->value.u, true);
}

/* Times as people read them; everything else as any table has it. */
static void
put_value(const struct browse *b, const struct cell *c, size_t column, struct text *t)
{
	const struct view_column *of = b->shown[column];
	unsigned width = b->columns[column].width_cols;
	const char *service = service_of(b, of, c);

	if (service)
		text_str(t, service);
	else if (of->type == T_TIME && c->state != CELL_MISSING)
		clock_time(&b->screen.app->clock, c->value.u, t);
	else
		show_cell(of, c, width ? width : SIZE_MAX, t);
}

static void
put_cell(const void *ctx, size_t row, size_t column, struct text *t, enum style *s)
{
	const struct browse *b = ctx;
	const struct cell *c = &table_row(b->table.table, row)->cells[b->shown_cells[column]];

	put_value(b, c, column, t);
	if (c->state == CELL_UNSURE)
		*s = STYLE_WARNING;
}

static void
put_total(const void *ctx, size_t column, struct text *t)
{
	const struct browse *b = ctx;
	const struct cell *c = &b->table.table->totals[b->shown_cells[column]];

	if (column == 0 && c->state == CELL_MISSING)
		text_count(t, b->table.table->n_rows);
	else
		put_value(b, c, column, t);
}

static uint64_t
id_of_row(const void *ctx, size_t row)
{
	return row_id(((const struct browse *)ctx)->table.table, row);
}

/* It may have been looked for already. */
static size_t
find_row(const void *ctx, uint64_t id)
{
	const struct answer *a = &((const struct browse *)ctx)->table;

	return a->is_sought && a->sought == id ? a->sought_at : row_find(a->table, id);
}

static unsigned
row_level(const void *ctx, size_t row)
{
	return table_row(((const struct browse *)ctx)->table.table, row)->level;
}

static const char *
why_empty(struct browse *b)
{
	const struct ingest_progress *p = &b->screen.app->progress;

	if (b->table.err.code)
		return b->table.err.text;
	if (!p->is_done)
		return "nothing of this yet";
	if (browse_level(b)->filter || b->drill.n > 1 || b->to_ns)
		return "nothing of this in the selection";
	if (!b->screen.app->o->name)
		return "nothing of this in the last seconds";
	return p->stats.n_events ? "nothing of this in the capture" : "no events";
}

void
browse_data(struct browse *b, struct grid_data *d)
{
	const struct drill_level *l = browse_level(b);
	const struct table *t = browse_has_table(b) ? b->table.table : NULL;

	if (b->shown_view != l->view)
		show_columns(b);
	*d = (struct grid_data){
		.columns = b->columns, .n_columns = b->n_shown, .sort_column = SIZE_MAX,
		.is_descending = l->is_descending, .ctx = b, .cell = put_cell, .id = id_of_row,
		.find = find_row,
	};
	for (size_t i = 0; i < b->n_shown && l->sort; i++)
		if (!strcmp(b->shown[i]->name, l->sort))
			d->sort_column = i;
	d->fits = true;
	d->trunk = shown_trunk(b->columns, b->n_shown);
	if (!t) {
		d->empty = b->table.err.code && b->table.view == l->view ? b->table.err.text : "";
		return;
	}
	d->n_rows = t->n_rows;
	d->total = put_total;
	d->level = l->view->parent.operand && !l->is_flat ? row_level : NULL;
	d->empty = why_empty(b);
}

/* What is asked ---------------------------------------------------------- */

static void
start_question(struct browse *b, struct question *q)
{
	const char *filters[DRILL_FILTERS_MAX];
	size_t n = drill_filters(&b->drill, filters);

	*q = (struct question){ .id = ++b->screen.app->next_id };
	for (size_t i = 0; i < n && i < ASK_FILTERS_MAX; i++)
		q->filters[q->n_filters++] = arena_strdup(&q->arena, filters[i]);
}

bool
browse_slides(const struct browse *b)
{
	return !b->screen.app->o->name && !b->to_ns;
}

uint64_t
browse_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 * MS + (uint64_t)now.tv_nsec;
}

/* When the last event was. */
static uint64_t
last_ns(const struct browse *b)
{
	struct snapshot *snap = store_snapshot(b->screen.app->store);
	uint64_t last = 0;

	for (uint32_t i = 0; i < snap->n_sections; i++)
		if (snap->sections[i].last_ns > last)
			last = snap->sections[i].last_ns;
	snapshot_free(snap);
	return last ? last : browse_now();
}

/* Move the window on to the present, or to the end where nothing comes any more, unless it
 * is held. */
static void
slide(struct browse *b)
{
	if (b->is_paused && b->slid_to_ns)
		return;
	b->slid_to_ns = b->screen.app->progress.is_done ? last_ns(b) : browse_now();
	b->slid_from_ns = b->since_ns ? b->since_ns
				      : b->slid_to_ns - b->length_ns;
}

/* Append what all questions of the level have in common. */
static void
put_filters(const struct browse *b, struct text *t)
{
	const char *filters[DRILL_FILTERS_MAX];
	size_t n = drill_filters(&b->drill, filters);

	for (size_t i = 0; i < n; i++)
		text_fmt(t, "\n%s", filters[i]);
}

/* Will the table be another one when it is asked for again? */
static bool
is_passing(const struct browse *b)
{
	return !b->screen.app->progress.is_done || browse_slides(b);
}

/* What the table that is wanted is kept under: its view, window (but one that slides) and
 * filters, which are LEN bytes, then its order. */
static char *
table_key(struct browse *b, size_t *len)
{
	const struct app *a = b->screen.app;
	const struct drill_level *l = browse_level(b);
	struct text t = { 0 };

	text_fmt(&t, "%p %d %d %d %llu %llu", (const void *)l->view, (int)a->o->variant,
		 (int)l->is_flat, (int)a->progress.is_done, (unsigned long long)b->from_ns,
		 (unsigned long long)b->to_ns);
	put_filters(b, &t);
	*len = t.len;
	text_fmt(&t, "\n%s %d", l->sort ? l->sort : "", (int)l->is_descending);
	text_char(&t, '\0');
	return t.p;
}

static char *
line_key(struct browse *b)
{
	const struct view *v = browse_level(b)->view;
	struct text t = { 0 };

	if (!b->screen.app->progress.is_done)
		return NULL;
	/* Only CPU time depends on what the rows are. */
	text_fmt(&t, "line %d %p\n%s", (int)b->measure,
		 b->measure == SLICES_CPU ? (const void *)v : NULL,
		 v->filter.filter ? v->filter.text : "");
	put_filters(b, &t);
	text_char(&t, '\0');
	return t.p;
}

static void
put_table_question(struct browse *b)
{
	const struct app *a = b->screen.app;
	const struct drill_level *l = browse_level(b);
	struct question q;

	start_question(b, &q);
	q.view = l->view;
	q.variant = a->o->variant;
	slide(b);
	q.from_ns = browse_slides(b) ? b->slid_from_ns : b->from_ns;
	q.to_ns = browse_slides(b) ? b->slid_to_ns : b->to_ns;
	q.sort = l->sort;
	q.sort_descending = l->is_descending;
	q.is_flat = l->is_flat;
	q.seeks = l->grid.has_selected;
	q.sought = l->grid.selected;
	/* On what still grows, rows that are to be made would hold memory back. */
	q.rows_first = is_passing(b) ? 0 : ROWS_FIRST + l->grid.rows.at;
	q.wants_parts = true;
	free(b->table_key_next);
	b->table_key_next = table_key(b, &b->table_key_next_len);
	b->table_id = q.id;
	b->table_asked_ns = term_now_ns();
	b->table_events = a->progress.stats.n_events;
	b->table_done = a->progress.is_done;
	ask_put(b->ask_table, &q);
	app_wake_at(b->screen.app, b->table_asked_ns + LOOKS_NS);
}

bool
browse_looks(const struct browse *b, double *part)
{
	if (!ask_is_busy(b->ask_table) || term_now_ns() < b->table_asked_ns + LOOKS_NS)
		return false;
	*part = ask_progress(b->ask_table);
	return true;
}

static void
put_line_question(struct browse *b)
{
	const struct app *a = b->screen.app;
	const struct view *v = browse_level(b)->view;
	struct question q;

	start_question(b, &q);
	if (v->filter.filter && q.n_filters < ASK_FILTERS_MAX)
		q.filters[q.n_filters++] = arena_strdup(&q.arena, v->filter.text);
	q.n_slices = BROWSE_SLICES;
	q.measure = b->measure;
	q.rows_of = v;
	free(b->line_key_next);
	b->line_key_next = line_key(b);
	b->line_id = q.id;
	b->line_asked_ns = term_now_ns();
	b->line_events = a->progress.stats.n_events;
	b->line_done = a->progress.is_done;
	ask_put(b->ask_line, &q);
}

static void
adopt_table(struct browse *b)
{
	unsigned n_rows = b->grid_area.n_rows > 2 ? b->grid_area.n_rows - 2 : 1;
	struct grid_data d;

	if (!b->table.table)
		return;
	browse_data(b, &d);
	/* What slides is another table twice a second, whose columns stay where they are. */
	if (!browse_slides(b))
		grid_forget_widths(&browse_level(b)->grid);
	grid_adopt(&browse_level(b)->grid, &d, n_rows);
}

/* Is the table that is wanted there, or kept? Then let it be the one that is shown. False:
 * it has to be asked for, whether something is shown meanwhile or not. */
static bool
reuse_table(struct browse *b)
{
	const struct drill_level *l = browse_level(b);
	size_t len = 0;
	char *key = b->is_lent ? NULL : table_key(b, &len);
	struct answer got;

	if (!key)
		return false;
	if (b->table_key && len == b->table_key_len && !memcmp(key, b->table_key, len)) {
		if (strcmp(key, b->table_key) != 0 &&
		    !table_sort(b->table.table, l->sort, l->is_descending)) {
			free(key);
			return false;
		}
		b->table.is_sought = false;
		free(b->table_key);
	} else if (kept_take(&b->kept, key, &got)) {
		kept_put(&b->kept, b->table_key, &b->table);
		b->table = got;
	} else {
		free(key);
		return false;
	}
	b->table_key = key;
	b->table_key_len = len;
	adopt_table(b);
	if (is_passing(b))
		return false;
	/* Whatever answer is under way belongs to another question. */
	b->table_id = ++b->screen.app->next_id;
	ask_cancel(b->ask_table);
	b->table_events = b->screen.app->progress.stats.n_events;
	b->table_done = b->is_final = true;
	return true;
}

/* The same for the timeline, which may also be under way. */
static bool
reuse_line(struct browse *b)
{
	char *key = line_key(b);
	struct answer got;

	if (!key)
		return false;
	if (b->line_key_next && !strcmp(key, b->line_key_next)) {
		free(key);
		return true;
	}
	if (b->line_key && !strcmp(key, b->line_key)) {
		free(key);
	} else if (kept_take(&b->kept, key, &got)) {
		kept_put(&b->kept, b->line_key, &b->line);
		b->line = got;
		b->line_key = key;
	} else {
		free(key);
		return false;
	}
	free(b->line_key_next);
	b->line_key_next = NULL;
	b->line_id = ++b->screen.app->next_id;
	ask_cancel(b->ask_line);
	b->line_events = b->screen.app->progress.stats.n_events;
	b->line_done = true;
	return true;
}

void
browse_ask_line(struct browse *b)
{
	if (!reuse_line(b))
		put_line_question(b);
}

void
browse_ask(struct browse *b)
{
	if (!reuse_table(b))
		put_table_question(b);
	browse_ask_line(b);
}

/* How long to wait after a question that took so long. */
static uint64_t
pause_of(uint64_t took_ns, uint64_t least_ns, unsigned share)
{
	return took_ns * share > least_ns ? took_ns * share : least_ns;
}

/* How long to wait from the question for a table to the next one. */
static uint64_t
table_pause(const struct browse *b)
{
	uint64_t pause;

	if (browse_slides(b))
		return pause_of(b->table_took_ns, SLIDE_EVERY_NS, TABLE_SHARE);
	if (!b->table.table || !b->table.table->n_rows)
		return pause_of(b->table_took_ns, TABLE_SOON_NS, TABLE_SHARE);
	pause = pause_of(b->table_took_ns, TABLE_EVERY_NS, TABLE_SHARE);
	return pause < TABLE_REST_NS ? pause : TABLE_REST_NS;
}

/* Events came since: ask again when it is time. */
static void
keep_asking(struct browse *b)
{
	struct app *a = b->screen.app;
	uint64_t now = term_now_ns(), at;
	bool is_done = a->progress.is_done;

	if (b->is_paused)
		return;
	if ((b->table_events != a->progress.stats.n_events || b->table_done != is_done ||
	     (browse_slides(b) && !is_done)) && !ask_is_busy(b->ask_table)) {
		at = b->table_asked_ns + table_pause(b);
		if (now >= at || is_done)
			put_table_question(b);
		else
			app_wake_at(a, at);
	}
	if ((b->line_events != a->progress.stats.n_events || b->line_done != is_done) &&
	    !ask_is_busy(b->ask_line)) {
		at = b->line_asked_ns + pause_of(b->line_took_ns, LINE_EVERY_NS, LINE_SHARE);
		if (now >= at || is_done)
			put_line_question(b);
		else
			app_wake_at(a, at);
	}
}

/* GOT is a part of the table: shown until that is there. */
static void
take_part(struct browse *b, struct answer *got)
{
	kept_put(&b->kept, b->table_key, &b->table);
	b->table = *got;
	b->table_key = NULL;
	adopt_table(b);
}

static void
take_table(struct browse *b)
{
	struct answer got;

	if (b->is_lent || !ask_take(b->ask_table, &got))
		return;
	if (got.id != b->table_id) {
		answer_done(&got);
		return;
	}
	if (got.is_first) {
		take_part(b, &got);
		return;
	}
	b->table_took_ns = term_now_ns() - b->table_asked_ns;
	b->is_final = b->table_done;
	kept_put(&b->kept, b->table_key, &b->table);
	b->table = got;
	b->table_key = got.table && !got.table->is_partial ? b->table_key_next : NULL;
	b->table_key_len = b->table_key_next_len;
	if (!b->table_key)
		free(b->table_key_next);
	b->table_key_next = NULL;
	adopt_table(b);
}

static void
take_line(struct browse *b)
{
	struct answer got;

	if (!ask_take(b->ask_line, &got))
		return;
	if (got.id != b->line_id || !got.slices.n) {
		answer_done(&got);
		return;
	}
	b->line_took_ns = term_now_ns() - b->line_asked_ns;
	kept_put(&b->kept, b->line_key, &b->line);
	b->line = got;
	b->line_key = b->line_key_next;
	b->line_key_next = NULL;
}

static void
woken(struct screen *s)
{
	struct browse *b = (struct browse *)s;

	take_table(b);
	take_line(b);
	if (b->finding.left)
		browse_search_on(b);
	keep_asking(b);
	if (ask_is_busy(b->ask_table))
		app_wake_at(b->screen.app, term_now_ns() + LOOKS_NS);
	if (b->is_final && b->screen.app->progress.is_done && !browse_slides(b))
		browse_prepare(b);
	browse_type_on(b);
}

static void
end(struct screen *s)
{
	struct browse *b = (struct browse *)s;

	ask_free(b->ask_table);
	ask_free(b->ask_line);
	free(b->prepared);
	answer_done(&b->table);
	answer_done(&b->line);
	kept_fini(&b->kept);
	free(b->table_key);
	free(b->line_key);
	free(b->table_key_next);
	free(b->line_key_next);
	drill_fini(&b->drill);
	free(b->search);
	free(b->filter_before);
	text_fini(&b->host);
	free(b);
}

struct screen *
browse_open(struct app *a, const struct view *first)
{
	static struct screen_ops ops = {
		.name = "Keys",
		.actions = browse_actions,
		.draw = browse_draw,
		.key = browse_key,
		.woken = woken,
		.free = end,
	};
	struct browse *b = xzalloc(sizeof(*b));

	ops.n_actions = n_browse_actions;
	b->screen.ops = &ops;
	app_push(a, &b->screen);
	b->length_ns = a->o->refresh_ns;
	drill_start(&b->drill, first);
	drill_order(browse_level(b), a->o->sort, a->o->sort_way);
	if (a->o->filter)
		drill_set_filter(browse_level(b), a->o->filter);
	b->ask_table = app_ask(a);
	b->ask_line = app_ask(a);
	browse_ask(b);
	return &b->screen;
}

void
browse_show_window(struct screen *browse, uint64_t from_ns, uint64_t to_ns)
{
	struct browse *b = (struct browse *)browse;

	b->from_ns = from_ns;
	b->to_ns = to_ns;
	browse_ask(b);
}
