#include "ui/filter_prompt.h"

#include <string.h>

#include "engine/base/err.h"
#include "engine/filter/filter.h"
#include "ui/app.h"
#include "ui/complete.h"
#include "ui/prompt.h"
#include "ui/seen.h"

static bool
check(void *owner, const char *text, struct err *err)
{
	const struct app *a = owner;
	struct filter *f = filter_compile(text, a->o->filter_options, err);

	filter_free(f);
	return f != NULL;
}

static void
offer(void *owner, const char *text, size_t cursor, struct prompt_candidates *out)
{
	struct app *a = owner;
	struct complete_source source = { seen_offer, a->seen };

	complete_filter(text, cursor, &source, out);
}

static bool
news(void *owner)
{
	return seen_news(((struct app *)owner)->seen);
}

static void
left(void *owner)
{
	seen_stop(((struct app *)owner)->seen);
}

static void
entered(void *owner, const char *text)
{
	struct app *a = owner;

	seen_stop(a->seen);
	app_keep_history(a, &a->filters);
	a->filtering.entered(a->filtering.owner, text + strspn(text, " "));
}

void
filter_prompt_open(struct app *a, const char *text,
		   void (*then)(void *owner, const char *text), void *owner)
{
	struct prompt p = {
		.label = "filter", .text = text, .history = &a->filters, .check = check,
		.complete = offer, .news = news, .entered = entered, .left = left, .owner = a,
	};

	if (!a->seen)
		a->seen = seen_new(app_ask(a), a->o->filter_options);
	seen_refresh(a->seen, a->progress.stats.n_events);
	a->filtering.entered = then;
	a->filtering.owner = owner;
	prompt_open(a, &p);
}
