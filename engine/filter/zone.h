/*
 * zone - local times: reading them, and telling the time of day of a moment.
 *
 * Rules of time zones come from whoever compiles a filter, as a function; its
 * last answer is kept for a quarter of an hour of event time, in which no zone
 * changes.
 */
#ifndef ENGINE_FILTER_ZONE_H
#define ENGINE_FILTER_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NS_PER_S 1000000000ull
#define DAY_NS (86400 * NS_PER_S)

/* Embedded: zeroes are UTC. */
struct zone {
	int32_t (*offset)(int64_t epoch_s);	/* seconds east of UTC; NULL: none */
	int64_t slot;			/* a quarter of an hour, plus 1 */
	int32_t offset_s;		/* in it */
};

/* The ns since midnight of the moment NS. */
uint64_t zone_time_of_day(struct zone *z, uint64_t ns);

/* Read "10:02", "10:02:05" or "10:02:05.25", all of the LEN bytes at P: ns
 * since midnight. */
bool zone_read_time_of_day(const char *p, size_t len, uint64_t *ns);

/* Read "2026-01-31", with a time of day behind a blank or "T" and with "Z" or
 * "+0100" behind that, perhaps: ns since the epoch. */
bool zone_read_date(struct zone *z, const char *p, size_t len, uint64_t *ns);

#endif
