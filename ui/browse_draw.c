#include "ui/browse.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/query/table.h"
#include "engine/query/view.h"
#include "engine/store/store.h"
#include "ui/measure.h"
#include "ui/term.h"

#define ROWS_FOR_LINE 12		/* with fewer rows there is no timeline */
#define NS 1000000000u
#define PAUSED "■ paused"
#define HOST_MAX 64			/* bytes of the name of a machine */
#define NAME_LEAST 12			/* columns of the name of a capture */

static struct span
span_of(const struct text *t)
{
	return (struct span){ (const uint8_t *)t->p, t->len };
}

/* How far reading is, in words. */
static void
put_progress(const struct app *a, struct text *t)
{
	const struct source_stats *s = &a->progress.stats;
	double elapsed = (double)(term_now_ns() - a->start_ns) / NS, part, left;

	if (!s->bytes_all || s->bytes_done > s->bytes_all) {
		text_str(t, "reading");
		return;
	}
	part = (double)s->bytes_done / (double)s->bytes_all;
	text_fmt(t, "reading %.0f%%", 100 * part);
	if (elapsed < 1 || part < 0.01)
		return;
	left = elapsed / part - elapsed;
	text_fmt(t, ", %.1fM/s, %.0f s left", (double)s->n_events / elapsed / 1e6, left);
}

static void
put_span(uint64_t from_ns, uint64_t to_ns, struct text *t)
{
	double s = (double)(to_ns - from_ns) / NS;

	if (s < 1)
		text_fmt(t, "%.3g ms", 1000 * s);
	else if (s < 120)
		text_fmt(t, "%.2f s", s);
	else
		text_fmt(t, "%.0f min", s / 60);
}

/* Does what is seen begin and end on different days? */
static bool
has_dates(struct browse *b)
{
	const struct slices *s = &b->line.slices;

	return s->n && !clock_is_same_day(&b->screen.app->clock, s->from_ns, s->to_ns);
}

/* The instant that all numbers are as of. */
static void
put_instant(struct browse *b, uint64_t ns, bool has_zone, struct text *t)
{
	struct app *a = b->screen.app;

	text_str(t, t->len ? "   as of " : "as of ");
	if (has_dates(b))
		clock_datetime(&a->clock, ns, t);
	else
		clock_time(&a->clock, ns, t);
	t->len -= 6;			/* milliseconds are enough */
	if (has_zone) {
		text_char(t, ' ');
		clock_zone(&a->clock, ns, t);
	}
}

/* Whether it plays, how far it is, or as of when it is. LESS: 1 without the zone, 2 in a
 * word. */
static void
put_state(struct browse *b, unsigned less, struct text *t)
{
	struct app *a = b->screen.app;
	const struct table *table = b->table.table;
	double part;

	if (b->is_paused)
		text_str(t, PAUSED);
	else if (a->progress.is_done && browse_looks(b, &part))
		text_fmt(t, "looking %.0f%%, Esc stops", 100 * part);
	else if (a->o->name ? !a->progress.is_done || !b->is_final : !table)
		put_progress(a, t);
	if (table && table->to_ns && (b->is_paused ? less < 2 : !t->len))
		put_instant(b, table->to_ns, !less, t);
}

static void
put_warning(struct text *t, const char *words)
{
	text_str(t, t->len ? "   " : "");
	text_str(t, words);
}

/* What is wrong with what is seen. */
static void
put_warnings(struct browse *b, struct text *t)
{
	const struct app *a = b->screen.app;
	const struct table *table = b->table.table;

	if (table && table->n_lost) {
		text_count(t, table->n_lost);
		text_str(t, " lost");
	}
	if (a->was_stopped)
		put_warning(t, "stopped");
	if (!a->o->name && a->progress.is_done)
		put_warning(t, "ended");
	if (a->progress.end.damage.code)
		put_warning(t, a->progress.end.cut_short ? "cut short" : "damaged");
}

static void
put_counts(struct browse *b, struct text *t)
{
	uint64_t n_events = b->is_paused ? b->held_events
					 : b->screen.app->progress.stats.n_events;

	text_count(t, n_events);
	text_str(t, n_events == 1 ? " event" : " events");
	if (b->line.slices.n) {
		text_str(t, "   ");
		put_span(b->line.slices.from_ns, b->line.slices.to_ns, t);
	}
}

/* Which machine it is about, once something was read. */
static void
find_host(struct browse *b)
{
	struct snapshot *snap;

	if (b->host.len || !b->screen.app->progress.stats.n_events)
		return;
	snap = store_snapshot(b->screen.app->store);
	if (snap->n_sections && snap->sections[0].facts.has_machine) {
		struct span name = snap->sections[0].facts.machine.hostname;

		text_bytes(&b->host, (const char *)name.p,
			   name.len < HOST_MAX ? name.len : HOST_MAX);
	}
	snapshot_free(snap);
}

/* The name gives way to what changes. */
static void
draw_source(struct browse *b, struct area line)
{
	struct app *a = b->screen.app;
	const char *name = a->o->name ? a->o->name : "live";
	struct span shown = { (const uint8_t *)name, strlen(name) };
	struct text counts = { 0 }, warnings = { 0 }, state = { 0 };
	const struct text *host = &b->host;
	unsigned col, width = canvas_columns(shown), others, room;

	find_host(b);
	put_counts(b, &counts);
	put_warnings(b, &warnings);
	put_state(b, 0, &state);
	col = 1 + area_text(line, 0, 1, STYLE_DIM, "sysreel") + 2;
	others = 3 + canvas_columns(span_of(&counts)) + 3 + canvas_columns(span_of(&state)) + 1;
	if (warnings.len)
		others += 3 + canvas_columns(span_of(&warnings));
	room = line.n_cols > col + others ? line.n_cols - col - others : 0;
	room = room > NAME_LEAST ? room : NAME_LEAST;
	width = width < room ? width : room;
	area_fit(area_line(line, 0, col, width), CANVAS_LEFT, STYLE_TITLE, shown);
	col += width + 3;
	col += area_bytes(line, 0, col, STYLE_TEXT, span_of(&counts)) + 3;
	if (warnings.len)
		col += area_bytes(line, 0, col, STYLE_WARNING, span_of(&warnings)) + 3;
	for (unsigned less = 1; less < 3 && col + canvas_columns(span_of(&state)) >= line.n_cols;
	     less++) {
		state.len = 0;
		put_state(b, less, &state);
	}
	width = canvas_columns(span_of(&state));
	if (col + canvas_columns(span_of(host)) + 3 + width < line.n_cols)
		area_bytes(line, 0, col, STYLE_TEXT, span_of(host));
	/* That it is held is seen before all else. */
	if (b->is_paused && col + width >= line.n_cols && width + 2 < line.n_cols) {
		col = line.n_cols - width - 2;
		area_fill(area_line(line, 0, col, width + 2), ' ', STYLE_TEXT);
	}
	if (col + width < line.n_cols)
		area_bytes(line, 0, line.n_cols - width - 1,
			   a->progress.is_done ? STYLE_TEXT : STYLE_GOOD, span_of(&state));
	text_fini(&counts);
	text_fini(&warnings);
	text_fini(&state);
}

static void
draw_path(struct browse *b, struct area line)
{
	const struct drill_level *l = browse_level(b);
	unsigned filter_cols = l->filter ? line.n_cols / 2 : 0, width;
	struct text t = { 0 };

	path_start(&b->path, &b->drill, true);
	b->path.parts[b->path.n - 1].level = PATH_HERE;
	path_draw(&b->path, area_line(line, 0, 1, line.n_cols - 1 - filter_cols));
	b->filter_area = area_line(line, 0, 0, 0);
	if (!l->filter)
		return;
	text_str(&t, "filter  ");
	text_str(&t, l->filter);
	width = canvas_columns(span_of(&t));
	width = width < filter_cols - 1 ? width : filter_cols - 1;
	b->filter_area = area_line(line, 0, line.n_cols - width - 1, width);
	area_fit(b->filter_area, CANVAS_LEFT, STYLE_TITLE, span_of(&t));
	area_style(area_line(b->filter_area, 0, 0, 6), STYLE_DIM);
	text_fini(&t);
}

/* Note the time NS in WORDS, without what is behind the seconds. */
static void
word_time(struct app *a, uint64_t ns, bool has_date, char words[32])
{
	struct text t = { 0 };
	size_t n;

	if (has_date)
		clock_datetime_s(&a->clock, ns, &t);
	else
		clock_time_s(&a->clock, ns, &t);
	n = t.len < 31 ? t.len : 31;
	memcpy(words, t.p, n);
	words[n] = '\0';
	text_fini(&t);
}

static void
word_peak(const struct slices *s, char words[32])
{
	struct text t = { 0 };

	measure_put_peak(s, &t);
	snprintf(words, 32, "%.*s", (int)t.len, t.p);
	text_fini(&t);
}

static void
draw_line(struct browse *b, struct area a)
{
	const struct slices *s = &b->line.slices;
	struct app *app = b->screen.app;
	struct text window = { 0 };
	struct timeline *l = &b->line_drawn;

	b->line_area = a;
	*l = (struct timeline){ 0 };
	if (!s->n)
		return;
	word_time(app, s->from_ns, has_dates(b), b->line_words[0]);
	word_time(app, s->to_ns, has_dates(b), b->line_words[1]);
	word_peak(s, b->line_words[2]);
	*l = (struct timeline){
		.label = measure_label(s->measure), .peak = b->line_words[2],
		.from_text = b->line_words[0], .to_text = b->line_words[1],
		.window_text = b->line_words[3],
		.from_ns = s->from_ns, .to_ns = s->to_ns, .values = s->counts,
		.is_lost = s->is_lost, .n = s->n,
		.window_from_ns = s->from_ns, .window_to_ns = s->to_ns,
		.has_cursor = b->has_focus_on_line, .cursor_ns = b->cursor_ns,
	};
	if (b->to_ns || browse_slides(b)) {
		l->window_from_ns = b->to_ns ? b->from_ns : b->slid_from_ns;
		l->window_to_ns = b->to_ns ? b->to_ns : b->slid_to_ns;
	}
	put_span(l->window_from_ns, l->window_to_ns, &window);
	snprintf(b->line_words[3], sizeof(b->line_words[3]), " %.*s ", (int)window.len, window.p);
	text_fini(&window);
	timeline_draw(l, a);
}

static void
draw_table(struct browse *b, struct area a)
{
	struct drill_level *l = browse_level(b);
	struct grid_data d;

	b->grid_area = a;
	browse_data(b, &d);
	l->grid.search = b->search;
	if (browse_has_table(b)) {
		grid_draw(&l->grid, &d, a);
	} else {
		/* While there is none, where one was in it must not be forgotten. */
		struct grid none = l->grid;

		none.rows = (struct scroll){ 0 };
		none.has_selected = false;
		grid_draw(&none, &d, a);
	}
}

void
browse_draw(struct screen *s, struct area a)
{
	struct browse *b = (struct browse *)s;
	unsigned top = 2, line_rows = a.n_rows >= ROWS_FOR_LINE ? TIMELINE_ROWS : 0;

	draw_source(b, area_line(a, 0, 0, a.n_cols));
	draw_path(b, area_line(a, 1, 0, a.n_cols));
	b->line_area = area_part(a, 0, 0, 0, 0);
	if (line_rows)
		draw_line(b, area_part(a, top, 0, line_rows, a.n_cols));
	top += line_rows;
	draw_table(b, area_part(a, top, 0, a.n_rows - top - 1, a.n_cols));
	app_draw_bar(s, area_line(a, a.n_rows - 1, 0, a.n_cols));
}
