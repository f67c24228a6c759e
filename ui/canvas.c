#include "ui/canvas.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/base/utf8.h"

#define ELLIPSIS 0x2026

/* Our own signs, and what stands for them in ASCII. */
static const struct {
	uint32_t c;
	char ascii;
} signs[] = {
	{ ELLIPSIS, '~' },
	{ 0x2500, '-' }, { 0x2502, '|' },			/* frames */
	{ 0x250C, '+' }, { 0x2510, '+' }, { 0x2514, '+' }, { 0x2518, '+' },
	{ 0x251C, '|' }, { 0x2524, '|' }, { 0x252C, '+' }, { 0x2534, '+' }, { 0x253C, '+' },
	{ 0x2581, '.' }, { 0x2582, ':' }, { 0x2583, '-' }, { 0x2584, '=' },	/* bars */
	{ 0x2585, '+' }, { 0x2586, '*' }, { 0x2587, '%' }, { 0x2588, '#' },
	{ 0x2591, '.' }, { 0x2592, ':' }, { 0x2593, '%' },
	{ 0x25B2, '+' }, { 0x25BC, '-' }, { 0x25B6, '>' }, { 0x25B8, '>' }, { 0x25C0, '<' },
	{ 0x25CF, '*' }, { 0x25A0, '#' }, { 0x203A, '>' }, { 0x2039, '<' }, { 0x00D7, 'x' },
	{ 0x2190, '<' }, { 0x2191, '^' }, { 0x2192, '>' }, { 0x2193, 'v' }, { 0x00B5, 'u' },
	{ 0x00B7, '.' }, { 0x2014, '-' }, { 0x03A3, '=' },
};

/* A character as it is shown: itself, or the bytes of an escape. */
struct glyph {
	uint32_t c;
	unsigned width;			/* 0: a mark on the character before */
	size_t len;			/* bytes of the text */
	bool is_escape;			/* the LEN bytes appear as \xNN */
};

/* The next one of TEXT, which is not empty. */
static struct glyph
next_glyph(struct span text)
{
	struct glyph g = { .len = 1, .is_escape = true };

	if (text.p[0] >= 0x20 && text.p[0] < 0x7F)
		return (struct glyph){ text.p[0], 1, 1, false };
	g.len = utf8_decode(text.p, text.len, &g.c);
	g.is_escape = !g.len || !utf8_is_harmless(g.c);
	g.len = g.len ? g.len : 1;
	g.width = g.is_escape ? (unsigned)(4 * g.len) : utf8_columns(g.c);
	return g;
}

static struct span
rest_of(struct span text, size_t n)
{
	return (struct span){ text.p + n, text.len - n };
}

static char
ascii_for(uint32_t c)
{
	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (signs[i].c == c)
			return signs[i].ascii;
	return '?';
}

/* Signs that the 256 or 512 characters of the console's fonts are without. */
static const uint32_t not_on_console[] = {
	0x2581, 0x2582, 0x2583, 0x2585, 0x2586, 0x2587, 0x25B6, 0x25B8, 0x25C0, 0x25CF, 0x2039,
	0x203A, 0x03A3, ELLIPSIS,
};

/* Is C drawn as what stands for it? */
static bool
is_replaced(const struct canvas *canvas, uint32_t c)
{
	if (c <= 0x7E || canvas->is_ascii)
		return c > 0x7E;
	for (size_t i = 0; i < ARRAY_LEN(not_on_console) && canvas->is_console; i++)
		if (not_on_console[i] == c)
			return true;
	return false;
}

void
canvas_resize(struct canvas *c, unsigned n_rows, unsigned n_cols)
{
	c->n_rows = n_rows < CANVAS_SIDE_MAX ? n_rows : CANVAS_SIDE_MAX;
	c->n_cols = n_cols < CANVAS_SIDE_MAX ? n_cols : CANVAS_SIDE_MAX;
	c->cells = xreallocarray(c->cells, (size_t)c->n_rows * c->n_cols + 1,
				 sizeof(*c->cells));
	canvas_clear(c);
}

void
canvas_clear(struct canvas *c)
{
	for (size_t i = 0; i < (size_t)c->n_rows * c->n_cols; i++)
		c->cells[i] = (struct canvas_cell){ .c = ' ', .style = STYLE_TEXT };
	c->has_cursor = false;
}

void
canvas_fini(struct canvas *c)
{
	free(c->cells);
	*c = (struct canvas){ 0 };
}

struct area
canvas_area(struct canvas *c)
{
	return (struct area){ c, 0, 0, c->n_rows, c->n_cols };
}

static void
put_utf8(struct text *t, uint32_t c)
{
	text_room(t, UTF8_MAX);
	t->len += utf8_encode(c, t->p + t->len);
}

void
canvas_row_text(const struct canvas *c, unsigned row, struct text *t)
{
	const struct canvas_cell *cells = c->cells + (size_t)row * c->n_cols;
	unsigned n = c->n_cols;

	while (n && cells[n - 1].c == ' ')
		n--;
	for (unsigned i = 0; i < n; i++) {
		if (cells[i].c)
			put_utf8(t, cells[i].c);
		for (unsigned m = 0; m < CANVAS_MARKS && cells[i].marks[m]; m++)
			put_utf8(t, cells[i].marks[m]);
	}
}

struct area
area_part(struct area a, unsigned row, unsigned col, unsigned n_rows, unsigned n_cols)
{
	row = row < a.n_rows ? row : a.n_rows;
	col = col < a.n_cols ? col : a.n_cols;
	if (n_rows > a.n_rows - row)
		n_rows = a.n_rows - row;
	if (n_cols > a.n_cols - col)
		n_cols = a.n_cols - col;
	return (struct area){ a.canvas, a.row + row, a.col + col, n_rows, n_cols };
}

struct area
area_line(struct area a, unsigned row, unsigned col, unsigned n_cols)
{
	return area_part(a, row, col, 1, n_cols);
}

/* The cell there, or NULL outside of A. */
static struct canvas_cell *
cell_at(struct area a, unsigned row, unsigned col)
{
	if (row >= a.n_rows || col >= a.n_cols)
		return NULL;
	return a.canvas->cells + (size_t)(a.row + row) * a.canvas->n_cols + a.col + col;
}

/* Half of a wide character that loses its other half becomes a blank. */
static void
mend_neighbours(struct area a, unsigned row, unsigned col, unsigned width)
{
	struct area line = { a.canvas, a.row + row, 0, 1, a.canvas->n_cols };
	struct canvas_cell *first = cell_at(line, 0, a.col + col);
	struct canvas_cell *behind = cell_at(line, 0, a.col + col + width);

	if (first && !first->c && a.col + col > 0)
		first[-1] = (struct canvas_cell){ .c = ' ', .style = first[-1].style };
	if (behind && !behind->c)
		behind->c = ' ';
}

/* Put one character of WIDTH 1 or 2; one that does not fit is a blank. */
static void
put_cell(struct area a, unsigned row, unsigned col, enum style s, struct glyph g)
{
	struct canvas_cell *cell = cell_at(a, row, col);

	if (!cell)
		return;
	mend_neighbours(a, row, col, col + g.width <= a.n_cols ? g.width : 1);
	if (col + g.width > a.n_cols)
		g.c = ' ';
	*cell = (struct canvas_cell){ .c = g.c, .style = s };
	if (g.width == 2 && col + 2 <= a.n_cols)
		cell[1] = (struct canvas_cell){ .c = 0, .style = s };
}

static void
put_mark(struct area a, unsigned row, unsigned col, uint32_t mark)
{
	struct canvas_cell *cell = col ? cell_at(a, row, col - 1) : NULL;

	if (cell && !cell->c && col > 1)
		cell--;
	for (unsigned m = 0; cell && m < CANVAS_MARKS; m++) {
		if (cell->marks[m])
			continue;
		cell->marks[m] = mark;
		return;
	}
}

static void
put_escape(struct area a, unsigned row, unsigned col, enum style s, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++, col += 4) {
		const char digits[] = "0123456789abcdef";
		const char shown[] = { '\\', 'x', digits[bytes.p[i] >> 4],
				       digits[bytes.p[i] & 15] };

		for (unsigned n = 0; n < 4; n++)
			put_cell(a, row, col + n, s,
				 (struct glyph){ (uint8_t)shown[n], 1, 1, false });
	}
}

void
area_fill(struct area a, uint32_t c, enum style s)
{
	if (is_replaced(a.canvas, c))
		c = (uint8_t)ascii_for(c);
	for (unsigned row = 0; row < a.n_rows; row++)
		for (unsigned col = 0; col < a.n_cols; col++)
			put_cell(a, row, col, s, (struct glyph){ c, 1, 1, false });
}

unsigned
area_bytes(struct area a, unsigned row, unsigned col, enum style s, struct span text)
{
	unsigned at = col;

	while (text.len && at < a.n_cols) {
		struct glyph g = next_glyph(text);

		if (g.is_escape) {
			put_escape(a, row, at, s, (struct span){ text.p, g.len });
		} else if (is_replaced(a.canvas, g.c)) {
			area_fill(area_line(a, row, at, g.width), g.c, s);
		} else if (!g.width) {
			put_mark(a, row, at, g.c);
		} else {
			put_cell(a, row, at, s, g);
		}
		at += g.width;
		text = rest_of(text, g.len);
	}
	return (at < a.n_cols ? at : a.n_cols) - (col < a.n_cols ? col : a.n_cols);
}

unsigned
area_text(struct area a, unsigned row, unsigned col, enum style s, const char *text)
{
	return area_bytes(a, row, col, s, (struct span){ (const uint8_t *)text, strlen(text) });
}

void
area_fit(struct area a, enum canvas_align align, enum style s, struct span text)
{
	/* A text of many bytes is not measured whole. */
	struct span head = { text.p, text.len < 4 * (size_t)a.n_cols + 4
				     ? text.len : 4 * (size_t)a.n_cols + 4 };
	unsigned width = canvas_columns(head);

	area_fill(area_line(a, 0, 0, a.n_cols), ' ', s);
	if (!a.n_cols)
		return;
	if (width <= a.n_cols && head.len == text.len) {
		area_bytes(a, 0, align == CANVAS_RIGHT ? a.n_cols - width : 0, s, text);
		return;
	}
	head.len = canvas_byte_at(head, a.n_cols - 1);
	area_bytes(area_part(a, 0, 0, 1, a.n_cols - 1), 0, 0, s, head);
	area_fill(area_line(a, 0, a.n_cols - 1, 1), ELLIPSIS, s);
}

void
area_style(struct area a, enum style s)
{
	for (unsigned row = 0; row < a.n_rows; row++)
		for (unsigned col = 0; col < a.n_cols; col++)
			cell_at(a, row, col)->style = s;
}

void
area_cursor(struct area a, unsigned row, unsigned col)
{
	if (!cell_at(a, row, col))
		return;
	a.canvas->has_cursor = true;
	a.canvas->cursor_row = a.row + row;
	a.canvas->cursor_col = a.col + col;
}

/* A line of a frame, with its two ends. */
static void
frame_line(struct area line, uint32_t left, uint32_t middle, uint32_t right)
{
	enum style s = middle == ' ' ? STYLE_TEXT : STYLE_FRAME;

	area_fill(line, middle, s);
	area_fill(area_part(line, 0, 0, 1, 1), left, STYLE_FRAME);
	if (line.n_cols > 1)
		area_fill(area_part(line, 0, line.n_cols - 1, 1, 1), right, STYLE_FRAME);
}

struct area
area_frame(struct area a, const char *title)
{
	unsigned n;

	for (unsigned row = 0; row < a.n_rows; row++)
		frame_line(area_line(a, row, 0, a.n_cols), 0x2502, ' ', 0x2502);
	frame_line(area_line(a, 0, 0, a.n_cols), 0x250C, 0x2500, 0x2510);
	if (a.n_rows > 1)
		frame_line(area_line(a, a.n_rows - 1, 0, a.n_cols), 0x2514, 0x2500, 0x2518);
	if (*title && a.n_cols > 6) {
		n = area_text(area_part(a, 0, 0, 1, a.n_cols - 3), 0, 3, STYLE_TITLE, title);
		area_fill(area_line(a, 0, 2, 1), ' ', STYLE_TITLE);
		area_fill(area_line(a, 0, 3 + n, 1), ' ', STYLE_TITLE);
	}
	return area_part(a, 1, 2, a.n_rows > 2 ? a.n_rows - 2 : 0, a.n_cols > 4 ? a.n_cols - 4 : 0);
}

unsigned
canvas_columns(struct span text)
{
	unsigned n = 0;

	while (text.len) {
		struct glyph g;

		/* What most texts are made of. */
		while (text.len && text.p[0] >= 0x20 && text.p[0] < 0x7F) {
			n++;
			text = rest_of(text, 1);
		}
		if (!text.len)
			break;
		g = next_glyph(text);
		n += g.width;
		text = rest_of(text, g.len);
	}
	return n;
}

size_t
canvas_byte_at(struct span text, unsigned col)
{
	size_t at = 0;
	unsigned n = 0;

	while (at < text.len) {
		struct glyph g = next_glyph(rest_of(text, at));

		if (n + g.width > col)
			break;
		n += g.width;
		at += g.len;
	}
	return at;
}
