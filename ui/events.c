#include "ui/events.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/cursor.h"
#include "engine/query/matches.h"
#include "engine/store/store.h"
#include "ui/key.h"
#include "ui/later.h"
#include "ui/reproduce.h"
#include "ui/save.h"
#include "ui/save_capture.h"
#include "ui/show_command.h"
#include "ui/term.h"

/* Of a file: events that are looked at between two looks at whether to stop, and bytes
 * that are written at once. */
#define SAVE_EVENTS 4096u
#define SAVE_BYTES 262144u

/* While a capture is read it is looked at anew so often, and so that this takes a part of
 * the time only. */
#define ANEW_NS 500000000u
#define SOON_NS 20000000u		/* when nothing has been found yet */
#define ANEW_SHARE 4

static void
end_look(struct events_look *l)
{
	find_free(l->find);
	cursor_free(l->cursor);
	snapshot_free(l->snap);
}

static void
end_look_now(void *ctx)
{
	end_look(ctx);
	free(ctx);
}

/* End what is in L, which is empty then, without waiting for its thread. */
static void
end_later(struct events *e, struct events_look *l)
{
	struct events_look *copy = xzalloc(sizeof(*copy));

	*copy = *l;
	*l = (struct events_look){ 0 };
	later_do(e->app->later, end_look_now, copy);
}

static struct cursor *
new_cursor(const struct events *e, const struct snapshot *snap)
{
	struct cursor *c = cursor_new(snap, e->app->o->style);

	c->ev.is_output = true;
	return c;
}

/* What is asked of the snapshot, with FILTER besides; its filters at FILTERS. */
static struct matches_question
question(const struct events *e, const char *filter, const char **filters)
{
	const struct explore_options *o = e->app->o;
	struct matches_question q = { .filters = filters, .from_ns = e->q.from_ns,
				      .to_ns = e->q.to_ns, .style = o->style,
				      .options = o->filter_options };

	for (size_t i = 0; i < e->q.n_filters; i++)
		filters[q.n_filters++] = e->q.filters[i];
	if (filter)
		filters[q.n_filters++] = filter;
	return q;
}

/* See what there is now, and look for events in it, with FILTER besides. */
static bool
look(struct events *e, const char *filter, struct events_look *out, struct err *err)
{
	const struct app *a = e->app;
	const char *filters[EVENTS_FILTERS_MAX + 1];
	struct matches_question q = question(e, filter, filters);

	*out = (struct events_look){ .snap = store_snapshot(a->store),
				     .began_ns = term_now_ns(),
				     .is_complete = a->progress.is_done };
	out->cursor = new_cursor(e, out->snap);
	out->find = find_new(out->snap, &q, a->wake_fd, err);
	return out->find != NULL;
}

bool
events_open(struct events *e, struct app *a, const struct events_question *q,
	    const char *more, struct err *err)
{
	*e = (struct events){ .app = a, .q = *q };
	for (size_t i = 0; i < q->n_filters; i++)
		e->q.filters[i] = arena_strdup(&e->arena, q->filters[i]);
	e->more = more;
	if (more && e->q.n_filters < EVENTS_FILTERS_MAX)
		e->q.filters[e->q.n_filters++] = more;
	events_keep_words(&e->q, &e->arena);
	return look(e, NULL, &e->now, err);
}

/* What is seen by the list VIEW, to show or write it otherwise. FILTERS has room for all. */
static struct reproduce
what_is_seen(const struct events *e, const char *view, const char **filters)
{
	struct reproduce r = { .view = view, .filters = filters, .more = e->more,
			       .from_ns = e->q.from_ns, .to_ns = e->q.to_ns };

	for (size_t i = 0; i < e->q.n_filters; i++)
		if (e->q.filters[i] != e->more)
			filters[r.n_filters++] = e->q.filters[i];
	if (e->filter)
		filters[r.n_filters++] = e->filter;
	return r;
}

void
events_show_command(const struct events *e, const char *view)
{
	const char *filters[EVENTS_FILTERS_MAX + 1];
	struct reproduce r = what_is_seen(e, view, filters);

	show_command(e->app, e->more ? SHOW_DATA : SHOW_EVENTS, &r);
}

void
events_save_capture(const struct events *e)
{
	const char *filters[EVENTS_FILTERS_MAX + 1];
	struct reproduce r = what_is_seen(e, NULL, filters);
	const struct snapshot *snap = e->now.snap;
	uint64_t first = r.to_ns ? snapshot_split(snap, r.from_ns) : snap->first;
	uint64_t end = r.to_ns ? snapshot_split(snap, r.to_ns + 1) : snap->end;

	save_capture(e->app, &r, first, end);
}

void
events_close(struct events *e)
{
	end_look(&e->now);
	end_look(&e->next);
	free(e->filter);
	arena_fini(&e->arena);
}

bool
events_set_filter(struct events *e, const char *filter, struct err *err)
{
	char *copy = filter && *filter ? xstrdup(filter) : NULL;
	const char *filters[EVENTS_FILTERS_MAX + 1];
	struct matches_question q = question(e, copy, filters);
	struct find *f = find_new(e->now.snap, &q, e->app->wake_fd, err);
	struct events_look old = { .find = e->now.find };

	if (!f) {
		free(copy);
		return false;
	}
	end_later(e, &e->next);
	end_later(e, &old);
	e->now.find = f;
	e->now.began_ns = term_now_ns();
	e->now.took_ns = 0;
	free(e->filter);
	e->filter = copy;
	return true;
}

/* Is it time to look anew? */
static bool
is_time(struct events *e)
{
	const struct app *a = e->app;
	uint64_t now = term_now_ns(), least, rest;

	if (e->now.is_complete || find_progress(e->now.find) < 1)
		return false;
	if (!e->now.took_ns)
		e->now.took_ns = now - e->now.began_ns + 1;
	if (a->progress.is_done)
		return true;
	/* A live list stays as it is: whoever reads it wants it to. */
	least = find_count(e->now.find) ? ANEW_NS : SOON_NS;
	rest = ANEW_SHARE * e->now.took_ns;
	return a->o->name && now >= e->now.began_ns + (rest > least ? rest : least);
}

bool
events_catch_up(struct events *e)
{
	struct err err = { 0 };

	if (e->is_held)
		return false;
	if (!e->next.find) {
		if (!is_time(e))
			return false;
		if (!look(e, e->filter, &e->next, &err))
			die("a filter that was one is none: %s", err.text);
	}
	if (find_count(e->next.find) < find_count(e->now.find) &&
	    find_progress(e->next.find) < 1)
		return false;
	end_later(e, &e->now);
	e->now = e->next;
	e->next = (struct events_look){ 0 };
	return true;
}

/* Screens -------------------------------------------------------------------- */

void
events_keep_words(struct events_question *q, struct arena *a)
{
	q->title = q->title ? arena_strdup(a, q->title) : NULL;
	q->row = q->row ? arena_strdup(a, q->row) : NULL;
}

unsigned
events_draw_path(const struct events_question *q, struct path *p, struct area line)
{
	path_start(p, q->way.drill, !q->title);
	if (q->title)
		path_add(p, q->title, PATH_HERE, false);
	else if (q->row)
		path_add(p, q->row, q->way.drill->n - 1, true);
	return path_draw(p, line);
}

bool
events_press_path(const struct events_question *q, const struct path *p, const struct key *k)
{
	const struct path_part *part = path_pressed(p, k);

	if (!part || k->button != 1)
		return false;
	q->way.go(q->way.owner, part->level);
	return true;
}

static struct span
span_of(const char *words)
{
	return (struct span){ (const uint8_t *)words, strlen(words) };
}

/* Where one is: AT, of all. IS_SEARCHING: that is said instead. */
static void
put_place(const struct events *e, size_t at, bool is_searching, struct text *t)
{
	double progress = find_progress(e->now.find);
	size_t n = find_count(e->now.find);

	if (is_searching) {
		text_str(t, " searching, Esc stops ");
		return;
	}
	text_char(t, ' ');
	text_count(t, n ? at + 1 : 0);
	text_str(t, " of ");
	text_count(t, n);
	if (progress < 1)
		text_fmt(t, ", %.0f%%", 100 * progress);
	else if (e->app->o->name && !e->now.is_complete)
		text_str(t, " so far");
	text_char(t, ' ');
}

void
events_draw_head(struct events_screen *s, const struct events_head *h, struct area line)
{
	unsigned col = 1, end, label = 0, more = 0, room;
	struct text t = { 0 };

	put_place(&s->events, h->at, s->search.is_on, &t);
	if (t.len < line.n_cols)
		area_bytes(line, 0, line.n_cols - (unsigned)t.len, STYLE_DIM,
			   (struct span){ (const uint8_t *)t.p, t.len });
	col += area_text(line, 0, col, STYLE_DIM, h->kind);
	col += area_text(line, 0, col, STYLE_DIM, " › ");
	end = line.n_cols > col + t.len ? line.n_cols - (unsigned)t.len : col;
	room = end - col;
	text_fini(&t);
	if (h->words) {
		label = canvas_columns(span_of(h->label));
		more = label + canvas_columns(span_of(h->words));
	}
	col += events_draw_path(&s->events.q, &s->path, area_line(line, 0, col,
				room - (more < room / 2 ? more : room / 2)));
	more = more < end - col ? more : end - col;
	if (more <= label)
		return;
	area_text(line, 0, col, STYLE_DIM, h->label);
	area_fit(area_line(line, 0, col + label, more - label), CANVAS_LEFT, STYLE_TITLE,
		 span_of(h->words));
}

void
events_search(void *screen)
{
	search_ask(&((struct events_screen *)screen)->search);
}

void
events_search_next(void *screen)
{
	search_again(&((struct events_screen *)screen)->search, false);
}

void
events_search_previous(void *screen)
{
	search_again(&((struct events_screen *)screen)->search, true);
}

void
events_screen_init(struct events_screen *s, const struct screen_ops *ops,
		   const struct search_ops *search_ops, struct app *a)
{
	s->screen.ops = ops;
	s->screen.app = a;
	s->search = (struct search){ .app = a, .ops = search_ops, .ctx = s,
				     .list = &s->events.now.find };
}

/* Files ---------------------------------------------------------------------- */

struct events_file {
	struct events *events;
	const struct events_lines *lines;
	void *ctx;
	struct matches *matches;
	struct cursor *cursor;
	_Atomic uint64_t n_done;
	uint64_t n_all;
};

static void
file_free(void *ctx)
{
	struct events_file *f = ctx;

	f->events->is_held = false;
	f->lines->free(f->ctx);
	matches_free(f->matches);
	cursor_free(f->cursor);
	free(f);
}

static int
file_write(void *ctx, const char *path, int fd, const atomic_bool *cancel)
{
	struct events_file *f = ctx;
	uint64_t numbers[SAVE_EVENTS];
	struct text t = { 0 };
	bool is_done = false;
	int code = 0;

	(void)path;
	while (!is_done && !code && !atomic_load(cancel)) {
		size_t n = matches_more(f->matches, SAVE_EVENTS, numbers, &is_done);

		for (size_t i = 0; i < n && !code; i++) {
			f->lines->put(f->ctx, f->cursor, numbers[i], &t);
			if (t.len < SAVE_BYTES && (i + 1 < n || !is_done))
				continue;
			code = save_bytes(fd, &t);
		}
		atomic_store(&f->n_done, matches_done(f->matches));
	}
	if (!code)
		code = save_bytes(fd, &t);
	text_fini(&t);
	return code;
}

static double
file_progress(void *ctx)
{
	struct events_file *f = ctx;

	return f->n_all ? (double)atomic_load(&f->n_done) / (double)f->n_all : 0;
}

void
events_save(struct events *e, const char *name, const struct events_lines *lines, void *ctx)
{
	struct save_job job = { .write = file_write, .progress = file_progress,
				.free = file_free };
	struct events_file *f = xzalloc(sizeof(*f));
	const char *filters[EVENTS_FILTERS_MAX + 1];
	struct matches_question q = question(e, e->filter, filters);
	struct err err = { 0 };

	f->events = e;
	f->lines = lines;
	f->ctx = ctx;
	f->cursor = new_cursor(e, e->now.snap);
	f->matches = matches_new(e->now.snap, &q, &err);
	if (!f->matches)
		die("a filter that was one is none: %s", err.text);
	f->n_all = matches_all(f->matches);
	job.ctx = f;
	save_open(e->app, name, &job);
	e->is_held = true;
}
