/*
 * past - a world as it was, for who kept what a world told.
 *
 * Fields ask a world for names, containers, users, threads and descriptors.
 * Whoever keeps the versions that a world told of (the store) can answer the
 * same questions for any moment: it makes a world of the past, which asks back.
 * Such a world takes no records. It is used by one thread at a time.
 */
#ifndef ENGINE_WORLD_PAST_H
#define ENGINE_WORLD_PAST_H

#include <stdint.h>

#include "engine/world/world.h"

/* Who is asked for threads and spans. All that is returned is borrowed until the next
 * moment is looked at. */
struct past {
	const struct thread *(*thread)(void *ctx, int64_t tid);	/* NULL: there is none */
	/* All, as world_threads() has them: each process has its leader, and its first one. */
	const struct thread **(*threads)(void *ctx, size_t *n);
	/* The spans that were open, as traces_open() has them. */
	const struct trace_span *const *(*spans)(void *ctx, size_t *n);
	void *ctx;
};

/* Who is asked for descriptors: struct fd_table has it. As world_fd() and
 * world_next_fd(). */
struct past_fds {
	const struct descriptor *(*get)(void *ctx, const struct process *p, int64_t num);
	const struct descriptor *(*next)(void *ctx, const struct process *p, int64_t *num);
	void *ctx;
};

/* What is known besides; borrowed. */
struct past_facts {
	struct containers *containers;
	struct users *users;
	bool has_machine;
	struct machine_record machine;
	struct iface_record *ifaces;
	size_t n_ifaces;
};

/* NAMES and PAST are borrowed. Free it with free(). past_set() must come before
 * any question. */
struct world *past_world(struct intern *names, const struct past *past);
void past_set(struct world *w, const struct past_facts *facts, const struct world_age *age);

#endif
