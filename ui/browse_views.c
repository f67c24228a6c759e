#include "ui/browse.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/offer.h"
#include "engine/query/view.h"
#include "engine/query/view_set.h"
#include "engine/store/store.h"
#include "ui/choose.h"
#include "ui/dig.h"
#include "ui/events.h"
#include "ui/pager.h"
#include "ui/read.h"
#include "ui/spectro.h"

#define MENU_COLS 30

/* What the menu has: it does not change while it is open. */
struct offered {
	struct browse *browse;
	const struct view **views;
	size_t n;
	const struct view_set *set;	/* its problems are behind the views */
	char **problems;		/* "! FILE", owned */
	size_t n_problems;
	unsigned variant;
};

/* "! FILE" of a problem, "FILE:LINE: why". Owned by the caller. */
static char *
problem_name(const char *problem)
{
	size_t len = strcspn(problem, ":"), start = len;
	struct text t = { 0 };

	while (start && problem[start - 1] != '/')
		start--;
	text_str(&t, "! ");
	text_bytes(&t, problem + start, len - start);
	text_char(&t, '\0');
	return t.p;
}

/* Files that are no views are listed as well, for whoever looks for what is in them. */
static void
offer_problems(struct offered *o)
{
	o->n_problems = view_set_n_problems(o->set);
	o->problems = xreallocarray(NULL, o->n_problems + 1, sizeof(*o->problems));
	for (size_t i = 0; i < o->n_problems; i++)
		o->problems[i] = problem_name(view_set_problem(o->set, i));
}

static const char *
view_name(const void *ctx, size_t i)
{
	const struct offered *o = ctx;

	return i < o->n ? o->views[i]->name : o->problems[i - o->n];
}

static void
view_explain(const void *ctx, size_t i, struct pager *p)
{
	const struct offered *o = ctx;

	if (i < o->n) {
		read_legend(o->views[i], o->variant, p);
		return;
	}
	pager_add(p, STYLE_ERROR, 0, view_set_problem(o->set, i - o->n));
	pager_add(p, STYLE_TEXT, 0, "");
	pager_add(p, STYLE_DIM, 0, "This file is no view until that is mended; the others work.");
}

static void
offered_free(void *ctx)
{
	struct offered *o = ctx;

	while (o->n_problems)
		free(o->problems[--o->n_problems]);
	free(o->problems);
	free(o->views);
	free(o);
}

/* The views that are offered at the present level, and where what they need is there, in
 * the order of their names. */
static struct offered *
offer_views(struct browse *b)
{
	const struct app *a = b->screen.app;
	struct snapshot *snap = store_snapshot(a->store);
	struct offered *o = xzalloc(sizeof(*o));
	const char *field = drill_field(&b->drill);

	o->browse = b;
	o->views = xreallocarray(NULL, view_set_count(a->o->views) + 1, sizeof(*o->views));
	o->variant = a->o->variant;
	for (size_t i = 0; i < view_set_count(a->o->views); i++) {
		const struct view *v = view_set_at(a->o->views, i);

		if (view_applies(v, field) && offer_has_needs(v, snap))
			o->views[o->n++] = v;
	}
	snapshot_free(snap);
	return o;
}

void
browse_prepare(struct browse *b)
{
	struct offered *o;

	if (b->prepared || b->drill.n > 1)
		return;
	o = offer_views(b);
	b->prepared = o->views;
	ask_prepare(b->ask_line, b->prepared, o->n);
	free(o);
}

void
browse_open_spectrogram(struct screen *browse, const struct view *v)
{
	struct browse *b = (struct browse *)browse;
	const char *filters[DRILL_FILTERS_MAX];
	struct events_question q = { .from_ns = b->from_ns, .to_ns = b->to_ns, .title = v->name,
				  .span = v->columns[0].of.text, .view = v->id,
				  .way = { &b->drill, browse_go_to, b } };
	size_t n = drill_filters(&b->drill, filters);

	if (browse_slides(b)) {
		q.from_ns = b->slid_from_ns;
		q.to_ns = b->slid_to_ns;
	}
	for (size_t i = 0; i < n && q.n_filters + 1 < EVENTS_FILTERS_MAX; i++)
		q.filters[q.n_filters++] = filters[i];
	if (v->filter.filter)
		q.filters[q.n_filters++] = v->filter.text;
	spectro_open(b->screen.app, &q);
}

static void
view_chosen(void *owner, size_t i)
{
	const struct offered *o = owner;
	struct browse *b = o->browse;

	if (i >= o->n) {
		app_note(b->screen.app, STYLE_ERROR, "%s", view_set_problem(o->set, i - o->n));
	} else if (o->views[i]->kind == VIEW_SPECTROGRAM) {
		browse_open_spectrogram(&b->screen, o->views[i]);
	} else if (o->views[i] != browse_level(b)->view) {
		drill_switch(&b->drill, o->views[i]);
		browse_changed(b);
	}
}

void
browse_choose_view(void *screen)
{
	struct browse *b = screen;
	struct offered *o = offer_views(b);
	struct choose c = {
		.title = "Views", .width_cols = MENU_COLS,
		.explain = view_explain, .chosen = view_chosen, .owner = o, .free = offered_free,
	};

	o->set = b->screen.app->o->views;
	offer_problems(o);
	c.entries = (struct menu_entries){ o->n + o->n_problems, view_name, o };
	for (size_t i = 0; i < o->n; i++)
		if (o->views[i] == browse_level(b)->view)
			c.selected = i;
	choose_open(b->screen.app, &c);
}
