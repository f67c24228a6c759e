#include "ui/reproduce.h"

#include "engine/base/text.h"
#include "engine/field/clock.h"
#include "ui/command.h"

/* Append WORDS of our own and then VALUE as one word. */
static void
put_option(struct text *t, const char *words, const char *value)
{
	text_str(t, words);
	command_word(value, t);
}

/* The same for a text that has no end yet. */
static void
put_text(struct text *t, const char *words, struct text *value)
{
	text_char(value, '\0');
	put_option(t, words, value->p);
	value->len = 0;
}

static void
put_source(const struct reproduce *r, struct text *t)
{
	if (r->source && *r->source) {
		text_char(t, ' ');
		text_str(t, r->source);
	}
	if (r->variant != VIEW_PLAIN)
		text_str(t, r->variant == VIEW_PODS ? " -pk" : " -pc");
}

/* All filters as one, with CONDITION (NULL: none) besides. */
static void
put_filters(const struct reproduce *r, const char *condition, struct text *t)
{
	struct text all = { 0 };
	bool is_one = r->n_filters + (condition != NULL) == 1;

	for (size_t i = 0; i < r->n_filters; i++)
		text_fmt(&all, is_one ? "%s%s" : "%s(%s)", i ? " and " : "", r->filters[i]);
	if (condition)
		text_fmt(&all, is_one ? "%s%s" : "%s(%s)", r->n_filters ? " and " : "", condition);
	if (all.len)
		put_text(t, " ", &all);
	text_fini(&all);
}

void
reproduce_explorer(const struct reproduce *r, struct text *t)
{
	struct text window = { 0 };

	text_str(t, "sysreel");
	put_source(r, t);
	put_option(t, " -v ", r->view);
	if (r->to_ns)
		text_fmt(&window, "evt.rawtime >= %llu and evt.rawtime <= %llu",
			 (unsigned long long)r->from_ns, (unsigned long long)r->to_ns);
	text_char(&window, '\0');
	put_filters(r, r->to_ns ? window.p : NULL, t);
	text_fini(&window);
}

static void
put_time(const struct reproduce *r, const char *option, uint64_t ns, struct text *t)
{
	struct text time = { 0 };

	clock_datetime(r->clock, ns, &time);
	put_text(t, option, &time);
	text_fini(&time);
}

void
reproduce_table(const struct reproduce *r, struct text *t)
{
	struct text sort = { 0 };

	put_option(t, "sysreel view ", r->view);
	put_source(r, t);
	if (r->to_ns) {
		put_time(r, " --from ", r->from_ns, t);
		put_time(r, " --to ", r->to_ns, t);
	}
	if (r->sort) {
		text_fmt(&sort, "%s:%s", r->sort, r->is_descending ? "down" : "up");
		put_text(t, " --sort ", &sort);
	}
	put_filters(r, NULL, t);
	text_fini(&sort);
}
