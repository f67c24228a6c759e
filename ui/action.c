#include "ui/action.h"

#include <string.h>

#include "engine/base/text.h"
#include "ui/key.h"
#include "ui/pager.h"

#define HELP_WIDTH 24

const struct action *
action_find(const struct action *rows, size_t n, const struct key *k)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].run && key_is_in(k, rows[i].keys))
			return &rows[i];
	return NULL;
}

/* The first key of a row: the one in the bar. */
static struct span
first_key(const struct action *a)
{
	return (struct span){ (const uint8_t *)a->keys, strcspn(a->keys, " ") };
}

static unsigned
width_of(const struct action *a)
{
	struct span label = { (const uint8_t *)a->label, strlen(a->label) };

	return canvas_columns(first_key(a)) + canvas_columns(label) + 2;
}

void
action_draw_bar(const struct action *rows, size_t n, struct area a)
{
	unsigned col = 0;

	for (size_t i = 0; i < n; i++) {
		if (!rows[i].label)
			continue;
		if (col + width_of(&rows[i]) > a.n_cols + 1)
			break;
		col += area_bytes(a, 0, col, STYLE_KEY, first_key(&rows[i]));
		area_fill(area_line(a, 0, col, 1), ' ', STYLE_KEY);
		col += 1 + area_text(a, 0, col + 1, STYLE_KEY_LABEL, rows[i].label);
		col++;
	}
}

const struct action *
action_at(const struct action *rows, size_t n, struct area a, const struct key *k)
{
	unsigned at = a.col;

	if (k->code != K_MOUSE || k->mouse != MOUSE_PRESS || k->row != a.row)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (!rows[i].label)
			continue;
		if (at - a.col + width_of(&rows[i]) > a.n_cols + 1)
			break;
		if (k->col >= at && k->col + 1 < at + width_of(&rows[i]))
			return &rows[i];
		at += width_of(&rows[i]);
	}
	return NULL;
}

void
action_explain(const struct action *rows, size_t n, struct pager *p)
{
	for (size_t i = 0; i < n; i++)
		pager_add_row(p, HELP_WIDTH, rows[i].keys, rows[i].doc);
}
