/*
 * loader - put the BPF programs into the kernel, and give up the right to.
 */
#ifndef PROBE_LOADER_H
#define PROBE_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/ring.h"
#include "probe/wire.h"

struct err;
struct loader;

/* Load the programs with CONFIG, of which the loader fills in own_tgid and
 * data_limit_bytes, and make a ring of RING_BYTES (a power of two) for each CPU.
 * Nothing is traced yet. The caller owns the loader. NULL when the kernel lacks
 * something or refuses: *err says what, and how to get it. */
struct loader *loader_open(struct wire_config *config, size_t ring_bytes, struct err *err);

/* NULL is fine. */
void loader_close(struct loader *l);

/* Begin. */
int loader_attach(struct loader *l, struct err *err);

/* End: no more records come, but those that are there can be read. */
void loader_detach(struct loader *l);

/* A descriptor to read what all processes that are followed have open: struct
 * wire_listed, one after the other. The caller closes it. -1 when the kernel does
 * not let us. */
int loader_list_files(const struct loader *l);

/* The same of all threads that there are: struct wire_thread. */
int loader_list_threads(const struct loader *l);

/* Let those threads that have run since the last time be told, into the rings, and see
 * whether any of the tree lives. */
void loader_sample(struct loader *l);

/* Let the thread TID, and all that it will start, be traced. */
int loader_mark(struct loader *l, uint32_t tid, struct err *err);

/* The rings, and whose they are. Borrowed. */
struct ring *loader_rings(struct loader *l, size_t *n, const uint16_t **cpus);

/* Have all threads ended that were marked, and all that they started? */
bool loader_all_ended(const struct loader *l);

/* Threads that should have been marked, for which there was no memory. */
uint64_t loader_unmarked(const struct loader *l);

/* Events of which the kernel did not tell the programs, so far, of whomever: see bpf/turn.h.
 * 0 once they are detached. */
uint64_t loader_skipped(const struct loader *l);

/* CPUs that there can be; what one of them counted so far. */
uint32_t loader_n_cpus(const struct loader *l);
void loader_cpu_losses(const struct loader *l, uint32_t cpu, struct wire_losses *out);

/* What all CPUs counted so far. */
void loader_losses(const struct loader *l, struct wire_losses *out);

/* Drop all capabilities of this thread for good, and its children's chance to
 * regain any. What is attached goes on. */
int loader_drop_rights(struct err *err);

#endif
