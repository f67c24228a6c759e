#include "ui/pager.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "ui/key.h"

void
pager_fini(struct pager *p)
{
	text_fini(&p->text);
	free(p->paragraphs);
	free(p->lines);
	*p = (struct pager){ 0 };
}

static struct span
bytes_of(const struct pager *p, size_t start, size_t len)
{
	return (struct span){ (const uint8_t *)p->text.p + start, len };
}

void
pager_add(struct pager *p, enum style s, unsigned indent, const char *text)
{
	struct pager_paragraph *to;

	xgrow(&p->paragraphs, &p->paragraphs_cap, p->n_paragraphs + 1, sizeof(*to));
	to = &p->paragraphs[p->n_paragraphs++];
	*to = (struct pager_paragraph){ p->text.len, strlen(text), s, indent };
	text_str(&p->text, text);
	text_char(&p->text, '\n');
	p->width = 0;
}

void
pager_add_row(struct pager *p, unsigned width, const char *heading, const char *text)
{
	struct text t = { 0 };
	unsigned n = canvas_columns((struct span){ (const uint8_t *)heading, strlen(heading) });

	text_str(&t, heading);
	/* A long one has a line of its own. */
	if (n >= width && width > 1) {
		text_char(&t, '\0');
		pager_add(p, STYLE_TEXT, width, t.p);
		t.len = n = 0;
	}
	do {
		text_char(&t, ' ');
	} while (++n < width);
	text_str(&t, text);
	text_char(&t, '\0');
	pager_add(p, STYLE_TEXT, width, t.p);
	text_fini(&t);
}

/* How many bytes of what is left go on a line of N_COLS columns. */
static size_t
line_len(struct span left, unsigned n_cols)
{
	size_t fits = canvas_byte_at(left, n_cols), at = fits;

	if (fits == left.len)
		return fits;
	while (at && left.p[at] != ' ')
		at--;
	if (at)
		return at;
	return fits ? fits : 1;
}

static void
wrap_paragraph(struct pager *p, const struct pager_paragraph *par, unsigned width)
{
	size_t at = par->start, end = par->start + par->len;
	unsigned indent = 0;

	do {
		unsigned room = width > indent + 10 ? width - indent : width;
		size_t len = line_len(bytes_of(p, at, end - at), room);

		xgrow(&p->lines, &p->lines_cap, p->n_lines + 1, sizeof(*p->lines));
		p->lines[p->n_lines++] = (struct pager_line){ at, len, par->style,
							      room < width ? indent : 0 };
		at += len;
		while (at < end && p->text.p[at] == ' ')
			at++;
		indent = par->indent;
	} while (at < end);
}

static void
wrap(struct pager *p, unsigned width)
{
	width = width ? width : 1;
	if (p->width == width)
		return;
	p->width = width;
	p->n_lines = 0;
	for (size_t i = 0; i < p->n_paragraphs; i++)
		wrap_paragraph(p, &p->paragraphs[i], width);
}

static size_t
top_max(const struct pager *p, struct area a)
{
	return p->n_lines > a.n_rows ? p->n_lines - a.n_rows : 0;
}

bool
pager_key(struct pager *p, const struct key *k, struct area a)
{
	/* A text has no selection: the first line that is seen moves. */
	struct scroll s = { .at = p->top };

	wrap(p, a.n_cols);
	scroll_fit(&s, top_max(p, a) + 1, 1);
	if (k->code == K_PAGE_UP || k->code == K_PAGE_DOWN) {
		if (!scroll_key(&s, k, a.n_rows))
			return false;
	} else if (!scroll_key(&s, k, 1)) {
		return false;
	}
	p->top = s.at;
	return true;
}

void
pager_draw(struct pager *p, struct area a)
{
	wrap(p, a.n_cols);
	if (p->top > top_max(p, a))
		p->top = top_max(p, a);
	for (unsigned row = 0; row < a.n_rows && p->top + row < p->n_lines; row++) {
		const struct pager_line *l = &p->lines[p->top + row];

		area_bytes(a, row, l->indent, l->style, bytes_of(p, l->start, l->len));
	}
	if (top_max(p, a)) {
		unsigned seen = (unsigned)((p->top + a.n_rows) * 100 / p->n_lines);
		char note[16] = { 0 };
		struct text t = { 0 };
		unsigned width;

		text_fmt(&t, "%s%u%% ", seen < 100 ? "… " : " ", seen);
		memcpy(note, t.p, t.len < sizeof(note) - 1 ? t.len : sizeof(note) - 1);
		width = canvas_columns((struct span){ (const uint8_t *)t.p, t.len });
		if (a.n_cols > width && a.n_rows)
			area_text(a, a.n_rows - 1, a.n_cols - width, STYLE_DIM, note);
		text_fini(&t);
	}
}
