#include "engine/filter/zone.h"

#define SLOT_S 900
#define DAY_S 86400

/* Text that is read; what does not fit makes it fail. */
struct scanner {
	const char *at;
	const char *end;
	bool failed;
};

static int32_t
offset_at(struct zone *z, int64_t epoch_s)
{
	int64_t slot = epoch_s / SLOT_S + 1;

	if (!z->offset)
		return 0;
	if (slot != z->slot) {
		z->slot = slot;
		z->offset_s = z->offset((slot - 1) * SLOT_S);
	}
	return z->offset_s;
}

uint64_t
zone_time_of_day(struct zone *z, uint64_t ns)
{
	int64_t s = (int64_t)(ns / NS_PER_S);
	int64_t local = (s + offset_at(z, s)) % DAY_S;

	return (uint64_t)(local < 0 ? local + DAY_S : local) * NS_PER_S + ns % NS_PER_S;
}

static bool
take(struct scanner *s, char c)
{
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static bool
is_digit_next(const struct scanner *s)
{
	return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

/* A number of exactly N digits, from MIN to MAX. */
static unsigned
digits(struct scanner *s, unsigned n, unsigned min, unsigned max)
{
	unsigned v = 0;

	for (unsigned i = 0; i < n; i++) {
		if (!is_digit_next(s)) {
			s->failed = true;
			return 0;
		}
		v = v * 10 + (unsigned)(*s->at++ - '0');
	}
	s->failed |= v < min || v > max;
	return v;
}

static void
expect(struct scanner *s, char c)
{
	if (!take(s, c))
		s->failed = true;
}

/* The digits behind a point, as ns. */
static uint64_t
fraction(struct scanner *s)
{
	uint64_t ns = 0, digit_ns = NS_PER_S;

	s->failed |= !is_digit_next(s);
	while (is_digit_next(s)) {
		digit_ns /= 10;
		s->failed |= !digit_ns;
		ns += digit_ns * (uint64_t)(*s->at++ - '0');
	}
	return ns;
}

static uint64_t
time_of_day(struct scanner *s)
{
	/* The hour may be written with one digit. */
	bool is_short = s->end - s->at > 1 && s->at[1] == ':';
	uint64_t seconds = digits(s, is_short ? 1 : 2, 0, 23) * 3600ull, ns = 0;

	expect(s, ':');
	seconds += digits(s, 2, 0, 59) * 60ull;
	if (take(s, ':')) {
		seconds += digits(s, 2, 0, 59);
		if (take(s, '.'))
			ns = fraction(s);
	}
	return seconds * NS_PER_S + ns;
}

bool
zone_read_time_of_day(const char *p, size_t len, uint64_t *ns)
{
	struct scanner s = { p, p + len, false };
	uint64_t v = time_of_day(&s);

	if (s.failed || s.at != s.end)
		return false;
	*ns = v;
	return true;
}

/* Days from the epoch to a date of the Gregorian calendar; years start in
 * March here, so that leap days are at their end. */
static int64_t
days_to(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

static unsigned
month_len(unsigned year, unsigned month)
{
	static const uint8_t lens[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return lens[month - 1] + (month == 2 && is_leap ? 1u : 0u);
}

/* "Z", "+01:00" or "-0100" at *S: seconds east of UTC in *OFFSET. */
static bool
take_offset(struct scanner *s, int64_t *offset)
{
	int64_t sign = take(s, '+') ? 1 : take(s, '-') ? -1 : 0;
	int64_t v;

	if (!sign) {
		*offset = 0;
		return take(s, 'Z');
	}
	v = digits(s, 2, 0, 18) * 3600;
	take(s, ':');
	v += digits(s, 2, 0, 59) * 60;
	*offset = sign * v;
	return true;
}

/* The seconds to subtract from the local time LOCAL_S for UTC. */
static int64_t
offset_of_local(struct zone *z, int64_t local_s)
{
	int64_t offset = offset_at(z, local_s);

	/* Once more, from nearer by: the zone may have changed in between. */
	return offset_at(z, local_s - offset);
}

bool
zone_read_date(struct zone *z, const char *p, size_t len, uint64_t *ns)
{
	struct scanner s = { p, p + len, false };
	unsigned year = digits(&s, 4, 1970, 2261), month, day;
	int64_t seconds, offset;
	uint64_t of_day = 0;

	expect(&s, '-');
	month = digits(&s, 2, 1, 12);
	expect(&s, '-');
	if (s.failed)
		return false;
	day = digits(&s, 2, 1, month_len(year, month));
	if (take(&s, 'T') || take(&s, ' '))
		of_day = time_of_day(&s);
	seconds = days_to(year, month, day) * DAY_S + (int64_t)(of_day / NS_PER_S);
	if (!take_offset(&s, &offset))
		offset = offset_of_local(z, seconds);
	seconds -= offset;
	if (s.failed || s.at != s.end || seconds < 0)
		return false;
	*ns = (uint64_t)seconds * NS_PER_S + of_day % NS_PER_S;
	return true;
}
