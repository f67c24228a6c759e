/* What calls that failed were for, by row: as it was given, once each, and no more of it than
 * there is room for. */
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/store/chunk.h"
#include "engine/store/aside.h"
#include "tests/lib/check.h"

/* An event with a result, then TEXT. */
struct made {
	uint8_t bytes[8192];
	struct event ev;
};

static void
make(struct made *m, int64_t res, const char *text, size_t len)
{
	memcpy(m->bytes, &res, 8);
	memcpy(m->bytes + 8, text, len);
	m->ev = (struct event){ .n_params = 3, .values = m->bytes };
	m->ev.ends[0] = 8;
	m->ev.ends[1] = 8 + (uint32_t)len;
	m->ev.ends[2] = 8 + (uint32_t)len;
}

static void
add(struct aside *f, uint32_t row, const char *text)
{
	struct made m;

	make(&m, -2, text, strlen(text) + 1);
	m.ev.n_params = 2;
	aside_add(f, row, ASIDE_NAME, &m.ev);
}

/* Is TEXT what F has of ROW? NULL: nothing. */
static bool
has(const struct aside *f, uint32_t row, const char *text)
{
	struct event ev = { .n_params = 99 };
	int64_t res;

	if (!aside_get(f, row, ASIDE_NAME, &ev))
		return !text && ev.n_params == 99;
	return text && ev.n_params == 2 && event_i64(&ev, 0, &res) && res == -2 &&
	       event_bytes(&ev, 1).len == strlen(text) + 1 &&
	       !strcmp((const char *)event_bytes(&ev, 1).p, text);
}

static void
check_rows(void)
{
	struct aside *f = aside_new(), *packed;
	size_t one, bytes;

	CHECK(has(f, 0, NULL) && has(NULL, 0, NULL) && !aside_pack(f) && !aside_pack(NULL) &&
	      !aside_bytes(NULL), "none is none");
	bytes = aside_bytes(f);
	add(f, 3, "/etc/shadow");
	one = aside_bytes(f) - bytes;
	add(f, 4, "");
	bytes = aside_bytes(f);
	for (uint32_t row = 10; row < 110; row += 10)
		add(f, row, "/etc/shadow");
	CHECK(one > 20 && aside_bytes(f) - bytes == 10 * 8, "a text is kept once: %zu, %zu", one,
	      aside_bytes(f) - bytes);
	add(f, CHUNK_ROWS - 1, "/etc/shadow2");
	packed = aside_pack(f);
	for (int i = 0; i < 2; i++) {
		const struct aside *x = i ? packed : f;

		CHECK(has(x, 3, "/etc/shadow") && has(x, 4, "") && has(x, 100, "/etc/shadow") &&
		      has(x, CHUNK_ROWS - 1, "/etc/shadow2"), "each row has its own");
		CHECK(has(x, 0, NULL) && has(x, 5, NULL) && has(x, 101, NULL), "others have none");
	}
	CHECK(aside_bytes(packed) < aside_bytes(f) && aside_bytes(packed) < 300,
	      "packed it takes what it has: %zu", aside_bytes(packed));
	aside_clear(f);
	CHECK(has(f, 3, NULL) && !aside_pack(f) && has(packed, 3, "/etc/shadow"),
	      "what was cleared is empty");
	add(f, 3, "/other");
	CHECK(has(f, 3, "/other"), "and is filled anew");
	aside_free(packed);
	aside_free(f);
	aside_free(NULL);
}

/* A row may have both: what it failed to open, and what its enter event was given. */
static void
check_kinds(void)
{
	struct aside *f = aside_new();
	struct event ev = { .n_params = 0 };
	struct made m;

	add(f, 5, "/etc/shadow");
	make(&m, 1, "flags", 5);
	m.ev.id = EV_OPENAT_2_E;
	aside_add(f, 5, ASIDE_ENTER, &m.ev);
	add(f, 6, "/etc/passwd");
	CHECK(has(f, 5, "/etc/shadow") && has(f, 6, "/etc/passwd"), "names");
	CHECK(aside_get(f, 5, ASIDE_ENTER, &ev) && ev.id == EV_OPENAT_2_E &&
	      ev.type == event_type_find(EV_OPENAT_2_E) && ev.n_params == 3 &&
	      event_bytes(&ev, 1).len == 5 && !event_bytes(&ev, 2).len, "and an enter event");
	CHECK(!aside_get(f, 6, ASIDE_ENTER, &ev) && !aside_get(f, 4, ASIDE_ENTER, &ev),
	      "which others have not");
	aside_free(f);
}

static void
check_limits(void)
{
	struct aside *f = aside_new(), *packed;
	static char text[5000];
	uint32_t row = 0, n = 0;

	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	add(f, row++, text);
	CHECK(has(f, 0, NULL), "what is too long is left to its bytes");
	text[900] = '\0';
	for (; row < CHUNK_ROWS; row++) {
		memcpy(text, &row, sizeof(row));
		for (int i = 0; i < 4; i++)
			text[i] |= 0x40;
		text[4] = (char)('a' + row % 26);
		text[5] = (char)('a' + row / 26 % 26);
		text[6] = (char)('a' + row / 676 % 26);
		add(f, row, text);
	}
	CHECK(aside_bytes(f) < 2u << 20, "all rows with other texts take %zu bytes",
	      aside_bytes(f));
	packed = aside_pack(f);
	for (row = 1; row < CHUNK_ROWS; row++)
		n += !has(packed, row, NULL);
	CHECK(n > 1000 && n < 1300 && !has(packed, 1, NULL) && has(packed, CHUNK_ROWS - 1, NULL),
	      "the first ones are there: %u", n);
	aside_free(packed);
	aside_free(f);
}

int
main(void)
{
	check_rows();
	check_kinds();
	check_limits();
	return check_done();
}
