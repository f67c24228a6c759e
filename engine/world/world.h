/*
 * world - the state of a system, kept true event by event.
 *
 * It takes the records of a source in their order and knows, at each event,
 * which thread of which process did it, which descriptor it used, and in which
 * container. Enter and exit events and the exit-only events of newer captures
 * come out alike. What cannot be known is unknown, never guessed.
 *
 * The world keeps what is alive; an observer sees each version of an entity
 * as it is made and may keep it. It never fails: an event that makes no sense
 * changes nothing.
 */
#ifndef ENGINE_WORLD_WORLD_H
#define ENGINE_WORLD_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/event/source.h"
#include "engine/world/container.h"
#include "engine/world/entity.h"
#include "engine/world/users.h"

struct intern;
struct text;
struct trace_mark;
struct trace_span;
struct trace_span;
struct world;

/* What an event means, at its moment. Borrowed until the next record. */
struct moment {
	const struct event *ev;
	uint64_t num;			/* from 1, over all sections; 0: not numbered */
	bool is_internal;		/* bookkeeping that users do not ask for */
	bool is_state_only;		/* recorded for the state, not for the user */
	const struct thread *thread;	/* NULL: of no thread */
	const struct process *proc;	/* of THREAD, or NULL */
	uint32_t container;		/* of PROC, or the one a container event tells of */
	bool has_fd_num;
	bool has_latency;
	int64_t fd_num;			/* the descriptor used or made */
	const struct descriptor *fd;	/* NULL: not known */
	const struct event *enter;	/* an exit: its enter event, or NULL: moment_enter() */
	/* Has the parameters of ENTER read, which may never be asked for; NULL: they are. */
	void (*read_enter)(void *ctx);
	void *read_ctx;
	uint64_t latency_ns;		/* an exit: since its enter */
	uint64_t before_ns;		/* of the event before it in the section; 0: none */
	uint64_t exec_ns;		/* a switch: how long its thread was on the CPU */
	const struct trace_mark *mark;	/* the event marks a span: trace.h; or NULL */
	const struct trace_span *span;	/* which one; NULL: its start was not seen */
	const struct trace_span *span_around;	/* it is in that one, which is open; or NULL */
	bool connect_failed;		/* the event tells more of FD than its version */
	bool has_changed;		/* something that is known is not as it was before */
	bool waits_otherwise;		/* it waits though such calls do not, or the other way
					 * round: a futex that wakes others */
	bool is_unsure;			/* THREAD or FD may be another than what is known */
	bool fd_changed;		/* the event made FD, which was there, another version */
	uint32_t thread_version;	/* 0: none */
	uint32_t proc_version;
	uint32_t fd_version;
};

/* The enter event of M with its parameters, or NULL. */
static inline const struct event *
moment_enter(const struct moment *m)
{
	if (m->read_enter)
		m->read_enter(m->read_ctx);
	return m->enter;
}

/* Told of entities as they live. All members may be NULL. POSITION is the
 * number of the event at which it happened. A version is told after the event
 * that made it was applied and before moment is handed out; what goes back to a
 * known state is told again, with the version it had then. Ends are told of what
 * was told, and of all threads of a process that was; those of its descriptors come
 * before that of a process. */
struct world_observer {
	void (*process)(void *ctx, uint64_t position, const struct process *p);
	void (*process_end)(void *ctx, uint64_t position, const struct process *p);
	void (*thread)(void *ctx, uint64_t position, const struct thread *t);
	void (*thread_end)(void *ctx, uint64_t position, const struct thread *t);
	void (*fd)(void *ctx, uint64_t position, const struct process *p,
		   const struct descriptor *fd);
	void (*fd_end)(void *ctx, uint64_t position, const struct process *p,
		       const struct descriptor *fd);
	/* CHILD has a table of its own from here on (it may be PARENT itself, which
	 * shared one), with what PARENT's holds; no fd() is told for these. */
	void (*fd_fork)(void *ctx, uint64_t position, const struct process *parent,
			const struct process *child);
	/* A fact that was true before it was known completes what was told. */
	void (*learned_process)(void *ctx, const struct process *p);
	void (*learned_fd)(void *ctx, const struct process *p, const struct descriptor *fd);
	void (*learned_container)(void *ctx, const struct container *c);
	/* Names are about to be swept: mark those that you still need. */
	void (*mark)(void *ctx, struct intern *names);
};

/* OBSERVER may be NULL; else it and CTX must outlive the world. */
struct world *world_new(const struct world_observer *observer, void *ctx);
void world_free(struct world *w);

/* Take a record. For an event, what it means; else NULL. Types that the
 * registry lacks or never were written are not numbered, nor what another file
 * told before (EVENT_RESTATED): moment.num is 0. */
const struct moment *world_take(struct world *w, const struct record *rec);

/* Does the world take more from events of type ID than sizes and times: what there is,
 * and what it is called? Whoever leaves them out makes it forget. */
bool world_needs_type(uint16_t id);

/* Do now what the next event would do first: link the tables of a section, and let
 * go of what the last event ended (a call, a descriptor, a thread) but still showed.
 * For who wants to look in between; the last moment is over. */
void world_settle(struct world *w);

/* The tables, for who shows them. */
struct intern *world_names(const struct world *w);
const struct containers *world_containers(const struct world *w);
const struct users *world_users(const struct world *w);
/* The thread TID, or NULL. Threads that only an event named are not "known". */
const struct thread *world_thread(const struct world *w, int64_t tid);
/* All threads, by tid, in a new array: the caller frees it. At *N how many. */
const struct thread **world_threads(const struct world *w, size_t *n);
/* All descriptors of P, by number, as above. */
const struct descriptor **world_fds(const struct process *p, size_t *n);
const struct descriptor *world_fd(const struct process *p, int64_t num);
/* Walk in order: the first one whose number is at least *NUM, which becomes its
 * number. NULL: there is none. */
const struct descriptor *world_next_fd(const struct process *p, int64_t *num);

/* Of the section: the machine, and its interfaces. */
const struct machine_record *world_machine(const struct world *w);	/* NULL: not told */
size_t world_ifaces(const struct world *w);
const struct iface_record *world_iface(const struct world *w, size_t i);

/* How old what is known is. What was cached of entities by their versions holds
 * until a number changes. */
struct world_age {
	uint64_t generation;		/* something was learned of containers, users, ... */
	uint64_t lineage;		/* a process has a new version, or another parent; a
					 * thread, by whom some name their parent, came or went */
	uint64_t facts;			/* something was told of containers or users */
};
/* Borrowed: it lives as long as W, and counts on. */
const struct world_age *world_age(const struct world *w);

/* The spans that programs have marked as open, as traces_open() has them. */
const struct trace_span *const *world_spans(const struct world *w, size_t *n);

/* Append the name of FD as people know it: a path, or "1.2.3.4:5->6.7.8.9:80".
 * Raw: it is the caller's part to make it harmless. */
void descriptor_name(const struct world *w, const struct descriptor *fd, struct text *t);

/* The letter of a kind ("f", "4", ...) and its word ("file", "ipv4", ...). */
char fd_kind_letter(enum fd_kind kind);
const char *fd_kind_word(enum fd_kind kind);
/* 't', 'u', 'i', 'r', or 0. */
char l4_letter(enum l4_proto l4);

/* Bytes that the world takes, roughly; counts of what is alive. */
struct world_size {
	size_t n_threads, n_processes, n_fds, n_names;
	size_t name_bytes;
};
void world_size(const struct world *w, struct world_size *out);

#endif
