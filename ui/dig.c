#include "ui/dig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/operand.h"
#include "engine/query/cursor.h"
#include "engine/query/matches.h"
#include "engine/store/store.h"
#include "ui/app.h"
#include "ui/describe.h"
#include "ui/filter_prompt.h"
#include "ui/find.h"
#include "ui/grid.h"
#include "ui/key.h"
#include "ui/prompt.h"
#include "ui/read.h"
#include "ui/save.h"
#include "ui/term.h"

#define ROWS_AT_ONCE 500		/* events that a search looks at between two keys */
#define PARTNER_MAX 1000000u		/* events behind an enter among which its exit is sought */

/* What is shown of an event, from left to right. */
static const struct {
	const char *field;
	struct grid_column column;
} columns[] = {
	{ "evt.num", { "#", 9, true } },
	{ "evt.time", { "TIME", 18, false } },
	{ "evt.reltime", { "SINCE START", 18, true } },
	{ "evt.cpu", { "CPU", 3, true } },
	{ "container.name", { "CONTAINER", 12, false } },
	{ "proc.name", { "PROCESS", 15, false } },
	{ "thread.tid", { "TID", 7, true } },
	{ "evt.dir", { "D", 1, false } },
	{ "evt.type", { "EVENT", 13, false } },
	{ "evt.latency.human", { "LATENCY", 8, true } },
	{ "evt.args", { "ARGUMENTS", 0, false } },
};
enum { AT_TIME = 1, AT_SINCE = 2, AT_CONTAINER = 4, AT_EVENT = 8, AT_LATENCY = 9,
       COLUMNS_ALL = 11 };

struct dig {
	struct screen screen;
	struct dig_question q;
	struct arena arena;		/* the texts of .q */
	char *filter;			/* what was typed here; NULL: none */
	struct snapshot *snap;
	struct find *find;
	struct cursor *cursor;
	struct operand *operands[COLUMNS_ALL];
	bool is_complete;		/* all had been read when the snapshot was taken */
	bool is_relative;		/* times since the first event */
	struct grid_column shown[COLUMNS_ALL];
	size_t which[COLUMNS_ALL], n_shown;
	struct grid grid;
	/* The event whose cells these are. */
	size_t cached;			/* row; SIZE_MAX: none */
	struct text cells[COLUMNS_ALL];
	enum style style;
	/* Search: what, and from where on. */
	char *search;
	size_t search_at;		/* SIZE_MAX: before the first one */
	size_t search_seen;		/* how many were looked at */
	bool is_searching, is_backwards;
	size_t saved;			/* lines that were written to a file */
	struct area area;
};

/* What is shown ------------------------------------------------------------ */

static void
choose_columns(struct dig *d)
{
	bool has_containers = d->screen.app->o->variant != VIEW_PLAIN;

	d->n_shown = 0;
	for (size_t i = 0; i < COLUMNS_ALL; i++) {
		if (i == (d->is_relative ? AT_TIME : AT_SINCE) ||
		    (i == AT_CONTAINER && !has_containers))
			continue;
		d->which[d->n_shown] = i;
		d->shown[d->n_shown++] = columns[i].column;
	}
}

/* Read the event of ROW, unless it is there. */
static void
load(struct dig *d, size_t row)
{
	const struct eval *ev;
	uint64_t flags;

	if (d->cached == row)
		return;
	d->cached = row;
	cursor_go_to(d->cursor, find_number(d->find, row));
	ev = cursor_eval(d->cursor, CURSOR_EVENT);
	flags = cursor_value(d->cursor, COL_FLAGS);
	d->style = flags & ROW_FAILED ? STYLE_ERROR : flags & ROW_READS ? STYLE_READ
		   : flags & ROW_WRITES ? STYLE_WRITE : STYLE_TEXT;
	for (size_t i = 0; i < COLUMNS_ALL; i++) {
		struct value v;

		d->cells[i].len = 0;
		if (i == AT_LATENCY && !(flags & ROW_HAS_SPAN))
			continue;
		if (!operand_get(d->operands[i], ev, &v))
			continue;
		if (i == AT_SINCE)
			clock_span(v.u, &d->cells[i]);
		else
			operand_text(d->operands[i], &v, ev->render, &d->cells[i]);
	}
}

static void
put_cell(const void *ctx, size_t row, size_t column, struct text *t, enum style *s)
{
	struct dig *d = (struct dig *)(uintptr_t)ctx;
	size_t which = d->which[column];

	load(d, row);
	text_bytes(t, d->cells[which].p, d->cells[which].len);
	if (which >= AT_EVENT)
		*s = d->style;
}

static uint64_t
row_id(const void *ctx, size_t row)
{
	return find_number(((const struct dig *)ctx)->find, row);
}

static void
data_of(struct dig *d, struct grid_data *out)
{
	*out = (struct grid_data){
		.columns = d->shown, .n_columns = d->n_shown, .n_rows = find_count(d->find),
		.sort_column = SIZE_MAX, .ctx = d, .cell = put_cell, .id = row_id,
		.empty = find_progress(d->find) < 1 ? "nothing yet" : "no such event",
	};
}

static void
draw_head(struct dig *d, struct area line)
{
	double progress = find_progress(d->find);
	struct text t = { 0 };
	unsigned col = 1, width;

	col += area_text(line, 0, col, STYLE_DIM, "Events › ");
	col += area_text(line, 0, col, STYLE_TITLE, d->q.title);
	if (d->filter) {
		col += area_text(line, 0, col, STYLE_DIM, "   filter  ");
		area_text(line, 0, col, STYLE_TITLE, d->filter);
	}
	if (d->is_searching) {
		text_str(&t, " searching, Esc stops ");
	} else {
		text_char(&t, ' ');
		text_count(&t, d->grid.rows.n ? d->grid.rows.at + 1 : 0);
		text_str(&t, " of ");
		text_count(&t, find_count(d->find));
		if (progress < 1)
			text_fmt(&t, ", %.0f%%", 100 * progress);
		text_char(&t, ' ');
	}
	width = (unsigned)t.len;
	if (width < line.n_cols)
		area_bytes(line, 0, line.n_cols - width, STYLE_DIM,
			   (struct span){ (const uint8_t *)t.p, t.len });
	text_fini(&t);
}

static void
draw(struct screen *s, struct area a)
{
	struct dig *d = (struct dig *)s;
	struct grid_data data;

	d->area = area_part(a, 1, 0, a.n_rows - 2, a.n_cols);
	data_of(d, &data);
	d->grid.search = d->search;
	grid_draw(&d->grid, &data, d->area);
	draw_head(d, area_line(a, 0, 0, a.n_cols));
	app_draw_bar(s, area_line(a, a.n_rows - 1, 0, a.n_cols));
}

/* What is asked ------------------------------------------------------------ */

/* Look for events with FILTER (NULL: none) besides. False: it is no filter. */
static bool
look_for(struct dig *d, const char *filter, struct err *err)
{
	const struct explore_options *o = d->screen.app->o;
	const char *filters[DIG_FILTERS_MAX + 1];
	struct matches_question q = { filters, 0, d->q.from_ns, d->q.to_ns, o->style,
				      o->filter_options };
	struct find *f;

	for (size_t i = 0; i < d->q.n_filters; i++)
		filters[q.n_filters++] = d->q.filters[i];
	if (filter)
		filters[q.n_filters++] = filter;
	f = find_new(d->snap, &q, d->screen.app->wake_fd, err);
	if (!f)
		return false;
	find_free(d->find);
	d->find = f;
	d->cached = SIZE_MAX;
	d->is_searching = false;
	return true;
}

static void
set_filter(struct dig *d, const char *text)
{
	uint64_t at = d->find && d->grid.rows.n ? find_number(d->find, d->grid.rows.at) : 0;
	struct err err = { 0 };
	char *copy = text && *text ? xstrdup(text) : NULL;

	if (!look_for(d, copy, &err)) {
		app_note(d->screen.app, STYLE_ERROR, "%s", err.text);
		free(copy);
		return;
	}
	free(d->filter);
	d->filter = copy;
	d->grid = (struct grid){ .selected = at, .has_selected = at != 0 };
}

static void
filter_entered(void *owner, const char *text)
{
	set_filter(owner, text);
}

static void
edit_filter(void *screen)
{
	struct dig *d = screen;

	filter_prompt_open(d->screen.app, d->filter, filter_entered, d);
}

/* Search ------------------------------------------------------------------- */

static bool
row_has(struct dig *d, size_t row)
{
	load(d, row);
	for (size_t i = 0; i < d->n_shown; i++) {
		struct text *t = &d->cells[d->which[i]];

		text_char(t, '\0');
		t->len--;
		if (strcasestr(t->p, d->search))
			return true;
	}
	return false;
}

static void
search_on(struct dig *d)
{
	/* In this order: what was found before it was done is counted. */
	bool is_done = find_progress(d->find) >= 1;
	size_t n = find_count(d->find);
	struct grid_data data;

	for (size_t i = 0; i < ROWS_AT_ONCE; i++) {
		if (is_done && d->search_seen >= n) {
			d->is_searching = false;
			app_note(d->screen.app, STYLE_WARNING, "not found: %s", d->search);
			return;
		}
		/* The end, or before the start: events that are found meanwhile come at
		 * the end, so it goes round once all are there. */
		if (d->search_at >= n && !is_done)
			return;
		if (d->search_at >= n)
			d->search_at = d->is_backwards ? n - 1 : 0;
		if (row_has(d, d->search_at)) {
			d->is_searching = false;
			data_of(d, &data);
			grid_show_hit(&d->grid, &data, d->search_at, d->search, d->area);
			return;
		}
		d->search_seen++;
		d->search_at += d->is_backwards ? SIZE_MAX : 1;
	}
	app_wake_at(d->screen.app, term_now_ns());
}

static void
search_start(struct dig *d, bool is_backwards, bool from_here)
{
	if (!d->search) {
		app_note(d->screen.app, STYLE_DIM, "nothing is searched; / does that");
		return;
	}
	d->is_backwards = is_backwards;
	d->search_at = d->grid.rows.at;
	if (!from_here)
		d->search_at += is_backwards ? SIZE_MAX : 1;
	d->search_seen = 0;
	d->is_searching = true;
	search_on(d);
}

static void
search_entered(void *owner, const char *text)
{
	struct dig *d = owner;

	app_keep_history(d->screen.app, &d->screen.app->searches);
	free(d->search);
	d->search = *text ? xstrdup(text) : NULL;
	if (d->search)
		search_start(d, false, true);
}

static void
search(void *screen)
{
	struct dig *d = screen;
	struct prompt p = { .label = "search", .history = &d->screen.app->searches,
			    .entered = search_entered, .owner = d };

	prompt_open(d->screen.app, &p);
}

static void
search_next(void *screen)
{
	search_start(screen, false, false);
}

static void
search_previous(void *screen)
{
	search_start(screen, true, false);
}

/* One event ---------------------------------------------------------------- */

static bool
has_event(const struct dig *d)
{
	return d->grid.rows.at < find_count(d->find);
}

static void
show_event(void *screen)
{
	struct dig *d = screen;
	struct pager p = { 0 };
	char title[40];

	if (!has_event(d))
		return;
	cursor_go_to(d->cursor, find_number(d->find, d->grid.rows.at));
	describe_event(cursor_eval(d->cursor, CURSOR_EVENT), &p);
	d->cached = SIZE_MAX;
	snprintf(title, sizeof(title), "event %llu",
		 (unsigned long long)find_number(d->find, d->grid.rows.at));
	read_open(d->screen.app, title, &p);
}

/* The number of the other event of the call; 0: it is not there. */
static uint64_t
partner_of(struct dig *d, uint64_t number)
{
	uint64_t thread, back;

	cursor_go_to(d->cursor, number);
	back = cursor_value(d->cursor, COL_BACK);
	if (!(cursor_value(d->cursor, COL_FLAGS) & ROW_ENTER))
		return back && back < number ? number - back : 0;
	thread = cursor_value(d->cursor, COL_THREAD);
	for (uint64_t i = number + 1; i < d->snap->end && i - number < PARTNER_MAX; i++) {
		cursor_go_to(d->cursor, i);
		if (cursor_value(d->cursor, COL_BACK) == i - number)
			return i;
		/* The thread's next call: this one has no exit. */
		if (cursor_value(d->cursor, COL_THREAD) == thread &&
		    cursor_value(d->cursor, COL_FLAGS) & ROW_ENTER)
			return 0;
	}
	return 0;
}

static void
go_to_partner(void *screen)
{
	struct dig *d = screen;
	struct grid_data data;
	uint64_t other;
	size_t at;

	if (!has_event(d))
		return;
	other = partner_of(d, find_number(d->find, d->grid.rows.at));
	d->cached = SIZE_MAX;
	at = other ? find_index(d->find, other) : SIZE_MAX;
	if (!other || at >= find_count(d->find) || find_number(d->find, at) != other) {
		app_note(d->screen.app, STYLE_WARNING, other ? "its partner is event %llu, which "
			 "is not among these" : "it has no partner",
			 (unsigned long long)other);
		return;
	}
	data_of(d, &data);
	grid_select(&d->grid, &data, at, d->area);
}

/* Keep what has the same FIELD, and OTHER (NULL: none), as the selected event. */
static void
follow(struct dig *d, const char *field, const char *other)
{
	struct text t = { 0 };
	const struct eval *ev;
	const char *names[] = { field, other };

	if (!has_event(d))
		return;
	cursor_go_to(d->cursor, find_number(d->find, d->grid.rows.at));
	ev = cursor_eval(d->cursor, CURSOR_EVENT);
	d->cached = SIZE_MAX;
	for (size_t i = 0; i < 2 && names[i]; i++) {
		size_t len;
		struct operand *o = operand_parse(names[i], &len, NULL);
		struct value v;

		if (o && operand_get(o, ev, &v)) {
			text_fmt(&t, "%s%s = ", t.len ? " and " : "", names[i]);
			operand_text(o, &v, ev->render, &t);
		}
		operand_free(o);
	}
	text_char(&t, '\0');
	if (t.len > 1)
		set_filter(d, t.p);
	else
		app_note(d->screen.app, STYLE_WARNING, "the event has no %s", field);
	text_fini(&t);
}

static void
same_descriptor(void *screen)
{
	follow(screen, "fd.num", "proc.pid");
}

static void
same_thread(void *screen)
{
	follow(screen, "thread.tid", NULL);
}

static void
toggle_times(void *screen)
{
	struct dig *d = screen;

	d->is_relative = !d->is_relative;
	choose_columns(d);
}

/* Saving ------------------------------------------------------------------- */

/* A line of what is seen, in columns: "-" for what has no value. */
static void
put_line(struct dig *d, size_t row, struct text *t)
{
	load(d, row);
	for (size_t i = 0; i < d->n_shown; i++) {
		const struct text *cell = &d->cells[d->which[i]];
		const struct grid_column *c = &d->shown[i];
		size_t n = canvas_columns((struct span){ (const uint8_t *)cell->p, cell->len });

		for (size_t k = n ? n : 1; c->is_right && k < c->width_cols; k++)
			text_char(t, ' ');
		text_bytes(t, cell->len ? cell->p : "-", cell->len ? cell->len : 1);
		for (size_t k = n ? n : 1; !c->is_right && k < c->width_cols; k++)
			text_char(t, ' ');
		text_char(t, i + 1 < d->n_shown ? ' ' : '\n');
	}
}

static bool
save_more(void *ctx, struct text *t)
{
	struct dig *d = ctx;

	for (size_t i = 0; i < ROWS_AT_ONCE && d->saved < find_count(d->find); i++)
		put_line(d, d->saved++, t);
	return d->saved < find_count(d->find) || find_progress(d->find) < 1;
}

static double
save_progress(void *ctx)
{
	const struct dig *d = ctx;
	size_t n = find_count(d->find);

	return n ? find_progress(d->find) * (double)d->saved / (double)n : 0;
}

static void
save(void *screen)
{
	struct dig *d = screen;
	struct save_job job = { .more = save_more, .progress = save_progress, .ctx = d };

	d->saved = 0;
	save_open(d->screen.app, "events.txt", &job);
}

/* The screen --------------------------------------------------------------- */

static void
help(void *screen)
{
	read_help(screen);
}

static void
leave(void *screen)
{
	struct dig *d = screen;

	if (d->is_searching)
		d->is_searching = false;
	else if (d->filter)
		set_filter(d, NULL);
	else
		app_pop(d->screen.app);
}

static void
quit(void *screen)
{
	((struct dig *)screen)->screen.app->is_over = true;
}

static bool
key(struct screen *s, const struct key *k)
{
	struct dig *d = (struct dig *)s;
	struct grid_data data;

	data_of(d, &data);
	if (!grid_key(&d->grid, &data, k, d->area)) {
		size_t found[2];

		if (k->code != K_MOUSE || k->mouse != MOUSE_DOUBLE ||
		    grid_at(&d->grid, &data, d->area, k, found) != GRID_CELL)
			return false;
		show_event(d);
	}
	return true;
}

/* See what there is now. */
static void
look_anew(struct dig *d)
{
	const struct app *a = d->screen.app;

	cursor_free(d->cursor);
	snapshot_free(d->snap);
	d->is_complete = a->progress.is_done;
	d->snap = store_snapshot(a->store);
	d->cursor = cursor_new(d->snap, a->o->style);
	d->cursor->ev.is_output = true;
	d->cached = SIZE_MAX;
}

/* The rest of a capture has been read since: look for events in all of it. */
static void
catch_up(struct dig *d)
{
	struct err err = { 0 };

	if (d->is_complete || !d->screen.app->progress.is_done || find_progress(d->find) < 1)
		return;
	d->is_searching = false;
	find_free(d->find);
	d->find = NULL;
	look_anew(d);
	if (!look_for(d, d->filter, &err))
		die("a filter that was one is none: %s", err.text);
	d->grid.rows.n = 0;
}

static void
woken(struct screen *s)
{
	struct dig *d = (struct dig *)s;
	struct grid_data data;

	catch_up(d);
	if (d->is_searching)
		search_on(d);
	/* After another filter: back to the event that was selected. */
	if (d->grid.has_selected && !d->grid.rows.n && find_count(d->find)) {
		size_t at = find_index(d->find, d->grid.selected);

		if (at >= find_count(d->find) && find_progress(d->find) < 1)
			return;
		data_of(d, &data);
		grid_select(&d->grid, &data, at, d->area);
	}
}

static void
end(struct screen *s)
{
	struct dig *d = (struct dig *)s;

	find_free(d->find);
	cursor_free(d->cursor);
	snapshot_free(d->snap);
	for (size_t i = 0; i < COLUMNS_ALL; i++) {
		operand_free(d->operands[i]);
		text_fini(&d->cells[i]);
	}
	free(d->filter);
	free(d->search);
	arena_fini(&d->arena);
	free(d);
}

const struct action dig_actions[] = {
	{ "F1 ?", "Help", "all keys", help },
	{ "Enter", "Event", "all fields of the event, and its data", show_event },
	{ "F4 \\", "Filter", "keep only some of these events", edit_filter },
	{ "/ ^F", "Search", "find a text in the lines, in any case", search },
	{ "n", NULL, "search: the next line", search_next },
	{ "N", NULL, "search: the line before", search_previous },
	{ "t", "Times", "times of day, or since the first event", toggle_times },
	{ "o", "Partner", "the other event of the call", go_to_partner },
	{ "f", NULL, "only events of the same descriptor", same_descriptor },
	{ "h", NULL, "only events of the same thread", same_thread },
	{ "S", "Save", "write all these lines to a file", save },
	{ "Up Down PgUp PgDn Home End", NULL, "move the selection", NULL },
	{ "Left Right", NULL, "scroll the columns", NULL },
	{ "Esc Backspace", "Back", "stop a search, drop the filter, go back", leave },
	{ "F10 q", "Quit", "leave the explorer", quit },
};
const size_t n_dig_actions = ARRAY_LEN(dig_actions);

static const struct screen_ops ops = {
	.name = "Keys",
	.actions = dig_actions,
	.n_actions = ARRAY_LEN(dig_actions),
	.draw = draw,
	.key = key,
	.woken = woken,
	.free = end,
	.ends_late = true,
};

void
dig_open(struct app *a, const struct dig_question *q)
{
	struct dig *d = xzalloc(sizeof(*d));
	struct err err = { 0 };

	d->screen.ops = &ops;
	d->screen.app = a;
	d->q = *q;
	for (size_t i = 0; i < q->n_filters; i++)
		d->q.filters[i] = arena_strdup(&d->arena, q->filters[i]);
	d->q.title = arena_strdup(&d->arena, q->title);
	look_anew(d);
	for (size_t i = 0; i < COLUMNS_ALL; i++) {
		size_t len;

		d->operands[i] = operand_parse(columns[i].field, &len, &err);
	}
	choose_columns(d);
	if (!look_for(d, NULL, &err)) {
		app_note(a, STYLE_ERROR, "%s", err.text);
		end(&d->screen);
		return;
	}
	app_push(a, &d->screen);
}
