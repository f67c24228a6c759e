/*
 * uring - what programs ask io_uring for, in words.
 *
 * The format has no events for it: each request is an asynchronous event named io_uring,
 * whose data are texts NAME=VALUE with blanks between.
 */
#ifndef PROBE_URING_H
#define PROBE_URING_H

struct text;
struct wire_uring;

/* opcode=read fd=3 size=4096 ... */
void uring_put(struct text *out, const struct wire_uring *uring);

#endif
