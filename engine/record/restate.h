/*
 * restate - tell the state of a world as the records that would make it.
 *
 * A file that goes on where another one ended must be readable alone, so it
 * begins with what is known at that moment: the machine, interfaces, users,
 * threads, descriptors; then, as events, containers, users of containers, and
 * the calls that have not returned yet. These events are marked
 * (EVENT_RESTATED): here they have no number and are not shown.
 *
 * Not told, because the format has no place for it: since when processes run,
 * what is still to be confirmed of a clone, which processes share a table of
 * descriptors without being threads of one.
 */
#ifndef ENGINE_RECORD_RESTATE_H
#define ENGINE_RECORD_RESTATE_H

#include <stdbool.h>
#include <stdint.h>

struct event;
struct process;
struct record;
struct thread;
struct world;

struct restate_ops {
	void (*record)(void *ctx, const struct record *rec);
	/* Is P told? NULL: all are. */
	bool (*wants)(void *ctx, const struct process *p);
};

/* How much is told of the ancestors of processes that are. */
enum restate_ancestors { RESTATE_NO_ANCESTORS, RESTATE_NAMES_OF_ANCESTORS };

/* Tell the tables of W, which has been settled. Ancestors that are not told
 * themselves have ids and names at most. */
void restate_tables(const struct world *w, const struct restate_ops *ops, void *ctx,
		    enum restate_ancestors ancestors);

/* Tell P: its threads, the leader first, then its descriptors. */
void restate_process(const struct world *w, const struct process *p,
		     const struct restate_ops *ops, void *ctx);

/* Tell the ids and names of P only. */
void restate_name(const struct world *w, const struct process *p, const struct restate_ops *ops,
		  void *ctx);

/* Tell what comes as events, none later than NS. */
void restate_events(const struct world *w, uint64_t ns, const struct restate_ops *ops,
		    void *ctx);

#endif
