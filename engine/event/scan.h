/*
 * scan - descriptors as the events that tell what a process has open.
 *
 * The format has an event for each kind of descriptor that a kernel iterator lists
 * (430 to 449). What was read again after a loss is written so; behind those of one
 * process stands an async event (402) named "scan" that tells which numbers these
 * were, as text: what else was known is not open any more.
 *
 *	pid=17 fds=0-2,5,7-9
 */
#ifndef ENGINE_EVENT_SCAN_H
#define ENGINE_EVENT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;
struct fd_record;
struct proc_record;
struct text;

/* Descriptors FROM to TO. */
struct scan_range {
	int64_t from, to;
};

#define SCAN_RANGES_MAX 4096

/* Make EV the event that FD was found. Its values are appended to BYTES, which is empty,
 * and borrowed from it. Time and flags are the caller's. */
void scan_fd_event(const struct fd_record *fd, struct text *bytes, struct event *ev);

/* The same of a process, by its leader P. */
void scan_task_event(const struct proc_record *p, struct text *bytes, struct event *ev);

/* Make EV the event that thread P begins to live, which all readers understand. */
void scan_birth_event(const struct proc_record *p, struct text *bytes, struct event *ev);

/* Make EV the event that these N ranges are all that process PID has. */
void scan_end_event(int64_t pid, const struct scan_range *ranges, size_t n, struct text *bytes,
		    struct event *ev);

/* Is EV one of the latter? At RANGES, of SCAN_RANGES_MAX, what there is, *N of them. */
bool scan_end_of(const struct event *ev, int64_t *pid, struct scan_range *ranges, size_t *n);

/* Is EV one of both? */
bool scan_is_part(const struct event *ev);

#endif
