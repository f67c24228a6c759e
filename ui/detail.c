#include "ui/detail.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/query/cursor.h"
#include "engine/store/store.h"
#include "ui/describe.h"
#include "ui/events.h"
#include "ui/follow.h"
#include "ui/key.h"
#include "ui/pager.h"
#include "ui/read.h"

struct detail {
	struct screen screen;
	struct events_screen *list;	/* it lies below */
	void (*select)(struct events_screen *list, size_t at);
	uint64_t number;		/* of the event */
	char title[40];
	struct pager pager;
	struct area area;
};

static const struct find *
found(const struct detail *d)
{
	return d->list->events.now.find;
}

/* Show event NUMBER, and select it below if it is there. */
static void
show(struct detail *d, uint64_t number)
{
	struct cursor *c = d->list->events.now.cursor;
	size_t at = find_index(found(d), number);

	d->number = number;
	snprintf(d->title, sizeof(d->title), "event %llu", (unsigned long long)number);
	pager_fini(&d->pager);
	cursor_go_to(c, number);
	describe_event(cursor_eval(c, CURSOR_EVENT), &d->pager);
	if (at < find_count(found(d)) && find_number(found(d), at) == number)
		d->select(d->list, at);
}

static void
draw(struct screen *s, struct area a)
{
	struct detail *d = (struct detail *)s;

	d->area = read_draw(s, a, d->title, &d->pager);
}

static bool
key(struct screen *s, const struct key *k)
{
	struct detail *d = (struct detail *)s;

	return pager_key(&d->pager, k, d->area);
}

static void
end(struct screen *s)
{
	struct detail *d = (struct detail *)s;

	pager_fini(&d->pager);
	free(d);
}

static void
next(void *screen)
{
	struct detail *d = screen;
	size_t at = find_index(found(d), d->number + 1);

	if (at < find_count(found(d)))
		show(d, find_number(found(d), at));
	else
		app_note(d->screen.app, STYLE_DIM, "this is the last one");
}

static void
previous(void *screen)
{
	struct detail *d = screen;
	size_t at = find_index(found(d), d->number);

	if (at)
		show(d, find_number(found(d), at - 1));
	else
		app_note(d->screen.app, STYLE_DIM, "this is the first one");
}

/* It is shown even if the list has it not. */
static void
partner(void *screen)
{
	struct detail *d = screen;
	const struct events_look *l = &d->list->events.now;
	uint64_t other = follow_partner(l->cursor, d->number, l->snap->end);

	if (other)
		show(d, other);
	else
		app_note(d->screen.app, STYLE_WARNING, "it has no partner");
}

static void
descriptor(void *screen)
{
	struct detail *d = screen;

	follow_descriptor(&d->list->events, d->number);
}

static void
thread(void *screen)
{
	struct detail *d = screen;

	follow_thread(&d->list->events, d->number);
}

const struct action detail_actions[] = {
	{ "F1 ?", "Help", "all keys", read_help },
	{ "o", "Partner", "the other event of the call", partner },
	{ "f", "Descriptor", "all events of the same descriptor, from its beginning to its end",
	  descriptor },
	{ "h", "Thread", "all events of the same thread", thread },
	{ "Right n", "Next", "the next event of the list", next },
	{ "Left p", "Previous", "the event before", previous },
	{ "Up Down PgUp PgDn Home End", NULL, "scroll", NULL },
	{ "Esc Backspace Enter", "Close", "back to the list", app_leave },
	{ "F10 q", "Quit", "leave the explorer", app_quit },
};
const size_t n_detail_actions = ARRAY_LEN(detail_actions);

static const struct screen_ops ops = {
	.name = "Keys",
	.actions = detail_actions,
	.n_actions = ARRAY_LEN(detail_actions),
	.draw = draw,
	.key = key,
	.free = end,
	.is_overlay = true,
};

void
detail_open(struct events_screen *list, size_t at,
	    void (*select)(struct events_screen *list, size_t at))
{
	struct detail *d;

	if (at >= find_count(list->events.now.find))
		return;
	d = xzalloc(sizeof(*d));
	d->screen.ops = &ops;
	d->list = list;
	d->select = select;
	app_push(list->screen.app, &d->screen);
	show(d, find_number(list->events.now.find, at));
}
