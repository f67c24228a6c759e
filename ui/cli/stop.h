/*
 * stop - let signals end a run in good order.
 *
 * The first SIGINT, SIGTERM or SIGHUP makes the source end, so that everything
 * behind it ends as if the input had; a later one has its usual effect, should
 * something hang. One that comes right behind the first is the same once more:
 * timeout(1) signals the program and then its group. A SIGHUP that is ignored,
 * by nohup, stays so.
 */
#ifndef UI_CLI_STOP_H
#define UI_CLI_STOP_H

struct source;

/* From here on signals end S, which is borrowed; NULL: nothing any more. */
void stop_on_signals(struct source *s);

/* Signals have their usual effect again. */
void stop_as_usual(void);

#endif
