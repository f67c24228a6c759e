#include "ui/show_command.h"

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/cursor.h"
#include "ui/app.h"
#include "ui/pager.h"
#include "ui/read.h"
#include "ui/reproduce.h"

struct line {
	const char *title;
	const char *words;		/* of the command; NULL: it is that of a table */
	bool is_for_captures;
};

/* Of each kind, besides the explorer. */
static const struct line lines[][3] = {
	[SHOW_TABLE] = { { "The table, as text:", NULL, false } },
	[SHOW_EVENTS] = { { "The events, as text:", "print", true },
			  { "As a capture of them:", "record -w events.scap", true } },
	[SHOW_DATA] = { { "The events with their data, as text:", "print -A", true },
			{ "As a capture of them:", "record -w events.scap", true } },
	[SHOW_SPECTROGRAM] = { { "The table, as text:", NULL, false } },
};

static void
put_line(struct pager *p, const char *title, struct text *t)
{
	text_char(t, '\0');
	if (p->n_paragraphs)
		pager_add(p, STYLE_TEXT, 0, "");
	pager_add(p, STYLE_DIM, 0, title);
	pager_add(p, STYLE_TEXT, 0, t->p);
	t->len = 0;
}

void
show_command(struct app *a, enum show_command what, const struct reproduce *wanted)
{
	struct reproduce r = *wanted;
	struct text t = { 0 };
	struct pager p = { 0 };

	r.source = a->o->source;
	r.looks = a->o->looks;
	r.variant = a->o->variant;
	r.clock = &a->clock;
	r.n_events = a->o->n_events;
	r.is_utc = a->o->style && !a->o->style->utc_offset;
	/* Of the running system there is no other time than now. */
	if (!a->o->name)
		r.from_ns = r.to_ns = 0;
	reproduce_explorer(&r, &t);
	a->farewell.len = 0;
	text_bytes(&a->farewell, t.p, t.len);
	text_char(&a->farewell, '\n');
	put_line(&p, "This screen, also printed when the explorer is left:", &t);
	for (size_t i = 0; i < ARRAY_LEN(lines[what]) && lines[what][i].title; i++) {
		const struct line *l = &lines[what][i];

		if (l->is_for_captures && !a->o->name)
			continue;
		if (l->words)
			reproduce_events(&r, l->words, &t);
		else
			reproduce_table(&r, &t);
		put_line(&p, l->title, &t);
	}
	read_open(a, "Command lines", &p);
	text_fini(&t);
}
