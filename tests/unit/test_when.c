/* Points in time, as somebody writes them. */
#include "engine/base/mem.h"
#include "tests/lib/check.h"
#include "ui/cli/when.h"

#define S 1000000000ull
#define DAY (86400 * S)
#define FIRST (20454 * DAY + 36000 * S)	/* 2026-01-01 10:00 UTC */
#define LAST (FIRST + 300 * S)

/* Two hours east, and three from 10:01 UTC on. */
static int32_t
offset(int64_t epoch_s)
{
	return epoch_s < (int64_t)(FIRST / S) + 60 ? 7200 : 10800;
}

static const struct {
	const char *text;
	uint64_t utc, local;		/* ns; 0: it is no time */
} times[] = {
	{ "10:02:05.25", FIRST + 125 * S + S / 4, FIRST - 7200 * S + 125 * S + S / 4 },
	{ "10:02", FIRST + 120 * S, FIRST - 7200 * S + 120 * S },
	{ "12:00:30", FIRST + 7230 * S, FIRST + 30 * S },
	{ "13:02", FIRST + 10920 * S, FIRST + 120 * S },
	{ "9:59", FIRST - 60 * S, FIRST - 7260 * S },
	{ "2026-01-01 10:02", FIRST + 120 * S, FIRST - 7200 * S + 120 * S },
	{ "2026-01-01T10:02:00.5", FIRST + 120 * S + S / 2, FIRST - 7080 * S + S / 2 },
	{ "2026-01-01", FIRST - 36000 * S, FIRST - 43200 * S },
	{ "2024-02-29 00:00", 19782 * DAY, 19782 * DAY - 7200 * S },
	{ "2026-12-31", 20818 * DAY, 20818 * DAY - 10800 * S },
	{ "2024-03-01 00:00", 19783 * DAY, 19783 * DAY - 7200 * S },
	{ "1970-01-01 00:00:01", S, 0 },
	{ "+3s", FIRST + 3 * S, FIRST + 3 * S },
	{ "+3", FIRST + 3 * S, FIRST + 3 * S },
	{ "+1.5m", FIRST + 90 * S, FIRST + 90 * S },
	{ "+250ms", FIRST + S / 4, FIRST + S / 4 },
	{ "+7us", FIRST + 7000, FIRST + 7000 },
	{ "+7ns", FIRST + 7, FIRST + 7 },
	{ "+1h", FIRST + 3600 * S, FIRST + 3600 * S },
	{ "-2m", LAST - 120 * S, LAST - 120 * S },
	{ "-2d", LAST - 2 * DAY, LAST - 2 * DAY },
};

static const char *const wrong[] = {
	"", "x", "10", "10:", "24:00", "10:60", "10:02:61", "10:02:05.", "10:02:05x", "10:02 ",
	"+", "-", "+s", "+3x", "+3e3", "+0x10", "+3 s", "+-3s", "+.5s", "+nan", "+inf",
	"+99999999999999999999s", "#", "#0", "#-1", "#x", "#12 ", "#9999999999999999999",
	"2026-13-01", "2026-00-01", "2026-01-32", "2026-02-29", "2026-04-31", "26-01-01",
	"1969-12-31", "9999-01-01", "2026-01-01 ", "2026-01-01 10", "123:10",
};

int
main(void)
{
	struct when w;

	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		bool is_time = when_read(times[i].text, &w);
		uint64_t utc = is_time ? when_time(&w, FIRST, LAST, NULL) : 0;

		CHECK(utc == times[i].utc, "%s: %llu", times[i].text, (unsigned long long)utc);
		if (is_time && times[i].local)
			CHECK(when_time(&w, FIRST, LAST, offset) == times[i].local, "  local: %lld",
			      (long long)(when_time(&w, FIRST, LAST, offset) - times[i].local));
	}
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		CHECK(!when_read(wrong[i], &w), "no time: %s", wrong[i]);
	CHECK(when_read("#12345", &w) && w.kind == WHEN_EVENT && w.value == 12345, "an event");
	/* Over midnight: the next day's hour, when it is in the capture. */
	CHECK(when_read("00:01", &w), "a time of day");
	CHECK(when_time(&w, FIRST + 50340 * S, FIRST + 50600 * S, NULL) == FIRST + 50460 * S,
	      "behind midnight");
	return check_done();
}
