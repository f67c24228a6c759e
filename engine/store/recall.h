/*
 * recall - a row as the moment that it was.
 *
 * Any field and any filter can be asked of what comes out, and answers as it would
 * have when the event came, but for what was learned since: that it knows. It is
 * what queries fall back on for what no column has, and what they are held to.
 *
 * One thread uses a recall, for one snapshot.
 */
#ifndef ENGINE_STORE_RECALL_H
#define ENGINE_STORE_RECALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct event;
struct kept_process;
struct kept_thread;
struct moment;
struct process;
struct recall;
struct snapshot;
struct thread;
struct world;
struct descriptor;

/* SNAP is borrowed. The caller owns it. */
struct recall *recall_new(const struct snapshot *snap);
void recall_free(struct recall *r);	/* NULL is fine */

/* Set *IS_UNREAD and count one more at *N_UNREAD where the bytes of an enter event, which are
 * read when a field asks for them, turn out to be gone. Both are borrowed. */
void recall_tell_unread(struct recall *r, bool *is_unread, uint64_t *n_unread);

/* The world that fields are to ask: at the moment that was recalled last. */
const struct world *recall_world(const struct recall *r);

/* Event NUMBER, which must be in the snapshot, with its bytes: parameters and
 * all. Borrowed until something is recalled again. Where the bytes are gone, *ERR
 * says why and the moment is as of recall_row(). */
const struct moment *recall_event(struct recall *r, uint64_t number, struct err *err);

/* The same without its bytes, unless it has ROW_NEEDS_BYTES: enough for fields of
 * scope OF_ROW, OF_ENTITY and OF_HISTORY, and much faster. */
const struct moment *recall_row(struct recall *r, uint64_t number);

/* The same, but names of what could not be made, or connected, are not looked up in
 * their bytes. Without what changes of its thread and process while they stay the
 * same (OF_HISTORY), and without others of their time (ENT_LINEAGE); faster again. */
const struct moment *recall_light(struct recall *r, uint64_t number);

/* The same with the names that stand in bytes: enough for descriptors. *ERR as above. */
const struct moment *recall_named(struct recall *r, uint64_t number, struct err *err);

/* Of the events without a number that came before event NUMBER, and behind the one before it,
 * number I, from 0: those that changed what is known. NULL: there are no more. It stands alone,
 * and is borrowed as above. Where bytes can be read again nobody keeps them. */
const struct event *recall_unnumbered(struct recall *r, uint64_t number, size_t i);

/* Let recall_world() be as it was before event NUMBER, which must be in the snapshot, and
 * what had ended by then is gone. All of its threads can be asked for. Before the first event
 * of a snapshot, or section, nothing is known: there it is as that event shows it. */
void recall_before(struct recall *r, uint64_t number);

/* The event with its bytes, and otherwise as recall_light() has it: enough for fields of its
 * parameters as they are. *ERR as above. */
const struct moment *recall_bytes(struct recall *r, uint64_t number, struct err *err);

/* Versions by their slots, as entities without an event; at the moment POSITION for
 * what of them changes. NULL: there is no such thing. Borrowed as above. */
const struct thread *recall_thread_version(struct recall *r, uint32_t slot,
					   uint64_t position);
const struct process *recall_process_version(struct recall *r, uint32_t slot,
					     uint64_t position);
/* The same without what changes, of a row: that of event NUMBER. */
const struct thread *recall_thread_light(struct recall *r, uint32_t slot, uint64_t number);
/* Entities as of POSITION. */
const struct thread *recall_thread(struct recall *r, const struct kept_thread *k,
				   uint64_t position);
const struct process *recall_process_at(struct recall *r, const struct kept_process *k,
					uint64_t position);
const struct descriptor *recall_fd_version(struct recall *r, uint32_t slot);

#endif
