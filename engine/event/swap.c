#include "engine/event/event.h"

#include "engine/event/layout.h"

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

/* The bytes are an event in the order that SWAP says: its id is known and its
 * length fits into LEN. */
static bool
is_event(const uint8_t *p, size_t len, size_t header_len, bool has_count, bool swap)
{
	uint16_t id = layout_u16(p + EVENT_ID_AT, swap);
	uint32_t event_len = layout_event_len(id, layout_u32(p + EVENT_LEN_AT, swap),
					      has_count);

	return event_type_find(id) && event_len >= header_len && event_len <= len;
}

/* Turn the lengths at LENS and the values behind them, all within ROOM bytes;
 * SWAP says which order they are in. */
static void
swap_params(const struct event_type *type, uint8_t *lens, size_t room, uint32_t n,
	    bool swap)
{
	bool large = type->flags & EF_LARGE;
	size_t width = layout_width(large);
	size_t at = (size_t)n * width;

	for (uint32_t i = 0; i < n; i++) {
		size_t len = layout_length(lens, i, large, swap);

		turn(lens + i * width, width);
		if (at > room || len > room - at)
			at = SIZE_MAX;
		else if (i < type->n_params)
			swap_value(&type->params[i], lens + at, len);
		if (at != SIZE_MAX)
			at += len;
	}
}

void
event_swap(uint8_t *p, size_t len, bool has_count)
{
	size_t header_len = EVENT_HEADER_LEN + (has_count ? EVENT_COUNT_LEN : 0);

	if (len >= header_len) {
		/* What is in our order already shall get into the other one. */
		bool swap = is_event(p, len, header_len, has_count, true) ||
			!is_event(p, len, header_len, has_count, false);
		uint16_t id = layout_u16(p + EVENT_ID_AT, swap);
		uint32_t event_len = layout_event_len(id, layout_u32(p + EVENT_LEN_AT, swap),
						      has_count);
		const struct event_type *type = event_type_find(id);
		size_t room = event_len < len ? event_len : len;
		int64_t n = -1;

		room = room < header_len ? 0 : room - header_len;
		if (type)
			n = has_count ? (int64_t)layout_u32(p + EVENT_COUNT_AT, swap) :
				layout_guess_count(type, p + header_len, room, swap);
		if (n > 0 && (size_t)n <= room / layout_width(type->flags & EF_LARGE))
			swap_params(type, p + header_len, room, (uint32_t)n, swap);
	}
	len = len < header_len ? len : header_len;
	for (size_t i = 0, at = 0; i < 5; i++) {
		static const size_t widths[5] = { 8, 8, 4, 2, EVENT_COUNT_LEN };

		at = turn_at(p, len, at, widths[i]);
	}
}
