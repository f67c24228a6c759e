/*
 * clock - nanoseconds since the epoch as text for people, fast.
 *
 * Local time needs rules that only the system knows; whoever makes a clock
 * hands them in as a function. Its answers are kept for a quarter of an hour
 * of event time (no zone changes in between), the text of a second for that
 * second. The offset is that of the event's date, so summer time is right.
 */
#ifndef ENGINE_FIELD_CLOCK_H
#define ENGINE_FIELD_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct text;

#define CLOCK_NS 1000000000u		/* in a second */

/* Seconds to add to UTC at EPOCH_S. */
typedef int32_t clock_offset_fn(int64_t epoch_s);

/* Embedded: clock_init(); nothing to free. */
struct clock {
	clock_offset_fn *offset;	/* NULL: UTC */
	int64_t slot;			/* the quarter of an hour of OFFSET_S */
	int32_t offset_s;
	uint64_t second;		/* of the texts below */
	char date[11];			/* "2026-01-31 ", no NUL */
	char time[9];			/* "14:58:20.", no NUL */
};

void clock_init(struct clock *c, clock_offset_fn *offset);

/* Append "14:58:20.492328388", or without the fraction. */
void clock_time(struct clock *c, uint64_t ns, struct text *t);
void clock_time_s(struct clock *c, uint64_t ns, struct text *t);

/* Append "2026-01-31 14:58:20.492328388", or without the fraction. */
void clock_datetime(struct clock *c, uint64_t ns, struct text *t);
void clock_datetime_s(struct clock *c, uint64_t ns, struct text *t);

/* Append the zone that times at NS are shown in: "UTC", "+09:00". */
void clock_zone(struct clock *c, uint64_t ns, struct text *t);

/* Are two times of the same date there? */
bool clock_is_same_day(struct clock *c, uint64_t a_ns, uint64_t b_ns);

/* Append "2026-01-31T14:58:20.492328388+0000", which is UTC always. */
void clock_iso8601(uint64_t ns, struct text *t);

/* Append "12.000000345": a span of time. */
void clock_span(uint64_t ns, struct text *t);

/* Append a span of NS as "1.25s", "12ms": at most two decimals, cut. */
void clock_human(uint64_t ns, struct text *t);

/* The column of NS, which is not 0, in a picture from 1 ns to 100 s, on a scale where
 * each step is as many times longer as the one before. */
uint64_t clock_quantum(uint64_t ns);

#endif
