/*
 * when - points in the time of a capture, as somebody writes them.
 *
 *	10:02:05.25    2026-01-01 10:02    +3s    -2m    #12345
 *
 * +3s is behind the first event, -2m before the last one, #12345 an event's number.
 */
#ifndef UI_CLI_WHEN_H
#define UI_CLI_WHEN_H

#include <stdbool.h>
#include <stdint.h>

enum when_kind {
	WHEN_NEVER, WHEN_OF_DAY, WHEN_DATE, WHEN_BEHIND_FIRST, WHEN_BEFORE_LAST, WHEN_EVENT,
};

struct when {
	enum when_kind kind;
	uint64_t value;			/* ns of the day, since 1970 in local time, or of a
					 * span; or the number of an event */
};

/* False when TEXT is none of the above. */
bool when_read(const char *text, struct when *out);

/* The time, in ns since 1970, of W in what lasts from FIRST_NS to LAST_NS; not of
 * WHEN_EVENT. UTC_OFFSET: seconds east of UTC at a time. A time of day is the first
 * one in that span, else that of its first day. */
uint64_t when_time(const struct when *w, uint64_t first_ns, uint64_t last_ns,
		   int32_t (*utc_offset)(int64_t epoch_s));

#endif
