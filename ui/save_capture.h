/*
 * save_capture - write what is selected of a capture as a capture of its own.
 */
#ifndef UI_SAVE_CAPTURE_H
#define UI_SAVE_CAPTURE_H

struct app;
struct reproduce;

/* Ask where to, and write the events of R there. */
void save_capture(struct app *a, const struct reproduce *r);

#endif
