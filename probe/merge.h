/*
 * merge - the records of all CPUs in the order of their times.
 *
 * A record is handed out when no earlier one can come any more: when it is older
 * than the last look at the rings by more than a slack, in which the kernel side
 * may still be between reading the clock and sending. One that comes later all
 * the same is counted, and gets the time of the record before it: times never go
 * back, and the records of one thread keep their order.
 *
 * The numbers that each CPU gives its records tell where some are missing.
 */
#ifndef PROBE_MERGE_H
#define PROBE_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

struct merge_item {
	const uint8_t *p;		/* in the ring, until the next call */
	size_t len;
	uint64_t ts_ns;			/* since boot, never before the last one's */
	uint16_t cpu;
	uint32_t n_lost;		/* so many of this CPU are missing before it */
	uint64_t lost_from_ns;		/* the time of the last one that is not */
};

struct merge;

/* Merge N rings, which are borrowed; CPUS[i] is whose ring i is. The caller owns
 * the merge. */
struct merge *merge_new(struct ring *rings, const uint16_t *cpus, size_t n, uint64_t start_ns);

/* NULL is fine. */
void merge_free(struct merge *m);

/* Look at the rings. NOW_NS is the clock read right before; records older than it
 * by SLACK_NS are complete. Bytes that are waiting in the fullest ring. */
size_t merge_look(struct merge *m, uint64_t now_ns, uint64_t slack_ns);

/* The next record that is complete. */
bool merge_next(struct merge *m, struct merge_item *out);

/* The time of the last record of CPU that was handed out; when the merge began, if
 * there was none. */
uint64_t merge_last_ns(const struct merge *m, uint32_t cpu);

/* Records that came too late. */
uint64_t merge_late(const struct merge *m);

#endif
