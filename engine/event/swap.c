#include "engine/event/event.h"

#include "engine/event/source.h"

/* Turn LEN bytes around. */
static void
turn(uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len / 2; i++) {
		uint8_t c = p[i];

		p[i] = p[len - 1 - i];
		p[len - 1 - i] = c;
	}
}

/* Turn the number of WIDTH bytes at AT, if it fits into LEN, and go behind it. */
static size_t
turn_at(uint8_t *p, size_t len, size_t at, size_t width)
{
	if (at + width <= len)
		turn(p + at, width);
	return at + width;
}

static void
swap_sockaddr(uint8_t *p, size_t len)
{
	if (len && p[0] == 2)
		turn_at(p, len, 1 + 4, 2);
	else if (len && p[0] == 10)
		turn_at(p, len, 1 + 16, 2);
}

static void
swap_tuple(uint8_t *p, size_t len)
{
	size_t ip = len && p[0] == 2 ? 4 : 16;

	if (len && (p[0] == 2 || p[0] == 10)) {
		turn_at(p, len, 1 + ip, 2);
		turn_at(p, len, 1 + ip + 2 + ip, 2);
	} else if (len && p[0] == 1) {
		turn_at(p, len, turn_at(p, len, 1, 8), 8);
	}
}

static void
swap_fdlist(uint8_t *p, size_t len)
{
	size_t at = turn_at(p, len, 0, 2);

	while (at + 10 <= len)
		at = turn_at(p, len, turn_at(p, len, at, 8), 2);
}

static void
swap_value(const struct param_type *param, uint8_t *p, size_t len)
{
	size_t width = param_kind_len((enum param_kind)param->kind);

	switch (param->kind) {
	case PK_SOCKADDR:
		swap_sockaddr(p, len);
		return;
	case PK_SOCKTUPLE:
		swap_tuple(p, len);
		return;
	case PK_FDLIST:
		swap_fdlist(p, len);
		return;
	case PK_IPV4ADDR:
	case PK_IPV6ADDR:
		return;
	case PK_DYN:
		for (int i = 0; len && i < param->n_alts; i++) {
			size_t n = param_kind_len((enum param_kind)param->alts[i].kind);

			if (param->alts[i].selector == p[0] && n == len - 1)
				turn(p + 1, n);
		}
		return;
	default:
		if (width == len)
			turn(p, len);
	}
}

void
event_swap(uint8_t *p, size_t len, bool has_count)
{
	size_t at = 0, width, lens;
	struct event ev;

	at = turn_at(p, len, at, 8);
	at = turn_at(p, len, at, 8);
	at = turn_at(p, len, at, 4);
	at = turn_at(p, len, at, 2);
	if (has_count)
		at = turn_at(p, len, at, 4);
	if (at > len)
		return;
	lens = at;
	memcpy(&ev.id, p + 20, 2);
	ev.type = event_type_find(ev.id);
	if (!ev.type)
		return;
	width = ev.type->flags & EF_LARGE ? 4 : 2;
	/* All that may be a length must be turned before the count can be
	 * guessed; turn one more until the event makes sense. */
	if (has_count) {
		uint32_t n;

		memcpy(&n, p + 22, 4);
		for (uint32_t i = 0; i < n && at + width <= len; i++)
			at = turn_at(p, len, at, width);
		if (event_decode(&ev, p, len, true, NULL) < 0)
			return;
	} else {
		int n;

		for (n = 0; n <= ev.type->n_params; n++) {
			if (!event_decode(&ev, p, len, false, NULL) && ev.n_params == (uint32_t)n)
				break;
			at = turn_at(p, len, at, width);
		}
		if (n > ev.type->n_params)
			return;
	}
	(void)lens;
	for (uint32_t i = 0; i < ev.n_params && i < ev.type->n_params; i++) {
		struct span s = event_bytes(&ev, i);

		swap_value(&ev.type->params[i], (uint8_t *)(uintptr_t)s.p, s.len);
	}
}
