/*
 * scan - descriptors as the events that tell what a process has open.
 *
 * The format has an event for each kind of descriptor that a kernel iterator lists
 * (430 to 449). What was read again after a loss is written so; behind those of one
 * process stands an async event (402) named "scan" that tells which numbers these
 * were, as text: what else was known is not open any more.
 *
 *	pid=17 fds=0-2,5,7-9
 *
 * What the format has no event for stands in async events of the thread that it is about:
 * "thread" tells of one what a list of processes leaves out, and "gone" that there is no
 * such thread any more. PTID is left out where only the name is told:
 *
 *	pid=17 ptid=1 comm=worker
 */
#ifndef ENGINE_EVENT_SCAN_H
#define ENGINE_EVENT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/reader.h"

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

/* What a thread is: of which process, whose child that is (-1: not told), its name. */
struct scan_thread {
	int64_t pid, ptid;
	struct span comm;
};

/* Make EV the event that THREAD is what TID is. */
void scan_thread_event(int64_t tid, const struct scan_thread *thread, struct text *bytes,
		       struct event *ev);

/* Is EV one of these? What it tells is borrowed from it. */
bool scan_thread_of(const struct event *ev, struct scan_thread *thread);

/* The same: there is no thread TID any more. */
void scan_gone_event(int64_t tid, struct text *bytes, struct event *ev);
bool scan_is_gone(const struct event *ev);

/* Is EV one of all these? */
bool scan_is_part(const struct event *ev);

#endif
