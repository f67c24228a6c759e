/*
 * worker - the threads beside the one that has the screen.
 *
 * Signals are for the thread that has the terminal: these get none. Nor do they get a
 * priority that was given to the screen.
 */
#ifndef UI_WORKER_H
#define UI_WORKER_H

#include <pthread.h>

/* Let RUN work with CTX. The caller joins it. */
void worker_start(pthread_t *thread, void *(*run)(void *ctx), void *ctx);

/* The caller has the screen: who presses keys waits for it, and it takes little. It goes
 * before whoever has the priority NICE, if it may, and with that priority if not. */
void worker_go_first(int nice);

#endif
