/*
 * probe - the running kernel as a source of records.
 *
 * The state of the system comes first, read from /proc while tracing already
 * goes on; events up to the end of that reading are handed out for the state
 * only. Then come the events, in the order of their times, until the source is
 * cancelled or the command or the process tree that it follows has ended; what
 * happened until then is handed out, and all that was lost is told.
 *
 * It observes; it never blocks or signals what it observes.
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct demand;
struct err;
struct source;

#define PROBE_RING_BYTES (8u << 20)	/* what 0 means below */
#define PROBE_SNAP_BYTES 80u
#define PROBE_SNAP_MAX 4096u

struct probe_options {
	char *const *command;		/* run this (ends with NULL), follow it and what it
					 * starts to the end; or NULL */
	bool command_apart;		/* the terminal is somebody else's: it reads nothing,
					 * what it writes is dropped, and it is hung up when
					 * the source is closed */
	int64_t tree;			/* follow this process and what it starts; or 0 */
	bool goes_first;		/* once events come, this thread goes before all that have
					 * no deadline, if it may: for who only writes down what
					 * it reads */
	size_t ring_bytes;		/* for each CPU, a power of two; or 0 */
	const struct demand *demand;	/* what else is asked for; NULL: everything */
	uint32_t snap_bytes;		/* data of a call that is kept, at most
					 * PROBE_SNAP_MAX */
	/* Called right before the source has to wait; may be NULL. */
	void (*idle)(void *ctx);
	void *ctx;
};

/* Begin to trace. The caller owns the source. NULL when that is not possible: *err
 * says what is missing and how to get it. Afterwards this thread has no
 * capabilities any more. */
struct source *probe_open(const struct probe_options *options, struct err *err);

/* The process that is followed with all that it starts; 0: all are. */
int64_t probe_root(const struct source *s);

/* Was process PID, when tracing began, told of only because it is above others that are in
 * the cgroup that is asked for? Until it comes in itself. */
bool probe_is_above(const struct source *s, int64_t pid);

/* How many kinds of calls are asked for. */
struct demand_count;
void probe_demand(const struct source *s, struct demand_count *out);

/* How the command ended, as wait() tells it. False when there is none, or it runs
 * still. */
bool probe_status(const struct source *s, int *status);

/* Events that are missing, by why and by what they were about. */
struct probe_losses {
	uint64_t full_state;		/* no room; they change what is known of the system */
	uint64_t full_data;		/* no room; reads, writes and the like */
	uint64_t kept_data;		/* left out to keep room for the others */
	uint64_t skipped;		/* the kernel did not ask the programs, perhaps about
					 * others than were asked for */
	uint64_t sent;			/* not missing; once the source has ended, as many */
	uint64_t taken;			/* as were taken from the kernel */
	uint64_t delivered;		/* events that were made of these */
	uint64_t late;			/* delivered with a time that was mended */
	uint64_t unmarked;		/* threads of a tree that could not be followed */
};
void probe_losses(const struct source *s, struct probe_losses *out);

/* The thread that reads a probe gives its rights up by itself, when tracing has begun.
 * Whatever thread calls this does so now; those that it starts have none. */
int probe_give_up_rights(struct err *err);

#endif
