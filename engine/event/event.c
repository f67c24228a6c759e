#include "engine/event/event.h"

#include <errno.h>

#include "engine/base/err.h"
#include "engine/event/layout.h"

_Static_assert(PK_COUNT <= 64, "EVENT_RESULT_KINDS has a bit for each");

/* Check the lengths of N parameters at LENS against ROOM bytes of values and
 * note where the values end. */
static int
take_lengths(struct event *ev, const uint8_t *lens, uint32_t n, size_t room,
	     struct err *err)
{
	bool large = ev->type->flags & EF_LARGE;
	uint64_t end = 0;

	for (uint32_t i = 0; i < n; i++) {
		end += layout_length(lens, i, large, false);
		if (end > room)
			return err_set(err, -EBADMSG, "parameter %u of event type %u ends "
				       "%llu bytes behind the event", i, ev->id,
				       (unsigned long long)(end - room));
		if (i < EVENT_PARAMS_MAX)
			ev->ends[i] = (uint32_t)end;
	}
	ev->n_params = n < EVENT_PARAMS_MAX ? n : EVENT_PARAMS_MAX;
	return 0;
}

/* The same for what nearly all events have: few parameters, short lengths. False
 * when they do not fit. */
static bool
take_short_lengths(struct event *ev, const uint8_t *lens, uint32_t n, size_t room)
{
	uint32_t end = 0;

	for (uint32_t i = 0; i < n; i++) {
		end += layout_length(lens, i, false, false);
		ev->ends[i] = end;
	}
	ev->n_params = n;
	return end <= room;
}

int
event_decode(struct event *ev, const uint8_t *p, size_t len, bool has_count,
	     struct err *err)
{
	size_t header_len = EVENT_HEADER_LEN + (has_count ? EVENT_COUNT_LEN : 0);
	const uint8_t *lens;
	uint32_t event_len, n = 0;
	size_t room;
	bool large;

	if (len < header_len)
		return err_set(err, -EBADMSG, "event of %zu bytes is shorter than its header",
			       len);
	memcpy(&ev->ts_ns, p, 8);
	memcpy(&ev->tid, p + 8, 8);
	memcpy(&event_len, p + EVENT_LEN_AT, sizeof(event_len));
	memcpy(&ev->id, p + EVENT_ID_AT, sizeof(ev->id));
	if (has_count)
		memcpy(&n, p + EVENT_COUNT_AT, sizeof(n));
	ev->type = event_type_find(ev->id);
	ev->n_params = 0;
	event_len = layout_event_len(ev->id, event_len, has_count);
	if (event_len < header_len || event_len > len)
		return err_set(err, -EBADMSG, "event of type %u says it is %u bytes long, "
			       "%zu are there", ev->id, event_len, len);
	if (!ev->type)
		return 0;
	lens = p + header_len;
	room = event_len - header_len;
	large = ev->type->flags & EF_LARGE;
	if (!has_count) {
		int guess = layout_guess_count(ev->type, lens, room, false);

		if (guess < 0)
			return err_set(err, -EBADMSG, "event of type %u has parameters that "
				       "do not fill its %u bytes", ev->id, event_len);
		n = (uint32_t)guess;
	}
	if ((uint64_t)n * layout_width(large) > room)
		return err_set(err, -EBADMSG, "event of type %u has no room for its %u "
			       "parameters", ev->id, n);
	ev->values = lens + n * layout_width(large);
	room -= n * layout_width(large);
	if (!large && n <= EVENT_PARAMS_MAX && take_short_lengths(ev, lens, n, room))
		return 0;
	return take_lengths(ev, lens, n, room, err);
}

struct span
event_text_of(struct span s)
{
	const uint8_t *nul = s.len ? memchr(s.p, '\0', s.len) : NULL;

	if (nul)
		s.len = (size_t)(nul - s.p);
	if (s.len == 6 && !memcmp(s.p, "(NULL)", 6))
		s.len = 0;
	return s;
}

struct span
event_text(const struct event *ev, unsigned i)
{
	return event_text_of(event_bytes(ev, i));
}
