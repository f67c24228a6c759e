/*
 * tree - the threads of a process and of all that it started: as the kernel counts them, or
 * as found in /proc.
 */
#ifndef PROBE_TREE_H
#define PROBE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct census;

/* Embedded: tree_init() and tree_fini(). */
struct tree {
	int64_t *pids, *tids;
	size_t n_pids, cap_pids, n_tids, cap_tids;
	size_t first_new;		/* of tids: what the last search found */
};

void tree_init(struct tree *t);
void tree_fini(struct tree *t);

/* PID is a root. */
void tree_add(struct tree *t, int64_t pid);

/* Look for threads and children in CENSUS or, when nobody is counted there, in /proc. False
 * when nothing new was found. */
bool tree_search(struct tree *t, const struct census *census);

/* What it found. Borrowed. */
const int64_t *tree_new_threads(const struct tree *t, size_t *n);

/* All processes so far that there were. Borrowed. */
const int64_t *tree_processes(const struct tree *t);
size_t tree_n_processes(const struct tree *t);

#endif
