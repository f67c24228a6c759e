#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "tests/lib/check.h"

#define VALUE_MAX 60
#define ROUNDS 40

static uint64_t seed = 20240611;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static void
put(uint8_t **at, uint64_t v, size_t width)
{
	memcpy(*at, &v, width);
	*at += width;
}

/* The first byte of a value decides how the rest is read: try them all. */
static void
draw_value(uint8_t *p, size_t len)
{
	static const uint8_t firsts[] = { 0, 1, 2, 3, 4, 10 };

	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)draw(256);
	if (len)
		p[0] = firsts[draw(ARRAY_LEN(firsts))];
}

/* An event of type ID with random values in this machine's order: its length. */
static size_t
draw_event(uint8_t *p, uint16_t id, uint32_t n, bool has_count)
{
	const struct event_type *type = &event_types[id];
	size_t width = type->flags & EF_LARGE ? 4 : 2;
	uint8_t *at = p + 20, *lens, *len_at;
	uint32_t len;

	memset(p, 0x5a, 16);
	put(&at, id, 2);
	if (has_count)
		put(&at, n, 4);
	lens = at;
	at += n * width;
	for (uint32_t i = 0; i < n; i++) {
		size_t fixed = param_kind_len((enum param_kind)type->params[i].kind);

		len = draw(4) ? (uint32_t)fixed : 0;
		if (!fixed)
			len = draw(VALUE_MAX);
		draw_value(at, len);
		put(&lens, len, width);
		at += len;
	}
	len = (uint32_t)(at - p);
	len_at = p + 16;
	put(&len_at, has_count || (id != EV_NOTIFICATION_E && id != EV_INFRASTRUCTURE_EVENT_E)
	    ? len : len + 3, 4);
	return len;
}

/* Turned twice an event is what it was, and once it is something else. */
static void
twice_is_nothing(uint16_t id, bool has_count)
{
	uint8_t was[8192], p[8192];
	bool same = true, turned = true;

	for (int round = 0; round < ROUNDS; round++) {
		uint32_t n = event_types[id].n_params;
		size_t len;

		if (has_count)
			n = draw(n + 1);
		len = draw_event(was, id, n, has_count);
		memcpy(p, was, len);
		event_swap(p, len, has_count);
		turned &= memcmp(p + 16, was + 16, 4) != 0;
		event_swap(p, len, has_count);
		same &= !memcmp(p, was, len);
	}
	CHECK(same && turned, "type %u, %s count", id, has_count ? "with" : "without");
}

/* openat's exit as a big-endian machine writes it, in both encodings. */
static void
numbers_come_out_right(void)
{
	static const uint8_t header[] = {
		0x16, 0x5c, 0x1e, 0x0b, 0x01, 0x02, 0x03, 0x04,	0, 0, 0, 0, 0, 0, 0x12, 0x34,
	};
	static const uint8_t rest[] = {
		0, 8, 0, 3, 0, 4, 0, 4,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 'h', 'i', 0,
		0, 0, 0, 1, 0, 0, 1, 0xa4,
	};

	for (int has_count = 0; has_count < 2; has_count++) {
		uint8_t p[64] = { 0 };
		size_t len = 16, id_at;
		struct event ev;
		int64_t fd = 0;
		uint32_t mode = 0;

		memcpy(p, header, 16);
		p[19] = (uint8_t)(22 + (has_count ? 4 : 0) + sizeof(rest));
		id_at = len + 4;
		p[id_at + 1] = EV_OPEN_X;
		if (has_count)
			p[id_at + 5] = 4;
		len = id_at + 2 + (has_count ? 4 : 0);
		memcpy(p + len, rest, sizeof(rest));
		len += sizeof(rest);
		event_swap(p, len, has_count);
		if (!CHECK(!event_decode(&ev, p, len, has_count, NULL), "decodes"))
			continue;
		CHECK(ev.ts_ns == 0x165c1e0b01020304u && ev.tid == 0x1234, "time and tid");
		CHECK(ev.id == EV_OPEN_X && ev.n_params == 4, "type and parameters");
		CHECK(event_i64(&ev, 0, &fd) && fd == -2, "descriptor");
		CHECK(event_text(&ev, 1).len == 2, "name");
		CHECK(event_u32(&ev, 3, &mode) && mode == 0644, "mode");
	}
}

/* Of two counts that fill an old event the larger one is right: here the value
 * of the first parameter also reads as lengths. */
static void
largest_count_wins(void)
{
	/* read's exit: res, data; lengths 8 and 2, and "8 bytes" alone as well. */
	uint8_t p[64] = { 0 }, *at = p + 20;
	struct event ev;

	put(&at, EV_READ_X, 2);
	put(&at, 8, 2);
	put(&at, 2, 2);
	put(&at, 0x1122334455667788u, 8);
	put(&at, 0x4241, 2);
	p[16] = (uint8_t)(at - p);
	event_swap(p, (size_t)(at - p), false);
	CHECK(p[22] == 0 && p[23] == 8 && p[24] == 0 && p[25] == 2, "both lengths turned");
	CHECK(p[26] == 0x11 && p[33] == 0x88, "the number turned");
	event_swap(p, (size_t)(at - p), false);
	CHECK(!event_decode(&ev, p, (size_t)(at - p), false, NULL) && ev.n_params == 2 &&
	      ev.ends[1] == 10, "and back");
}

/* Whatever the bytes are, nothing outside of them is touched; the sanitizer
 * watches, since each length has its own allocation. */
static void
any_bytes_do_no_harm(void)
{
	size_t n_decoded = 0;

	for (int round = 0; round < 200000; round++) {
		size_t len = draw(120);
		uint8_t *p = malloc(len ? len : 1);
		bool has_count = draw(2);
		struct event ev;

		for (size_t i = 0; i < len; i++)
			p[i] = (uint8_t)(draw(3) ? 0 : draw(64));
		if (len > 24 && draw(2)) {
			p[16] = p[17] = p[18] = 0;
			p[19] = (uint8_t)len;
		}
		event_swap(p, len, has_count);
		if (!event_decode(&ev, p, len, has_count, NULL))
			n_decoded++;
		free(p);
	}
	CHECK(n_decoded > 100, "any bytes: %zu of them were events", n_decoded);
}

int
main(void)
{
	printf("# seed %llu\n", (unsigned long long)seed);
	for (uint16_t id = 0; id < EVENT_TYPES; id++) {
		twice_is_nothing(id, true);
		twice_is_nothing(id, false);
	}
	numbers_come_out_right();
	largest_count_wins();
	any_bytes_do_no_harm();
	return check_done();
}
