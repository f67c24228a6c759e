#include "ui/path.h"

#include <stdint.h>
#include <string.h>

#include "engine/query/view.h"
#include "ui/key.h"

#define BETWEEN " › "
#define BETWEEN_COLS 3
#define BEFORE "… › "			/* there is more */
#define BEFORE_COLS 4
#define CUT_COLS 12			/* a part that is cut has at least so many */

static struct span
span_of(const char *words)
{
	return (struct span){ (const uint8_t *)words, strlen(words) };
}

void
path_add(struct path *p, const char *words, size_t level, bool is_row)
{
	if (p->n < PATH_PARTS_MAX)
		p->parts[p->n++] = (struct path_part){ words, level, is_row, 0, 0 };
}

void
path_start(struct path *p, const struct drill *d, bool has_last)
{
	p->n = 0;
	for (size_t i = 0; d && i < d->n; i++) {
		const struct drill_level *l = &d->levels[i];

		if (i + 1 == d->n) {
			if (has_last)
				path_add(p, l->view->name, i, false);
		} else if (l->label) {
			/* A view that was only passed by is no part of where we are. */
			path_add(p, l->view->name, i, false);
			path_add(p, l->label, i, true);
		}
	}
}

static unsigned
columns_from(const struct path *p, size_t first)
{
	unsigned n = first ? BEFORE_COLS : 0;

	for (size_t i = first; i < p->n; i++)
		n += canvas_columns(span_of(p->parts[i].words)) + (i > first ? BETWEEN_COLS : 0);
	return n;
}

/* The first part that is shown in N_COLS; it may be cut. */
static size_t
first_shown(const struct path *p, unsigned n_cols)
{
	size_t first = p->n;
	unsigned left = n_cols;

	if (columns_from(p, 0) <= n_cols)
		return 0;
	while (first) {
		unsigned around = (first < p->n ? BETWEEN_COLS : 0) +
				  (first > 1 ? BEFORE_COLS : 0);
		unsigned wanted = canvas_columns(span_of(p->parts[first - 1].words));

		if (first < p->n && wanted + around > left && CUT_COLS + around > left)
			break;
		first--;
		if (wanted + around >= left)
			break;
		left -= wanted + (first + 1 < p->n ? BETWEEN_COLS : 0);
	}
	return first;
}

unsigned
path_draw(struct path *p, struct area line)
{
	size_t first = first_shown(p, line.n_cols);
	unsigned all = columns_from(p, first), col = 0;
	unsigned too_many = all > line.n_cols ? all - line.n_cols : 0;

	p->row = line.row;
	for (size_t i = 0; i < first; i++)
		p->parts[i].n_cols = 0;
	if (first)
		col += area_text(line, 0, col, STYLE_DIM, BEFORE);
	for (size_t i = first; i < p->n; i++) {
		struct path_part *part = &p->parts[i];
		unsigned n = canvas_columns(span_of(part->words));

		/* The first one gives way. */
		n -= i == first ? (too_many < n ? too_many : n) : 0;
		if (i > first)
			col += area_text(line, 0, col, STYLE_DIM, BETWEEN);
		area_fit(area_line(line, 0, col, n), CANVAS_LEFT,
			 i + 1 == p->n ? STYLE_TITLE : part->is_row ? STYLE_TEXT : STYLE_LINK,
			 span_of(part->words));
		part->col = line.col + col;
		part->n_cols = n;
		col += n;
	}
	return col;
}

const struct path_part *
path_pressed(const struct path *p, const struct key *k)
{
	if (k->code != K_MOUSE || k->mouse != MOUSE_PRESS || k->row != p->row)
		return NULL;
	for (size_t i = 0; i < p->n; i++) {
		const struct path_part *part = &p->parts[i];

		if (part->level != PATH_HERE && k->col >= part->col &&
		    k->col < part->col + part->n_cols)
			return part;
	}
	return NULL;
}
