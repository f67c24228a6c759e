/*
 * kept - entities and their versions, as the store keeps them.
 *
 * A version is written once, before anybody else can see it; when a fact is
 * learned late its slot gets a completed copy. Entities have what changes in
 * trails. Positions are event numbers: "from" is the first event that shows it.
 * Names are ids of the world's pool.
 */
#ifndef ENGINE_STORE_KEPT_H
#define ENGINE_STORE_KEPT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/store/trail.h"
#include "engine/world/entity.h"

struct kept_table;

#define KEPT_ALIVE UINT64_MAX		/* in the place of an end */

/* Entries of trails. */
struct kept_step {			/* which version, or table, from here on */
	uint64_t from;
	uint32_t slot;
	uint32_t unused;
};

struct kept_process_state {
	uint64_t from;
	int64_t fdlimit;
	uint32_t n_threads;
	uint32_t has_leader;
	struct kept_table *table;
};

struct kept_thread_state {
	uint64_t from;
	uint64_t ts_ns;			/* of the event */
	uint64_t pfmajor, pfminor;
	uint64_t cpu_user, cpu_system;	/* ticks of 10 ms, as last sampled */
	uint64_t cpu_user_ns, cpu_system_ns;	/* the same exactly, where that is told; or 0 */
	int64_t vtid;
	uint32_t vmsize_kb, vmrss_kb, vmswap_kb;
	uint32_t n_samples;
	uint32_t comm;
	uint32_t flags;			/* of its clone */
	uint32_t user_step, system_step;
};

struct kept_exec {			/* time on a CPU, as switches tell */
	uint64_t from;
	uint64_t exec_ns;
	uint64_t n_unsure;		/* times that it may be too long */
};

struct kept_process {
	uint32_t id;			/* of the world */
	uint32_t index;			/* in the store's list */
	uint32_t section;
	int64_t pid;			/* as first told */
	uint64_t born;			/* event number */
	uint64_t born_ns;
	uint64_t from;
	_Atomic uint64_t to;		/* KEPT_ALIVE */
	struct trail versions;		/* kept_step: process versions */
	struct trail states;		/* kept_process_state */
	_Atomic(struct kept_process *) next_of_pid;
	/* The writer's: */
	struct kept_process_state now;	/* the newest entry of STATES */
	uint32_t version;		/* of the world, the newest */
	bool is_marked, is_gone;	/* while it sweeps; it is in the graveyard */
};

struct kept_thread {
	uint32_t id;
	uint32_t index;
	uint32_t section;
	int64_t tid;
	uint64_t born, born_ns;
	_Atomic bool known;
	uint64_t from;
	_Atomic uint64_t to;
	_Atomic(struct kept_process *) proc;
	struct trail states;		/* kept_thread_state */
	struct trail execs;		/* kept_exec */
	_Atomic(struct kept_thread *) next_of_tid;
	/* The writer's: */
	uint32_t version, slot;		/* the newest one */
	uint64_t enter;			/* event number of its newest enter; 0: none */
	uint64_t exec_ns;		/* of the newest entry of EXECS */
	bool is_marked, is_gone;
};

struct process_version {
	struct kept_process *of;
	uint32_t id;			/* of the world */
	uint32_t slot;
	int64_t pid, ppid, vpid, sid, vpgid, pgid;
	uint32_t comm, exe, exepath, args, env, cgroups, cwd, root;
	uint32_t uid, gid, loginuid, tty, container;
	bool exe_writable, exe_upper_layer, exe_lower_layer, exe_from_memfd;
	uint64_t cap_inheritable, cap_permitted, cap_effective;
	uint64_t exe_ino, exe_ino_ctime_ns, exe_ino_mtime_ns, pidns_start_ns;
	bool is_marked, is_gone;	/* the writer's */
};

/* Also what events without a thread have: then OF is NULL. */
struct thread_version {
	struct kept_thread *of;
	uint32_t id;
	uint32_t slot;
	uint32_t process;		/* slot; 0: none */
	uint32_t comm;
	uint32_t container;		/* without a thread: which one the event tells of */
	int64_t tid;			/* as the event has it */
	/* The writer's: */
	uint64_t last;			/* the newest row that names it, when it is over */
	uint64_t key;			/* without a thread: in the index */
	bool is_gone;
};

/* Also numbers of descriptors of which nothing is known: then KNOWN is false. */
struct fd_version {
	uint32_t id;
	uint32_t slot;
	uint32_t entity;		/* descriptor.id */
	bool known;
	uint8_t kind, l4, role;
	bool cloexec, has_tuple;
	int64_t num;
	uint64_t born;
	uint32_t name, open_flags, dev;
	uint64_t ino;
	int64_t pidfd_pid;
	struct tuple tuple;
	uint64_t last;			/* the writer's: the newest row that names it */
	bool is_marked, is_gone;
};

#endif
