#include "ui/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/crew.h"
#include "ui/ask.h"
#include "ui/history.h"
#include "ui/key.h"
#include "ui/later.h"
#include "ui/save.h"
#include "ui/seen.h"
#include "ui/state.h"
#include "ui/term.h"

#define LEAST_ROWS 5
#define LEAST_COLS 20

static void
redraw(void *screen)
{
	struct screen *s = screen;

	if (s->app->term)
		term_forget(s->app->term);
}

static void
suspend(void *screen)
{
	struct screen *s = screen;

	if (s->app->term)
		term_suspend(s->app->term);
}

void
app_quit(void *screen)
{
	struct screen *s = screen;

	s->app->is_over = true;
}

const struct action app_actions[] = {
	{ "^L", NULL, "draw the screen anew", redraw },
	{ "^Z", NULL, "stop; `fg` in the shell comes back", suspend },
	{ "^C", NULL, "quit", app_quit },
};
const size_t n_app_actions = ARRAY_LEN(app_actions);

void
app_push(struct app *a, struct screen *s)
{
	s->app = a;
	s->below = a->top;
	a->top = s;
}

static void
end_screen(void *screen)
{
	struct screen *s = screen;

	if (s->ops->free)
		s->ops->free(s);
	else
		free(s);
}

void
app_pop(struct app *a)
{
	struct screen *s = a->top;

	a->top = s->below;
	if (s->ops->ends_late)
		later_do(a->later, end_screen, s);
	else
		end_screen(s);
}

struct ask *
app_ask(const struct app *a)
{
	return ask_new(&(struct ask_of){ a->store, a->wake_fd, a->crew, a->o->style,
					 a->o->filter_options });
}

void
app_fini(struct app *a)
{
	/* It may read what screens have. */
	save_free(a->saving);
	a->saving = NULL;
	while (a->top)
		app_pop(a);
	later_free(a->later);
	a->later = NULL;
	canvas_fini(&a->canvas);
	editor_history_fini(&a->filters);
	editor_history_fini(&a->searches);
	columns_fini(&a->columns);
	text_fini(&a->farewell);
	seen_free(a->seen);
	crew_free(a->crew);
	a->crew = NULL;
}

void
app_leave(void *screen)
{
	app_pop(((struct screen *)screen)->app);
}

/* What is kept, by the name of its file. */
static const char columns_file[] = "columns";
static const char filters_file[] = "filters";
static const char searches_file[] = "searches";

static void
remember_history(struct app *a, const char *name, struct editor_history *h)
{
	struct text t = { 0 };

	if (state_read(a->o->state_dir, name, &t))
		history_parse(h, t.p, t.len);
	text_fini(&t);
}

void
app_remember(struct app *a)
{
	struct text t = { 0 };

	if (state_read(a->o->state_dir, columns_file, &t))
		columns_parse(&a->columns, t.p, t.len);
	text_fini(&t);
	remember_history(a, filters_file, &a->filters);
	remember_history(a, searches_file, &a->searches);
}

/* Write it; that it cannot be is said once. */
static void
keep(struct app *a, const char *name, const struct text *t)
{
	struct err err = { 0 };

	if (state_write(a->o->state_dir, name, t, &err) == 0 || a->cannot_keep)
		return;
	a->cannot_keep = true;
	app_note(a, STYLE_WARNING, "not kept for the next time: %s", err.text);
}

void
app_keep_columns(struct app *a)
{
	struct text t = { 0 };

	columns_print(&a->columns, &t);
	keep(a, columns_file, &t);
	text_fini(&t);
}

void
app_keep_history(struct app *a, const struct editor_history *h)
{
	struct text t = { 0 };

	history_print(h, &t);
	keep(a, h == &a->filters ? filters_file : searches_file, &t);
	text_fini(&t);
}

void
app_note(struct app *a, enum style s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a->note, sizeof(a->note), fmt, ap);
	va_end(ap);
	a->note_style = s;
}

void
app_wake_at(struct app *a, uint64_t ns)
{
	if (ns < a->wake_ns)
		a->wake_ns = ns;
}

static bool
run(const struct action *row, struct screen *s)
{
	if (!row || !row->run)
		return false;
	row->run(s);
	return true;
}

/* No key is silent: whoever presses one that means nothing here is told. */
static void
not_known(struct app *a, const struct key *k)
{
	struct text t = { 0 };

	if (k->code == K_MOUSE || k->code == K_PASTE || k->code == K_NONE)
		return;
	key_label(k, &t);
	text_char(&t, '\0');
	app_note(a, STYLE_DIM, "%s does nothing here", t.p);
	text_fini(&t);
}

void
app_key(struct app *a, const struct key *k)
{
	struct screen *s = a->top;
	const struct action *row;

	/* What a press said is still to be read when the button is let go. */
	if (k->code != K_MOUSE || k->mouse != MOUSE_RELEASE)
		a->note[0] = '\0';
	row = action_at(s->ops->actions, s->ops->n_actions, s->bar, k);
	if (row) {
		struct key named;

		/* What widgets do is done by their key. */
		if (!run(row, s) && key_parse(row->keys, &named) && s->ops->key)
			s->ops->key(s, &named);
		return;
	}
	if (s->ops->key && s->ops->key(s, k))
		return;
	if (run(action_find(s->ops->actions, s->ops->n_actions, k), s))
		return;
	if (!run(action_find(app_actions, n_app_actions, k), s))
		not_known(a, k);
}

void
app_woken(struct app *a)
{
	a->wake_ns = UINT64_MAX;
	if (a->ingest)
		ingest_progress(a->ingest, &a->progress);
	/* What comes right after something that was told of is not told of itself. */
	if (a->ingest && !a->progress.is_done)
		app_wake_at(a, term_now_ns() + APP_TOLD_NS);
	for (struct screen *s = a->top, *below; s; s = below) {
		below = s->below;
		/* It may end itself. */
		if (s->ops->woken)
			s->ops->woken(s);
	}
}

/* Draw S over those that are seen below it. */
static void
draw_stack(struct screen *s, struct area a)
{
	if (s->ops->is_overlay && s->below)
		draw_stack(s->below, a);
	a.canvas->has_cursor = false;
	s->ops->draw(s, a);
}

void
app_draw(struct app *a)
{
	struct area all = canvas_area(&a->canvas);

	canvas_clear(&a->canvas);
	if (all.n_rows < LEAST_ROWS || all.n_cols < LEAST_COLS) {
		char words[64];

		snprintf(words, sizeof(words), "needs %ux%u", LEAST_COLS, LEAST_ROWS);
		area_text(all, 0, 0, STYLE_TEXT, words);
		return;
	}
	draw_stack(a->top, all);
}

void
app_draw_bar(struct screen *s, struct area a)
{
	s->bar = a;
	if (s->app->note[0] && s->app->top == s) {
		area_text(a, 0, 1, s->app->note_style, s->app->note);
		return;
	}
	action_draw_bar(s->ops->actions, s->ops->n_actions, a);
}
