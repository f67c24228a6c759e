/*
 * revive - entities as the world has them, out of what is kept of them.
 *
 * What stays the same of a version is filled in once; what changes is filled in from the
 * entries of its trails. Whoever finds these is recall.h.
 */
#ifndef ENGINE_STORE_REVIVE_H
#define ENGINE_STORE_REVIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/world/entity.h"

struct fd_version;
struct kept_thread;
struct kept_thread_state;
struct process_version;

void revive_fd(struct descriptor *fd, const struct fd_version *v);
/* Is FD an internet socket that is connected to no address? It is called otherwise than one that
 * is not connected, which its version does not tell: rows of such have ROW_NEEDS_BYTES. */
bool revive_leads_nowhere(const struct descriptor *fd);

/* All of P is what V is; it has no descriptors, threads or relatives. */
void revive_process(struct process *p, const struct process_version *v);

/* T is thread K, of which neither the state nor the process is known; it is called COMM (0: as
 * its state says). */
void revive_thread(struct thread *t, const struct kept_thread *k, uint32_t comm);
/* STATE may be NULL: there was none yet. COMM as above. */
void revive_thread_state(struct thread *t, const struct kept_thread_state *state, uint32_t comm);

#endif
