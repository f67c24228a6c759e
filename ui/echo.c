#include "ui/echo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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
#include "ui/dig.h"
#include "ui/find.h"
#include "ui/key.h"
#include "ui/prompt.h"
#include "ui/read.h"
#include "ui/save.h"
#include "ui/term.h"

/* What has data: a read or write that moved some. */
#define HAS_DATA "evt.is_io = true and evt.dir = < and evt.rawres > 0"
#define DATA_MAX 65536u			/* bytes of one piece that are shown */
#define HEX_ROW 16u
#define TAB_COLS 8u
#define PIECES_AT_ONCE 200		/* that are searched or written between two keys */

/* How data is shown. */
enum form { AS_TEXT, AS_DOTS, AS_HEX, AS_RAW, FORMS };
static const char *const form_names[FORMS] = { "text", "dots", "hexadecimal", "raw lines" };

static const char *const fields[] = {
	"evt.time", "proc.name", "thread.tid", "fd.name", "evt.latency.human", "evt.rawres",
	"evt.buffer",
};
enum { F_TIME, F_NAME, F_TID, F_FD, F_LATENCY, F_BYTES, F_DATA, FIELDS };

struct echo {
	struct screen screen;
	struct dig_question q;
	struct arena arena;		/* the texts of .q */
	struct snapshot *snap;
	struct find *find;
	struct cursor *cursor;
	bool is_complete;		/* all had been read when the snapshot was taken */
	struct operand *operands[FIELDS];
	enum form form;
	size_t top;			/* the event that the first line belongs to, */
	size_t skip;			/* and how many of its lines are above */
	/* The lines of one event. */
	size_t loaded;			/* SIZE_MAX: of none */
	struct text text;
	size_t *starts;			/* in .text, one a line and the end */
	size_t n_lines, lines_cap;
	enum style style;
	struct area area;
	/* Search: what, and where it is. */
	char *search;			/* NULL: nothing is searched */
	size_t search_at, search_line;	/* SIZE_MAX: before the first one, the last one */
	size_t search_seen;		/* pieces that were looked at */
	bool is_searching, is_backwards;
	size_t saved;			/* pieces that were written to a file */
};

static void
end_line(struct echo *e)
{
	xgrow(&e->starts, &e->lines_cap, e->n_lines + 2, sizeof(*e->starts));
	e->starts[++e->n_lines] = e->text.len;
}

/* Append field I of the event, or DASH. */
static void
put_field(struct echo *e, const struct eval *ev, unsigned i)
{
	struct value v;

	if (operand_get(e->operands[i], ev, &v))
		operand_text(e->operands[i], &v, ev->render, &e->text);
	else
		text_char(&e->text, '-');
}

static void
put_head(struct echo *e, const struct eval *ev, bool is_read)
{
	text_str(&e->text, is_read ? "◀ " : "▶ ");
	put_field(e, ev, F_TIME);
	text_char(&e->text, ' ');
	put_field(e, ev, F_NAME);
	text_str(&e->text, " (");
	put_field(e, ev, F_TID);
	text_str(&e->text, is_read ? ") reads " : ") writes ");
	put_field(e, ev, F_BYTES);
	text_str(&e->text, is_read ? " bytes from " : " bytes to ");
	put_field(e, ev, F_FD);
	text_str(&e->text, "  ");
	put_field(e, ev, F_LATENCY);
	end_line(e);
}

/* A line of text, with its tabs as blanks; CR before its end belongs to the end. */
static void
put_line(struct echo *e, struct span line)
{
	size_t start = e->text.len;

	for (size_t i = 0; i < line.len; i++) {
		if (line.p[i] == '\r' && i + 1 == line.len)
			break;
		if (line.p[i] != '\t') {
			text_char(&e->text, (char)line.p[i]);
			continue;
		}
		do {
			text_char(&e->text, ' ');
		} while ((e->text.len - start) % TAB_COLS);
	}
	end_line(e);
}

/* Lines as they are written; what a terminal could obey is escaped when drawn. */
static void
put_text(struct echo *e, struct span data)
{
	while (data.len) {
		const uint8_t *nl = memchr(data.p, '\n', data.len);
		size_t n = nl ? (size_t)(nl - data.p) : data.len;

		put_line(e, (struct span){ data.p, n });
		n += nl != NULL;
		data.p += n;
		data.len -= n;
	}
}

static void
put_dots(struct echo *e, struct span data, unsigned width)
{
	for (size_t at = 0; at < data.len; at += width) {
		text_dots(&e->text, data.p + at, data.len - at < width ? data.len - at : width);
		end_line(e);
	}
}

static void
put_hex(struct echo *e, struct span data)
{
	for (size_t at = 0; at < data.len; at += HEX_ROW) {
		size_t n = data.len - at < HEX_ROW ? data.len - at : HEX_ROW;

		text_fmt(&e->text, "%08zx ", at);
		for (size_t i = 0; i < HEX_ROW; i++) {
			text_str(&e->text, i == HEX_ROW / 2 ? " " : "");
			if (i < n)
				text_fmt(&e->text, " %02x", data.p[at + i]);
			else
				text_str(&e->text, "   ");
		}
		text_str(&e->text, "  ");
		text_dots(&e->text, data.p + at, n);
		end_line(e);
	}
}

/* Make the lines of event number I of those that were found. */
static void
load(struct echo *e, size_t i)
{
	const struct eval *ev;
	struct value v;
	bool is_read;

	if (e->loaded == i)
		return;
	e->loaded = i;
	e->text.len = 0;
	e->n_lines = 0;
	xgrow(&e->starts, &e->lines_cap, 1, sizeof(*e->starts));
	e->starts[0] = 0;
	cursor_go_to(e->cursor, find_number(e->find, i));
	is_read = (cursor_value(e->cursor, COL_FLAGS) & ROW_READS) != 0;
	e->style = is_read ? STYLE_READ : STYLE_WRITE;
	ev = cursor_eval(e->cursor, CURSOR_EVENT);
	if (e->form != AS_RAW)
		put_head(e, ev, is_read);
	if (operand_get(e->operands[F_DATA], ev, &v) && v.s.len) {
		struct span data = { v.s.p, v.s.len < DATA_MAX ? v.s.len : DATA_MAX };

		if (e->form == AS_TEXT || e->form == AS_RAW)
			put_text(e, data);
		else if (e->form == AS_DOTS)
			put_dots(e, data, e->area.n_cols > 4 ? e->area.n_cols - 4 : 1);
		else
			put_hex(e, data);
	}
	if (e->form != AS_RAW || !e->n_lines)
		end_line(e);		/* an empty one below */
}

/* Where the text that is searched begins in S, in any case; SIZE_MAX: nowhere. */
static size_t
hit_in(const struct echo *e, struct span s)
{
	size_t n = e->search ? strlen(e->search) : 0;

	for (size_t i = 0; n && i + n <= s.len; i++)
		if (!strncasecmp((const char *)s.p + i, e->search, n))
			return i;
	return SIZE_MAX;
}

/* Line number LINE of an event, whose first is a heading unless lines are raw. */
static void
draw_line(const struct echo *e, struct area a, size_t line, struct span s)
{
	unsigned indent = line && e->form != AS_RAW ? 2 : 0;
	size_t hit = hit_in(e, s);

	if (line || e->form == AS_RAW)
		area_bytes(a, 0, indent, e->style, s);
	else
		area_fit(a, CANVAS_LEFT, STYLE_HEADING, s);
	if (hit != SIZE_MAX)
		area_style(area_line(a, 0, indent + canvas_columns((struct span){ s.p, hit }),
				     canvas_columns((struct span){ s.p + hit,
								   strlen(e->search) })),
			   STYLE_MATCH);
}

static void
draw_lines(struct echo *e, struct area a)
{
	size_t i = e->top, line = e->skip, n = find_count(e->find);

	for (unsigned row = 0; row < a.n_rows && i < n; row++) {
		struct span s;

		load(e, i);
		s = (struct span){ (const uint8_t *)e->text.p + e->starts[line],
				   e->starts[line + 1] - e->starts[line] };
		draw_line(e, area_line(a, row, 0, a.n_cols), line, s);
		if (++line == e->n_lines) {
			line = 0;
			i++;
		}
	}
}

static void
draw(struct screen *screen, struct area a)
{
	struct echo *e = (struct echo *)screen;
	double progress = find_progress(e->find);
	size_t n = find_count(e->find);
	struct area head = area_line(a, 0, 0, a.n_cols);
	struct text t = { 0 };
	unsigned col = 1;

	if (e->area.n_cols != a.n_cols)
		e->loaded = SIZE_MAX;
	e->area = area_part(a, 1, 0, a.n_rows - 2, a.n_cols);
	col += area_text(head, 0, col, STYLE_DIM, "Data › ");
	col += area_text(head, 0, col, STYLE_TITLE, e->q.title);
	area_text(head, 0, col, STYLE_DIM, "   as ");
	area_text(head, 0, col + 6, STYLE_TEXT, form_names[e->form]);
	if (e->is_searching) {
		text_str(&t, " searching, Esc stops ");
	} else {
		text_char(&t, ' ');
		text_count(&t, n ? e->top + 1 : 0);
		text_str(&t, " of ");
		text_count(&t, n);
		text_str(&t, progress < 1 ? " so far " : " ");
	}
	if (t.len < head.n_cols)
		area_bytes(head, 0, head.n_cols - (unsigned)t.len, STYLE_DIM,
			   (struct span){ (const uint8_t *)t.p, t.len });
	text_fini(&t);
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
	size_t n = find_count(e->find);

	for (; by && n; by--) {
		load(e, e->top);
		if (e->skip + 1 < e->n_lines) {
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
	for (; by && find_count(e->find); by--) {
		if (e->skip) {
			e->skip--;
		} else if (e->top) {
			load(e, --e->top);
			e->skip = e->n_lines - 1;
		}
	}
}

static void
next_piece(struct echo *e)
{
	if (e->top + 1 < find_count(e->find)) {
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
		e->top = find_count(e->find) ? find_count(e->find) - 1 : 0;
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

	e->form = (e->form + 1) % FORMS;
	e->loaded = SIZE_MAX;
	e->skip = 0;
}

static void
show_event(void *screen)
{
	struct echo *e = screen;
	struct pager p = { 0 };
	char title[40];

	if (e->top >= find_count(e->find))
		return;
	cursor_go_to(e->cursor, find_number(e->find, e->top));
	describe_event(cursor_eval(e->cursor, CURSOR_EVENT), &p);
	e->loaded = SIZE_MAX;
	snprintf(title, sizeof(title), "event %llu",
		 (unsigned long long)find_number(e->find, e->top));
	read_open(e->screen.app, title, &p);
}

/* Search ---------------------------------------------------------------------- */

/* Is what is searched in the event, at or behind (before) line e->search_line? */
static bool
found_here(struct echo *e)
{
	load(e, e->search_at);
	if (e->search_line == SIZE_MAX)
		e->search_line = e->n_lines - 1;
	for (size_t i = e->search_line; i < e->n_lines; e->is_backwards ? i-- : i++) {
		struct span s = { (const uint8_t *)e->text.p + e->starts[i],
				  e->starts[i + 1] - e->starts[i] };

		if (hit_in(e, s) == SIZE_MAX)
			continue;
		e->top = e->search_at;
		e->skip = i;
		return true;
	}
	return false;
}

static void
search_on(struct echo *e)
{
	/* In this order: what was found before it was done is counted. */
	bool is_done = find_progress(e->find) >= 1;
	size_t n = find_count(e->find);

	for (size_t i = 0; i < PIECES_AT_ONCE; i++) {
		/* The rest of the first one comes last. */
		if (is_done && e->search_seen > n) {
			e->is_searching = false;
			app_note(e->screen.app, STYLE_WARNING, "not found: %s", e->search);
			return;
		}
		if (e->search_at >= n && !is_done)
			return;
		if (e->search_at >= n && n)
			e->search_at = e->is_backwards ? n - 1 : 0;
		if (n && found_here(e)) {
			e->is_searching = false;
			return;
		}
		e->search_seen++;
		e->search_at += e->is_backwards ? SIZE_MAX : 1;
		e->search_line = e->is_backwards ? SIZE_MAX : 0;
	}
	app_wake_at(e->screen.app, term_now_ns());
}

/* From the line at the top, or (not FROM_HERE) from the one behind or before it. */
static void
search_start(struct echo *e, bool is_backwards, bool from_here)
{
	if (!e->search) {
		app_note(e->screen.app, STYLE_DIM, "nothing is searched; / does that");
		return;
	}
	e->is_backwards = is_backwards;
	e->search_at = e->top;
	e->search_line = e->skip;
	e->search_seen = 0;
	if (!from_here && is_backwards && !e->skip) {
		e->search_at--;		/* SIZE_MAX: before the first one */
		e->search_line = SIZE_MAX;
	} else if (!from_here) {
		e->search_line = is_backwards ? e->skip - 1 : e->skip + 1;
	}
	e->is_searching = true;
	search_on(e);
}

static void
search_entered(void *owner, const char *text)
{
	struct echo *e = owner;

	app_keep_history(e->screen.app, &e->screen.app->searches);
	free(e->search);
	e->search = *text ? xstrdup(text) : NULL;
	if (e->search)
		search_start(e, false, true);
}

static void
search(void *screen)
{
	struct echo *e = screen;
	struct prompt p = { .label = "search", .history = &e->screen.app->searches,
			    .entered = search_entered, .owner = e };

	prompt_open(e->screen.app, &p);
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

/* Saving ---------------------------------------------------------------------- */

/* What is seen of event I; raw lines as the bytes that they are. */
static void
put_piece(struct echo *e, size_t i, struct text *t)
{
	struct value v;

	if (e->form == AS_RAW) {
		cursor_go_to(e->cursor, find_number(e->find, i));
		if (operand_get(e->operands[F_DATA], cursor_eval(e->cursor, CURSOR_EVENT), &v))
			text_bytes(t, v.s.p, v.s.len);
		e->loaded = SIZE_MAX;
		return;
	}
	load(e, i);
	for (size_t line = 0; line < e->n_lines; line++) {
		if (line && line + 1 < e->n_lines)
			text_str(t, "  ");
		text_safe(t, e->text.p + e->starts[line], e->starts[line + 1] - e->starts[line]);
		text_char(t, '\n');
	}
}

static bool
save_more(void *ctx, struct text *t)
{
	struct echo *e = ctx;

	for (size_t i = 0; i < PIECES_AT_ONCE && e->saved < find_count(e->find); i++)
		put_piece(e, e->saved++, t);
	return e->saved < find_count(e->find) || find_progress(e->find) < 1;
}

static double
save_progress(void *ctx)
{
	const struct echo *e = ctx;
	size_t n = find_count(e->find);

	return n ? find_progress(e->find) * (double)e->saved / (double)n : 0;
}

static void
save(void *screen)
{
	struct echo *e = screen;
	struct save_job job = { .more = save_more, .progress = save_progress, .ctx = e };

	e->saved = 0;
	save_open(e->screen.app, "data.txt", &job);
}

/* Look for pieces in what there is now. False: *err says why not. */
static bool
look_for(struct echo *e, struct err *err)
{
	const struct app *a = e->screen.app;
	struct matches_question m = { e->q.filters, e->q.n_filters, e->q.from_ns, e->q.to_ns,
				      a->o->style, a->o->filter_options };

	find_free(e->find);
	cursor_free(e->cursor);
	snapshot_free(e->snap);
	e->is_complete = a->progress.is_done;
	e->loaded = SIZE_MAX;
	e->snap = store_snapshot(a->store);
	e->cursor = cursor_new(e->snap, a->o->style);
	e->cursor->ev.is_output = true;
	e->find = find_new(e->snap, &m, a->wake_fd, err);
	return e->find != NULL;
}

/* The rest of a capture has been read since; what was found stays where it is. */
static void
woken(struct screen *screen)
{
	struct echo *e = (struct echo *)screen;
	struct err err = { 0 };

	if (e->is_searching)
		search_on(e);
	if (e->is_complete || !screen->app->progress.is_done || find_progress(e->find) < 1)
		return;
	if (!look_for(e, &err))
		die("a filter that was one is none: %s", err.text);
	e->is_searching = false;
}

static void
help(void *screen)
{
	read_help(screen);
}

static void
leave(void *screen)
{
	struct echo *e = screen;

	if (e->is_searching)
		e->is_searching = false;
	else
		app_pop(e->screen.app);
}

static void
quit(void *screen)
{
	((struct screen *)screen)->app->is_over = true;
}

static void
end(struct screen *screen)
{
	struct echo *e = (struct echo *)screen;

	find_free(e->find);
	cursor_free(e->cursor);
	snapshot_free(e->snap);
	for (size_t i = 0; i < FIELDS; i++)
		operand_free(e->operands[i]);
	text_fini(&e->text);
	free(e->starts);
	free(e->search);
	arena_fini(&e->arena);
	free(e);
}

const struct action echo_actions[] = {
	{ "F1 ?", "Help", "all keys", help },
	{ "F2 v", "Form", "as text, with dots for what is none, in hexadecimal, as raw lines",
	  next_form },
	{ "Enter", "Event", "all fields of the event at the top", show_event },
	{ "/ ^F", "Search", "find a text in the lines, in any case", search },
	{ "n", NULL, "search: the next line", search_next },
	{ "N", NULL, "search: the line before", search_previous },
	{ "S", "Save", "write all of this to a file; raw lines as the bytes that they are", save },
	{ "Left Right", NULL, "the piece before, and the next one", NULL },
	{ "Up Down PgUp PgDn Space Home End", NULL, "scroll", NULL },
	{ "Esc Backspace", "Back", "stop a search, go back", leave },
	{ "F10 q", "Quit", "leave the explorer", quit },
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
echo_open(struct app *a, const struct dig_question *q)
{
	struct echo *e = xzalloc(sizeof(*e));
	struct err err = { 0 };

	e->screen.ops = &ops;
	e->screen.app = a;
	e->q = *q;
	for (size_t i = 0; i < q->n_filters; i++)
		e->q.filters[i] = arena_strdup(&e->arena, q->filters[i]);
	e->q.title = arena_strdup(&e->arena, q->title);
	if (e->q.n_filters < DIG_FILTERS_MAX)
		e->q.filters[e->q.n_filters++] = HAS_DATA;
	for (size_t i = 0; i < FIELDS; i++) {
		size_t len;

		e->operands[i] = operand_parse(fields[i], &len, &err);
	}
	if (!look_for(e, &err)) {
		app_note(a, STYLE_ERROR, "%s", err.text);
		end(&e->screen);
		return;
	}
	app_push(a, &e->screen);
}
