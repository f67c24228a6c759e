#include "ui/columns_edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "ui/app.h"
#include "ui/columns.h"
#include "ui/key.h"
#include "ui/menu.h"
#include "ui/pager.h"
#include "ui/read.h"

#define LIST_COLS 34
#define WIDTH_LEAST 2
#define REST_COLS 20			/* of the column that has what is left, to begin with */

struct columns_edit {
	struct screen screen;
	const struct view *view;
	void (*changed)(void *owner);
	void *owner;
	struct column_choice list[COLUMNS_ENTRIES_MAX];
	size_t n;
	struct menu_entries entries;
	struct menu menu;
	char line[64];
	struct area list_area;
	bool is_changed;		/* since it was opened */
};

static const char *
entry_name(const void *ctx, size_t i)
{
	struct columns_edit *e = (struct columns_edit *)(uintptr_t)ctx;
	const struct column_choice *c = &e->list[i];
	char width[16] = "rest";

	if (c->width_cols)
		snprintf(width, sizeof(width), "%u", c->width_cols);
	snprintf(e->line, sizeof(e->line), "[%c] %4s %s", c->is_shown ? 'x' : ' ', width,
		 c->column->name);
	return e->line;
}

/* The list is another one: keep it, and let it be seen. */
static void
renew(struct columns_edit *e, size_t selected)
{
	struct app *a = e->screen.app;

	if (!columns_set(&a->columns, e->view, e->list, e->n))
		app_note(a, STYLE_WARNING, "there are columns of too many views");
	e->is_changed = true;
	scroll_to(&e->menu.scroll, selected, e->list_area.n_rows);
	e->changed(e->owner);
}

static void
toggle(void *screen)
{
	struct columns_edit *e = screen;
	size_t at = menu_selected(&e->menu), n_shown = 0;

	for (size_t i = 0; i < e->n; i++)
		n_shown += e->list[i].is_shown;
	if (at >= e->n)
		return;
	if (n_shown == 1 && e->list[at].is_shown) {
		app_note(e->screen.app, STYLE_WARNING, "one column has to stay");
		return;
	}
	e->list[at].is_shown = !e->list[at].is_shown;
	renew(e, at);
}

/* Exchange the selected one with that before or behind it. */
static void
move(struct columns_edit *e, bool is_up)
{
	size_t at = menu_selected(&e->menu), to = is_up ? at - 1 : at + 1;
	struct column_choice moved;

	if (at >= e->n || to >= e->n)
		return;
	moved = e->list[at];
	e->list[at] = e->list[to];
	e->list[to] = moved;
	renew(e, to);
}

static void
move_up(void *screen)
{
	move(screen, true);
}

static void
move_down(void *screen)
{
	move(screen, false);
}

static void
resize(struct columns_edit *e, int by)
{
	size_t at = menu_selected(&e->menu);
	unsigned width;

	if (at >= e->n)
		return;
	width = e->list[at].width_cols ? e->list[at].width_cols : REST_COLS;
	if (by < 0 ? width <= WIDTH_LEAST : width >= COLUMNS_WIDTH_MAX)
		return;
	e->list[at].width_cols = by < 0 ? width - 1 : width + 1;
	renew(e, at);
}

static void
widen(void *screen)
{
	resize(screen, 1);
}

static void
narrow(void *screen)
{
	resize(screen, -1);
}

static void
reset(void *screen)
{
	struct columns_edit *e = screen;
	struct app *a = e->screen.app;

	columns_reset(&a->columns, e->view);
	e->n = columns_list(&a->columns, e->view, a->o->variant, e->list, COLUMNS_ENTRIES_MAX);
	e->is_changed = true;
	menu_open(&e->menu, &e->entries, 0);
	e->changed(e->owner);
	app_note(a, STYLE_DIM, "the columns are those of the view again");
}

/* Close it, and keep what was chosen. */
static void
leave(void *screen)
{
	struct columns_edit *e = screen;
	struct app *a = e->screen.app;
	bool is_changed = e->is_changed;

	app_pop(a);
	if (is_changed)
		app_keep_columns(a);
}

static void
draw_beside(struct columns_edit *e, struct area a)
{
	size_t at = menu_selected(&e->menu);
	struct pager p = { 0 };

	if (at < e->n) {
		pager_add(&p, STYLE_TITLE, 0, e->list[at].column->name);
		pager_add(&p, STYLE_TEXT, 0, e->list[at].column->description);
		if (e->list[at].column->is_hidden)
			pager_add(&p, STYLE_DIM, 0, "The view itself does not show it.");
	}
	pager_draw(&p, a);
	pager_fini(&p);
}

static void
draw(struct screen *s, struct area a)
{
	struct columns_edit *e = (struct columns_edit *)s;
	unsigned n_rows = a.n_rows - 1, width = LIST_COLS < a.n_cols ? LIST_COLS : a.n_cols;

	e->list_area = area_frame(area_part(a, 0, 0, n_rows, width), "Columns");
	menu_draw(&e->menu, e->list_area);
	if (a.n_cols > width + 20)
		draw_beside(e, area_frame(area_part(a, 0, width, n_rows, a.n_cols - width), ""));
	area_fill(area_line(a, n_rows, 0, a.n_cols), ' ', STYLE_TEXT);
	app_draw_bar(s, area_line(a, n_rows, 0, a.n_cols));
}

static bool
key(struct screen *s, const struct key *k)
{
	struct columns_edit *e = (struct columns_edit *)s;

	switch (menu_key(&e->menu, k, e->list_area)) {
	case MENU_CHOSEN:
		if (k->code == K_MOUSE)
			toggle(e);
		else
			leave(e);
		return true;
	case MENU_LEFT:
		leave(e);
		return true;
	case MENU_MOVED:
		return true;
	case MENU_IGNORED:
		break;
	}
	return false;
}

static void
end(struct screen *s)
{
	struct columns_edit *e = (struct columns_edit *)s;

	menu_fini(&e->menu);
	free(e);
}

const struct action columns_edit_actions[] = {
	{ "F1 ?", "Help", "all keys", read_help },
	{ "Space", "Show", "show the column, or hide it", toggle },
	{ "u Shift-Up", "Up", "move the column to the left", move_up },
	{ "d Shift-Down", "Down", "move it to the right", move_down },
	{ "+ Right", "Wider", "make the column wider", widen },
	{ "- Left", "Narrower", "make it narrower", narrow },
	{ "r", "Reset", "all is as the view has it", reset },
	{ "Enter", NULL, "close, and keep the columns for this view", NULL },
	{ "Esc F10 q", "Close", "the same", leave },
	{ "Up Down PgUp PgDn Home End", NULL, "move the selection", NULL },
};
const size_t n_columns_edit_actions = ARRAY_LEN(columns_edit_actions);

static const struct screen_ops ops = {
	.name = "Keys",
	.actions = columns_edit_actions,
	.n_actions = ARRAY_LEN(columns_edit_actions),
	.draw = draw,
	.key = key,
	.free = end,
	.is_overlay = true,
};

void
columns_edit_open(struct app *a, const struct view *v, void (*changed)(void *owner), void *owner)
{
	struct columns_edit *e = xzalloc(sizeof(*e));

	e->screen.ops = &ops;
	e->view = v;
	e->changed = changed;
	e->owner = owner;
	e->n = columns_list(&a->columns, v, a->o->variant, e->list, COLUMNS_ENTRIES_MAX);
	e->entries = (struct menu_entries){ e->n, entry_name, e };
	e->menu.is_fixed = true;
	menu_open(&e->menu, &e->entries, 0);
	app_push(a, &e->screen);
}
