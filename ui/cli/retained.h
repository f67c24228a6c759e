/*
 * retained - events that the explorer's store keeps, as a capture: of the running system, and
 * of whatever cannot be read a second time.
 */
#ifndef UI_CLI_RETAINED_H
#define UI_CLI_RETAINED_H

#include <stdatomic.h>

struct explore_part;

/* Write PART to FD, compressed if PATH ends so, with the state that it begins in. The store
 * goes on to take, and to forget: what is forgotten before it was written is counted. It stops
 * once *CANCEL is set. 0 or a negative errno. Any thread, which gives way to others from then
 * on. */
int retained_write(struct explore_part *part, const char *path, int fd,
		   const atomic_bool *cancel);

#endif
