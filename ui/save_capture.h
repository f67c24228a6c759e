/*
 * save_capture - write what is selected as a capture of its own, which is of what was read or,
 * of the running system, of what happened already.
 */
#ifndef UI_SAVE_CAPTURE_H
#define UI_SAVE_CAPTURE_H

#include <stdint.h>

struct app;
struct reproduce;

/* Ask where to, and write the events of R there. Where they cannot be read once more, these are
 * those that the store keeps from FIRST to END - 1. */
void save_capture(struct app *a, const struct reproduce *r, uint64_t first, uint64_t end);

#endif
