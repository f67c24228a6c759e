/*
 * entity - the things of a system, as the world knows them at one moment.
 *
 * An entity is one thing from birth to death; its id is a number of ours,
 * never its pid or descriptor number, and is not used again. What people
 * select or group by makes a *version* when it changes; counters and sizes
 * change without one. The structs here are the newest state: whoever wants to
 * keep a version copies it when the observer (world.h) tells of it.
 *
 * Only the world writes to them. Names are ids of the world's pool of names
 * (intern.h); 0 there means "not known".
 */
#ifndef ENGINE_WORLD_ENTITY_H
#define ENGINE_WORLD_ENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/event/source.h"
#include "engine/world/fd_tree.h"

struct past_fds;
struct version_memo;

#define ENTER_BYTES_MAX 4096		/* larger enter events are not remembered */

/* A user or group id that is not known, or is none. */
#define NO_UID UINT32_MAX

/* Bits of thread.flags that are ours, above flag set clone_flags (bits 0-30). */
#define THREAD_CHILD_FIRST (1u << 31)	/* its own side of clone came first */

/* What an fd is for: which end of the connection its process has. */
enum fd_role { ROLE_UNKNOWN, ROLE_CLIENT, ROLE_SERVER };

struct tuple {
	uint8_t src_ip[16];		/* network order; IPv4 in the first 4 bytes */
	uint8_t dst_ip[16];		/* a bound socket has its address in SRC */
	uint16_t src_port, dst_port;
	uint64_t unix_src, unix_dst;	/* kernel addresses */
};

/* Families, as in flag set socket_families. */
#define PPM_UNIX 1
#define PPM_INET 2
#define PPM_INET6 10

/* A parameter of kind PK_SOCKTUPLE to *T, and its family (PPM_INET and so on) to *FAMILY. False:
 * there is nothing in it. */
bool tuple_from_param(struct span s, struct tuple *t, uint8_t *family);

/* One open descriptor of one table. */
struct descriptor {
	uint32_t id;
	uint32_t version;
	uint64_t born;			/* event number; 0: before the first event */
	uint64_t proved;		/* the event that last told what it is */
	int64_t num;
	uint8_t kind;			/* enum fd_kind, never FD_FILE_V2 */
	uint8_t l4;			/* enum l4_proto */
	uint8_t role;			/* enum fd_role */
	bool connected;
	bool cloexec;
	bool has_tuple;			/* TUPLE tells something */
	bool is_restated;		/* a list told all of it: nothing is to be guessed */
	uint32_t name;			/* path; sockets: unix path; see descriptor_name() */
	uint32_t open_flags;		/* flag set file_flags */
	uint32_t dev;
	uint64_t ino;
	int64_t pidfd_pid;		/* FD_PIDFD: of whom, else 0 */
	struct tuple tuple;
	struct version_memo *memo;	/* versions it had, while somebody keeps them */
	uint32_t changed_at;		/* its place among those changed, from 1; 0: in none */
	uint32_t was;			/* version before that; 0: it was never told of */
	uint32_t refs;			/* nodes of tables that have it (fd_tree.h) */
	uint32_t owner;			/* id of the process whose changes make its versions */
};

/* The descriptors of one process, or of several after clone(CLONE_FILES). */
struct fd_table {
	struct fd_tree fds;		/* by number */
	uint32_t id;			/* of ours, not used again */
	const struct past_fds *past;	/* NULL: FDS is all of it (past.h) */
	uint32_t n_users;
	uint64_t proved;		/* the event that last listed what is in it */
	bool complete;			/* false: there may be more than we know */
};

/* One instance of a thread group: from fork to the exit of its last thread. */
struct process {
	uint32_t id;
	uint32_t version;
	uint64_t born;			/* event number; 0: before the first event */
	uint64_t proved;		/* the event that last told who it is */
	uint64_t born_ns;		/* time of its clone; 0: not known */
	uint64_t exec_ns;		/* time of its last exec; 0: not known */
	int64_t pid;			/* -1: not known (a thread met in the middle) */
	int64_t ppid;			/* -1: not known, 0: none */
	int64_t vpid, sid, vpgid, pgid;	/* -1: not known */
	uint32_t comm;			/* the name of its leader */
	uint32_t exe, exepath;
	uint32_t args, env, cgroups;	/* texts, each ended by a NUL */
	uint32_t cwd;			/* ends in "/" */
	uint32_t root;
	uint32_t uid, gid, loginuid;	/* NO_UID */
	uint32_t tty;
	uint32_t container;		/* containers_get(); 0: the host */
	bool exe_writable, exe_upper_layer, exe_lower_layer, exe_from_memfd;
	bool is_reaper;			/* orphans below it become its children */
	uint64_t cap_inheritable, cap_permitted, cap_effective;
	uint64_t exe_ino, exe_ino_ctime_ns, exe_ino_mtime_ns;
	uint64_t pidns_start_ns;
	int64_t fdlimit;		/* -1: not known */
	uint32_t n_threads;		/* without a leader that exited before the others */
	struct fd_table *fds;		/* never NULL */
	struct thread *threads;		/* those in the table, newest first */
	struct thread *leader;		/* whose tid is the pid; NULL: not in the table */
	struct process *parent;		/* NULL: not in the table, or none */
	struct process *first_child;
	struct process *next_sibling, *prev_sibling;
	uint8_t n_handed;		/* how often it got another parent */
	struct version_memo *memo;	/* versions it had, while somebody keeps them */
	uint32_t changed_at;		/* its place among those changed, from 1; 0: in none */
	uint32_t was;			/* version before that; 0: it was never told of */
};

struct thread {
	uint32_t id;
	uint32_t version;		/* made at its next event after a change */
	uint32_t version_of;		/* of which version of its process */
	uint32_t version_comm;		/* and with which name */
	struct version_memo *memo;	/* versions it had, while somebody keeps them */
	uint64_t born;			/* event number; 0: before the first event */
	uint64_t born_ns;		/* time of its clone; 0: not known */
	int64_t tid;
	int64_t vtid;			/* -1: not known */
	int64_t ptid;			/* a process's parent; -1: not known, 0: none */
	uint32_t comm;
	uint32_t flags;			/* flag set clone_flags, THREAD_* */
	bool known;			/* false: only its tid is, from an event */
	bool is_confirmed;		/* its own side of clone was seen, or it was listed */
	bool dead;			/* it exited; gone with the next event */
	bool is_zombie;			/* a leader that exited before the other threads */
	struct process *proc;		/* never NULL */
	struct thread *next_in_proc, *prev_in_proc;
	uint32_t vmsize_kb, vmrss_kb, vmswap_kb;
	uint64_t pfmajor, pfminor;
	uint64_t cpu_user, cpu_system;	/* of its last procinfo sample, in ticks of 10 ms */
	uint64_t user_step, system_step;	/* what that was more than the one before */
	uint64_t n_samples;		/* procinfo events seen of it */
	uint64_t cpu_user_ns, cpu_system_ns;	/* the same exactly, where that is told; or 0 */
	uint64_t exec_ns;		/* how long it was on a CPU, as its switches tell */
	uint64_t n_unsure_execs;	/* how often it may have been shorter */

	/* The call it is in, from its enter event. */
	struct event enter;		/* .type NULL: none pending */
	uint8_t *enter_bytes;		/* owned: what ENTER points to */
	size_t enter_cap;
	int64_t enter_fd;		/* the descriptor it named, or INT64_MIN */
};

#endif
