#include "ui/dig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/cursor.h"
#include "engine/store/store.h"
#include "ui/app.h"
#include "ui/detail.h"
#include "ui/dig_line.h"
#include "ui/events.h"
#include "ui/filter_prompt.h"
#include "ui/follow.h"
#include "ui/grid.h"
#include "ui/key.h"
#include "ui/read.h"
#include "ui/search.h"

struct dig {
	struct events_screen base;
	struct dig_line line;		/* the one that is drawn or looked at */
	bool is_relative;		/* times since the first event */
	struct grid grid;
	uint64_t wanted;		/* event that is to be selected; UINT64_MAX: none */
	struct area area;
};

static const struct find *
found(const struct dig *d)
{
	return d->base.events.now.find;
}

/* What is shown ------------------------------------------------------------ */

static void
choose_columns(struct dig *d)
{
	dig_line_choose(&d->line, &(struct dig_choice){
		d->is_relative, d->base.screen.app->o->variant != VIEW_PLAIN, d->area.n_cols });
}

/* Read the event of ROW, unless it is there. */
static void
load(struct dig *d, size_t row)
{
	dig_line_load(&d->line, d->base.events.now.cursor, find_number(found(d), row));
}

static void
put_cell(const void *ctx, size_t row, size_t column, struct text *t, enum style *s)
{
	struct dig *d = (struct dig *)(uintptr_t)ctx;
	const struct text *cell;

	load(d, row);
	cell = dig_line_cell(&d->line, column, s);
	text_bytes(t, cell->p, cell->len);
}

static uint64_t
row_id(const void *ctx, size_t row)
{
	return find_number(found(ctx), row);
}

static void
data_of(struct dig *d, struct grid_data *out)
{
	*out = (struct grid_data){
		.columns = d->line.shown, .n_columns = d->line.n_shown,
		.n_rows = find_count(found(d)),
		.sort_column = SIZE_MAX, .ctx = d, .cell = put_cell, .id = row_id,
		.empty = find_progress(found(d)) < 1 ? "nothing yet" : "no such event",
	};
}

/* The number of the selected event; UINT64_MAX: there is none. */
static uint64_t
selected(const struct dig *d)
{
	size_t at = d->grid.rows.at;

	return d->grid.rows.n && at < find_count(found(d)) ? find_number(found(d), at)
							   : UINT64_MAX;
}

/* Once it was found: back to the event that was selected. */
static void
go_back(struct dig *d, const struct grid_data *data, bool is_done)
{
	size_t at = d->wanted == UINT64_MAX ? SIZE_MAX : find_index(found(d), d->wanted);

	if (at == SIZE_MAX || (at >= data->n_rows && !is_done))
		return;
	d->wanted = UINT64_MAX;
	grid_select(&d->grid, data, at, d->area);
}

static void
draw(struct screen *s, struct area a)
{
	struct dig *d = (struct dig *)s;
	/* Asked before how many there are: if it is done, these are all. */
	bool is_done = find_progress(found(d)) >= 1;
	struct grid_data data;

	d->area = area_part(a, 1, 0, a.n_rows - 2, a.n_cols);
	if (d->line.n_cols != a.n_cols)
		choose_columns(d);
	data_of(d, &data);
	go_back(d, &data, is_done);
	d->grid.search = d->base.search.text;
	grid_draw(&d->grid, &data, d->area);
	events_draw_head(&d->base, &(struct events_head){
		"Events", "   filter  ", d->base.events.filter, d->grid.rows.at },
		area_line(a, 0, 0, a.n_cols));
	app_draw_bar(s, area_line(a, a.n_rows - 1, 0, a.n_cols));
}

/* What is asked ------------------------------------------------------------ */

static void
set_filter(struct dig *d, const char *text)
{
	uint64_t at = selected(d);
	struct err err = { 0 };

	if (!events_set_filter(&d->base.events, text, &err)) {
		app_note(d->base.screen.app, STYLE_ERROR, "%s", err.text);
		return;
	}
	d->base.search.is_on = false;
	d->grid = (struct grid){ 0 };
	d->wanted = at;
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

	filter_prompt_open(d->base.screen.app, d->base.events.filter, filter_entered, d);
}

/* Search ------------------------------------------------------------------- */

static size_t
search_from(void *ctx, bool is_backwards, bool from_here)
{
	size_t at = ((struct dig *)ctx)->grid.rows.at;

	return from_here ? at : is_backwards ? at - 1 : at + 1;
}

static bool
search_look(void *ctx, size_t row)
{
	struct dig *d = ctx;
	struct grid_data data;

	load(d, row);
	for (size_t i = 0; i < d->line.n_shown; i++) {
		struct text *t = &d->line.cells[d->line.which[i]];

		text_char(t, '\0');
		t->len--;
		if (!strcasestr(t->p, d->base.search.text))
			continue;
		data_of(d, &data);
		grid_show_hit(&d->grid, &data, row, d->base.search.text, d->area);
		return true;
	}
	return false;
}

static const struct search_ops search_ops = { search_from, search_look };

/* One event ---------------------------------------------------------------- */

static bool
has_event(const struct dig *d)
{
	return d->grid.rows.at < find_count(found(d));
}

static void
select_row(struct events_screen *list, size_t at)
{
	struct dig *d = (struct dig *)list;
	struct grid_data data;

	data_of(d, &data);
	grid_select(&d->grid, &data, at, d->area);
}

static void
show_event(void *screen)
{
	struct dig *d = screen;

	detail_open(&d->base, d->grid.rows.at, select_row);
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
	other = follow_partner(d->base.events.now.cursor, selected(d),
			       d->base.events.now.snap->end);
	d->line.number = UINT64_MAX;
	at = other ? find_index(found(d), other) : SIZE_MAX;
	if (!other || at >= find_count(found(d)) || find_number(found(d), at) != other) {
		app_note(d->base.screen.app, STYLE_WARNING, other ?
			 "its partner is event %llu, which is not among these; h shows the "
			 "whole thread" :
			 "it has no partner", (unsigned long long)other);
		return;
	}
	data_of(d, &data);
	grid_select(&d->grid, &data, at, d->area);
}

static void
same_descriptor(void *screen)
{
	struct dig *d = screen;

	if (has_event(d))
		follow_descriptor(&d->base.events, selected(d));
}

static void
same_thread(void *screen)
{
	struct dig *d = screen;

	if (has_event(d))
		follow_thread(&d->base.events, selected(d));
}

static void
toggle_times(void *screen)
{
	struct dig *d = screen;

	d->is_relative = !d->is_relative;
	choose_columns(d);
}

/* Saving ------------------------------------------------------------------- */

static void
put_saved(void *ctx, struct cursor *c, uint64_t number, struct text *t)
{
	dig_line_load(ctx, c, number);
	dig_line_put(ctx, t);
}

static void
saved_free(void *ctx)
{
	dig_line_fini(ctx);
	free(ctx);
}

/* All lines, as they are seen. */
static void
save(void *screen)
{
	static const struct events_lines lines = { put_saved, saved_free };
	struct dig *d = screen;
	struct dig_line *l = xzalloc(sizeof(*l));

	dig_line_init(l);
	dig_line_choose(l, &(struct dig_choice){
		d->is_relative, d->base.screen.app->o->variant != VIEW_PLAIN, 0 });
	events_save(&d->base.events, "events.txt", &lines, l);
}

static void
show_commands(void *screen)
{
	events_show_command(&((struct dig *)screen)->base.events, "dig");
}

static void
write_capture(void *screen)
{
	events_save_capture(&((struct dig *)screen)->base.events);
}

/* The screen --------------------------------------------------------------- */

static void
leave(void *screen)
{
	struct dig *d = screen;

	if (d->base.search.is_on)
		d->base.search.is_on = false;
	else if (d->base.events.filter)
		set_filter(d, NULL);
	else
		app_pop(d->base.screen.app);
}

static bool
key(struct screen *s, const struct key *k)
{
	struct dig *d = (struct dig *)s;
	struct grid_data data;

	if (events_press_path(&d->base.events.q, &d->base.path, k))
		return true;
	data_of(d, &data);
	if (!grid_key(&d->grid, &data, k, d->area)) {
		size_t found[2];

		if (k->code != K_MOUSE || k->mouse != MOUSE_DOUBLE ||
		    grid_at(&d->grid, &data, d->area, k, found) != GRID_CELL)
			return false;
		show_event(d);
	}
	d->wanted = UINT64_MAX;
	return true;
}

static void
woken(struct screen *s)
{
	struct dig *d = (struct dig *)s;
	uint64_t at = selected(d);

	if (events_catch_up(&d->base.events)) {
		d->line.number = UINT64_MAX;
		/* Rows stay where they are, unless the oldest were forgotten. */
		if (at != selected(d))
			d->wanted = at;
	}
	search_on(&d->base.search);
}

static void
end(struct screen *s)
{
	struct dig *d = (struct dig *)s;

	events_close(&d->base.events);
	dig_line_fini(&d->line);
	search_fini(&d->base.search);
	free(d);
}

const struct action dig_actions[] = {
	{ "F1 ?", "Help", "all keys", read_help },
	{ "Enter", "Event", "the event: its data, all of its fields", show_event },
	{ "F4 \\", "Filter", "keep only some of these events", edit_filter },
	{ "/ ^F", "Search", "find a text in the lines, in any case", events_search },
	{ "n", NULL, "search: the next line", events_search_next },
	{ "N", NULL, "search: the line before", events_search_previous },
	{ "t", "Times", "times of day, or since the first event", toggle_times },
	{ "o", "Partner", "the other event of the call", go_to_partner },
	{ "f", NULL, "all events of the same descriptor, from its beginning to its end",
	  same_descriptor },
	{ "h", NULL, "all events of the same thread", same_thread },
	{ "S", "Save", "write all these lines to a file", save },
	{ "w", NULL, "write these events as a capture of their own", write_capture },
	{ "y", NULL, "the command lines that show this again; the first is printed in the end",
	  show_commands },
	{ "Up Down PgUp PgDn Home End", NULL, "move the selection", NULL },
	{ "Left Right", NULL, "scroll the columns", NULL },
	{ "Esc Backspace", "Back", "stop a search, drop the filter, go back", leave },
	{ "F10 q", "Quit", "leave the explorer", app_quit },
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
dig_open(struct app *a, const struct events_question *q)
{
	struct dig *d = xzalloc(sizeof(*d));
	struct err err = { 0 };

	events_screen_init(&d->base, &ops, &search_ops, a);
	d->wanted = q->first ? q->first : UINT64_MAX;
	dig_line_init(&d->line);
	choose_columns(d);
	if (!events_open(&d->base.events, a, q, NULL, &err)) {
		app_note(a, STYLE_ERROR, "%s", err.text);
		end(&d->base.screen);
		return;
	}
	app_push(a, &d->base.screen);
}
