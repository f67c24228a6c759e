#include "ui/menu.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/mem.h"
#include "engine/base/utf8.h"
#include "ui/key.h"

/* Keep those that have what was typed, and the selected one selected. */
static void
narrow(struct menu *m, size_t selected)
{
	size_t n = 0;

	m->scroll.at = 0;
	for (size_t i = 0; i < m->entries->n; i++) {
		if (!strcasestr(m->entries->name(m->entries->ctx, i), m->typed))
			continue;
		if (i == selected)
			m->scroll.at = n;
		m->left[n++] = i;
	}
	scroll_fit(&m->scroll, n, 1);
}

void
menu_open(struct menu *m, const struct menu_entries *entries, size_t selected)
{
	m->entries = entries;
	m->left = xreallocarray(m->left, entries->n + 1, sizeof(*m->left));
	m->n_typed = 0;
	m->typed[0] = '\0';
	narrow(m, selected);
}

void
menu_fini(struct menu *m)
{
	free(m->left);
	m->left = NULL;
}

size_t
menu_selected(const struct menu *m)
{
	return m->scroll.n ? m->left[m->scroll.at] : SIZE_MAX;
}

static unsigned
page_of(const struct menu *m, struct area a)
{
	return a.n_rows - (m->n_typed && a.n_rows > 1);
}

static enum menu_answer
type(struct menu *m, uint32_t c)
{
	char bytes[UTF8_MAX];
	size_t n = utf8_encode(c, bytes);

	if (m->is_fixed)
		return MENU_IGNORED;
	if (m->n_typed + n >= MENU_TYPED_MAX)
		return MENU_MOVED;
	memcpy(m->typed + m->n_typed, bytes, n);
	m->n_typed += n;
	m->typed[m->n_typed] = '\0';
	narrow(m, menu_selected(m));
	return MENU_MOVED;
}

static enum menu_answer
untype(struct menu *m)
{
	if (!m->n_typed)
		return MENU_LEFT;
	while (m->n_typed && ((uint8_t)m->typed[--m->n_typed] & 0xC0) == 0x80)
		;
	m->typed[m->n_typed] = '\0';
	narrow(m, menu_selected(m));
	return MENU_MOVED;
}

static enum menu_answer
click(struct menu *m, const struct key *k, struct area a)
{
	size_t at;

	if (k->mouse != MOUSE_PRESS && k->mouse != MOUSE_DOUBLE)
		return MENU_IGNORED;
	if (k->row < a.row || k->col < a.col || k->row >= a.row + page_of(m, a) ||
	    k->col >= a.col + a.n_cols)
		return MENU_IGNORED;
	at = m->scroll.top + k->row - a.row;
	if (at >= m->scroll.n)
		return MENU_MOVED;
	scroll_to(&m->scroll, at, page_of(m, a));
	return k->mouse == MOUSE_DOUBLE ? MENU_CHOSEN : MENU_MOVED;
}

enum menu_answer
menu_key(struct menu *m, const struct key *k, struct area a)
{
	if (scroll_key(&m->scroll, k, page_of(m, a)))
		return MENU_MOVED;
	if (k->code == K_MOUSE)
		return click(m, k, a);
	if (k->code == K_PASTE)
		return type(m, k->pasted);
	if (key_is_text(k))
		return type(m, k->code);
	if (k->modifiers)
		return MENU_IGNORED;
	switch (k->code) {
	case K_ENTER:
		return m->scroll.n ? MENU_CHOSEN : MENU_MOVED;
	case K_ESC:
		return MENU_LEFT;
	case K_BACKSPACE:
		return untype(m);
	}
	return MENU_IGNORED;
}

void
menu_draw(struct menu *m, struct area a)
{
	unsigned page = page_of(m, a);

	scroll_fit(&m->scroll, m->scroll.n, page);
	for (unsigned row = 0; row < page && m->scroll.top + row < m->scroll.n; row++) {
		size_t i = m->scroll.top + row;
		const char *name = m->entries->name(m->entries->ctx, m->left[i]);
		bool is_selected = i == m->scroll.at;
		struct area line = area_line(a, row, 0, a.n_cols);

		area_fill(line, ' ', is_selected ? STYLE_SELECTED : STYLE_TEXT);
		area_fit(area_line(line, 0, 1, a.n_cols > 2 ? a.n_cols - 2 : 0), CANVAS_LEFT,
			 is_selected ? STYLE_SELECTED : STYLE_TEXT,
			 (struct span){ (const uint8_t *)name, strlen(name) });
		if (is_selected)
			area_text(line, 0, 0, STYLE_SELECTED, "›");
	}
	if (!m->scroll.n)
		area_text(a, 0, 1, STYLE_DIM, "none has that in its name");
	if (m->n_typed && a.n_rows > 1) {
		unsigned col = area_text(a, page, 0, STYLE_DIM, "search ");

		col += area_text(a, page, col, STYLE_INPUT, m->typed);
		area_cursor(a, page, col);
	}
}
