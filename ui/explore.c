#include "ui/explore.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/query/cursor.h"
#include "engine/query/view.h"
#include "engine/query/view_set.h"
#include "engine/query/crew.h"
#include "engine/store/store.h"
#include "ui/app.h"
#include "ui/browse.h"
#include "ui/dig.h"
#include "ui/echo.h"
#include "ui/events.h"
#include "ui/key.h"
#include "ui/later.h"
#include "ui/worker.h"

/* The reading thread has published something. It does so a hundred times a second,
 * which nobody could see. */
static void
told(void *ctx)
{
	struct app *a = ctx;
	struct ingest_progress p;
	uint64_t one = 1, now = term_now_ns();

	ingest_progress(a->ingest, &p);
	if (!p.is_done && now < a->told_ns + APP_TOLD_NS)
		return;
	a->told_ns = now;
	/* A counter that is full wakes as well. */
	if (write(a->wake_fd, &one, sizeof(one)) < 0)
		return;
}

/* Not a view, but what -v can ask for as well. */
static const char overview[] = "overview";

/* The view that one begins with. */
static const char usual[] = "procs";

/* Screens that csysdig calls views: shown over the first one. */
static const struct {
	const char *id;
	void (*open)(struct app *a, const struct events_question *q);
} lists[] = {
	{ "dig", dig_open }, { "echo", echo_open },
};

/* What -v, --from and --to ask for, until it has been opened. */
struct first_look {
	struct screen *browse;
	const struct view *spectrum;	/* a view that is none of rows; NULL: no such one */
	bool is_waiting;
};

/* Open the list that is asked for, on the events in W. */
static void
open_list(struct app *a, const struct first_look *f, const struct explore_window *w)
{
	struct events_question q = { .title = "all", .from_ns = w->from_ns, .to_ns = w->to_ns };

	if (a->o->filter)
		q.filters[q.n_filters++] = a->o->filter;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (a->o->view && !strcmp(a->o->view, lists[i].id))
			lists[i].open(a, &q);
	if (a->o->view && !strcmp(a->o->view, overview))
		browse_overview(a->top);
	if (f->spectrum)
		browse_open_spectrogram(f->browse, f->spectrum);
}

/* Open what is asked for, once it is known what window that is of. */
static void
look(struct app *a, struct first_look *f)
{
	struct snapshot *snap;
	struct explore_window w = { 0, 0 };
	struct err err = { 0 };
	int code = 1;

	if (a->o->window) {
		snap = store_snapshot(a->store);
		code = a->o->window(a->o->ctx, snap, a->progress.is_done, &w, &err);
		snapshot_free(snap);
	}
	f->is_waiting = code == 0;
	if (f->is_waiting)
		return;
	if (code > 0 && w.to_ns)
		browse_show_window(f->browse, w.from_ns, w.to_ns);
	if (a->top == f->browse)
		open_list(a, f, &w);
	if (code < 0)
		app_note(a, STYLE_ERROR, "%s", err.text);
}

static bool
is_list(const char *id)
{
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		if (!strcmp(id, lists[i].id))
			return true;
	return !strcmp(id, overview);
}

/* The view that was asked for and is no list; NULL: *err says why. */
static const struct view *
find_view(const struct explore_options *o, const char *id, struct err *err)
{
	const struct view *v = view_set_find(o->views, id), *near;

	if (v)
		return v;
	near = view_set_nearest(o->views, id);
	err_set(err, -ENOENT, "there is no view `%s`%s%s%s; `sysreel list views` has all", id,
		near ? ", is `" : "", near ? near->id : "", near ? "` meant?" : "");
	return NULL;
}

static bool
check_sort(const struct explore_options *o, const struct view *v, struct err *err)
{
	for (size_t i = 0; i < v->n_columns && o->sort; i++)
		if (view_shows(&v->columns[i], o->variant) &&
		    !strcasecmp(v->columns[i].name, o->sort))
			return true;
	if (o->sort)
		err_set(err, -ENOENT, "%s has no column `%s`; `sysreel list views` has all",
			v->id, o->sort);
	return !o->sort;
}

/* The first table. *SPECTRUM: what is shown over it, NULL: nothing. */
static const struct view *
first_view(const struct explore_options *o, const struct view **spectrum, struct err *err)
{
	const char *id = o->view && !is_list(o->view) ? o->view : usual;
	const struct view *v = find_view(o, id, err);

	*spectrum = NULL;
	if (v && v->kind == VIEW_SPECTROGRAM) {
		*spectrum = v;
		return find_view(o, usual, err);
	}
	return v && check_sort(o, v, err) ? v : NULL;
}

/* Draw, wait, and let screens know, until it is over. */
static void
live(struct app *a, struct first_look *f)
{
	uint64_t ticks;

	while (!a->is_over) {
		struct key k;

		term_fit(a->term, &a->canvas);
		app_draw(a);
		term_draw(a->term, &a->canvas);
		switch (term_wait(a->term, a->wake_fd, a->wake_ns, &k)) {
		case TERM_KEY:
			app_key(a, &k);
			break;
		case TERM_WOKEN:
			if (read(a->wake_fd, &ticks, sizeof(ticks)) < 0 && errno != EAGAIN)
				return;
			app_woken(a);
			if (f->is_waiting)
				look(a, f);
			break;
		case TERM_TIME:
			app_woken(a);
			break;
		case TERM_RESIZED:
			break;
		case TERM_QUIT:
			return;
		}
	}
}

static int
begin(struct app *a, const struct view *first, struct first_look *f, struct err *err)
{
	struct source *source;

	a->ingest = ingest_new(&(struct ingest_options){
		a->o->budget_bytes, told, a, .can_wait = a->o->name != NULL });
	a->store = ingest_store(a->ingest);
	/* What is watched has other things to do. */
	a->crew = crew_new(!a->o->name);
	source = a->o->open(a->o->ctx, a->ingest, err);
	if (!source)
		return err->code ? err->code : -EIO;
	a->start_ns = term_now_ns();
	if (ingest_start(a->ingest, source, err) < 0)
		return err->code;
	/* Who reads the source goes first of all, then who draws, then who answers. */
	worker_go_first(a->nice);
	if (a->o->begun && a->o->begun(a->o->ctx, err) < 0)
		return err->code;
	a->term = term_open(&a->o->term, err);
	if (!a->term)
		return err->code;
	ingest_progress(a->ingest, &a->progress);
	app_remember(a);
	a->later = later_new();
	f->browse = browse_open(a, first);
	look(a, f);
	return 0;
}

int
explore_run(const struct explore_options *o, struct err *err)
{
	/* The source may give itself another priority. */
	struct app a = { .o = o, .wake_ns = UINT64_MAX, .nice = getpriority(PRIO_PROCESS, 0) };
	struct first_look f = { 0 };
	const struct view *first = first_view(o, &f.spectrum, err);
	int code;

	if (!first)
		return err->code;
	a.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (a.wake_fd < 0)
		return err_set(err, -errno, "eventfd: %s", strerror(errno));
	clock_init(&a.clock, o->style ? o->style->utc_offset : NULL);
	code = begin(&a, first, &f, err);
	if (!code)
		live(&a, &f);
	term_close(a.term);
	/* Before screens end, which takes a while when much was read. */
	if (a.farewell.len && fwrite(a.farewell.p, 1, a.farewell.len, stdout))
		fflush(stdout);
	app_fini(&a);
	ingest_free(a.ingest);
	close(a.wake_fd);
	if (!code)
		term_die_of_signal();
	return code;
}
