#include "engine/field/clock.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"

#define HOUR_NS (3600ull * CLOCK_NS)
#define MINUTE_NS (60ull * CLOCK_NS)
#define QUANTA 80			/* columns of clock_quantum(), */
#define QUANTA_LOG 11.0			/* the last one is 10^11 ns */
#define DAY_S 86400
#define SLOT_S 900			/* zones change at quarters of an hour only */
#define FRACTION_LEN 9

static void
put_digits(char *to, uint64_t v, unsigned n)
{
	while (n--) {
		to[n] = (char)('0' + v % 10);
		v /= 10;
	}
}

/* The date of DAY (0: 1970-01-01) in the Gregorian calendar: years start in
 * March here, so that the leap day is the last of its year. */
static void
date_of_day(int64_t day, unsigned *year, unsigned *month, unsigned *mday)
{
	int64_t from_0 = day + 719468;	/* 0000-03-01 is day -719468 */
	unsigned era_day = (unsigned)(from_0 % 146097);
	unsigned era_year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
	unsigned year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
	unsigned m = (5 * year_day + 2) / 153;

	*mday = year_day - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = (unsigned)(from_0 / 146097) * 400 + era_year + (*month <= 2);
}

static void
split(int64_t local_s, char *date, char *time)
{
	unsigned year, month, mday;
	unsigned in_day;

	if (local_s < 0)		/* a zone west of Greenwich, on day 0 */
		local_s = 0;
	in_day = (unsigned)(local_s % DAY_S);
	date_of_day(local_s / DAY_S, &year, &month, &mday);
	memcpy(date, "0000-00-00 ", 11);
	put_digits(date, year, 4);
	put_digits(date + 5, month, 2);
	put_digits(date + 8, mday, 2);
	memcpy(time, "00:00:00.", 9);
	put_digits(time, in_day / 3600, 2);
	put_digits(time + 3, in_day / 60 % 60, 2);
	put_digits(time + 6, in_day % 60, 2);
}

static void
refresh(struct clock *c, uint64_t second)
{
	int64_t slot = (int64_t)(second / SLOT_S);

	if (c->offset && slot != c->slot) {
		c->offset_s = c->offset((int64_t)second);
		c->slot = slot;
	}
	split((int64_t)second + c->offset_s, c->date, c->time);
	c->second = second;
}

void
clock_init(struct clock *c, clock_offset_fn *offset)
{
	*c = (struct clock){ .offset = offset, .slot = -1 };
	refresh(c, 0);
}

/* Write the nine digits of V, less than 10^9. */
static void
put_fraction(char *to, uint32_t v)
{
	uint32_t high = v / 100000, low = v % 100000;

	put_digits(to, high, 4);
	put_digits(to + 4, low, 5);
}

void
clock_time(struct clock *c, uint64_t ns, struct text *t)
{
	uint64_t second = ns / CLOCK_NS;
	char *to = text_room(t, sizeof(c->time) + FRACTION_LEN);

	if (second != c->second)
		refresh(c, second);
	memcpy(to, c->time, sizeof(c->time));
	put_fraction(to + sizeof(c->time), (uint32_t)(ns - second * CLOCK_NS));
	t->len += sizeof(c->time) + FRACTION_LEN;
}

void
clock_time_s(struct clock *c, uint64_t ns, struct text *t)
{
	if (ns / CLOCK_NS != c->second)
		refresh(c, ns / CLOCK_NS);
	text_bytes(t, c->time, sizeof(c->time) - 1);
}

void
clock_datetime(struct clock *c, uint64_t ns, struct text *t)
{
	if (ns / CLOCK_NS != c->second)
		refresh(c, ns / CLOCK_NS);
	text_bytes(t, c->date, sizeof(c->date));
	clock_time(c, ns, t);
}

void
clock_datetime_s(struct clock *c, uint64_t ns, struct text *t)
{
	if (ns / CLOCK_NS != c->second)
		refresh(c, ns / CLOCK_NS);
	text_bytes(t, c->date, sizeof(c->date));
	clock_time_s(c, ns, t);
}

void
clock_zone(struct clock *c, uint64_t ns, struct text *t)
{
	int32_t minutes;

	refresh(c, ns / CLOCK_NS);
	minutes = c->offset_s / 60;
	if (minutes)
		text_fmt(t, "%c%02d:%02d", minutes < 0 ? '-' : '+', abs(minutes) / 60,
			 abs(minutes) % 60);
	else
		text_str(t, "UTC");
}

bool
clock_is_same_day(struct clock *c, uint64_t a_ns, uint64_t b_ns)
{
	char date[sizeof(c->date)];

	refresh(c, a_ns / CLOCK_NS);
	memcpy(date, c->date, sizeof(date));
	refresh(c, b_ns / CLOCK_NS);
	return !memcmp(date, c->date, sizeof(date));
}

void
clock_iso8601(uint64_t ns, struct text *t)
{
	char date[11], time[9];

	split((int64_t)(ns / CLOCK_NS), date, time);
	text_bytes(t, date, 10);
	text_char(t, 'T');
	text_bytes(t, time, sizeof(time));
	text_dec_padded(t, ns % CLOCK_NS, FRACTION_LEN);
	text_str(t, "+0000");
}

void
clock_span(uint64_t ns, struct text *t)
{
	text_u64(t, ns / CLOCK_NS);
	text_char(t, '.');
	text_dec_padded(t, ns % CLOCK_NS, FRACTION_LEN);
}

void
clock_human(uint64_t ns, struct text *t)
{
	static const struct {
		uint64_t ns;
		const char *name;
	} units[] = { { CLOCK_NS, "s" }, { 1000000, "ms" }, { 1000, "us" } };

	if (ns >= HOUR_NS) {
		text_fmt(t, "%02llu:%02llu:%02llu", (unsigned long long)(ns / HOUR_NS),
			 (unsigned long long)(ns / MINUTE_NS % 60),
			 (unsigned long long)(ns / CLOCK_NS % 60));
		return;
	}
	if (ns >= MINUTE_NS) {
		text_fmt(t, "%llu:%llu", (unsigned long long)(ns / MINUTE_NS),
			 (unsigned long long)(ns / CLOCK_NS % 60));
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (ns < units[i].ns)
			continue;
		text_u64(t, ns / units[i].ns);
		if (i == 0 || ns < 10 * units[i].ns) {
			text_char(t, '.');
			text_dec_padded(t, ns % units[i].ns / (units[i].ns / 100), 2);
		}
		text_str(t, units[i].name);
		return;
	}
	text_u64(t, ns);
	text_str(t, "ns");
}

uint64_t
clock_quantum(uint64_t ns)
{
	double log = log10((double)ns);

	return (uint64_t)((log < QUANTA_LOG ? log : QUANTA_LOG) * QUANTA / QUANTA_LOG) + 1;
}
