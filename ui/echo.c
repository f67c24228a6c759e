#include "ui/echo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/cursor.h"
#include "ui/app.h"
#include "ui/dig.h"
#include "ui/echo_piece.h"
#include "ui/events.h"
#include "ui/key.h"
#include "ui/read.h"
#include "ui/search.h"

/* What has data: a read or write that moved some. */
#define HAS_DATA "evt.is_io = true and evt.dir = < and evt.rawres > 0"

struct echo {
	struct events_screen base;
	struct echo_piece piece;	/* the one that is drawn or looked at */
	size_t top;			/* the event that the first line belongs to, */
	size_t skip;			/* and how many of its lines are above */
	struct area area;
	size_t search_line;		/* where in the piece it begins; SIZE_MAX: the last one */
};

static size_t
count(const struct echo *e)
{
	return find_count(e->base.events.now.find);
}

/* Make the lines of event number I of those that were found. */
static void
load(struct echo *e, size_t i)
{
	const struct events_look *l = &e->base.events.now;

	echo_piece_load(&e->piece, l->cursor, find_number(l->find, i));
}

/* Where the text that is searched begins in S, in any case; SIZE_MAX: nowhere. */
static size_t
hit_in(const struct echo *e, struct span s)
{
	size_t n = e->base.search.text ? strlen(e->base.search.text) : 0;

	for (size_t i = 0; n && i + n <= s.len; i++)
		if (!strncasecmp((const char *)s.p + i, e->base.search.text, n))
			return i;
	return SIZE_MAX;
}

/* Line number LINE of an event, whose first is a heading unless lines are raw. */
static void
draw_line(const struct echo *e, struct area a, size_t line, struct span s)
{
	unsigned indent = line && e->piece.form != ECHO_RAW ? 2 : 0;
	size_t hit = hit_in(e, s);

	if (line || e->piece.form == ECHO_RAW)
		area_bytes(a, 0, indent, e->piece.style, s);
	else
		area_fit(a, CANVAS_LEFT, STYLE_HEADING, s);
	if (hit != SIZE_MAX)
		area_style(area_line(a, 0, indent + canvas_columns((struct span){ s.p, hit }),
				     canvas_columns((struct span){ s.p + hit,
								   strlen(e->base.search.text) })),
			   STYLE_MATCH);
}

static void
draw_lines(struct echo *e, struct area a)
{
	size_t i = e->top, line = e->skip, n = count(e);

	for (unsigned row = 0; row < a.n_rows && i < n; row++) {
		load(e, i);
		draw_line(e, area_line(a, row, 0, a.n_cols), line,
			  echo_piece_line(&e->piece, line));
		if (++line == e->piece.n_lines) {
			line = 0;
			i++;
		}
	}
}

static void
draw(struct screen *screen, struct area a)
{
	struct echo *e = (struct echo *)screen;
	double progress = find_progress(e->base.events.now.find);
	size_t n = count(e);

	if (e->area.n_cols != a.n_cols)
		e->piece.number = UINT64_MAX;
	e->area = area_part(a, 1, 0, a.n_rows - 2, a.n_cols);
	e->piece.width_cols = a.n_cols > 4 ? a.n_cols - 4 : 1;
	events_draw_head(&e->base, &(struct events_head){
		"Data", "   as ", echo_form_names[e->piece.form], e->top },
		area_line(a, 0, 0, a.n_cols));
	if (n && progress >= 1 && e->top >= n) {
		e->top = n - 1;
		e->skip = 0;
	}
	if (n)
		draw_lines(e, e->area);
	else if (e->area.n_rows > 1)
		area_text(e->area, 1, 2, STYLE_DIM,
			  progress < 1 ? "nothing yet" : "no data was read or written");
	app_draw_bar(screen, area_line(a, a.n_rows - 1, 0, a.n_cols));
}

/* Ways ---------------------------------------------------------------------- */

static void
down(struct echo *e, size_t by)
{
	size_t n = count(e);

	for (; by && n; by--) {
		load(e, e->top);
		if (e->skip + 1 < e->piece.n_lines) {
			e->skip++;
		} else if (e->top + 1 < n) {
			e->top++;
			e->skip = 0;
		}
	}
}

static void
up(struct echo *e, size_t by)
{
	for (; by && count(e); by--) {
		if (e->skip) {
			e->skip--;
		} else if (e->top) {
			load(e, --e->top);
			e->skip = e->piece.n_lines - 1;
		}
	}
}

static void
next_piece(struct echo *e)
{
	if (e->top + 1 < count(e)) {
		e->top++;
		e->skip = 0;
	}
}

static void
previous_piece(struct echo *e)
{
	e->top -= e->top && !e->skip;
	e->skip = 0;
}

static bool
key(struct screen *screen, const struct key *k)
{
	struct echo *e = (struct echo *)screen;
	size_t page = e->area.n_rows > 1 ? e->area.n_rows - 1 : 1;

	if (events_press_path(&e->base.events.q, &e->base.path, k))
		return true;
	if (k->modifiers)
		return false;
	switch (k->code) {
	case K_DOWN:
		down(e, 1);
		return true;
	case K_UP:
		up(e, 1);
		return true;
	case K_PAGE_DOWN: case K_SPACE:
		down(e, page);
		return true;
	case K_PAGE_UP:
		up(e, page);
		return true;
	case K_RIGHT:
		next_piece(e);
		return true;
	case K_LEFT:
		previous_piece(e);
		return true;
	case K_HOME:
		e->top = e->skip = 0;
		return true;
	case K_END:
		e->top = count(e) ? count(e) - 1 : 0;
		e->skip = 0;
		return true;
	case K_MOUSE:
		if (k->mouse == MOUSE_WHEEL_DOWN)
			down(e, 3);
		else if (k->mouse == MOUSE_WHEEL_UP)
			up(e, 3);
		return k->mouse == MOUSE_WHEEL_DOWN || k->mouse == MOUSE_WHEEL_UP;
	}
	return false;
}

static void
next_form(void *screen)
{
	struct echo *e = screen;

	e->piece.form = (e->piece.form + 1) % ECHO_FORMS;
	e->piece.number = UINT64_MAX;
	e->skip = 0;
}

/* The list has events without data as well. */
static void
go_to_event(void *screen)
{
	struct echo *e = screen;
	struct events_question q = e->base.events.q;

	if (e->top >= count(e))
		return;
	q.n_filters -= e->base.events.more != NULL;
	q.first = find_number(e->base.events.now.find, e->top);
	dig_open(e->base.screen.app, &q);
}

/* Search ---------------------------------------------------------------------- */

static size_t
search_from(void *ctx, bool is_backwards, bool from_here)
{
	struct echo *e = ctx;

	e->search_line = e->skip;
	if (from_here)
		return e->top;
	if (is_backwards && !e->skip) {
		e->search_line = SIZE_MAX;
		return e->top - 1;	/* SIZE_MAX: before the first one */
	}
	e->search_line = is_backwards ? e->skip - 1 : e->skip + 1;
	return e->top;
}

/* Is what is searched in the piece, at or behind (before) e->search_line? */
static bool
search_look(void *ctx, size_t at)
{
	struct echo *e = ctx;
	bool is_backwards = e->base.search.is_backwards;
	size_t line;

	load(e, at);
	line = e->search_line == SIZE_MAX ? e->piece.n_lines - 1 : e->search_line;
	e->search_line = is_backwards ? SIZE_MAX : 0;
	for (; line < e->piece.n_lines; is_backwards ? line-- : line++) {
		if (hit_in(e, echo_piece_line(&e->piece, line)) == SIZE_MAX)
			continue;
		e->top = at;
		e->skip = line;
		return true;
	}
	return false;
}

static const struct search_ops search_ops = { search_from, search_look };

/* Saving ---------------------------------------------------------------------- */

static void
put_saved(void *ctx, struct cursor *c, uint64_t number, struct text *t)
{
	echo_piece_put(ctx, c, number, t);
}

static void
saved_free(void *ctx)
{
	echo_piece_fini(ctx);
	free(ctx);
}

static void
save(void *screen)
{
	static const struct events_lines lines = { put_saved, saved_free };
	struct echo *e = screen;
	struct echo_piece *p = xzalloc(sizeof(*p));

	echo_piece_init(p);
	p->form = e->piece.form;
	p->width_cols = e->piece.width_cols;
	events_save(&e->base.events, "data.txt", &lines, p);
}

static void
show_commands(void *screen)
{
	events_show_command(&((struct echo *)screen)->base.events, "echo");
}

/* The rest of a capture has been read since; what was found stays where it is. */
static void
woken(struct screen *screen)
{
	struct echo *e = (struct echo *)screen;

	if (events_catch_up(&e->base.events))
		e->piece.number = UINT64_MAX;
	search_on(&e->base.search);
}

static void
leave(void *screen)
{
	struct echo *e = screen;

	if (e->base.search.is_on)
		e->base.search.is_on = false;
	else
		app_pop(e->base.screen.app);
}

static void
end(struct screen *screen)
{
	struct echo *e = (struct echo *)screen;

	events_close(&e->base.events);
	echo_piece_fini(&e->piece);
	search_fini(&e->base.search);
	free(e);
}

const struct action echo_actions[] = {
	{ "F1 ?", "Help", "all keys", read_help },
	{ "F2 v", "Form", "as text, with dots for what is none, in hexadecimal, as raw lines",
	  next_form },
	{ "Enter", "Dig", "the event at the top, among all of the selection", go_to_event },
	{ "/ ^F", "Search", "find a text in the lines, in any case", events_search },
	{ "n", NULL, "search: the next line", events_search_next },
	{ "N", NULL, "search: the line before", events_search_previous },
	{ "S", "Save", "write all of this to a file; raw lines as the bytes that they are", save },
	{ "y", NULL, "the command lines that show this again; the first is printed in the end",
	  show_commands },
	{ "Left Right", NULL, "the piece before, and the next one", NULL },
	{ "Up Down PgUp PgDn Space Home End", NULL, "scroll", NULL },
	{ "Esc Backspace", "Back", "stop a search, go back", leave },
	{ "F10 q", "Quit", "leave the explorer", app_quit },
};
const size_t n_echo_actions = ARRAY_LEN(echo_actions);

static const struct screen_ops ops = {
	.name = "Keys",
	.actions = echo_actions,
	.n_actions = ARRAY_LEN(echo_actions),
	.draw = draw,
	.key = key,
	.woken = woken,
	.free = end,
	.ends_late = true,
};

void
echo_open(struct app *a, const struct events_question *q)
{
	struct echo *e = xzalloc(sizeof(*e));
	struct err err = { 0 };

	events_screen_init(&e->base, &ops, &search_ops, a);
	echo_piece_init(&e->piece);
	if (!events_open(&e->base.events, a, q, HAS_DATA, &err)) {
		app_note(a, STYLE_ERROR, "%s", err.text);
		end(&e->base.screen);
		return;
	}
	app_push(a, &e->base.screen);
}
