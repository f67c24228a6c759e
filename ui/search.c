#include "ui/search.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "ui/app.h"
#include "ui/find.h"
#include "ui/prompt.h"
#include "ui/term.h"

#define TURN_NS 10000000u		/* between two keys */
#define LOOKS 32u			/* between two looks at the clock */

/* Look at the next one. True: there is no more to do now. */
static bool
step(struct search *s)
{
	/* In this order: what was found before it was done is counted. */
	bool is_done = find_progress(*s->list) >= 1;
	size_t n = find_count(*s->list);

	/* What is left of the first one comes last. */
	if (is_done && s->seen > n) {
		s->is_on = false;
		app_note(s->app, STYLE_WARNING, "not found: %s", s->text);
		return true;
	}
	/* The end, or before the start: what is found meanwhile comes at the end, so it
	 * goes round once all are there. */
	if (s->at >= n && !is_done)
		return true;
	if (s->at >= n && n)
		s->at = s->is_backwards ? n - 1 : 0;
	if (n && s->ops->look(s->ctx, s->at)) {
		s->is_on = false;
		return true;
	}
	s->seen++;
	s->at += s->is_backwards ? SIZE_MAX : 1;
	return false;
}

void
search_on(struct search *s)
{
	uint64_t end = term_now_ns() + TURN_NS;

	if (!s->is_on)
		return;
	do {
		for (unsigned i = 0; i < LOOKS; i++)
			if (step(s))
				return;
	} while (term_now_ns() < end);
	app_wake_at(s->app, term_now_ns());
}

static void
start(struct search *s, bool is_backwards, bool from_here)
{
	s->is_backwards = is_backwards;
	s->at = s->ops->from(s->ctx, is_backwards, from_here);
	s->seen = 0;
	s->is_on = true;
	search_on(s);
}

void
search_again(struct search *s, bool is_backwards)
{
	if (s->text)
		start(s, is_backwards, false);
	else
		app_note(s->app, STYLE_DIM, "nothing is searched; / does that");
}

static void
entered(void *owner, const char *text)
{
	struct search *s = owner;

	app_keep_history(s->app, &s->app->searches);
	free(s->text);
	s->text = *text ? xstrdup(text) : NULL;
	if (s->text)
		start(s, false, true);
}

void
search_ask(struct search *s)
{
	struct prompt p = { .label = "search", .history = &s->app->searches,
			    .entered = entered, .owner = s };

	prompt_open(s->app, &p);
}

void
search_fini(struct search *s)
{
	free(s->text);
}
