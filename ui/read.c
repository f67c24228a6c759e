#include "ui/read.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/query/view.h"
#include "ui/app.h"
#include "ui/key.h"

#define COLUMN_WIDTH 12

struct read {
	struct screen screen;
	char *title;
	struct pager pager;
	struct area area;
};

struct area
read_draw(struct screen *s, struct area a, const char *title, struct pager *p)
{
	unsigned n_rows = a.n_rows > 2 ? a.n_rows - 1 : a.n_rows;
	struct area of_text = area_frame(area_part(a, 0, 0, n_rows, a.n_cols), title);

	pager_draw(p, of_text);
	area_fill(area_line(a, a.n_rows - 1, 0, a.n_cols), ' ', STYLE_TEXT);
	app_draw_bar(s, area_line(a, a.n_rows - 1, 0, a.n_cols));
	return of_text;
}

static void
draw(struct screen *s, struct area a)
{
	struct read *r = (struct read *)s;

	r->area = read_draw(s, a, r->title, &r->pager);
}

static bool
key(struct screen *s, const struct key *k)
{
	struct read *r = (struct read *)s;

	if (pager_key(&r->pager, k, r->area))
		return true;
	/* The mouse and what works everywhere do not end it. */
	if (k->code == K_MOUSE || k->modifiers)
		return false;
	app_pop(s->app);
	return true;
}

static void
end(struct screen *s)
{
	struct read *r = (struct read *)s;

	pager_fini(&r->pager);
	free(r->title);
	free(r);
}

const struct action read_actions[] = {
	{ "Esc", "Close", "close; so does any other key", app_leave },
	{ "Up Down PgUp PgDn Home End", NULL, "scroll", NULL },
};
const size_t n_read_actions = ARRAY_LEN(read_actions);

static const struct screen_ops ops = {
	.name = "Text",
	.actions = read_actions,
	.n_actions = ARRAY_LEN(read_actions),
	.draw = draw,
	.key = key,
	.free = end,
	.is_overlay = true,
};

void
read_open(struct app *a, const char *title, struct pager *p)
{
	struct read *r = xzalloc(sizeof(*r));

	r->screen.ops = &ops;
	r->title = xstrdup(title);
	r->pager = *p;
	*p = (struct pager){ 0 };
	app_push(a, &r->screen);
}

void
read_help(void *screen)
{
	struct screen *s = screen;
	struct pager p = { 0 };

	action_explain(s->ops->actions, s->ops->n_actions, &p);
	action_explain(app_actions, n_app_actions, &p);
	read_open(s->app, s->ops->name, &p);
}

void
read_legend(const struct view *v, unsigned variant, struct pager *p)
{
	pager_add(p, STYLE_TEXT, 0, v->description);
	for (size_t i = 0; i < v->n_tips; i++) {
		pager_add(p, STYLE_TEXT, 0, "");
		pager_add(p, STYLE_DIM, 0, v->tips[i]);
	}
	pager_add(p, STYLE_TEXT, 0, "");
	pager_add(p, STYLE_TITLE, 0, "Columns");
	for (size_t i = 0; i < v->n_columns; i++)
		if (view_shows(&v->columns[i], (enum view_variant)variant) &&
		    !v->columns[i].is_hidden)
			pager_add_row(p, COLUMN_WIDTH, v->columns[i].name,
				      v->columns[i].description);
	if (v->filter.filter) {
		pager_add(p, STYLE_TEXT, 0, "");
		pager_add(p, STYLE_TITLE, 0, "Its filter");
		pager_add(p, STYLE_TEXT, 2, v->filter.text);
	}
	pager_add(p, STYLE_TEXT, 0, "");
	pager_add_row(p, COLUMN_WIDTH, "id", v->id);
	pager_add_row(p, COLUMN_WIDTH, "from", v->file);
}
