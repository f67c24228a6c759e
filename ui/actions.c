#include "ui/actions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/flags.h"
#include "engine/query/table.h"
#include "engine/query/view.h"
#include "ui/alive.h"
#include "ui/app.h"
#include "ui/command.h"
#include "ui/drill.h"
#include "ui/key.h"
#include "ui/menu.h"
#include "ui/pager.h"
#include "ui/read.h"
#include "ui/run.h"

#define MENU_COLS 38
#define BESIDE_COLS_MIN 20

/* One action, for the row. */
struct choice {
	const struct view_action *a;
	char *name;			/* "k  ask the process to end" */
	struct command command;
	struct text shown;		/* the command for people, with a NUL */
	struct alive_claim claim;	/* of .command.pid, if it has one */
	struct err why;			/* why it cannot be done; .code 0: it can */
};

struct actions {
	struct screen screen;
	char *title;
	struct choice *choices;
	struct menu_entries entries;
	struct menu menu;
	struct pager beside;		/* of entry .explained */
	size_t explained;
	struct area area;		/* of the menu, or of what is asked */
};

/* What is offered ------------------------------------------------------------- */

static void
prepare(struct app *a, struct choice *c, const struct table *t, size_t row)
{
	struct text name = { 0 };
	bool is_live = !a->o->name;

	text_fmt(&name, "%c  %s", c->a->hotkey, c->a->description);
	c->name = xstrndup(name.p, name.len);
	text_fini(&name);
	if (command_make(&c->command, c->a, t, row, &c->why) < 0)
		return;
	command_show(&c->command, &c->shown);
	text_char(&c->shown, '\0');
	if (!is_live && c->a->needs_live && !a->o->acts_on_captures) {
		err_set(&c->why, -EPERM, "a capture is of another time, and maybe another system; "
			"with the option --actions it would be done all the same");
		return;
	}
	c->claim.pid = c->command.pid;
	c->claim.is_here = is_live;
	if (c->command.pid)
		alive_claim(a->store, t, row, &c->claim, &c->why);
}

static const char *
choice_name(const void *ctx, size_t i)
{
	return ((const struct actions *)ctx)->choices[i].name;
}

static void
explain(const struct choice *c, struct pager *p)
{
	if (c->shown.len)
		pager_add(p, STYLE_TITLE, 2, c->shown.p);
	else
		pager_add(p, STYLE_DIM, 2, c->a->command);
	pager_add(p, STYLE_TEXT, 0, "");
	if (c->why.code) {
		struct text t = { 0 };

		text_fmt(&t, "Not possible: %s.", c->why.text);
		text_char(&t, '\0');
		pager_add(p, STYLE_WARNING, 0, t.p);
		text_fini(&t);
		return;
	}
	if (c->a->asks)
		pager_add(p, STYLE_TEXT, 0, "Is asked before it is done.");
	if (c->command.pid)
		pager_add(p, STYLE_TEXT, 0, "Is done only while that number still is the "
			  "process of this row.");
	if (c->a->waits && !c->command.signal)
		pager_add(p, STYLE_TEXT, 0, "Waits for a key afterwards, so that its output can "
			  "be read.");
}

/* What is done ------------------------------------------------------------------ */

static int
run(struct app *a, const struct choice *c, struct err *err)
{
	struct run r = { .words = c->command.words, .shown = c->shown.p, .waits = c->a->waits,
			 .nice = a->nice, .pidfd = -1 };
	int status = 0;

	if (c->command.pid) {
		r.pidfd = alive_open(&c->claim, err);
		if (r.pidfd < 0)
			return r.pidfd;
	}
	if (c->command.signal)
		status = alive_signal(r.pidfd, c->command.signal, err);
	else if (a->term)
		run_command(a->term, &r);
	if (r.pidfd >= 0)
		close(r.pidfd);
	return status;
}

/* Do choice I and close the menu. */
static void
perform(struct actions *m, size_t i)
{
	struct app *a = m->screen.app;
	const struct choice *c = &m->choices[i];
	int signal = c->command.signal;
	long long pid = c->command.pid;
	struct err err = { 0 };
	int status = run(a, c, &err);

	app_pop(a);
	if (status < 0)
		app_note(a, STYLE_ERROR, "%s", err.text);
	else if (signal)
		app_note(a, STYLE_GOOD, "%s was sent to process %lld",
			 signal_name((uint64_t)signal), pid);
}

static const struct screen_ops menu_ops, question_ops;

/* Do choice I, or ask whether to. */
static void
choose(struct actions *m, size_t i)
{
	const struct choice *c = &m->choices[i];

	if (c->why.code) {
		app_note(m->screen.app, STYLE_WARNING, "%s", c->why.text);
		return;
	}
	if (!c->a->asks) {
		perform(m, i);
		return;
	}
	pager_fini(&m->beside);
	m->explained = i;
	pager_add(&m->beside, STYLE_TEXT, 0, c->a->description);
	pager_add(&m->beside, STYLE_TEXT, 0, "");
	pager_add(&m->beside, STYLE_TITLE, 2, c->shown.p);
	m->screen.ops = &question_ops;
}

static void
yes(void *screen)
{
	struct actions *m = screen;

	perform(m, m->explained);
}

static void
no(void *screen)
{
	struct actions *m = screen;

	m->explained = SIZE_MAX;
	m->screen.ops = &menu_ops;
}

/* The screen -------------------------------------------------------------------- */

static void
draw_bar(struct screen *s, struct area a)
{
	struct area line = area_line(a, a.n_rows - 1, 0, a.n_cols);

	area_fill(line, ' ', STYLE_TEXT);
	app_draw_bar(s, line);
}

static void
draw_menu(struct screen *s, struct area a)
{
	struct actions *m = (struct actions *)s;
	unsigned n_rows = a.n_rows - 1, width = MENU_COLS < a.n_cols ? MENU_COLS : a.n_cols;
	size_t selected = menu_selected(&m->menu);

	m->area = area_frame(area_part(a, 0, 0, n_rows, width), "Actions");
	menu_draw(&m->menu, m->area);
	if (selected != m->explained) {
		pager_fini(&m->beside);
		m->explained = selected;
		if (selected != SIZE_MAX)
			explain(&m->choices[selected], &m->beside);
	}
	if (a.n_cols > width + BESIDE_COLS_MIN)
		pager_draw(&m->beside, area_frame(area_part(a, 0, width, n_rows, a.n_cols - width),
						  m->title));
	draw_bar(s, a);
}

static void
draw_question(struct screen *s, struct area a)
{
	struct actions *m = (struct actions *)s;

	m->area = area_frame(area_part(a, 0, 0, a.n_rows - 1, a.n_cols), "Is this to be done?");
	pager_draw(&m->beside, m->area);
	draw_bar(s, a);
}

static bool
menu_pressed(struct screen *s, const struct key *k)
{
	struct actions *m = (struct actions *)s;

	for (size_t i = 0; i < m->entries.n && key_is_text(k); i++) {
		if ((uint32_t)(unsigned char)m->choices[i].a->hotkey != k->code)
			continue;
		choose(m, i);
		return true;
	}
	switch (menu_key(&m->menu, k, m->area)) {
	case MENU_CHOSEN:
		choose(m, menu_selected(&m->menu));
		return true;
	case MENU_LEFT:
		app_pop(s->app);
		return true;
	case MENU_MOVED:
		return true;
	case MENU_IGNORED:
		break;
	}
	return false;
}

static bool
question_pressed(struct screen *s, const struct key *k)
{
	struct actions *m = (struct actions *)s;

	return pager_key(&m->beside, k, m->area);
}

static void
end(struct screen *s)
{
	struct actions *m = (struct actions *)s;

	for (size_t i = 0; i < m->entries.n; i++) {
		free(m->choices[i].name);
		command_fini(&m->choices[i].command);
		text_fini(&m->choices[i].shown);
	}
	free(m->choices);
	free(m->title);
	menu_fini(&m->menu);
	pager_fini(&m->beside);
	free(m);
}

const struct action actions_actions[] = {
	{ "Enter", "Do", "do what is selected, or ask first; so does its letter", NULL },
	{ "Esc F10", "Close", "do nothing", app_leave },
	{ "F1", "Help", "all keys", read_help },
	{ "Up Down PgUp PgDn Home End", NULL, "move the selection", NULL },
};
const size_t n_actions_actions = ARRAY_LEN(actions_actions);

static const struct action question_actions[] = {
	{ "y", "Yes", "do it", yes },
	{ "n Esc F10", "No", "do nothing", no },
	{ "F1 ?", "Help", "all keys", read_help },
	{ "Up Down PgUp PgDn Home End", NULL, "scroll", NULL },
};

static const struct screen_ops menu_ops = {
	.name = "Actions",
	.actions = actions_actions,
	.n_actions = ARRAY_LEN(actions_actions),
	.draw = draw_menu,
	.key = menu_pressed,
	.free = end,
	.is_overlay = true,
};

static const struct screen_ops question_ops = {
	.name = "Question",
	.actions = question_actions,
	.n_actions = ARRAY_LEN(question_actions),
	.draw = draw_question,
	.key = question_pressed,
	.free = end,
	.is_overlay = true,
};

void
actions_open(struct app *a, const struct table *t, size_t row)
{
	const struct view *v = t->view;
	struct actions *m;

	if (!v->n_actions) {
		app_note(a, STYLE_DIM, "%s can do nothing to its rows", v->name);
		return;
	}
	m = xzalloc(sizeof(*m));
	m->screen.ops = &menu_ops;
	m->title = drill_label(t, row);
	m->choices = xzalloc(v->n_actions * sizeof(*m->choices));
	for (size_t i = 0; i < v->n_actions; i++) {
		m->choices[i].a = &v->actions[i];
		prepare(a, &m->choices[i], t, row);
	}
	m->entries = (struct menu_entries){ v->n_actions, choice_name, m };
	m->explained = SIZE_MAX;
	m->menu.is_fixed = true;
	menu_open(&m->menu, &m->entries, 0);
	app_push(a, &m->screen);
}
