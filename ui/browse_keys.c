#include "ui/browse.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/table.h"
#include "engine/query/view.h"
#include "ui/actions.h"
#include "ui/choose.h"
#include "ui/columns_edit.h"
#include "ui/dig.h"
#include "ui/echo.h"
#include "ui/events.h"
#include "ui/key.h"
#include "ui/measure.h"
#include "ui/read.h"
#include "ui/spectro.h"

#define MENU_COLS 30
#define ZOOM_MIN_NS 2000u		/* what is not cut in halves */
#define LENGTH_MIN_NS 100000000u	/* of the window that slides */
#define LENGTH_MAX_NS 3600000000000u

/* Another view, level or order: what was searched belongs to the one before. */
void
browse_changed(struct browse *b)
{
	free(b->search);
	b->search = NULL;
	browse_ask(b);
}

/* Ways --------------------------------------------------------------------- */

static void
go_down(void *screen)
{
	struct browse *b = screen;
	struct err err = { 0 };

	if (!browse_has_table(b) || !b->table.table->n_rows) {
		app_note(b->screen.app, STYLE_DIM, "there is no row to go into");
		return;
	}
	if (drill_down(&b->drill, b->screen.app->o->views, b->table.table,
		       browse_level(b)->grid.rows.at, &err))
		browse_changed(b);
	else
		app_note(b->screen.app, STYLE_WARNING, "%s", err.text);
}

/* Of the running system nothing else would be left. False: all has been read. */
static bool
stop_reading(struct app *a)
{
	if (!a->o->name || a->progress.is_done || a->was_stopped)
		return false;
	a->was_stopped = true;
	ingest_stop(a->ingest);
	return true;
}

static void
go_back(void *screen)
{
	struct browse *b = screen;

	if (b->has_focus_on_line)
		b->has_focus_on_line = false;
	else if (browse_stop_looking(b))
		app_note(b->screen.app, STYLE_WARNING, "stopped: the filter is as it was before");
	else if (drill_back(&b->drill))
		browse_changed(b);
	else if (stop_reading(b->screen.app))
		app_note(b->screen.app, STYLE_WARNING, "reading is stopped: this is what there "
			 "was so far");
	else
		app_note(b->screen.app, STYLE_DIM, "this is the top; q quits");
}

void
browse_go_to(void *screen, size_t level)
{
	struct browse *b = screen;

	while (b->screen.app->top != &b->screen)
		app_pop(b->screen.app);
	if (level + 1 >= b->drill.n)
		return;
	drill_to(&b->drill, level);
	browse_changed(b);
}

static void
pause_toggle(void *screen)
{
	struct browse *b = screen;

	b->is_paused = !b->is_paused;
	b->held_events = b->screen.app->progress.stats.n_events;
	if (!b->is_paused)
		browse_ask(b);
}

static void
legend(void *screen)
{
	struct browse *b = screen;
	const struct view *v = browse_level(b)->view;
	struct pager p = { 0 };

	read_legend(v, b->screen.app->o->variant, &p);
	read_open(b->screen.app, v->name, &p);
}

/* What the events of the selected row are; without rows, of all that is seen. */
struct selection {
	struct events_question q;		/* its texts stand here, or in the levels */
	struct text condition;
	char *row;
};

static void
select_events(struct browse *b, struct selection *s)
{
	struct drill_level *l = browse_level(b);
	const char *filters[DRILL_FILTERS_MAX];

	*s = (struct selection){ .q = { .from_ns = b->from_ns, .to_ns = b->to_ns,
					.way = { &b->drill, browse_go_to, b } } };
	s->q.n_filters = drill_filters(&b->drill, filters);
	if (s->q.n_filters > EVENTS_FILTERS_MAX - 2)
		s->q.n_filters = EVENTS_FILTERS_MAX - 2;
	memcpy(s->q.filters, filters, s->q.n_filters * sizeof(*filters));
	if (browse_slides(b)) {
		s->q.from_ns = b->slid_from_ns;
		s->q.to_ns = b->slid_to_ns;
	}
	if (l->view->passes_filter && l->view->filter.filter)
		s->q.filters[s->q.n_filters++] = l->view->filter.text;
	if (browse_has_table(b) && b->table.table->n_rows && !view_is_list(l->view) &&
	    drill_condition(b->table.table, l->grid.rows.at, &s->condition)) {
		text_char(&s->condition, '\0');
		s->q.filters[s->q.n_filters++] = s->condition.p;
		s->row = drill_label(b->table.table, l->grid.rows.at);
		s->q.row = s->row;
	}
}

static void
selection_done(struct selection *s)
{
	text_fini(&s->condition);
	free(s->row);
}

static void
dig(void *screen)
{
	struct browse *b = screen;
	struct selection s;

	select_events(b, &s);
	dig_open(b->screen.app, &s.q);
	selection_done(&s);
}

static void
echo(void *screen)
{
	struct browse *b = screen;
	struct selection s;

	select_events(b, &s);
	echo_open(b->screen.app, &s.q);
	selection_done(&s);
}

static void
spectrogram(void *screen)
{
	struct browse *b = screen;
	struct selection s;

	select_events(b, &s);
	spectro_open(b->screen.app, &s.q);
	selection_done(&s);
}

static void
act(void *screen)
{
	struct browse *b = screen;

	if (browse_has_table(b) && b->table.table->n_rows)
		actions_open(b->screen.app, b->table.table, browse_level(b)->grid.rows.at);
	else
		app_note(b->screen.app, STYLE_DIM, "there is no row to act on");
}

/* Order -------------------------------------------------------------------- */

static void
sort_by(struct browse *b, size_t shown)
{
	if (shown >= b->n_shown) {
		app_note(b->screen.app, STYLE_DIM, "there are %zu columns", b->n_shown);
		return;
	}
	drill_sort(&b->drill, b->shown[shown]->name);
	browse_ask(b);
}

/* All columns, those that are not shown as well. */
struct sortable {
	struct column_choice list[COLUMNS_ENTRIES_MAX];
	size_t n;
};

static struct sortable *
sortable_new(struct browse *b)
{
	const struct app *a = b->screen.app;
	struct sortable *s = xzalloc(sizeof(*s));

	s->n = columns_list(&a->columns, browse_level(b)->view, a->o->variant, s->list,
			    COLUMNS_ENTRIES_MAX);
	return s;
}

static void
sort_chosen(void *owner, size_t i)
{
	struct browse *b = owner;
	struct sortable *s = sortable_new(b);

	if (i < s->n) {
		drill_sort(&b->drill, s->list[i].column->name);
		browse_ask(b);
		if (!s->list[i].is_shown)
			app_note(b->screen.app, STYLE_DIM, "sorted by %s, which is not shown",
				 s->list[i].column->name);
	}
	free(s);
}

static const char *
column_name(const void *ctx, size_t i)
{
	return ((const struct sortable *)ctx)->list[i].column->name;
}

static void
column_explain(const void *ctx, size_t i, struct pager *p)
{
	const struct column_choice *c = &((const struct sortable *)ctx)->list[i];

	pager_add(p, STYLE_TEXT, 0, c->column->description);
	if (!c->is_shown)
		pager_add(p, STYLE_DIM, 0, "It is not shown; C shows it.");
}

static void
choose_sort(void *screen)
{
	struct browse *b = screen;
	struct sortable *s = sortable_new(b);
	const struct drill_level *l = browse_level(b);
	struct choose c = {
		.title = "Sort by", .width_cols = MENU_COLS, .explain = column_explain,
		.entries = { s->n, column_name, s }, .chosen = sort_chosen, .owner = b,
		.free = free,
	};

	for (size_t i = 0; i < s->n && l->sort; i++)
		if (!strcmp(s->list[i].column->name, l->sort))
			c.selected = i;
	choose_open(b->screen.app, &c);
}

static void
tree_toggle(void *screen)
{
	struct browse *b = screen;
	struct drill_level *l = browse_level(b);

	if (!l->view->parent.operand) {
		app_note(b->screen.app, STYLE_DIM, "the rows of this view have no parents");
		return;
	}
	l->is_flat = !l->is_flat;
	browse_ask(b);
	app_note(b->screen.app, STYLE_DIM, l->is_flat ? "without the tree" : "as a tree");
}

/* Columns ------------------------------------------------------------------ */

static void
columns_changed(void *owner)
{
	struct browse *b = owner;
	struct grid *g = &browse_level(b)->grid;

	b->shown_view = NULL;
	g->mark = g->first = 0;
}

static void
choose_columns(void *screen)
{
	struct browse *b = screen;

	columns_edit_open(b->screen.app, browse_level(b)->view, columns_changed, b);
}

/* The window --------------------------------------------------------------- */

/* How much time a column of the timeline is. */
static uint64_t
column_ns(const struct browse *b)
{
	const struct slices *s = &b->line.slices;
	unsigned n = b->line_drawn.n ? timeline_columns(&b->line_drawn, b->line_area.n_cols) : 0;

	return n && s->n ? (s->to_ns - s->from_ns) / n + 1 : 1;
}

/* The window is the columns that begin at ONE_NS and OTHER_NS, and those between. */
static void
set_window(struct browse *b, uint64_t one_ns, uint64_t other_ns)
{
	const struct slices *s = &b->line.slices;
	uint64_t end_ns = (one_ns < other_ns ? other_ns : one_ns) + column_ns(b) - 1;

	b->from_ns = one_ns < other_ns ? one_ns : other_ns;
	b->to_ns = end_ns < s->to_ns ? end_ns : s->to_ns;
	/* At the very end no column begins. */
	if (b->from_ns == s->to_ns)
		b->from_ns -= s->to_ns - s->from_ns < column_ns(b) ? 0 : column_ns(b) - 1;
	browse_ask(b);
}

static void
whole(void *screen)
{
	struct browse *b = screen;

	b->from_ns = b->to_ns = b->since_ns = 0;
	browse_ask(b);
}

/* The window that slides is half or twice as long. */
static void
zoom_live(struct browse *b, bool is_in)
{
	uint64_t length = is_in ? b->length_ns / 2 : b->length_ns * 2;

	if (length < LENGTH_MIN_NS || length > LENGTH_MAX_NS) {
		app_note(b->screen.app, STYLE_DIM, "it is as %s as it can be",
			 is_in ? "short" : "long");
		return;
	}
	b->length_ns = length;
	b->since_ns = 0;
	b->slid_to_ns = b->is_paused ? b->slid_to_ns : 0;
	b->slid_from_ns = b->slid_to_ns ? b->slid_to_ns - length : 0;
	app_note(b->screen.app, STYLE_DIM, "the last %.3g s", (double)length / 1e9);
	browse_ask(b);
}

/* Half or twice as much around the cursor on the timeline, else the middle of the window. */
static void
zoom(struct browse *b, bool is_in)
{
	const struct slices *s = &b->line.slices;
	uint64_t from = b->to_ns ? b->from_ns : s->from_ns, to = b->to_ns ? b->to_ns : s->to_ns;
	uint64_t middle = from + (to - from) / 2, half = is_in ? (to - from) / 4 : to - from;

	if (browse_slides(b)) {
		zoom_live(b, is_in);
		return;
	}
	if (!s->n || (is_in && to - from < ZOOM_MIN_NS)) {
		app_note(b->screen.app, STYLE_DIM, "there is no less to show");
		return;
	}
	if (b->has_focus_on_line && b->cursor_ns >= from && b->cursor_ns <= to)
		middle = b->cursor_ns;
	b->from_ns = middle > s->from_ns + half ? middle - half : s->from_ns;
	b->to_ns = s->to_ns - middle > half ? middle + half : s->to_ns;
	if (b->from_ns == s->from_ns && b->to_ns == s->to_ns && b->screen.app->o->name)
		b->from_ns = b->to_ns = 0;
	browse_ask(b);
}

static void
zoom_in(void *screen)
{
	zoom(screen, true);
}

static void
zoom_out(void *screen)
{
	zoom(screen, false);
}

/* What happened before now is not looked at any more. */
static void
clear(void *screen)
{
	struct browse *b = screen;
	struct app *a = b->screen.app;

	if (a->o->name) {
		app_note(a, STYLE_DIM, "a capture stays as it is; Tab and the mouse choose a part");
		return;
	}
	b->from_ns = b->to_ns = 0;
	b->since_ns = browse_now();
	browse_ask(b);
	app_note(a, STYLE_DIM, "what happens from now on; 0 shows the last moments again");
}

static void
focus_line(void *screen)
{
	struct browse *b = screen;
	const struct slices *s = &b->line.slices;

	if (!s->n || !b->line_area.n_rows) {
		app_note(b->screen.app, STYLE_DIM, "there is no timeline here");
		return;
	}
	b->has_focus_on_line = !b->has_focus_on_line;
	if (b->cursor_ns < s->from_ns || b->cursor_ns > s->to_ns)
		b->cursor_ns = b->to_ns ? b->from_ns : s->from_ns;
	b->anchor_ns = b->cursor_ns;
}

static void
next_measure(void *screen)
{
	struct browse *b = screen;

	if (!b->line_area.n_rows) {
		app_note(b->screen.app, STYLE_DIM, "there is no timeline here");
		return;
	}
	b->measure = measure_next(b->measure);
	browse_ask_line(b);
}

/* Cursor keys on the timeline: a column each; with Shift they draw the window. */
static bool
line_key(struct browse *b, const struct key *k)
{
	const struct slices *s = &b->line.slices;
	uint64_t step = column_ns(b);
	bool is_left = k->code == K_LEFT;

	if (!s->n || (k->code != K_LEFT && k->code != K_RIGHT && k->code != K_HOME &&
		      k->code != K_END) || k->modifiers & ~(unsigned)K_SHIFT)
		return false;
	if (k->code == K_HOME)
		b->cursor_ns = s->from_ns;
	else if (k->code == K_END)
		b->cursor_ns = s->to_ns;
	else if (is_left)
		b->cursor_ns = b->cursor_ns - s->from_ns > step ? b->cursor_ns - step : s->from_ns;
	else
		b->cursor_ns = s->to_ns - b->cursor_ns > step ? b->cursor_ns + step : s->to_ns;
	if (k->modifiers & K_SHIFT)
		set_window(b, b->anchor_ns, b->cursor_ns);
	else
		b->anchor_ns = b->cursor_ns;
	return true;
}

static bool
line_mouse(struct browse *b, const struct key *k)
{
	unsigned col = k->col - b->line_area.col;
	bool is_inside = b->line_area.n_rows && k->row >= b->line_area.row &&
			 k->row < b->line_area.row + b->line_area.n_rows;
	uint64_t ns;

	if (k->mouse == MOUSE_RELEASE && b->is_dragging) {
		b->is_dragging = false;
		return true;
	}
	/* An answer may have come that was not drawn yet. */
	if (!b->line_drawn.n || !b->line.slices.n || (!is_inside && !b->is_dragging) ||
	    !timeline_time(&b->line_drawn, b->line_area.n_cols, col, &ns))
		return false;
	if (k->mouse == MOUSE_PRESS) {
		b->anchor_ns = b->cursor_ns = ns;
		b->is_dragging = true;
	} else if (k->mouse == MOUSE_DRAG && b->is_dragging) {
		b->cursor_ns = ns;
		set_window(b, b->anchor_ns, ns);
	} else if (k->mouse == MOUSE_DOUBLE) {
		whole(b);
	}
	return true;
}

/* Mouse -------------------------------------------------------------------- */

/* Is K on the sign for what of the path does not fit? */
static bool
is_before_path(const struct browse *b, const struct key *k)
{
	const struct path *p = &b->path;

	for (size_t i = 0; i < p->n; i++)
		if (p->parts[i].n_cols)
			return i && k->mouse == MOUSE_PRESS && k->button == 1 &&
			       k->row == p->row && k->col < p->parts[i].col;
	return false;
}

/* The left button goes there, the right one takes away what is a condition. */
static bool
path_mouse(struct browse *b, const struct key *k)
{
	const struct path_part *part = path_pressed(&b->path, k);
	const struct area *f = &b->filter_area;

	if (part && k->button == 3 && part->is_row)
		browse_remove_part(b, part->level);
	else if (part && k->button == 1)
		browse_go_to(b, part->level);
	if (part)
		return true;
	if (is_before_path(b, k)) {
		browse_choose_level(b);
		return true;
	}
	if (k->mouse != MOUSE_PRESS || k->row != f->row || k->col < f->col ||
	    k->col >= f->col + f->n_cols)
		return false;
	if (k->button == 3)
		browse_remove_part(b, SIZE_MAX);
	else if (k->button == 1)
		browse_edit_filter(b);
	return true;
}

static bool
mouse(struct browse *b, const struct grid_data *d, const struct key *k)
{
	struct grid *g = &browse_level(b)->grid;
	size_t found[2];

	if (line_mouse(b, k) || path_mouse(b, k))
		return true;
	switch (grid_at(g, d, b->grid_area, k, found)) {
	case GRID_HEADING:
		if ((k->mouse == MOUSE_PRESS || k->mouse == MOUSE_DOUBLE) && found[1] != SIZE_MAX)
			sort_by(b, found[1]);
		return true;
	case GRID_CELL:
		grid_key(g, d, k, b->grid_area);
		if (k->mouse == MOUSE_DOUBLE)
			go_down(b);
		else if (k->mouse == MOUSE_PRESS && k->button == 3)
			browse_narrow(b, false);
		return true;
	default:
		return grid_key(g, d, k, b->grid_area);
	}
}

bool
browse_key(struct screen *s, const struct key *k)
{
	struct browse *b = (struct browse *)s;
	struct grid_data d;

	browse_data(b, &d);
	if (k->code == K_MOUSE)
		return mouse(b, &d, k);
	if (b->has_focus_on_line && line_key(b, k))
		return true;
	if (browse_type_ahead(b, k))
		return true;
	if (!k->modifiers && k->code >= '1' && k->code <= '9') {
		sort_by(b, k->code - '1');
		return true;
	}
	if (!browse_has_table(b) && k->code != '<' && k->code != '>')
		return false;
	return grid_key(&browse_level(b)->grid, &d, k, b->grid_area);
}

const struct action browse_actions[] = {
	{ "F1 ?", "Help", "all keys", read_help },
	{ "F2 v", "Views", "choose another view; typing searches", browse_choose_view },
	{ "F4 \\", "Filter", "edit the filter; fields, operators and values are offered",
	  browse_edit_filter },
	{ "F5 e", "Echo", "the data that the selected row read and wrote", echo },
	{ "F6 d", "Dig", "the events of the selected row, one by one", dig },
	{ "F12 s", "Spectro", "how long the calls of the selected row took, over time",
	  spectrogram },
	{ "F7 l", "Legend", "what the view and its columns are", legend },
	{ "F8 a", "Actions", "what can be done to the selected row", act },
	{ "F9 o", "Sort", "sort by another column; the same again turns the order", choose_sort },
	{ "/ ^F", "Search", "find a text in the rows, in any case",
	  browse_search },
	{ "Enter", NULL, "go into the selected row", go_down },
	{ "Esc Backspace", NULL, "back up, to where everything is as it was left", go_back },
	{ "b", NULL, "back to any part of the path; so does a click on it", browse_choose_level },
	{ "n", NULL, "search: the next row", browse_search_next },
	{ "N", NULL, "search: the previous row", browse_search_previous },
	{ "+", NULL, "only what has the value of the marked cell", browse_include },
	{ "-", NULL, "only what has not", browse_exclude },
	{ "x Del", NULL, "take the filter or a part of the path away; so does the right mouse "
	  "button there", browse_choose_part },
	{ "< >", NULL, "mark another column", NULL },
	{ "Up Down PgUp PgDn Home End", NULL, "move the selection", NULL },
	{ "Left Right", NULL, "scroll the columns", NULL },
	{ "1 2 3 4 5 6 7 8 9", NULL, "sort by that column, counted from the left", NULL },
	{ "Tab", NULL, "put the keys on the timeline, and back", focus_line },
	{ "Shift-Left Shift-Right", NULL, "on the timeline: draw a window", NULL },
	{ "M", NULL, "another measure on the timeline: bytes, errors, the p99 of calls that do not "
	  "wait, CPU time of whom path and filter choose (100 % is one CPU), events",
	  next_measure },
	{ "z", NULL, "half the window, around the cursor of the timeline, else its middle; live, "
	  "fewer of the last seconds", zoom_in },
	{ "Z", NULL, "twice the window", zoom_out },
	{ "0", NULL, "the window is everything again; live, the last seconds", whole },
	{ "c", NULL, "live: clear, and show what happens from now on", clear },
	{ "p Space", "Pause", "hold the display still, and let it go", pause_toggle },
	{ "F10 q", "Quit", "leave", app_quit },
	{ "g", "Overview", "how much happened of what, and when",
	  browse_overview },
	{ "T", NULL, "as a tree or not, where rows have parents", tree_toggle },
	{ "y", NULL, "the command lines that show this again; the first is printed in the end",
	  browse_show_command },
	{ "S", "Save", "write the table to a file; .csv and .json at the end of its name are forms",
	  browse_save },
	{ "w", NULL, "write the events of the window, the path and the filter as a capture of "
	  "their own; live, too, as long as they are kept", browse_save_capture },
	{ "C", "Columns", "choose, order and size the columns of this view", choose_columns },
};
const size_t n_browse_actions = ARRAY_LEN(browse_actions);
