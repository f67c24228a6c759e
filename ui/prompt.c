#include "ui/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "ui/app.h"
#include "ui/key.h"

#define OFFERED_ROWS 8			/* candidates that are seen at once */

struct prompting {
	struct screen screen;
	struct prompt p;
	char *label;
	struct editor editor;
	struct err err;			/* of what is typed; code 0: none */
	struct prompt_candidates offered;
	size_t at;			/* the candidate that Tab takes next */
	bool is_chosen;			/* Up and Down move among them */
	unsigned n_cols;		/* that the text was drawn in */
	struct area line;
};

void
prompt_offer(struct prompt_candidates *c, const char *text, const char *doc)
{
	if (c->n == PROMPT_CANDIDATES_MAX)
		return;
	c->texts[c->n] = xstrdup(text);
	c->docs[c->n++] = doc ? xstrdup(doc) : NULL;
}

void
prompt_forget(struct prompt_candidates *c)
{
	while (c->n) {
		free(c->texts[--c->n]);
		free(c->docs[c->n]);
	}
}

static void
forget_offered(struct prompting *p)
{
	prompt_forget(&p->offered);
	p->at = 0;
	p->is_chosen = false;
}

/* The text or the cursor is another one. */
static void
look_again(struct prompting *p, bool is_changed)
{
	forget_offered(p);
	p->err = (struct err){ 0 };
	if (p->p.check && p->editor.len)
		p->p.check(p->p.owner, p->editor.text, &p->err);
	if (p->p.complete)
		p->p.complete(p->p.owner, p->editor.text, p->editor.cursor, &p->offered);
	if (is_changed && p->p.changed)
		p->p.changed(p->p.owner, p->editor.text);
}

static void
draw_offered(const struct prompting *p, struct area a)
{
	const struct prompt_candidates *c = &p->offered;
	size_t first = p->at >= a.n_rows ? p->at - a.n_rows + 1 : 0;
	unsigned width = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct span s = { (const uint8_t *)c->texts[i], strlen(c->texts[i]) };

		width = canvas_columns(s) > width ? canvas_columns(s) : width;
	}
	width = width + 3 < a.n_cols / 2 ? width + 3 : a.n_cols / 2;
	for (unsigned row = 0; row < a.n_rows && first + row < c->n; row++) {
		size_t i = first + row;
		enum style s = p->is_chosen && i == p->at ? STYLE_SELECTED : STYLE_TEXT;
		struct area line = area_line(a, row, 0, a.n_cols);
		const char *doc = c->docs[i] ? c->docs[i] : "";

		area_fill(line, ' ', s);
		area_text(line, 0, 0, s, s == STYLE_SELECTED ? "›" : " ");
		area_fit(area_line(line, 0, 1, width - 2), CANVAS_LEFT, s,
			 (struct span){ (const uint8_t *)c->texts[i], strlen(c->texts[i]) });
		area_fit(area_line(line, 0, width, a.n_cols - width), CANVAS_LEFT,
			 s == STYLE_SELECTED ? s : STYLE_DIM,
			 (struct span){ (const uint8_t *)doc, strlen(doc) });
	}
}

static void
draw(struct screen *s, struct area a)
{
	struct prompting *p = (struct prompting *)s;
	unsigned last = a.n_rows - 1, col, n;

	p->line = area_line(a, last, 0, a.n_cols);
	area_fill(p->line, ' ', STYLE_TEXT);
	col = 1 + area_text(p->line, 0, 1, STYLE_TITLE, p->label) + 1;
	p->n_cols = a.n_cols > col + 1 ? a.n_cols - col - 1 : 1;
	editor_draw(&p->editor, area_line(p->line, 0, col, p->n_cols));
	n = p->offered.n < OFFERED_ROWS ? (unsigned)p->offered.n : OFFERED_ROWS;
	if (p->err.code && last > 1) {
		struct area line = area_line(a, last - 1, 0, a.n_cols);
		unsigned at = col + editor_column(&p->editor, (size_t)p->err.at, p->n_cols);

		area_fill(line, ' ', STYLE_TEXT);
		n = n && last > n + 1 ? n : 0;
		area_text(line, 0, at, STYLE_ERROR, "^");
		if (strlen(p->err.text) + 2 < a.n_cols - at)
			area_text(line, 0, at + 2, STYLE_ERROR, p->err.text);
		else
			area_fit(area_line(line, 0, 0, at > 1 ? at - 1 : 0), CANVAS_RIGHT,
				 STYLE_ERROR,
				 (struct span){ (uint8_t *)p->err.text, strlen(p->err.text) });
		last--;
	}
	if (n && last > n)
		draw_offered(p, area_part(a, last - n, 0, n, a.n_cols));
}

static void
take_offered(struct prompting *p)
{
	const char *text = p->offered.texts[p->at];

	editor_replace(&p->editor, p->offered.from, p->offered.to,
		       (struct span){ (const uint8_t *)text, strlen(text) });
	look_again(p, true);
}

/* Tab: what all candidates begin with, else the next one is marked. */
static void
complete(struct prompting *p)
{
	const struct prompt_candidates *c = &p->offered;
	size_t common;

	if (!c->n)
		return;
	common = strlen(c->texts[0]);
	for (size_t i = 1; i < c->n; i++)
		for (size_t k = 0; k < common; k++)
			if (c->texts[i][k] != c->texts[0][k])
				common = k;
	if (c->n == 1 || p->is_chosen) {
		take_offered(p);
	} else if (common > c->to - c->from) {
		editor_replace(&p->editor, c->from, c->to,
			       (struct span){ (const uint8_t *)c->texts[0], common });
		look_again(p, true);
	} else {
		p->is_chosen = true;
	}
}

/* Keys for the candidates. */
static bool
choose_offered(struct prompting *p, const struct key *k)
{
	if (k->modifiers || !p->offered.n)
		return false;
	if (k->code == K_TAB) {
		complete(p);
		return true;
	}
	if (!p->is_chosen)
		return false;
	switch (k->code) {
	case K_DOWN:
		p->at = (p->at + 1) % p->offered.n;
		return true;
	case K_UP:
		p->at = (p->at ? p->at : p->offered.n) - 1;
		return true;
	case K_ENTER:
		take_offered(p);
		return true;
	case K_ESC:
		p->is_chosen = false;
		return true;
	}
	return false;
}

static void
enter(struct prompting *p)
{
	void (*entered)(void *, const char *) = p->p.entered;
	void *owner = p->p.owner;
	char *text;

	if (p->err.code)
		return;
	if (p->p.history)
		editor_remember(p->p.history, &p->editor);
	text = xstrdup(p->editor.text);
	app_pop(p->screen.app);
	entered(owner, text);
	free(text);
}

static void
leave(void *screen)
{
	struct prompting *p = screen;
	void (*left)(void *) = p->p.left;
	void *owner = p->p.owner;

	app_pop(p->screen.app);
	if (left)
		left(owner);
}

static bool
key(struct screen *s, const struct key *k)
{
	struct prompting *p = (struct prompting *)s;

	if (choose_offered(p, k))
		return true;
	if (k->code == K_MOUSE && k->mouse == MOUSE_PRESS && k->row == p->line.row &&
	    k->col + p->n_cols + 1 >= p->line.n_cols) {
		editor_click(&p->editor, k->col - (p->line.n_cols - p->n_cols - 1), p->n_cols);
		look_again(p, false);
		return true;
	}
	switch (editor_key(&p->editor, k)) {
	case EDITOR_CHANGED:
		look_again(p, true);
		return true;
	case EDITOR_MOVED:
		look_again(p, false);
		return true;
	case EDITOR_ENTERED:
		enter(p);
		return true;
	case EDITOR_LEFT:
		leave(p);
		return true;
	case EDITOR_IGNORED:
		break;
	}
	return false;
}

static void
end(struct screen *s)
{
	struct prompting *p = (struct prompting *)s;

	forget_offered(p);
	free(p->label);
	free(p);
}

/* What is offered may be more by now; who chooses among it is left in peace. */
static void
woken(struct screen *s)
{
	struct prompting *p = (struct prompting *)s;

	if (p->p.news && p->p.news(p->p.owner) && !p->is_chosen)
		look_again(p, false);
}

const struct action prompt_actions[] = {
	{ "Enter", "Take", "take what is typed", NULL },
	{ "Tab", NULL, "complete; once more: choose among what is offered", NULL },
	{ "Esc F10", "Leave", "change nothing", leave },
	{ "Up Down", NULL, "what was typed before", NULL },
	{ "^A ^E ^U ^K ^W", NULL, "start, end, delete before, behind, the word before", NULL },
};
const size_t n_prompt_actions = ARRAY_LEN(prompt_actions);

static const struct screen_ops ops = {
	.name = "Prompt",
	.actions = prompt_actions,
	.n_actions = ARRAY_LEN(prompt_actions),
	.draw = draw,
	.key = key,
	.woken = woken,
	.free = end,
	.is_overlay = true,
};

void
prompt_open(struct app *a, const struct prompt *init)
{
	struct prompting *p = xzalloc(sizeof(*p));

	p->screen.ops = &ops;
	p->p = *init;
	p->label = xstrdup(init->label);
	p->editor.history = init->history;
	editor_set(&p->editor, init->text ? init->text : "");
	app_push(a, &p->screen);
	look_again(p, false);
}
