#include "ui/choose.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "ui/app.h"
#include "ui/key.h"
#include "ui/pager.h"

#define AROUND_COLS 6			/* frame, mark and ground around an entry */
#define MENU_COLS_MAX 44		/* that a menu has of its own will */

struct chooser {
	struct screen screen;
	struct choose c;
	struct menu menu;
	unsigned least_cols;		/* of the menu */
	struct pager beside;
	size_t explained;		/* which entry .beside is of */
	struct area area;
};

static void
explain(struct chooser *m)
{
	size_t selected = menu_selected(&m->menu);

	if (!m->c.explain || selected == m->explained)
		return;
	pager_fini(&m->beside);
	m->explained = selected;
	if (selected != SIZE_MAX)
		m->c.explain(m->c.entries.ctx, selected, &m->beside);
}

static void
draw(struct screen *s, struct area a)
{
	struct chooser *m = (struct chooser *)s;
	unsigned n_rows = a.n_rows - 1;
	/* What stands beside may take most of a wide screen, not all of it. */
	unsigned wanted = m->c.explain && a.n_cols / 4 > m->least_cols ? a.n_cols / 4
								       : m->least_cols;
	unsigned width = wanted < a.n_cols ? wanted : a.n_cols;

	m->area = area_frame(area_part(a, 0, 0, n_rows, width), m->c.title);
	menu_draw(&m->menu, m->area);
	explain(m);
	if (m->c.explain && a.n_cols > width + 20)
		pager_draw(&m->beside,
			   area_frame(area_part(a, 0, width, n_rows, a.n_cols - width), ""));
	area_fill(area_line(a, n_rows, 0, a.n_cols), ' ', STYLE_TEXT);
	app_draw_bar(s, area_line(a, n_rows, 0, a.n_cols));
}

static void
end(struct screen *s)
{
	struct chooser *m = (struct chooser *)s;

	menu_fini(&m->menu);
	pager_fini(&m->beside);
	if (m->c.free)
		m->c.free((void *)(uintptr_t)m->c.entries.ctx);
	free(m);
}

/* Close it, and say so: entry I was chosen, or (SIZE_MAX) none. */
static void
close_menu(struct chooser *m, size_t i)
{
	struct choose c = m->c;

	m->c.free = NULL;
	app_pop(m->screen.app);
	if (i != SIZE_MAX)
		c.chosen(c.owner, i);
	else if (c.left)
		c.left(c.owner);
	if (c.free)
		c.free((void *)(uintptr_t)c.entries.ctx);
}

static void
leave(void *screen)
{
	close_menu(screen, SIZE_MAX);
}

static bool
key(struct screen *s, const struct key *k)
{
	struct chooser *m = (struct chooser *)s;

	switch (menu_key(&m->menu, k, m->area)) {
	case MENU_CHOSEN:
		close_menu(m, menu_selected(&m->menu));
		return true;
	case MENU_LEFT:
		leave(s);
		return true;
	case MENU_MOVED:
		return true;
	case MENU_IGNORED:
		break;
	}
	return false;
}

const struct action choose_actions[] = {
	{ "Enter", "Choose", "choose what is selected", NULL },
	{ "Esc F10", "Close", "choose nothing", leave },
	{ "Up Down PgUp PgDn Home End", NULL, "move the selection", NULL },
};
const size_t n_choose_actions = ARRAY_LEN(choose_actions);

static const struct screen_ops ops = {
	.name = "Menu",
	.actions = choose_actions,
	.n_actions = ARRAY_LEN(choose_actions),
	.draw = draw,
	.key = key,
	.free = end,
	.is_overlay = true,
};

/* As many columns as the longest entry needs, within bounds. */
static unsigned
least_cols(const struct choose *c)
{
	unsigned most = c->width_cols > MENU_COLS_MAX ? c->width_cols : MENU_COLS_MAX;
	unsigned least = c->width_cols;

	for (size_t i = 0; i < c->entries.n && least < most; i++) {
		const char *name = c->entries.name(c->entries.ctx, i);
		unsigned n = AROUND_COLS + canvas_columns((struct span){
			(const uint8_t *)name, strlen(name) });

		least = n > least ? n : least;
	}
	return least < most ? least : most;
}

void
choose_open(struct app *a, const struct choose *c)
{
	struct chooser *m = xzalloc(sizeof(*m));

	m->screen.ops = &ops;
	m->c = *c;
	m->least_cols = least_cols(c);
	m->explained = SIZE_MAX;
	menu_open(&m->menu, &m->c.entries, c->selected);
	app_push(a, &m->screen);
}
