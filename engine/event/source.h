/*
 * source - where events come from: a capture, several of them, or the kernel.
 *
 * A source hands out records, one at a time: a section starts (machine, boot
 * time), the state at its start (processes, descriptors, users, interfaces),
 * then events in their order, and what was lost between them. Everything in a
 * record is borrowed until the next call. Text may hold any bytes, and has no
 * NUL at its end.
 *
 * Nothing here knows what an event means; that is the world's part.
 */
#ifndef ENGINE_EVENT_SOURCE_H
#define ENGINE_EVENT_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/err.h"
#include "engine/base/reader.h"
#include "engine/event/event.h"

enum record_kind {
	RECORD_SECTION,			/* a new section: all state starts anew */
	RECORD_MACHINE,			/* what the section tells of its machine */
	RECORD_IFACE,
	RECORD_USER,
	RECORD_GROUP,
	RECORD_PROC,			/* one entry of the process list: a thread */
	RECORD_FD,			/* one descriptor of a thread */
	RECORD_EVENT,
	RECORD_LOSS,			/* events are missing here */
};

struct section_record {
	const char *name;		/* of the file, or "live" */
	uint64_t offset;		/* of its header, in the inflated stream */
	uint32_t file;			/* which of the files, from 0 */
	uint16_t major, minor;		/* format version */
	bool swapped;			/* it was written in the other byte order */
};

struct machine_record {
	uint32_t n_cpus;
	uint64_t memory_bytes;
	uint64_t max_pid;
	struct span hostname;
	uint64_t boot_ns;		/* since the epoch; 0: not recorded */
	uint64_t flags;
};

struct iface_record {
	bool is_v6;
	struct span name;
	uint8_t addr[16];		/* network order; IPv4 in the first 4 bytes */
	uint8_t netmask[16];
	uint8_t broadcast[16];
	uint64_t speed;			/* link speed as recorded; 0: not recorded */
};

struct user_record {
	uint32_t uid, gid;		/* a group: gid only */
	struct span name;
	struct span home;		/* empty for a group */
	struct span shell;
};

/* The default of an id or number that a process list does not tell. */
#define PROC_NO_ID (-1)

struct proc_record {
	int64_t tid, pid, ptid;
	int64_t sid, vpgid, pgid;	/* PROC_NO_ID: not recorded */
	int64_t vtid, vpid;		/* PROC_NO_ID: not recorded */
	struct span comm, exe, exepath;
	struct span args, env, cgroups;	/* texts, each ended by a NUL */
	struct span cwd, root;
	int64_t fdlimit;
	uint32_t flags;			/* flag set clone_flags */
	uint32_t uid, gid;
	uint32_t loginuid;		/* UINT32_MAX: none or not recorded */
	uint32_t vmsize_kb, vmrss_kb, vmswap_kb;
	uint64_t pfmajor, pfminor;
	uint64_t pidns_start_ns;
	uint32_t tty;
	bool exe_writable, exe_upper_layer, exe_lower_layer, exe_from_memfd;
	uint64_t cap_inheritable, cap_permitted, cap_effective;
	uint64_t exe_ino, exe_ino_ctime_ns, exe_ino_mtime_ns;
};

/* Kinds of descriptors, by the numbers of the capture format. */
enum fd_kind {
	FD_UNKNOWN = 0, FD_FILE = 1, FD_DIRECTORY = 2, FD_IPV4 = 3, FD_IPV6 = 4,
	FD_IPV4_SERVER = 5, FD_IPV6_SERVER = 6, FD_FIFO = 7, FD_UNIX = 8, FD_EVENT = 9,
	FD_UNSUPPORTED = 10, FD_SIGNALFD = 11, FD_EPOLL = 12, FD_INOTIFY = 13,
	FD_TIMERFD = 14, FD_NETLINK = 15, FD_FILE_V2 = 16, FD_BPF = 17,
	FD_USERFAULTFD = 18, FD_IO_URING = 19, FD_MEMFD = 20, FD_PIDFD = 21,
	FD_KINDS = 22,
};

enum l4_proto {
	L4_UNKNOWN = 0, L4_NONE = 1, L4_TCP = 2, L4_UDP = 3, L4_ICMP = 4, L4_RAW = 5,
};

struct fd_record {
	int64_t tid;			/* whose */
	int64_t fd;
	uint64_t ino;
	uint8_t kind;			/* enum fd_kind; FD_FILE_V2 comes as FD_FILE */
	uint8_t l4;			/* enum l4_proto */
	uint8_t src_ip[16];		/* network order; IPv4 in the first 4 bytes */
	uint8_t dst_ip[16];		/* a server has its address in SRC */
	uint16_t src_port, dst_port;
	uint64_t unix_src, unix_dst;	/* kernel addresses */
	uint32_t open_flags;		/* flag set file_flags */
	uint32_t dev;
	struct span name;
	/* What only captures that follow another one tell of a descriptor: */
	bool is_restated;		/* the rest counts */
	uint8_t role;			/* which end it is: 1 client, 2 server */
	bool connected, cloexec, has_tuple;
	int64_t pidfd_pid;
};

/* Why events are missing. */
enum loss_reason {
	LOSS_FOR_UNKNOWN,
	LOSS_FULL,			/* there was no room for them */
	LOSS_RESERVED,			/* what room there was, was kept for others */
	LOSS_SKIPPED,			/* the kernel did not ask the tracer */
};

/* What they were about. */
enum loss_class {
	LOSS_OF_ANY,			/* not known */
	LOSS_OF_STATE,			/* they change what is known of the system */
	LOSS_OF_DATA,
};

struct loss_record {
	uint64_t count;			/* events that are missing; 0: not known */
	uint64_t from_ns, to_ns;
	int32_t cpu;			/* -1: not known */
	uint8_t reason;			/* enum loss_reason */
	uint8_t class;			/* enum loss_class */
};

struct record {
	enum record_kind kind;
	union {
		struct section_record section;
		struct machine_record machine;
		struct iface_record iface;
		struct user_record user;	/* and groups */
		struct proc_record proc;
		struct fd_record fd;
		struct event ev;
		struct loss_record loss;
	};
};

/* How a source ended. */
struct source_end {
	uint64_t n_damages;		/* blocks and members that could not be used */
	bool cut_short;			/* it ends in the middle of something */
	bool interrupted;		/* source_cancel() ended it */
	struct err damage;		/* the first: what and where; code 0: none */
};

/* What a source has read so far, for progress and for speed. */
struct source_stats {
	uint64_t n_events;		/* handed out */
	uint64_t n_tables;		/* entries of tables handed out, the machine's too */
	uint64_t bytes_done;		/* of the input, as stored */
	uint64_t bytes_all;		/* of the input; 0: not known */
	uint64_t bytes_inflated;
	uint64_t n_unknown_events;	/* of types that the registry lacks */
};

/* Where an event stands in what its source read. */
struct event_place {
	uint32_t file;			/* section_record.file */
	uint64_t offset;		/* event.offset */
};

/* Reads events once more, by their places. Each thread has its own. */
struct reread {
	const struct reread_ops *ops;
};

struct reread_ops {
	/* The event at *AT in *EV: borrowed until the next call but one, if that call is
	 * about an event before it. A negative errno when it is no longer there: *err says
	 * why. */
	int (*event)(struct reread *r, const struct event_place *at, struct event *ev,
		     struct err *err);
	void (*close)(struct reread *r);
};

struct source;

struct source_ops {
	/* The next record in *REC. 1: there is one. 0: there are no more, and
	 * end() tells why. */
	int (*next)(struct source *s, struct record *rec);
	void (*stats)(const struct source *s, struct source_stats *out);
	void (*end)(const struct source *s, struct source_end *out);
	/* Make next() return 0 soon. May be called from a signal handler. */
	void (*cancel)(struct source *s);
	/* A new reader of what next() handed out; it must be closed before S is. NULL
	 * (also for the function): events are gone once they were handed out. */
	struct reread *(*reread)(const struct source *s);
	void (*close)(struct source *s);
};

/* The first member of everything that is a source. */
struct source {
	const struct source_ops *ops;
};

static inline int
source_next(struct source *s, struct record *rec)
{
	return s->ops->next(s, rec);
}

static inline void
source_stats(const struct source *s, struct source_stats *out)
{
	s->ops->stats(s, out);
}

static inline void
source_end(const struct source *s, struct source_end *out)
{
	s->ops->end(s, out);
}

static inline void
source_cancel(struct source *s)
{
	s->ops->cancel(s);
}

static inline struct reread *
source_reread(const struct source *s)
{
	return s->ops->reread ? s->ops->reread(s) : NULL;
}

/* NULL is fine. */
static inline void
reread_close(struct reread *r)
{
	if (r)
		r->ops->close(r);
}

/* NULL is fine. */
static inline void
source_close(struct source *s)
{
	if (s)
		s->ops->close(s);
}

#endif
