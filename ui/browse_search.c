#include "ui/browse.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "ui/prompt.h"
#include "ui/term.h"

#define ROWS_AT_ONCE 2000		/* rows that are looked at between two keys */

void
browse_search_on(struct browse *b)
{
	struct grid_data d;
	size_t row;

	if (!b->search)
		b->finding.left = 0;
	/* Until there is a table it waits. */
	if (!b->finding.left || !browse_has_table(b))
		return;
	if (b->finding.left == SIZE_MAX)
		b->finding.left = b->table.table->n_rows;
	browse_data(b, &d);
	b->finding.text = b->search;
	row = grid_find(&d, &b->finding, ROWS_AT_ONCE);
	if (row != SIZE_MAX)
		grid_show_hit(&browse_level(b)->grid, &d, row, b->search, b->grid_area);
	else if (b->finding.left)
		app_wake_at(b->screen.app, term_now_ns());
	else
		app_note(b->screen.app, STYLE_WARNING, "not found: %s", b->search);
}

/* Look for it from the selected row on; not FROM_HERE: behind (before) it. */
static void
search_start(struct browse *b, bool is_backwards, bool from_here)
{
	size_t n = browse_has_table(b) ? b->table.table->n_rows : 0;
	size_t at = browse_level(b)->grid.rows.at;

	b->finding = (struct grid_search){ .at = at, .left = SIZE_MAX,
					   .is_backwards = is_backwards };
	if (!from_here && n)
		b->finding.at = is_backwards ? (at ? at : n) - 1 : (at + 1) % n;
	browse_search_on(b);
}

static void
search_changed(void *owner, const char *text)
{
	struct browse *b = owner;

	free(b->search);
	b->search = *text ? xstrdup(text) : NULL;
	search_start(b, false, true);
}

static void
search_entered(void *owner, const char *text)
{
	struct browse *b = owner;

	app_keep_history(b->screen.app, &b->screen.app->searches);
	search_changed(owner, text);
}

static void
search_left(void *owner)
{
	struct browse *b = owner;

	free(b->search);
	b->search = NULL;
}

void
browse_search(void *screen)
{
	struct browse *b = screen;
	struct prompt p = {
		.label = "search", .history = &b->screen.app->searches,
		.changed = search_changed, .entered = search_entered, .left = search_left,
		.owner = b,
	};

	prompt_open(b->screen.app, &p);
}

static void
search_again(struct browse *b, bool is_backwards)
{
	if (b->search)
		search_start(b, is_backwards, false);
	else
		app_note(b->screen.app, STYLE_DIM, "nothing is searched; / does that");
}

void
browse_search_next(void *screen)
{
	search_again(screen, false);
}

void
browse_search_previous(void *screen)
{
	search_again(screen, true);
}
