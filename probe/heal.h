/*
 * heal - read again what a loss made unsure.
 *
 * Events that are missing may have opened and closed descriptors, of anybody. So all
 * that is open is read again, by an iterator in the kernel that needs no rights once
 * it is there, and told as events (scan.h) of the moment when that reading began:
 * what happened meanwhile comes later, and is applied to it. This is not done more often
 * than once a second, nor for more than a fiftieth of the time.
 */
#ifndef PROBE_HEAL_H
#define PROBE_HEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;
struct heal;

/* The caller owns it. */
struct heal *heal_new(void);

/* NULL is fine. */
void heal_free(struct heal *h);

/* Something that changes the state was lost. */
void heal_ask(struct heal *h);

/* Is it time to read? NOW_NS is since boot, as all times here. */
bool heal_is_due(const struct heal *h, uint64_t now_ns);

/* Read struct wire_listed from FD, which is closed. NOW_NS is the clock right before FD
 * was opened, THEN_NS reads it afterwards. What is still to be told is replaced. */
void heal_read(struct heal *h, int fd, uint64_t now_ns, uint64_t (*then_ns)(void));

/* Is there something to tell that was read before NS? */
bool heal_has(const struct heal *h, uint64_t ns);

/* The next event, of the time since boot; borrowed until the next call. False when
 * there are no more. */
bool heal_next(struct heal *h, struct event *ev);

#endif
