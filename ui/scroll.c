#include "ui/scroll.h"

#include "ui/key.h"

void
scroll_fit(struct scroll *s, size_t n, unsigned page)
{
	s->n = n;
	page = page ? page : 1;
	if (s->at >= n)
		s->at = n ? n - 1 : 0;
	if (s->top > s->at)
		s->top = s->at;
	if (s->at - s->top >= page)
		s->top = s->at - page + 1;
	/* No empty lines below the last one. */
	if (s->top + page > n)
		s->top = n > page ? n - page : 0;
}

void
scroll_to(struct scroll *s, size_t at, unsigned page)
{
	s->at = at;
	scroll_fit(s, s->n, page);
}

static void
up(struct scroll *s, size_t by, unsigned page)
{
	scroll_to(s, s->at > by ? s->at - by : 0, page);
}

static void
down(struct scroll *s, size_t by, unsigned page)
{
	scroll_to(s, s->n - s->at > by ? s->at + by : s->n, page);
}

bool
scroll_key(struct scroll *s, const struct key *k, unsigned page)
{
	size_t leap = page > 1 ? page - 1 : 1;

	if (k->modifiers)
		return false;
	switch (k->code) {
	case K_UP:
		up(s, 1, page);
		return true;
	case K_DOWN:
		down(s, 1, page);
		return true;
	case K_PAGE_UP:
		up(s, leap, page);
		return true;
	case K_PAGE_DOWN:
		down(s, leap, page);
		return true;
	case K_HOME:
		scroll_to(s, 0, page);
		return true;
	case K_END:
		scroll_to(s, s->n, page);
		return true;
	case K_MOUSE:
		if (k->mouse == MOUSE_WHEEL_UP)
			up(s, SCROLL_WHEEL, page);
		else if (k->mouse == MOUSE_WHEEL_DOWN)
			down(s, SCROLL_WHEEL, page);
		return k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN;
	}
	return false;
}
