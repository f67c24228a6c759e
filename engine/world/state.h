/*
 * state - what the files of the world share, and nobody else sees.
 *
 * world.c drives: it finds the thread of an event, pairs enter with exit and
 * calls the apply function of the event's type. The other files hold these
 * functions by area (lifecycle, attributes, files, sockets, meta, iterator)
 * and the entities they work on (process.c, fd.c).
 */
#ifndef ENGINE_WORLD_STATE_H
#define ENGINE_WORLD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/hash.h"
#include "engine/base/intern.h"
#include "engine/base/pool.h"
#include "engine/base/text.h"
#include "engine/world/role.h"
#include "engine/world/world.h"

#define NO_FD INT64_MIN

/* Bits of flag set clone_flags. */
#define CLF_FILES 0x1u
#define CLF_NEWPID 0x40u
#define CLF_PARENT 0x100u
#define CLF_THREAD 0x2000u
#define CLF_NEWUSER 0x100000u
#define CLF_VFORK 0x8000000u
#define CLF_CHILD_IN_PIDNS 0x20000000u
#define CLF_MAIN_THREAD 0x40000000u

/* Bits of flag set file_flags. */
#define OF_DIRECTORY 0x400u
#define OF_NONBLOCK 0x40u
#define OF_CLOEXEC 0x1000u
#define OF_NONE 0u
#define OF_FROM_EXIT 0xFFFFC000u	/* what only the exit event can know */

/* Events make no more threads than this; a list may name more. */
#define THREADS_MAX (1u << 20)
#define FORKS_PENDING 64		/* forks remembered whose child was not seen */
#define N_GONE 1024			/* exits remembered, a power of two */

/* A thread that exited a moment ago. */
struct gone {
	int64_t tid, ptid;
	uint64_t ns;
};

/* A fork whose child was not seen yet, by a process that knows it under NUMBER. */
struct pending_fork {
	uint32_t maker;			/* id of that process; 0: none */
	int64_t number;
	uint64_t ns;
	struct fd_tree fds;		/* what it had */
};

/* A descriptor that waits for its version, and who changed it. */
struct changed_fd {
	struct process *p;
	struct descriptor *fd;
};

struct past;
struct call;
typedef void apply_fn(struct call *c);

/* What there is to do for events of a type, so that it is looked up once. */
enum trait {
	TRAIT_NEVER = 1 << 0,		/* is never written */
	TRAIT_CALL = 1 << 1,
	TRAIT_ENTER = 1 << 2,		/* a call's */
	TRAIT_NO_THREAD = 1 << 3,	/* does without, unless it is a ring's request */
	TRAIT_INTRODUCES = 1 << 4,	/* may be the first that is heard of a thread */
	TRAIT_NEEDS_THREAD = 1 << 5,	/* to be applied */
	TRAIT_SWITCH = 1 << 6,
	TRAIT_INTERNAL = 1 << 7,
	TRAIT_MARKS = 1 << 8,		/* may mark a span */
	TRAIT_COMPLETES = 1 << 9,	/* the tables, at the start of a section */
	TRAIT_WAITS_DIFFER = 1 << 10,	/* whether it waits depends on its parameters */
};

struct world {
	const struct world_observer *observer;
	void *ctx;
	struct intern *names;
	struct containers *containers;
	struct users *users;
	struct role_table *roles;
	struct traces *traces;
	uint64_t lost_state;		/* events that tell of it are missing before this one; 0 */

	struct map threads;		/* by tid */
	struct map processes;		/* by pid; those whose pid is not known are in none */
	struct pool thread_pool, process_pool, table_pool;
	struct fd_store fd_store;
	size_t n_fds;			/* of all tables; shared ones count in each */
	const struct past *past;	/* NULL: it is the present (past.h); borrowed */
	uint32_t last_table;		/* ids given to tables of descriptors */
	uint32_t last_entity;		/* ids given to entities */
	uint32_t last_version;		/* ids given to versions */
	uint64_t memo_seed;		/* of tables of versions: not worth one each */
	struct world_age age;

	uint64_t n_events;		/* the number of the newest event */
	uint64_t now_ns;		/* its time */
	struct switched {
		uint64_t ts_ns;		/* 0: there was none */
		int64_t next;		/* the thread that went on; -1: not known */
	} *switched;			/* by CPU: its newest switch */
	size_t n_switched;
	bool is_loading;		/* tables are being taken, no event came since */
	struct thread *ended;		/* whose call ended with the last event */
	apply_fn *apply[EVENT_TYPES];	/* of all files, by type */
	uint16_t traits[EVENT_TYPES];	/* enum trait, by type */
	bool is_leading;		/* only events that complete the tables were seen */

	/* Put off until the next event, so that this one still shows them. */
	struct thread *dying;
	int64_t dying_to;		/* who gets its children, as told; or 0 */
	struct process *closing_in;
	int64_t closing_fd;

	/* A fork that is to be told of when the child was. */
	const struct process *forked_from, *forked;

	/* Entities changed by this event: they get a version when it is done. */
	struct process **changed;
	size_t n_changed, cap_changed;
	struct changed_fd *changed_fds;
	size_t n_changed_fds, cap_changed_fds;

	uint8_t served[65536 / 8];	/* ports of servers in the tables, a bit each */
	struct machine_record machine;
	bool has_machine;
	char hostname[128];
	struct iface_record *ifaces;	/* their names are owned */
	size_t n_ifaces, cap_ifaces;

	struct gone gone[N_GONE];
	struct pending_fork forks[FORKS_PENDING];
	uint32_t next_fork;		/* the slot of the next one */
	struct moment moment;
	struct text path;		/* scratch */
	struct text path2;
};

/* One event being applied. */
struct call {
	struct world *w;
	const struct event *ev;
	const struct event *enter;	/* EV's enter event, or NULL */
	struct thread *t;		/* NULL: none, or not in the table yet */
	int64_t res;			/* of an exit; 0 when it tells none */
	int64_t fd;			/* the descriptor it uses, or NO_FD */
	int64_t made_fd;		/* the one it made, or NO_FD */
	uint32_t fd_version;		/* of FD before the event; 0: it was not there */
	size_t n_mended;		/* what a scan found otherwise, besides versions */
	/* FD in T's process before the event, or NULL; it is still that as long as nothing
	 * was applied. */
	const struct descriptor *fd_before;
	bool was_applied;
};

/* The apply function of each type, or NULL. */
extern apply_fn *const lifecycle_apply[EVENT_TYPES];
extern apply_fn *const attribute_apply[EVENT_TYPES];
extern apply_fn *const file_apply[EVENT_TYPES];
extern apply_fn *const socket_apply[EVENT_TYPES];
extern apply_fn *const meta_apply[EVENT_TYPES];
extern apply_fn *const iter_apply[EVENT_TYPES];

/* iter.c: an async event that is part of a scan. */
void apply_scan_part(struct call *c);

/* Does the type change nothing but sizes and times? */
bool attribute_is_history(uint16_t id);

/* What a call says: from its exit event, or else from its enter event. */
struct span call_bytes(const struct call *c, enum role role);
struct span call_text(const struct call *c, enum role role);
int64_t call_num(const struct call *c, enum role role, int64_t otherwise);
/* The same, but what the enter event says counts more: the program may have
 * changed its memory since. */
struct span call_text_at_enter(const struct call *c, enum role role);
/* Of one event only. */
struct span said_text(const struct world *w, const struct event *ev, enum role role);
int64_t said_num(const struct world *w, const struct event *ev, enum role role,
		 int64_t otherwise);

/* waits.c: may a call of type ID wait though such calls do not as a rule, or the other way round:
 * does C, which is one, as far as its parameters tell? */
bool waits_may_differ(uint16_t id);
bool waits_differ(const struct call *c);

/* Names. */
uint32_t name_of(struct world *w, struct span s);	/* empty: INTERN_EMPTY */
struct span name_span(const struct world *w, uint32_t id);
/* PATH made absolute with BASE, as a name. */
uint32_t name_of_path(struct world *w, struct span base, struct span path);

/* process.c: threads and processes. */
struct process *process_new(struct world *w, int64_t pid);
struct thread *thread_new(struct world *w, struct process *p, int64_t tid);
/* A thread of which only the tid is known, in a process of which nothing is. */
struct thread *thread_new_unknown(struct world *w, int64_t tid);
/* T, whose exit was told, does something: it lives. */
void thread_revive(struct thread *t);
/* Take T out of the table; with its last thread its process goes. Children are
 * left to REAPER_TID, or to whom Linux would give them. */
void thread_remove(struct world *w, struct thread *t, int64_t reaper_tid);
static inline struct thread *
thread_find(const struct world *w, int64_t tid)
{
	return map_get(&w->threads, (uint64_t)tid);
}
struct process *process_find(const struct world *w, int64_t pid);
/* PTID is the thread or process that made P. */
void process_set_parent(struct world *w, struct process *p, int64_t ptid);
/* An unknown thread turns out to belong to PID. */
void thread_learn_pid(struct world *w, struct thread *t, int64_t pid);
void process_changed(struct world *w, struct process *p);
/* What changed of P since it got its version was so all the time. */
void process_learned(struct world *w, struct process *p);
void process_find_container(struct world *w, struct process *p);
void process_share_fds(struct world *w, struct process *p, struct process *with);
void process_copy_fds(struct world *w, struct process *p, const struct process *from);
void process_own_fds(struct world *w, struct process *p);
void world_clear(struct world *w);

/* Nothing but zeroes? */
static inline bool
is_zero(const uint8_t *p, size_t len)
{
	while (len--)
		if (*p++)
			return false;
	return true;
}

/* fork.c: children that their parent cannot name. */
/* MAKER made one, which it knows as NUMBER. */
void fork_note(struct world *w, const struct process *maker, int64_t number);
/* CHILD, of MAKER, runs; it has just been made. */
void fork_begin(struct world *w, struct thread *child, const struct process *maker);
/* Children that did not run yet are not waited for any more. */
void forks_forget(struct world *w);

/* fd.c: descriptors. */
static inline const struct descriptor *
fd_find(const struct process *p, int64_t num)
{
	return fd_tree_get(&p->fds->fds, num);
}
/* The same, to be changed. */
struct descriptor *fd_own(struct world *w, struct process *p, int64_t num);
/* A new descriptor under NUM, in place of what was there. NULL when NUM is
 * negative. */
struct descriptor *fd_add(struct world *w, struct process *p, int64_t num, uint8_t kind);
/* The same as the result of C. */
struct descriptor *fd_make(struct call *c, int64_t num, uint8_t kind);
/* Make FD, which was just added, what FROM is; it stays itself. */
void fd_take(struct descriptor *fd, const struct descriptor *from);
void fd_remove(struct world *w, struct process *p, int64_t num);
void fd_changed(struct world *w, struct process *p, struct descriptor *fd);
/* What changed of FD since it got its version was so all the time. */
void fd_learned(struct world *w, struct process *p, struct descriptor *fd);
/* Tell that FD is at its end; it stays in its table. */
void fd_forget(struct world *w, struct process *p, struct descriptor *fd);
bool fd_is_inet(const struct descriptor *fd);

/* initial.c: the state at the start of a section. */
void initial_take(struct world *w, const struct record *rec);
void initial_finish(struct world *w);

/* socket.c */
/* FD is new from the tables: its port, if it serves one; and, when all are in,
 * its role and the ends that are not told. */
void socket_note_served(struct world *w, const struct descriptor *fd);
void socket_fix_initial(const struct world *w, struct descriptor *fd);

/* version.c */
/* CONTENT turned out to be what ID stands for. */
void version_remember(struct world *w, struct version_memo **memo, uint64_t content,
		      uint32_t id);
uint32_t version_next(struct world *w, struct version_memo **memo, uint64_t content);
void version_memo_free(struct version_memo *memo);
uint64_t version_of_process(const struct process *p);
uint64_t version_of_fd(const struct descriptor *fd);
/* Give those that changed their versions, and tell of them. */
void versions_finish(struct world *w);
void versions_finish_fds(struct world *w);

#endif
