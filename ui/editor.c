#include "ui/editor.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/utf8.h"
#include "ui/key.h"

static struct span
part(const struct editor *e, size_t from, size_t to)
{
	return (struct span){ (const uint8_t *)e->text + from, to - from };
}

/* The start of the character before AT, and of the one behind the one at AT. */
static size_t
before(const struct editor *e, size_t at)
{
	while (at && ((uint8_t)e->text[--at] & 0xC0) == 0x80)
		;
	return at;
}

static size_t
behind(const struct editor *e, size_t at)
{
	if (at < e->len)
		at++;
	while (at < e->len && ((uint8_t)e->text[at] & 0xC0) == 0x80)
		at++;
	return at;
}

static bool
is_word(char c)
{
	return isalnum((uint8_t)c) || c == '_' || c & 0x80;
}

static size_t
word_before(const struct editor *e, size_t at)
{
	while (at && !is_word(e->text[at - 1]))
		at--;
	while (at && is_word(e->text[at - 1]))
		at--;
	return at;
}

static size_t
word_behind(const struct editor *e, size_t at)
{
	while (at < e->len && !is_word(e->text[at]))
		at++;
	while (at < e->len && is_word(e->text[at]))
		at++;
	return at;
}

bool
editor_replace(struct editor *e, size_t from, size_t to, struct span text)
{
	size_t len = e->len - (to - from) + text.len;

	if (len > EDITOR_MAX)
		return false;
	memmove(e->text + from + text.len, e->text + to, e->len - to);
	if (text.len)
		memcpy(e->text + from, text.p, text.len);
	e->len = len;
	e->text[len] = '\0';
	e->cursor = from + text.len;
	return true;
}

void
editor_set(struct editor *e, const char *text)
{
	size_t len = strlen(text);

	/* A character is not cut. */
	while (len > EDITOR_MAX || (len && len == EDITOR_MAX && (text[len] & 0xC0) == 0x80))
		len--;
	e->len = 0;
	e->past = 0;
	editor_replace(e, 0, 0, (struct span){ (const uint8_t *)text, len });
}

static enum editor_answer
insert(struct editor *e, uint32_t c)
{
	char bytes[UTF8_MAX];
	size_t n = utf8_encode(c, bytes);

	return editor_replace(e, e->cursor, e->cursor, (struct span){ (uint8_t *)bytes, n })
		? EDITOR_CHANGED : EDITOR_MOVED;
}

static enum editor_answer
cut(struct editor *e, size_t from, size_t to)
{
	if (from == to)
		return EDITOR_MOVED;
	editor_replace(e, from, to, (struct span){ NULL, 0 });
	return EDITOR_CHANGED;
}

static enum editor_answer
go(struct editor *e, size_t to)
{
	e->cursor = to;
	return EDITOR_MOVED;
}

/* Show the line that is PAST lines back. */
static enum editor_answer
recall(struct editor *e, size_t past)
{
	if (!e->history || past > e->history->n)
		return EDITOR_MOVED;
	if (!e->past)
		memcpy(e->draft, e->text, e->len + 1);
	editor_set(e, past ? e->history->lines[e->history->n - past] : e->draft);
	e->past = past;
	return EDITOR_CHANGED;
}

static enum editor_answer
control(struct editor *e, uint32_t code)
{
	switch (code) {
	case 'A':
		return go(e, 0);
	case 'E':
		return go(e, e->len);
	case 'B':
		return go(e, before(e, e->cursor));
	case 'D':
		return cut(e, e->cursor, behind(e, e->cursor));
	case 'U':
		return cut(e, 0, e->cursor);
	case 'K':
		return cut(e, e->cursor, e->len);
	case 'W':
		return cut(e, word_before(e, e->cursor), e->cursor);
	case K_LEFT:
		return go(e, word_before(e, e->cursor));
	case K_RIGHT:
		return go(e, word_behind(e, e->cursor));
	}
	return EDITOR_IGNORED;
}

enum editor_answer
editor_key(struct editor *e, const struct key *k)
{
	if (k->code == K_PASTE)
		return insert(e, k->pasted);
	if (key_is_text(k))
		return insert(e, k->code);
	if (k->modifiers)
		return k->modifiers == K_CTRL ? control(e, k->code) : EDITOR_IGNORED;
	switch (k->code) {
	case K_ENTER:
		return EDITOR_ENTERED;
	case K_ESC:
		return EDITOR_LEFT;
	case K_LEFT:
		return go(e, before(e, e->cursor));
	case K_RIGHT:
		return go(e, behind(e, e->cursor));
	case K_HOME:
		return go(e, 0);
	case K_END:
		return go(e, e->len);
	case K_BACKSPACE:
		return cut(e, before(e, e->cursor), e->cursor);
	case K_DELETE:
		return cut(e, e->cursor, behind(e, e->cursor));
	case K_UP:
		return recall(e, e->past + 1);
	case K_DOWN:
		return e->past ? recall(e, e->past - 1) : EDITOR_MOVED;
	}
	return EDITOR_IGNORED;
}

/* The first byte that is shown in N_COLS columns. */
static size_t
first_shown(const struct editor *e, unsigned n_cols)
{
	size_t at = 0;

	while (at < e->cursor && canvas_columns(part(e, at, e->cursor)) + 1 > n_cols)
		at = behind(e, at);
	return at;
}

void
editor_draw(const struct editor *e, struct area a)
{
	size_t first = first_shown(e, a.n_cols);

	area_fill(area_line(a, 0, 0, a.n_cols), ' ', STYLE_INPUT);
	area_bytes(a, 0, 0, STYLE_INPUT, part(e, first, e->len));
	area_cursor(a, 0, canvas_columns(part(e, first, e->cursor)));
}

unsigned
editor_column(const struct editor *e, size_t at, unsigned n_cols)
{
	size_t first = first_shown(e, n_cols);

	at = at < e->len ? at : e->len;
	return at < first ? 0 : canvas_columns(part(e, first, at));
}

void
editor_click(struct editor *e, unsigned col, unsigned n_cols)
{
	size_t first = first_shown(e, n_cols);

	e->cursor = first + canvas_byte_at(part(e, first, e->len), col);
}

void
editor_remember(struct editor_history *h, const struct editor *e)
{
	if (!e->len || (h->n && !strcmp(h->lines[h->n - 1], e->text)))
		return;
	if (h->n == EDITOR_HISTORY_MAX) {
		free(h->lines[0]);
		memmove(h->lines, h->lines + 1, --h->n * sizeof(*h->lines));
	}
	h->lines[h->n++] = xstrdup(e->text);
}

void
editor_history_fini(struct editor_history *h)
{
	while (h->n)
		free(h->lines[--h->n]);
}
