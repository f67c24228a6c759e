#include "ui/overview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/clock.h"
#include "ui/app.h"
#include "ui/ask.h"
#include "ui/key.h"
#include "ui/measure.h"
#include "ui/read.h"
#include "ui/spark.h"
#include "ui/term.h"

#define SLICES 60			/* of the whole time; the busiest is a tile's window */
#define TILE_COLS 38			/* at least, where there is more than one column */
#define TILE_COLUMNS_MAX 5
#define TILE_ROWS 4			/* with one row of bars */
#define BAR_ROWS_MAX 6
#define SHARE 4				/* a pass may take so much of the time: 1 / SHARE */
#define MS 1000000u

/* What is told of a measure. */
enum told { TOLD_COUNT, TOLD_BYTES, TOLD_TIME, TOLD_LOST };

#define OPENS "evt.type in (open, openat, openat2, creat, open_by_handle_at) and " \
	      "evt.dir = < and evt.failed = false"
#define STARTS "evt.type in (execve, execveat) and evt.dir = < and evt.failed = false"
#define SECRETS \
	"(fd.name in (/etc/shadow, /etc/shadow-, /etc/gshadow, /etc/gshadow-, /etc/sudoers, " \
	"/etc/security/opasswd, /etc/krb5.keytab, /proc/kcore, /dev/mem) or fd.name startswith " \
	"/etc/sudoers.d/ or fd.name startswith /etc/ssl/private/ or fd.name startswith " \
	"/etc/ssh/ssh_host_ and not fd.name endswith .pub or fd.name contains /.ssh/ or " \
	"fd.name contains /.gnupg/ or fd.name contains /.aws/credentials or fd.name contains " \
	"/.kube/config or fd.name startswith /var/run/secrets/ or fd.name startswith " \
	"/run/secrets/)"
#define SHELLS "proc.name in (sh, bash, dash, ash, zsh, ksh, mksh, fish, csh, tcsh, busybox)"

static const struct tile {
	const char *name;
	const char *filter;		/* NULL: all events */
	enum slices_measure measure;
	enum told told;
	const char *what, *whats;	/* one of it, and many */
	struct overview_choice choice;
} tiles[] = {
	{ .name = "Events", .told = TOLD_COUNT, .what = "event", .whats = "events",
	  .choice = { .view = "syscalls" } },
	{ .name = "Processes started", .told = TOLD_COUNT, .what = "process",
	  .whats = "processes",
	  .filter = "evt.type in (clone, clone3, fork, vfork) and evt.dir = < and evt.rawres > 0 "
		    "and not evt.arg.flags contains CLONE_THREAD",
	  .choice = { .view = "process_tree" } },
	{ .name = "Errors", .filter = "evt.failed = true", .told = TOLD_COUNT,
	  .what = "failed call", .whats = "failed calls", .choice = { .view = "errors" } },
	{ .name = "New connections", .told = TOLD_COUNT, .what = "connection",
	  .whats = "connections",
	  .filter = "evt.type in (connect, accept, accept4) and evt.dir = < and fd.type in "
		    "(ipv4, ipv6) and (evt.failed = false or evt.res = EINPROGRESS)",
	  .choice = { .view = "connections",
		      .filter = "evt.type in (connect, accept, accept4)" } },
	{ .name = "File bytes", .filter = "fd.type = file", .measure = SLICES_BYTES,
	  .told = TOLD_BYTES, .choice = { .view = "files" } },
	{ .name = "Network bytes", .filter = "fd.type in (ipv4, ipv6)",
	  .measure = SLICES_BYTES, .told = TOLD_BYTES, .choice = { .view = "connections" } },
	{ .name = "Slowest call", .filter = "evt.is_wait = false and evt.dir = <",
	  .measure = SLICES_LONGEST, .told = TOLD_TIME,
	  .choice = { .view = "syscalls", .filter = "evt.is_wait = false", .sort = "P99" } },
	{ .name = "Sensitive files opened", .filter = OPENS " and " SECRETS, .told = TOLD_COUNT,
	  .what = "time", .whats = "times",
	  .choice = { .view = "file_opens", .filter = OPENS " and " SECRETS } },
	{ .name = "Shells started", .filter = STARTS " and " SHELLS, .told = TOLD_COUNT,
	  .what = "shell", .whats = "shells",
	  .choice = { .view = "spy_users", .filter = STARTS " and " SHELLS } },
	{ .name = "Lost events", .told = TOLD_LOST, .what = "event", .whats = "events",
	  .choice = { .view = "procs" } },
};
#define TILES ARRAY_LEN(tiles)
#define ASKED (TILES - 1)		/* losses come with the first one */

struct overview {
	struct screen screen;
	overview_chosen *chosen;
	void *owner;
	struct arena arena;		/* the texts of .filters */
	const char **filters;
	size_t n_filters;
	struct ask *ask;
	struct answer answers[ASKED];
	size_t asking;			/* the tile that is asked for; ASKED: none */
	uint64_t asked_id, pass_ns;	/* when the pass over all tiles began, */
	uint64_t took_ns;		/* how long the last one took, */
	uint64_t pass_events;		/* and how many events there were */
	bool pass_done;			/* all had been read when it began */
	size_t selected, top;		/* .top: the first row of tiles that is seen */
	struct area area;		/* of the tiles */
	unsigned n_columns, tile_cols, tile_rows;
};

const char *
overview_tile(size_t i, struct overview_choice *c, const char **filter)
{
	if (i >= TILES)
		return NULL;
	*c = tiles[i].choice;
	*filter = tiles[i].filter;
	return tiles[i].name;
}

/* What is asked -------------------------------------------------------------- */

static void
ask(struct overview *o)
{
	const struct tile *tile = &tiles[o->asking];
	struct question q = { .id = ++o->screen.app->next_id, .n_slices = SLICES,
			      .measure = tile->measure };

	for (size_t i = 0; i < o->n_filters && q.n_filters + 1 < ASK_FILTERS_MAX; i++)
		q.filters[q.n_filters++] = arena_strdup(&q.arena, o->filters[i]);
	if (tile->filter)
		q.filters[q.n_filters++] = arena_strdup(&q.arena, tile->filter);
	o->asked_id = q.id;
	ask_put(o->ask, &q);
}

/* Ask for all tiles, one after the other. */
static void
begin_pass(struct overview *o)
{
	const struct app *a = o->screen.app;

	o->asking = 0;
	o->pass_ns = term_now_ns();
	o->pass_events = a->progress.stats.n_events;
	o->pass_done = a->progress.is_done;
	ask(o);
}

static void
take(struct overview *o)
{
	struct answer got;

	if (!ask_take(o->ask, &got))
		return;
	if (got.id != o->asked_id || o->asking == ASKED) {
		answer_done(&got);
		return;
	}
	answer_done(&o->answers[o->asking]);
	o->answers[o->asking++] = got;
	if (o->asking < ASKED)
		ask(o);
	else
		o->took_ns = term_now_ns() - o->pass_ns;
}

static void
woken(struct screen *screen)
{
	struct overview *o = (struct overview *)screen;
	const struct app *a = screen->app;
	uint64_t at, now = term_now_ns();

	take(o);
	if (o->asking < ASKED || (o->pass_events == a->progress.stats.n_events &&
				  o->pass_done == a->progress.is_done))
		return;
	at = o->pass_ns + o->took_ns * SHARE + 250 * (uint64_t)MS;
	if (now >= at || a->progress.is_done)
		begin_pass(o);
	else
		app_wake_at(screen->app, at);
}

/* What is seen --------------------------------------------------------------- */

static const struct answer *
answer_of(const struct overview *o, size_t tile)
{
	return &o->answers[tiles[tile].told == TOLD_LOST ? 0 : tile];
}

static double
total_of(const struct tile *t, const struct slices *s)
{
	double total = 0;

	if (t->told == TOLD_LOST)
		return (double)s->n_lost;
	for (size_t i = 0; i < s->n; i++)
		total = t->told == TOLD_TIME ? (s->counts[i] > total ? s->counts[i] : total)
					     : total + s->counts[i];
	return total;
}

/* The slice with most; of losses the first. SIZE_MAX: there is nothing in any. */
static size_t
busiest(const struct tile *t, const struct slices *s)
{
	size_t found = SIZE_MAX;

	for (size_t i = 0; i < s->n; i++) {
		double here = t->told == TOLD_LOST ? s->is_lost[i] : s->counts[i];

		if (here > 0 && (found == SIZE_MAX ||
				 (t->told != TOLD_LOST && here > s->counts[found])))
			found = i;
	}
	return found;
}

/* When slice I begins. */
static uint64_t
start_of(const struct slices *s, size_t i)
{
	return s->from_ns + i * ((s->to_ns - s->from_ns) / s->n + 1);
}

static void
put_much(const struct tile *tile, double n, bool with_unit, struct text *t)
{
	switch (tile->told) {
	case TOLD_BYTES:
		measure_put_bytes(n, t);
		break;
	case TOLD_TIME:
		clock_human((uint64_t)n, t);
		break;
	case TOLD_COUNT:
	case TOLD_LOST:
		text_count(t, (uint64_t)n);
		if (with_unit)
			text_fmt(t, " %s", n == 1 ? tile->what : tile->whats);
		break;
	}
}

/* "3,400 events within 203 ms at 16:00:05" */
static void
put_peak(struct overview *o, const struct tile *tile, const struct slices *s, struct text *t)
{
	size_t i = busiest(tile, s);
	double length = s->n ? (double)(s->to_ns - s->from_ns) / (double)s->n : 0;

	if (i == SIZE_MAX)
		return;
	if (tile->told == TOLD_LOST) {
		text_str(t, "first");
	} else if (tile->told != TOLD_TIME) {
		put_much(tile, s->counts[i], false, t);
		if (length < 1e9)
			text_fmt(t, " within %.3g ms", length / 1e6);
		else
			text_fmt(t, " within %.3g s", length / 1e9);
	}
	text_str(t, t->len ? " at " : "at ");
	clock_time_s(&o->screen.app->clock, start_of(s, i), t);
}

static struct span
span_of(const struct text *t)
{
	return (struct span){ (const uint8_t *)t->p, t->len };
}

static void
draw_tile(struct overview *o, size_t i, struct area a)
{
	const struct tile *tile = &tiles[i];
	const struct slices *s = &answer_of(o, i)->slices;
	static const double none[SLICES];
	bool is_selected = i == o->selected;
	struct text t = { 0 };
	unsigned bars = a.n_rows > 3 ? a.n_rows - 3 : a.n_rows > 1, width;
	struct area head = area_line(a, 0, 0, a.n_cols);

	area_fill(head, ' ', is_selected ? STYLE_SELECTED : STYLE_HEADING);
	if (is_selected)
		area_text(head, 0, 0, STYLE_SELECTED, "›");
	area_text(head, 0, 1, is_selected ? STYLE_SELECTED : STYLE_HEADING, tile->name);
	if (s->n)
		put_much(tile, total_of(tile, s), true, &t);
	else
		text_str(&t, answer_of(o, i)->err.code ? "cannot be told" : "...");
	width = canvas_columns(span_of(&t));
	if (width + 1 < a.n_cols)
		area_bytes(head, 0, a.n_cols - width - 1,
			   is_selected ? STYLE_SELECTED : STYLE_HEADING, span_of(&t));
	t.len = 0;
	if (s->n) {
		spark_draw(area_part(a, 1, 1, bars, a.n_cols - 2),
			   tile->told == TOLD_LOST ? none : s->counts, s->is_lost, s->n);
		put_peak(o, tile, s, &t);
	}
	if (a.n_rows > 2)
		area_bytes(a, 1 + bars, 1, STYLE_DIM, span_of(&t));
	text_fini(&t);
}

/* How many columns and rows tiles have in A. */
static void
lay_out(struct overview *o, struct area a)
{
	unsigned n_lines, rows;

	o->area = a;
	o->n_columns = a.n_cols / TILE_COLS;
	o->n_columns = o->n_columns > TILE_COLUMNS_MAX ? TILE_COLUMNS_MAX : o->n_columns;
	o->n_columns = o->n_columns ? o->n_columns : 1;
	o->tile_cols = a.n_cols / o->n_columns;
	n_lines = (unsigned)((TILES + o->n_columns - 1) / o->n_columns);
	rows = a.n_rows / n_lines;
	o->tile_rows = rows < TILE_ROWS ? TILE_ROWS : rows;
	if (o->tile_rows > TILE_ROWS + BAR_ROWS_MAX)
		o->tile_rows = TILE_ROWS + BAR_ROWS_MAX;
	o->tile_rows = o->tile_rows < a.n_rows ? o->tile_rows : a.n_rows;
}

static void
draw_tiles(struct overview *o, struct area a)
{
	size_t line, page;

	lay_out(o, a);
	if (!o->tile_rows)
		return;
	page = a.n_rows / o->tile_rows;
	line = o->selected / o->n_columns;
	o->top = line < o->top ? line : line >= o->top + page ? line - page + 1 : o->top;
	for (size_t i = o->top * o->n_columns; i < TILES; i++) {
		unsigned row = (unsigned)(i / o->n_columns - o->top) * o->tile_rows;
		unsigned col = (unsigned)(i % o->n_columns) * o->tile_cols;

		if (row + o->tile_rows > a.n_rows)
			break;
		draw_tile(o, i, area_part(a, row, col, o->tile_rows - (o->tile_rows >= TILE_ROWS),
					  o->tile_cols - (o->n_columns > 1)));
	}
}

/* Say so where not all tiles have room. */
static void
draw_rest(const struct overview *o, struct area line)
{
	size_t page = o->tile_rows ? o->area.n_rows / o->tile_rows : 0;
	size_t first = o->top * o->n_columns, n = page * o->n_columns;
	struct text t = { 0 };
	unsigned width;

	n = first + n < TILES ? n : TILES - first;
	if (!n || n == TILES)
		return;
	text_fmt(&t, "%zu to %zu of %zu ", first + 1, first + n, TILES);
	text_str(&t, first + n < TILES ? "↓ " : "↑ ");
	width = canvas_columns(span_of(&t));
	if (width < line.n_cols)
		area_bytes(line, 0, line.n_cols - width, STYLE_DIM, span_of(&t));
	text_fini(&t);
}

static void
draw(struct screen *screen, struct area a)
{
	struct overview *o = (struct overview *)screen;
	const struct app *app = screen->app;
	const struct slices *s = &o->answers[0].slices;
	struct area head = area_line(a, 0, 0, a.n_cols);
	struct text t = { 0 };
	unsigned col = 1, width;

	col += area_text(head, 0, col, STYLE_DIM, "Overview › ");
	col += area_text(head, 0, col, STYLE_TITLE, app->o->name ? app->o->name : "live");
	if (o->n_filters)
		area_text(head, 0, col, STYLE_DIM, "   of the selection");
	if (!app->progress.is_done || o->asking < ASKED)
		text_str(&t, "counting ");
	else if (s->n)
		text_fmt(&t, "%.2f s ", (double)(s->to_ns - s->from_ns) / 1e9);
	width = canvas_columns(span_of(&t));
	if (col + width < head.n_cols)
		area_bytes(head, 0, head.n_cols - width, STYLE_TEXT, span_of(&t));
	text_fini(&t);
	draw_tiles(o, area_part(a, 2, 0, a.n_rows > 3 ? a.n_rows - 3 : 0, a.n_cols));
	draw_rest(o, area_line(a, 1, 0, a.n_cols));
	app_draw_bar(screen, area_line(a, a.n_rows - 1, 0, a.n_cols));
}

/* Ways ----------------------------------------------------------------------- */

static void
open_tile(void *screen)
{
	struct overview *o = screen;
	const struct tile *tile = &tiles[o->selected];
	const struct slices *s = &answer_of(o, o->selected)->slices;
	struct overview_choice c = tile->choice;
	overview_chosen *chosen = o->chosen;
	void *owner = o->owner;
	size_t i = busiest(tile, s);

	if (i == SIZE_MAX) {
		app_note(o->screen.app, STYLE_DIM, s->n ? "there is nothing of this" :
			 "it is not counted yet");
		return;
	}
	c.from_ns = start_of(s, i);
	c.to_ns = i + 1 < s->n ? start_of(s, i + 1) - 1 : s->to_ns;
	app_pop(o->screen.app);
	chosen(owner, &c);
}

/* The tile at a place of the screen; TILES: none. */
static size_t
tile_at(const struct overview *o, const struct key *k)
{
	size_t row, col, i;

	if (k->row < o->area.row || k->col < o->area.col || !o->tile_rows || !o->tile_cols ||
	    k->row >= o->area.row + o->area.n_rows)
		return TILES;
	row = (k->row - o->area.row) / o->tile_rows;
	col = (k->col - o->area.col) / o->tile_cols;
	i = (o->top + row) * o->n_columns + col;
	return col < o->n_columns && i < TILES ? i : TILES;
}

static bool
mouse(struct overview *o, const struct key *k)
{
	size_t at = tile_at(o, k);

	switch (k->mouse) {
	case MOUSE_WHEEL_UP:
		o->selected -= o->selected >= o->n_columns ? o->n_columns : 0;
		return true;
	case MOUSE_WHEEL_DOWN:
		o->selected += o->selected + o->n_columns < TILES ? o->n_columns : 0;
		return true;
	case MOUSE_PRESS:
	case MOUSE_DOUBLE:
		if (at == TILES)
			return false;
		o->selected = at;
		if (k->mouse == MOUSE_DOUBLE)
			open_tile(o);
		return true;
	default:
		return false;
	}
}

static bool
key(struct screen *screen, const struct key *k)
{
	struct overview *o = (struct overview *)screen;
	size_t n = o->n_columns ? o->n_columns : 1;

	if (k->code == K_MOUSE)
		return mouse(o, k);
	if (k->modifiers)
		return false;
	switch (k->code) {
	case K_LEFT:
		o->selected -= o->selected > 0;
		return true;
	case K_RIGHT:
		o->selected += o->selected + 1 < TILES;
		return true;
	case K_UP:
		o->selected -= o->selected >= n ? n : 0;
		return true;
	case K_DOWN:
		o->selected += o->selected + n < TILES ? n : 0;
		return true;
	case K_HOME: case K_PAGE_UP:
		o->selected = 0;
		return true;
	case K_END: case K_PAGE_DOWN:
		o->selected = TILES - 1;
		return true;
	}
	return false;
}

static void
end(struct screen *screen)
{
	struct overview *o = (struct overview *)screen;

	ask_free(o->ask);
	for (size_t i = 0; i < ASKED; i++)
		answer_done(&o->answers[i]);
	arena_fini(&o->arena);
	free(o);
}

const struct action overview_actions[] = {
	{ "F1 ?", "Help", "all keys", read_help },
	{ "Enter", "Open", "open the tile's view on its busiest time", open_tile },
	{ "Up Down Left Right Home End", NULL, "select a tile", NULL },
	{ "Esc Backspace g", "Back", "go to the table", app_leave },
	{ "F10 q", "Quit", "leave the explorer", app_quit },
};
const size_t n_overview_actions = ARRAY_LEN(overview_actions);

static const struct screen_ops ops = {
	.name = "Keys",
	.actions = overview_actions,
	.n_actions = ARRAY_LEN(overview_actions),
	.draw = draw,
	.key = key,
	.woken = woken,
	.free = end,
	.ends_late = true,
};

void
overview_open(struct app *a, const char *const *filters, size_t n, overview_chosen *chosen,
	      void *owner)
{
	struct overview *o = xzalloc(sizeof(*o));

	o->screen.ops = &ops;
	o->chosen = chosen;
	o->owner = owner;
	o->filters = arena_alloc(&o->arena, (n + 1) * sizeof(*o->filters));
	for (size_t i = 0; i < n; i++)
		o->filters[o->n_filters++] = arena_strdup(&o->arena, filters[i]);
	o->ask = app_ask(a);
	app_push(a, &o->screen);
	begin_pass(o);
}
