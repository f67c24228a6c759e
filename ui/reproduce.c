#include "ui/reproduce.h"

#include <stdio.h>

#include "engine/base/text.h"
#include "engine/field/clock.h"
#include "ui/command.h"

static const char *const nothing[3];

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

static void
put_filter(const char *filter, bool is_one, struct text *all)
{
	if (filter)
		text_fmt(all, is_one ? "%s%s" : "%s(%s)", all->len ? " and " : "", filter);
}

/* Append all filters as one, with CONDITIONS (NULL: none) besides. */
static void
join_filters(const struct reproduce *r, const char *const conditions[3], struct text *all)
{
	size_t n = r->n_filters + (conditions[0] != NULL) + (conditions[1] != NULL) +
		   (conditions[2] != NULL);

	for (size_t i = 0; i < r->n_filters; i++)
		put_filter(r->filters[i], n == 1, all);
	for (size_t i = 0; i < 3; i++)
		put_filter(conditions[i], n == 1, all);
}

static void
put_filters(const struct reproduce *r, struct text *t)
{
	struct text all = { 0 };

	join_filters(r, nothing, &all);
	if (all.len)
		put_text(t, " ", &all);
	text_fini(&all);
}

static void
put_time(const struct reproduce *r, const char *option, uint64_t ns, struct text *t)
{
	struct text time = { 0 };

	clock_datetime(r->clock, ns, &time);
	put_text(t, option, &time);
	text_fini(&time);
}

/* What of a table is shown, and in which order. */
static void
put_part(const struct reproduce *r, struct text *t)
{
	struct text sort = { 0 };

	if (r->to_ns) {
		put_time(r, " --from ", r->from_ns, t);
		put_time(r, " --to ", r->to_ns, t);
	}
	if (r->sort) {
		text_fmt(&sort, "%s:%s", r->sort, r->is_descending ? "down" : "up");
		put_text(t, " --sort ", &sort);
	}
	text_fini(&sort);
}

/* Commands that print have no option for that. */
static void
put_zone(const struct reproduce *r, struct text *t)
{
	if (r->is_utc)
		text_str(t, "TZ=UTC ");
}

void
reproduce_explorer(const struct reproduce *r, struct text *t)
{
	text_str(t, "sysreel");
	put_source(r, t);
	if (r->looks && *r->looks) {
		text_char(t, ' ');
		text_str(t, r->looks);
	}
	put_option(t, " -v ", r->view);
	put_part(r, t);
	put_filters(r, t);
}

void
reproduce_table(const struct reproduce *r, struct text *t)
{
	put_zone(r, t);
	put_option(t, "sysreel view ", r->view);
	put_source(r, t);
	if (r->n_events && !r->to_ns)
		text_fmt(t, " --to '#%llu'", (unsigned long long)r->n_events);
	put_part(r, t);
	put_filters(r, t);
}

void
reproduce_filter(const struct reproduce *r, struct text *t)
{
	struct text window = { 0 };
	char first[48];

	if (r->to_ns)
		text_fmt(&window, "evt.rawtime >= %llu and evt.rawtime <= %llu",
			 (unsigned long long)r->from_ns, (unsigned long long)r->to_ns);
	text_char(&window, '\0');
	snprintf(first, sizeof(first), "evt.num <= %llu", (unsigned long long)r->n_events);
	join_filters(r, (const char *const[3]){ r->more, r->to_ns ? window.p : NULL,
						r->n_events ? first : NULL }, t);
	text_fini(&window);
}

void
reproduce_events(const struct reproduce *r, const char *words, struct text *t)
{
	struct text filter = { 0 };

	put_zone(r, t);
	text_str(t, "sysreel ");
	text_str(t, words);
	put_source(r, t);
	reproduce_filter(r, &filter);
	if (filter.len)
		put_text(t, " ", &filter);
	text_fini(&filter);
}
