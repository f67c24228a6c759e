#include "ui/cli/when.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

#define SECOND_NS 1000000000u
#define DAY_S 86400
#define LEAPS_TO_1970 477		/* leap years before it */

/* Take a whole number below LIMIT of one or two digits (YEAR: of four). */
static bool
take_number(const char **s, unsigned digits, unsigned limit, unsigned *out)
{
	unsigned n = 0, v = 0;

	while (n < digits && isdigit((unsigned char)**s)) {
		v = v * 10 + (unsigned)(*(*s)++ - '0');
		n++;
	}
	*out = v;
	return n > 0 && (digits < 4 || n == digits) && v < limit;
}

static bool
take_char(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* Take ".25" as 250000000; digits behind the ninth do not count. */
static bool
take_fraction(const char **s, uint64_t *ns)
{
	uint64_t scale = SECOND_NS / 10;

	*ns = 0;
	if (!take_char(s, '.'))
		return true;
	if (!isdigit((unsigned char)**s))
		return false;
	for (; isdigit((unsigned char)**s); (*s)++) {
		*ns += (uint64_t)(**s - '0') * scale;
		scale /= 10;
	}
	return true;
}

/* Take "10:02", "10:02:05" or "10:02:05.25". */
static bool
take_clock(const char **s, uint64_t *ns)
{
	unsigned hour, minute, second = 0;
	uint64_t fraction = 0;

	if (!take_number(s, 2, 24, &hour) || !take_char(s, ':') ||
	    !take_number(s, 2, 60, &minute))
		return false;
	if (take_char(s, ':') &&
	    (!take_number(s, 2, 61, &second) || !take_fraction(s, &fraction)))
		return false;
	*ns = ((uint64_t)hour * 3600 + minute * 60 + second) * SECOND_NS + fraction;
	return true;
}

/* Days from 1970 to the first day of a month of the Gregorian calendar, from 1970 on. */
static uint64_t
days_before(unsigned year, unsigned month)
{
	static const unsigned before[] = {
		0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365,
	};
	unsigned y = year - 1, leaps = y / 4 - y / 100 + y / 400 - LEAPS_TO_1970;
	bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return (uint64_t)(year - 1970) * 365 + leaps + before[month - 1] +
	       (is_leap && month > 2);
}

/* Take "2026-01-01 10:02:05" or "2026-01-01T10:02". */
static bool
take_date(const char **s, uint64_t *ns)
{
	unsigned year, month, day;
	uint64_t of_day = 0;

	if (!take_number(s, 4, 2500, &year) || year < 1970 || !take_char(s, '-') ||
	    !take_number(s, 2, 13, &month) || !month || !take_char(s, '-') ||
	    !take_number(s, 2, 32, &day) || !day ||
	    days_before(year, month) + day > days_before(year, month + 1))
		return false;
	if ((take_char(s, ' ') || take_char(s, 'T')) && !take_clock(s, &of_day))
		return false;
	*ns = (days_before(year, month) + day - 1) * DAY_S * SECOND_NS + of_day;
	return true;
}

/* Take "3s", "1.5m" or "250ms"; seconds where no unit stands. */
static bool
take_span(const char **s, uint64_t *ns)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {
		{ "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 }, { "m", 60e9 },
		{ "h", 3600e9 }, { "d", 86400e9 }, { "", 1e9 },
	};
	char *end;
	double v;

	if (!isdigit((unsigned char)**s) || strspn(*s, "0123456789.") > 20)
		return false;
	v = strtod(*s, &end);
	if (strcspn(*s, "eExXpP") < (size_t)(end - *s))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (strcmp(end, units[i].name) != 0)
			continue;
		*s = end + strlen(end);
		v = round(v * units[i].ns);
		*ns = v < 9e18 ? (uint64_t)v : 0;
		return v < 9e18;
	}
	return false;
}

static bool
take_event(const char **s, uint64_t *n)
{
	char *end;

	if (!isdigit((unsigned char)**s) || strlen(*s) > 18)
		return false;
	*n = strtoull(*s, &end, 10);
	*s = end;
	return *n > 0;
}

bool
when_read(const char *text, struct when *out)
{
	static const struct {
		char mark;
		enum when_kind kind;
		bool (*take)(const char **s, uint64_t *value);
	} forms[] = {
		{ '+', WHEN_BEHIND_FIRST, take_span }, { '-', WHEN_BEFORE_LAST, take_span },
		{ '#', WHEN_EVENT, take_event }, { '\0', WHEN_DATE, take_date },
		{ '\0', WHEN_OF_DAY, take_clock },
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		const char *s = text;
		uint64_t value;

		if (forms[i].mark && !take_char(&s, forms[i].mark))
			continue;
		if (!forms[i].take(&s, &value) || *s)
			continue;
		*out = (struct when){ forms[i].kind, value };
		return true;
	}
	return false;
}

/* The local time of LOCAL_NS, which an offset asked near it makes UTC. */
static uint64_t
from_local(uint64_t local_ns, int32_t (*utc_offset)(int64_t epoch_s))
{
	int64_t guess_s = (int64_t)(local_ns / SECOND_NS);
	int64_t offset_s = utc_offset ? utc_offset(guess_s) : 0;

	offset_s = utc_offset ? utc_offset(guess_s - offset_s) : 0;
	if (offset_s > guess_s)
		return 0;
	return local_ns - (uint64_t)offset_s * SECOND_NS;
}

static uint64_t
time_of_day(uint64_t of_day, uint64_t first_ns, uint64_t last_ns,
	    int32_t (*utc_offset)(int64_t epoch_s))
{
	int64_t first_s = (int64_t)(first_ns / SECOND_NS);
	int64_t local_s = first_s + (utc_offset ? utc_offset(first_s) : 0);
	uint64_t midnight, t, on_first;

	if (local_s < 0)
		local_s = 0;
	midnight = (uint64_t)(local_s - local_s % DAY_S) * SECOND_NS;
	on_first = t = from_local(midnight + of_day, utc_offset);
	if (t < first_ns)
		t = from_local(midnight + (uint64_t)DAY_S * SECOND_NS + of_day, utc_offset);
	return t <= last_ns ? t : on_first;
}

uint64_t
when_time(const struct when *w, uint64_t first_ns, uint64_t last_ns,
	  int32_t (*utc_offset)(int64_t epoch_s))
{
	switch (w->kind) {
	case WHEN_OF_DAY:
		return time_of_day(w->value, first_ns, last_ns, utc_offset);
	case WHEN_DATE:
		return from_local(w->value, utc_offset);
	case WHEN_BEHIND_FIRST:
		return first_ns + w->value;
	case WHEN_BEFORE_LAST:
		return w->value < last_ns ? last_ns - w->value : 0;
	default:
		return 0;
	}
}
