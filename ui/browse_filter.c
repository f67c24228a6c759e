#include "ui/browse.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/filter/filter.h"
#include "engine/query/table.h"
#include "engine/query/view.h"
#include "engine/query/view_set.h"
#include "ui/choose.h"
#include "ui/filter_prompt.h"
#include "ui/overview.h"

#define MENU_COLS 60

/* Filter ------------------------------------------------------------------- */

void
browse_set_filter(struct browse *b, const char *text)
{
	struct drill_level *l = browse_level(b);

	free(b->filter_before);
	b->filter_before = l->filter ? xstrdup(l->filter) : NULL;
	b->filtered_level = b->drill.n;
	drill_set_filter(l, text);
}

bool
browse_stop_looking(struct browse *b)
{
	double part;

	if (!b->screen.app->progress.is_done || !browse_looks(b, &part) ||
	    b->filtered_level != b->drill.n)
		return false;
	drill_set_filter(browse_level(b), b->filter_before ? b->filter_before : "");
	b->filtered_level = 0;
	browse_ask(b);
	return true;
}

static void
filter_entered(void *owner, const char *text)
{
	struct browse *b = owner;

	browse_set_filter(b, text);
	browse_ask(b);
}

void
browse_edit_filter(void *screen)
{
	struct browse *b = screen;

	filter_prompt_open(b->screen.app, browse_level(b)->filter, filter_entered, b);
}

/* Let CONDITION hold besides the filter. */
static void
add_filter(struct browse *b, const char *condition)
{
	struct drill_level *l = browse_level(b);
	struct text t = { 0 }, shortest = { 0 };
	struct err err = { 0 };
	struct filter *f;

	if (l->filter)
		text_fmt(&t, "(%s) and ", l->filter);
	text_fmt(&t, "(%s)", condition);
	text_char(&t, '\0');
	f = filter_compile(t.p, b->screen.app->o->filter_options, &err);
	if (f) {
		filter_print(f, &shortest);
		text_char(&shortest, '\0');
		browse_set_filter(b, shortest.p);
	} else {
		app_note(b->screen.app, STYLE_ERROR, "%s", err.text);
	}
	filter_free(f);
	text_fini(&t);
	text_fini(&shortest);
}

/* Add the marked cell's value to the filter, or what is not it. */
void
browse_narrow(struct browse *b, bool is_excluded)
{
	struct drill_level *l = browse_level(b);
	struct text t = { 0 };

	if (!browse_has_table(b) || !b->table.table->n_rows || l->grid.mark >= b->n_shown) {
		app_note(b->screen.app, STYLE_DIM, "there is no cell to take a value from");
		return;
	}
	text_str(&t, is_excluded ? "not (" : "(");
	if (!drill_cell_condition(b->table.table, l->grid.rows.at,
				  b->shown_cells[l->grid.mark], &t)) {
		app_note(b->screen.app, STYLE_WARNING, "%s is a sum, events have none; < and > "
			 "mark another column", b->shown[l->grid.mark]->name);
		text_fini(&t);
		return;
	}
	text_str(&t, ")");
	text_char(&t, '\0');
	add_filter(b, t.p);
	browse_ask(b);
	text_fini(&t);
}

void
browse_include(void *screen)
{
	browse_narrow(screen, false);
}

void
browse_exclude(void *screen)
{
	browse_narrow(screen, true);
}

/* Parts of the path ---------------------------------------------------------- */

/* What can be taken away: rows that were gone into, and last the filter. */
struct parts {
	char *names[DRILL_LEVELS_MAX + 1];	/* owned */
	size_t levels[DRILL_LEVELS_MAX + 1];	/* SIZE_MAX: the filter */
	size_t n;
};

static void
parts_free(void *ctx)
{
	struct parts *p = ctx;

	while (p->n)
		free(p->names[--p->n]);
	free(p);
}

static void
add_part(struct parts *p, size_t level, const char *of, const char *words)
{
	struct text t = { 0 };

	text_fmt(&t, "%s › %s", of, words);
	p->names[p->n] = xstrndup(t.p, t.len);
	p->levels[p->n++] = level;
	text_fini(&t);
}

static struct parts *
parts_new(struct browse *b)
{
	struct parts *p = xzalloc(sizeof(*p));

	for (size_t i = 0; i + 1 < b->drill.n; i++)
		if (b->drill.levels[i].condition)
			add_part(p, i, b->drill.levels[i].view->name, b->drill.levels[i].label);
	if (browse_level(b)->filter)
		add_part(p, SIZE_MAX, "filter", browse_level(b)->filter);
	return p;
}

/* The levels above this one, each with the way there. */
static struct parts *
levels_new(struct browse *b)
{
	struct parts *p = xzalloc(sizeof(*p));
	struct text way = { 0 };

	for (size_t i = 0; i + 1 < b->drill.n; i++) {
		const struct drill_level *l = &b->drill.levels[i];

		text_str(&way, l->view->name);
		p->levels[p->n] = i;
		p->names[p->n++] = xstrndup(way.p, way.len);
		if (l->label)
			text_fmt(&way, " › %s › ", l->label);
		else
			way.len -= strlen(l->view->name);
	}
	text_fini(&way);
	return p;
}

static void
level_chosen(void *owner, size_t i)
{
	struct browse *b = owner;
	struct parts *p = levels_new(b);

	if (i < p->n)
		browse_go_to(b, p->levels[i]);
	parts_free(p);
}

static const char *
part_name(const void *ctx, size_t i)
{
	return ((const struct parts *)ctx)->names[i];
}

/* Be no more limited to the row of LEVEL; SIZE_MAX: by the filter. */
void
browse_remove_part(struct browse *b, size_t level)
{
	if (level == SIZE_MAX)
		browse_set_filter(b, "");
	else
		drill_forget(&b->drill, level);
	browse_changed(b);
}

static void
part_chosen(void *owner, size_t i)
{
	struct browse *b = owner;
	struct parts *p = parts_new(b);

	if (i < p->n)
		browse_remove_part(b, p->levels[i]);
	parts_free(p);
}

void
browse_choose_level(void *screen)
{
	struct browse *b = screen;
	struct parts *p = levels_new(b);
	struct choose c = {
		.title = "Go back to", .width_cols = MENU_COLS,
		.entries = { p->n, part_name, p }, .selected = p->n ? p->n - 1 : 0,
		.chosen = level_chosen, .owner = b, .free = parts_free,
	};

	if (p->n) {
		choose_open(b->screen.app, &c);
	} else {
		parts_free(p);
		app_note(b->screen.app, STYLE_DIM, "this is the top");
	}
}

void
browse_choose_part(void *screen)
{
	struct browse *b = screen;
	struct parts *p = parts_new(b);
	struct choose c = {
		.title = "Take away", .width_cols = MENU_COLS,
		.entries = { p->n, part_name, p }, .selected = p->n ? p->n - 1 : 0,
		.chosen = part_chosen, .owner = b, .free = parts_free,
	};

	if (p->n) {
		choose_open(b->screen.app, &c);
		return;
	}
	parts_free(p);
	app_note(b->screen.app, STYLE_DIM, "there is no filter, and no row was gone into");
}

/* Overview ------------------------------------------------------------------- */

/* Show the view of a tile on its busiest time, within what is selected. */
static void
tile_chosen(void *owner, const struct overview_choice *c)
{
	struct browse *b = owner;
	const struct view *v = view_set_find(b->screen.app->o->views, c->view);
	struct drill_level *l;

	if (!v || v->kind != VIEW_TABLE) {
		app_note(b->screen.app, STYLE_WARNING, "there is no table `%s`", c->view);
		return;
	}
	drill_switch(&b->drill, v);
	l = browse_level(b);
	if (c->filter)
		add_filter(b, c->filter);
	drill_order(l, c->sort, -1);
	b->from_ns = c->from_ns;
	b->to_ns = c->to_ns;
	browse_changed(b);
	app_note(b->screen.app, STYLE_DIM, "its busiest time; 0 shows all of it");
}

void
browse_overview(void *screen)
{
	struct browse *b = screen;
	const char *filters[DRILL_FILTERS_MAX];
	size_t n = drill_filters(&b->drill, filters);

	overview_open(b->screen.app, filters, n, tile_chosen, b);
}
