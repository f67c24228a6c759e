/*
 * open_fds - rows of descriptors that were open in the window, used or not.
 *
 * A process may have them for a part of it only, and a fork shares them; each is asked as of
 * the last event for which its process had it.
 */
#ifndef ENGINE_QUERY_OPEN_FDS_H
#define ENGINE_QUERY_OPEN_FDS_H

#include <stdint.h>

struct gather;
struct kept_process;
struct open_fds;

/* For a view of descriptors, whose rows are groups of G. The caller owns it. */
struct open_fds *open_fds_new(struct gather *g);
void open_fds_free(struct open_fds *o);

/* Have rows for what P, which was there from event FIRST to LAST, had open then. */
void open_fds_add(struct open_fds *o, const struct kept_process *p, uint64_t first,
		  uint64_t last);

#endif
