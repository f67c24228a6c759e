#include "ui/spectro.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/clock.h"
#include "engine/query/view.h"
#include "engine/query/view_set.h"
#include "ui/app.h"
#include "ui/ask.h"
#include "ui/dig.h"
#include "ui/events.h"
#include "ui/heatmap.h"
#include "ui/key.h"
#include "ui/read.h"
#include "ui/reproduce.h"
#include "ui/show_command.h"

#define USUAL_VIEW "spectro_all"	/* what all calls take */

struct spectro {
	struct screen screen;
	struct events_question q;
	struct arena arena;		/* the texts of .q */
	struct ask *ask;
	uint64_t asked_id;
	unsigned asked_slices, asked_bins;
	uint64_t asked_events;		/* that had been read then */
	struct answer answer;
	struct heatmap map;
	struct heatmap_cursor cursor;
	bool is_dragging;
	struct area area;
	struct path path;
};

static void
put_time(const void *ctx, uint64_t ns, struct text *t)
{
	size_t start = t->len;

	clock_time((struct clock *)(uintptr_t)ctx, ns, t);
	/* "14:58:20.492" */
	if (t->len > start + 12)
		t->len = start + 12;
}

/* What tells how long it took; NULL: what tells of calls, which needs not be asked. */
static const char *
span_field(const struct spectro *s)
{
	return s->q.span && strcmp(s->q.span, "evt.duration") ? s->q.span : NULL;
}

/* Ask for as many slices and columns as are seen. */
static void
ask(struct spectro *s, struct area a)
{
	struct question q = { .id = ++s->screen.app->next_id };

	s->asked_slices = heatmap_slices(a.n_rows);
	s->asked_bins = heatmap_bins(a.n_cols);
	s->asked_events = s->screen.app->progress.stats.n_events;
	if (!s->asked_slices || !s->asked_bins)
		return;
	for (size_t i = 0; i < s->q.n_filters; i++)
		q.filters[q.n_filters++] = arena_strdup(&q.arena, s->q.filters[i]);
	q.from_ns = s->q.from_ns;
	q.to_ns = s->q.to_ns;
	q.n_slices = s->asked_slices;
	q.n_bins = s->asked_bins;
	if (span_field(s))
		q.span = arena_strdup(&q.arena, span_field(s));
	s->asked_id = q.id;
	ask_put(s->ask, &q);
}

static void
put_latency(uint64_t ns, struct text *t)
{
	if (ns == UINT64_MAX)
		text_str(t, "longer");
	else
		clock_human(ns, t);
}

/* What is under the cursor or in the chosen area, in words. */
static void
draw_head(struct spectro *s, struct area line)
{
	unsigned col = 1 + area_text(line, 0, 1, STYLE_DIM, "Latencies › "), width = 0;
	struct text t = { 0 };

	if (s->answer.spectrum.n) {
		struct heatmap_area a = heatmap_selected(&s->map, &s->cursor);

		text_str(&t, "  ");
		put_time(&s->screen.app->clock, a.from_ns, &t);
		text_str(&t, " to ");
		put_time(&s->screen.app->clock, a.to_ns, &t);
		text_str(&t, ", ");
		put_latency(a.least_ns, &t);
		text_str(&t, " to ");
		put_latency(a.most_ns, &t);
		text_str(&t, ": ");
		text_count(&t, a.n);
		text_str(&t, a.n == 1 ? " call " : " calls ");
		width = canvas_columns((struct span){ (const uint8_t *)t.p, t.len });
		if (width < line.n_cols)
			area_bytes(line, 0, line.n_cols - width, STYLE_TEXT,
				   (struct span){ (const uint8_t *)t.p, t.len });
	}
	events_draw_path(&s->q, &s->path,
			 area_line(line, 0, col, line.n_cols > col + width
				   ? line.n_cols - col - width : 0));
	text_fini(&t);
}

static void
draw(struct screen *screen, struct area a)
{
	struct spectro *s = (struct spectro *)screen;

	s->area = area_part(a, 1, 0, a.n_rows - 2, a.n_cols);
	if (heatmap_slices(s->area.n_rows) != s->asked_slices ||
	    heatmap_bins(s->area.n_cols) != s->asked_bins)
		ask(s, s->area);
	draw_head(s, area_line(a, 0, 0, a.n_cols));
	if (s->answer.spectrum.n)
		heatmap_draw(&s->map, &s->cursor, s->area);
	app_draw_bar(screen, area_line(a, a.n_rows - 1, 0, a.n_cols));
}

static void
woken(struct screen *screen)
{
	struct spectro *s = (struct spectro *)screen;
	const struct app *a = screen->app;
	const struct spectrum *p;
	struct answer got;

	/* More was read of a capture that is seen whole. */
	if (!s->q.to_ns && s->asked_events != a->progress.stats.n_events && !ask_is_busy(s->ask))
		ask(s, s->area);
	if (!ask_take(s->ask, &got))
		return;
	if (got.id != s->asked_id || !got.spectrum.n) {
		answer_done(&got);
		return;
	}
	answer_done(&s->answer);
	s->answer = got;
	p = &s->answer.spectrum;
	s->map = (struct heatmap){
		.n_slices = p->n, .n_bins = (unsigned)p->n_bins, .counts = p->counts,
		.from_ns = p->from_ns, .slice_ns = (p->to_ns - p->from_ns) / p->n + 1,
		.time_text = put_time, .ctx = &screen->app->clock,
	};
	s->cursor.top = 0;
	if (s->cursor.slice >= p->n)
		s->cursor.slice = p->n - 1;
	if (s->cursor.bin >= p->n_bins)
		s->cursor.bin = p->n_bins - 1;
	if (s->cursor.slice_2 >= p->n || s->cursor.bin_2 >= p->n_bins)
		s->cursor.has_area = false;
}

/* The calls in the area, one by one. */
static void
open_area(void *screen)
{
	struct spectro *s = screen;
	struct events_question q = s->q;
	struct heatmap_area a;
	struct text t = { 0 };
	const char *field = span_field(s) ? span_field(s) : "evt.latency";

	if (!s->answer.spectrum.n || q.n_filters == EVENTS_FILTERS_MAX)
		return;
	a = heatmap_selected(&s->map, &s->cursor);
	text_fmt(&t, "%s >= %lluns", field, (unsigned long long)(a.least_ns ? a.least_ns : 1));
	if (a.most_ns != UINT64_MAX)
		text_fmt(&t, " and %s < %lluns", field, (unsigned long long)a.most_ns);
	text_char(&t, '\0');
	q.filters[q.n_filters++] = t.p;
	q.from_ns = a.from_ns;
	q.to_ns = a.to_ns - 1;
	dig_open(s->screen.app, &q);
	text_fini(&t);
}

static void
move(struct heatmap_cursor *c, const struct heatmap *h, uint32_t code)
{
	switch (code) {
	case K_UP:
		c->slice -= c->slice > 0;
		break;
	case K_DOWN:
		c->slice += c->slice + 1 < h->n_slices;
		break;
	case K_LEFT:
		c->bin -= c->bin > 0;
		break;
	case K_RIGHT:
		c->bin += c->bin + 1 < h->n_bins;
		break;
	case K_HOME:
		c->bin = 0;
		break;
	case K_END:
		c->bin = h->n_bins - 1;
		break;
	case K_PAGE_UP:
		c->slice = 0;
		break;
	case K_PAGE_DOWN:
		c->slice = h->n_slices - 1;
		break;
	}
}

static bool
mouse(struct spectro *s, const struct key *k)
{
	size_t found[2];

	if (!heatmap_at(&s->map, &s->cursor, s->area, k, found)) {
		s->is_dragging &= k->mouse != MOUSE_RELEASE;
		return false;
	}
	switch (k->mouse) {
	case MOUSE_PRESS:
		s->is_dragging = true;
		s->cursor.has_area = false;
		s->cursor.slice_2 = found[0];
		s->cursor.bin_2 = found[1];
		break;
	case MOUSE_DRAG:
		s->cursor.has_area = s->is_dragging;
		break;
	case MOUSE_DOUBLE:
		open_area(s);
		return true;
	case MOUSE_RELEASE:
		s->cursor.has_area = s->is_dragging &&
				     (found[0] != s->cursor.slice_2 || found[1] != s->cursor.bin_2);
		s->is_dragging = false;
		break;
	default:
		return false;
	}
	s->cursor.slice = found[0];
	s->cursor.bin = found[1];
	return true;
}

static bool
key(struct screen *screen, const struct key *k)
{
	struct spectro *s = (struct spectro *)screen;

	if (events_press_path(&s->q, &s->path, k))
		return true;
	if (!s->answer.spectrum.n)
		return false;
	if (k->code == K_MOUSE)
		return mouse(s, k);
	if (k->modifiers & ~(unsigned)K_SHIFT || k->code < K_UP || k->code > K_PAGE_DOWN)
		return false;
	if (k->modifiers & K_SHIFT && !s->cursor.has_area) {
		s->cursor.has_area = true;
		s->cursor.slice_2 = s->cursor.slice;
		s->cursor.bin_2 = s->cursor.bin;
	} else if (!(k->modifiers & K_SHIFT)) {
		s->cursor.has_area = false;
	}
	move(&s->cursor, &s->map, k->code);
	return true;
}

static void
end(struct screen *screen)
{
	struct spectro *s = (struct spectro *)screen;

	ask_free(s->ask);
	answer_done(&s->answer);
	arena_fini(&s->arena);
	free(s);
}

/* The view has its own filter, wherever it is shown. */
static void
show_commands(void *screen)
{
	struct spectro *s = screen;
	const char *id = s->q.view ? s->q.view : USUAL_VIEW;
	const struct view *v = view_set_find(s->screen.app->o->views, id);
	const char *filters[EVENTS_FILTERS_MAX];
	struct reproduce r = { .view = id, .filters = filters, .from_ns = s->q.from_ns,
			       .to_ns = s->q.to_ns };

	for (size_t i = 0; i < s->q.n_filters; i++)
		if (!v || !v->filter.text || strcmp(v->filter.text, s->q.filters[i]) != 0)
			filters[r.n_filters++] = s->q.filters[i];
	show_command(s->screen.app, SHOW_SPECTROGRAM, &r);
}

const struct action spectro_actions[] = {
	{ "F1 ?", "Help", "all keys", read_help },
	{ "Enter d", "Dig", "the calls under the cursor or in the area, one by one", open_area },
	{ "Up Down Left Right", NULL, "move the cursor", NULL },
	{ "Shift-Up Shift-Down Shift-Left Shift-Right", NULL, "choose an area; so does the mouse",
	  NULL },
	{ "Home End PgUp PgDn", NULL, "to the shortest, the longest, the first, the last", NULL },
	{ "y", NULL, "the command lines that show this again; the first is printed in the end",
	  show_commands },
	{ "Esc Backspace", "Back", "go back", app_leave },
	{ "F10 q", "Quit", "leave the explorer", app_quit },
};
const size_t n_spectro_actions = ARRAY_LEN(spectro_actions);

static const struct screen_ops ops = {
	.name = "Keys",
	.actions = spectro_actions,
	.n_actions = ARRAY_LEN(spectro_actions),
	.draw = draw,
	.key = key,
	.woken = woken,
	.free = end,
	.ends_late = true,
};

void
spectro_open(struct app *a, const struct events_question *q)
{
	struct spectro *s = xzalloc(sizeof(*s));

	s->screen.ops = &ops;
	s->q = *q;
	for (size_t i = 0; i < q->n_filters; i++)
		s->q.filters[i] = arena_strdup(&s->arena, q->filters[i]);
	events_keep_words(&s->q, &s->arena);
	if (q->span)
		s->q.span = arena_strdup(&s->arena, q->span);
	s->ask = app_ask(a);
	app_push(a, &s->screen);
}
