#include "engine/event/event.h"

#include <errno.h>

#include "engine/base/err.h"

#define HEADER_LEN 22			/* ts 8, tid 8, len 4, type 2 */
#define COUNT_LEN 4

/* Event lengths of these types are too big by this much in captures that have
 * no parameter count (scap-format, 9.1). */
#define OLD_LEN_SURPLUS 3

static uint32_t
length_at(const uint8_t *lens, bool large, size_t i)
{
	uint16_t narrow;
	uint32_t wide;

	if (large) {
		memcpy(&wide, lens + 4 * i, 4);
		return wide;
	}
	memcpy(&narrow, lens + 2 * i, 2);
	return narrow;
}

/* Guess how many parameters an event without a count has: the largest number
 * for which lengths and values fill the event exactly. -1: none does. */
static int
guess_count(const struct event_type *type, const uint8_t *lens, size_t room, bool large)
{
	size_t width = large ? 4 : 2;

	for (int n = type->n_params; n >= 0; n--) {
		uint64_t sum = (uint64_t)n * width;

		if (sum > room)
			continue;
		for (int i = 0; i < n; i++)
			sum += length_at(lens, large, (size_t)i);
		if (sum == room)
			return n;
	}
	return -1;
}

/* Check the lengths of N parameters at LENS against ROOM bytes of values and
 * note where the values end. */
static int
take_lengths(struct event *ev, const uint8_t *lens, uint32_t n, size_t room, struct err *err)
{
	bool large = ev->type->flags & EF_LARGE;
	uint64_t end = 0;

	for (uint32_t i = 0; i < n; i++) {
		end += length_at(lens, large, i);
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

int
event_decode(struct event *ev, const uint8_t *p, size_t len, bool has_count,
	     struct err *err)
{
	size_t header_len = HEADER_LEN + (has_count ? COUNT_LEN : 0);
	const uint8_t *lens = p + header_len;
	uint32_t event_len, n = 0;
	size_t room;
	bool large;

	if (len < header_len)
		return err_set(err, -EBADMSG, "event of %zu bytes is shorter than its header",
			       len);
	memcpy(&ev->ts_ns, p, 8);
	memcpy(&ev->tid, p + 8, 8);
	memcpy(&event_len, p + 16, 4);
	memcpy(&ev->id, p + 20, 2);
	if (has_count)
		memcpy(&n, p + HEADER_LEN, COUNT_LEN);
	ev->type = event_type_find(ev->id);
	ev->n_params = 0;
	if (!has_count && event_len >= OLD_LEN_SURPLUS &&
	    (ev->id == EV_NOTIFICATION_E || ev->id == EV_INFRASTRUCTURE_EVENT_E))
		event_len -= OLD_LEN_SURPLUS;
	if (event_len < header_len || event_len > len)
		return err_set(err, -EBADMSG, "event of type %u says it is %u bytes long, "
			       "%zu are there", ev->id, event_len, len);
	if (!ev->type)
		return 0;
	room = event_len - header_len;
	large = ev->type->flags & EF_LARGE;
	if (!has_count) {
		int guess = guess_count(ev->type, lens, room, large);

		if (guess < 0)
			return err_set(err, -EBADMSG, "event of type %u has parameters that "
				       "do not fill its %u bytes", ev->id, event_len);
		n = (uint32_t)guess;
	}
	if ((uint64_t)n * (large ? 4 : 2) > room)
		return err_set(err, -EBADMSG, "event of type %u has no room for its %u "
			       "parameters", ev->id, n);
	ev->values = lens + (size_t)n * (large ? 4 : 2);
	return take_lengths(ev, lens, n, room - (size_t)n * (large ? 4 : 2), err);
}

struct span
event_text(const struct event *ev, unsigned i)
{
	struct span s = event_bytes(ev, i);
	const uint8_t *nul = s.len ? memchr(s.p, '\0', s.len) : NULL;

	if (nul)
		s.len = (size_t)(nul - s.p);
	if (s.len == 6 && !memcmp(s.p, "(NULL)", 6))
		s.len = 0;
	return s;
}

bool
event_result(const struct event *ev, int64_t *res)
{
	uint8_t kind;

	if (!ev->type || !event_id_is_exit(ev->id) || !ev->type->n_params)
		return false;
	kind = ev->type->params[0].kind;
	if (kind != PK_ERRNO && kind != PK_FD && kind != PK_PID)
		return false;
	return event_i64(ev, 0, res);
}
