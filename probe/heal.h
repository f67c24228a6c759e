/*
 * heal - read again what a loss made unsure.
 *
 * Events that are missing may have begun and ended threads and opened and closed
 * descriptors, of anybody. So all threads that there are, and all that is open, is read
 * again, by iterators in the kernel that need no rights once they are there, and told as
 * events (scan.h) of the moment when that reading began: what happened meanwhile comes
 * later, and is applied to it. Whoever was told of and is not there any more is told when
 * the last thread was counted, so that nobody is missed who began meanwhile. All this is
 * not done more often than once a second, nor for more than a fiftieth of the time.
 */
#ifndef PROBE_HEAL_H
#define PROBE_HEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;
struct heal;
struct roster;

/* The caller owns it. ROSTER, which is borrowed, has who was told of. */
struct heal *heal_new(struct roster *roster);

/* NULL is fine. */
void heal_free(struct heal *h);

/* Something that changes the state was lost. */
void heal_ask(struct heal *h);

/* Is it time to read? NOW_NS is since boot, as all times here. */
bool heal_is_due(const struct heal *h, uint64_t now_ns);

/* From where it is read: descriptors, which are closed. Negative: from nowhere. */
struct heal_sources {
	int threads_fd;			/* struct wire_thread */
	int files_fd;			/* struct wire_listed */
};

/* Read from them. NOW_NS is the clock right before they were opened, THEN_NS reads it
 * afterwards. What is still to be told is replaced. */
void heal_read(struct heal *h, const struct heal_sources *from, uint64_t now_ns,
	       uint64_t (*then_ns)(void));

/* Is there something to tell that was read before NS? */
bool heal_has(struct heal *h, uint64_t ns);

/* The next event, of the time since boot; borrowed until the next call. False when
 * there are no more. */
bool heal_next(struct heal *h, struct event *ev);

#endif
