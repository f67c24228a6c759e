/*
 * recorder - write what a source tells into captures.
 *
 * It is told each record twice: before the world takes it, and after, when its
 * moment is known. The tables of a section are written as they come; then the
 * events that are wanted, as they are. An event that is not wanted but changes
 * the state is written for the state only, so that whoever reads the capture
 * knows each name; the enter event of a wanted exit always is.
 *
 *	while (source_next(s, &rec) > 0) {
 *		recorder_before(r, &rec);
 *		m = world_take(w, &rec);
 *		if (!recorder_take(r, &rec, m))
 *			break;
 *	}
 *	recorder_close(r, &stats, &err);
 *
 * A recording may go on in a new file, or in a ring of them. Each is readable
 * alone: it begins with the state at that moment (restate.h).
 *
 * What is not as it was, though nothing was asked for: lists of old versions are
 * written as the newest, entries without an address of their own kind too; events
 * without a number of parameters get one; texts and events longer than readers
 * take are cut; pcapng options and unknown blocks are left out; a list that comes
 * behind events begins a new section, with all that is known then. The enter
 * event that is written late, because its exit turned out to be wanted, keeps its
 * time, which then lies before that of the event before it.
 */
#ifndef ENGINE_RECORD_RECORDER_H
#define ENGINE_RECORD_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/record/sink.h"

struct err;
struct moment;
struct process;
struct record;
struct record_profile;
struct recorder;
struct world;

#define RECORDER_NO_CUT UINT32_MAX

struct recorder_options {
	const char *path;		/* or "-"; borrowed, as all of this */
	const struct record_profile *profile;
	struct sink_options sink;

	/* Go on in a new file: 0 is never. */
	uint64_t file_bytes;		/* behind so many bytes; nearly, if compressed */
	uint64_t file_ns;		/* of the time of events */
	uint64_t file_events;
	unsigned n_ring;		/* keep only the last files; 0: all */
	int32_t (*utc_offset)(int64_t epoch_s);		/* for names; NULL: UTC */

	/* Stop: 0 is never. */
	uint64_t most_events;		/* that are wanted, and no bookkeeping */
	uint64_t most_ns;		/* since the first one that is wanted */

	uint32_t cut_data;		/* bytes of data that are kept, or RECORDER_NO_CUT */
	bool no_env, no_args;
	bool exit_only;			/* calls only when they return */
	bool no_state;			/* nothing but what is wanted */
	bool only;			/* of other processes: nothing */
	bool ancestors;			/* with ONLY: but the names of ancestors */

	/* Is the event wanted? NULL: all are. */
	bool (*wants)(void *ctx, const struct moment *m);
	/* One that is not wanted: is it written for the state, though it does not change what
	 * there is, such as how long somebody ran? NULL: none is. */
	bool (*needs)(void *ctx, const struct moment *m);
	/* With ONLY: does P belong to what is wanted? */
	bool (*wants_process)(void *ctx, const struct process *p);
	void *ctx;
};

struct recorder_stats {
	uint64_t n_events;		/* wanted ones that were written */
	uint64_t n_state;		/* written for the state only */
	uint64_t n_files;
	uint64_t n_remembered;		/* threads and processes of which it keeps something: no
					 * more than live, a few times over */
	struct sink_stats sink;		/* over all files */
};

/* Record what W takes. OPTIONS are copied. The caller owns the recorder. NULL when
 * the first file cannot be opened (if its name depends on the time of events, that
 * is found out later): *err names it. */
struct recorder *recorder_open(struct world *w, const struct recorder_options *options,
			       struct err *err);

/* REC is next; the world has not seen it yet. */
void recorder_before(struct recorder *r, const struct record *rec);

/* The world took REC: M is its moment, or NULL. False: no more is wanted, or it
 * cannot be written; recorder_close() tells. */
bool recorder_take(struct recorder *r, const struct record *rec, const struct moment *m);

/* At NS the tables of a section are complete although no event came yet: let them be
 * written. */
void recorder_end_tables(struct recorder *r, uint64_t ns);

/* The source has to wait: let nothing lie here. False: it cannot be written. */
bool recorder_flush(struct recorder *r);

void recorder_stats(const struct recorder *r, struct recorder_stats *out);

/* Write what is left and free R. A negative errno with *err set, which names the
 * file, when not all could be written. At *STATS, unless NULL, what was done. */
int recorder_close(struct recorder *r, struct recorder_stats *stats, struct err *err);

#endif
