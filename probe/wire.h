/*
 * wire - what the BPF programs and their loader say to each other.
 *
 * A ring holds records: a struct wire_head, what its kind adds, then chunks,
 * each a struct wire_chunk and its bytes, filled up to a multiple of 4. The
 * kernel side copies registers and memory as they are; what they mean is
 * decided in user space.
 *
 * Members have a fixed width and no padding that is not named. Both sides are
 * built from this file, and by one compiler run each, so sizes are asserted.
 */
#ifndef PROBE_WIRE_H
#define PROBE_WIRE_H

#include <stdint.h>

#define WIRE_COMPAT_CALLS 512		/* numbers of system calls are below; those of
					 * 32-bit programs are this much higher */
#define WIRE_CALLS (2 * WIRE_COMPAT_CALLS)
#define WIRE_GRABS 4			/* at most, on each side of a call */
#define WIRE_CPUS 1024			/* rings, at most */
#define WIRE_CHUNK_MAX 4096		/* bytes of one chunk */
#define WIRE_IOVS 256			/* buffers of a vector that data is taken from */
#define WIRE_PARTS 7			/* of one grab, for each message */
#define WIRE_MESSAGES 32		/* of one call that are told of */
#define WIRE_NAMES_MAX 64		/* of a path */
#define WIRE_NO_ARG 255
#define WIRE_COMMS 8			/* names of threads that are asked for, at most */
#define WIRE_COMM_LEN 16		/* of one, with its NUL */
#define WIRE_ID_LEN 12			/* of a container's short id */

enum wire_kind {
	WIRE_ENTER = 1,			/* struct wire_call */
	WIRE_EXIT = 2,			/* struct wire_call */
	WIRE_DEATH = 3,			/* struct wire_death: a thread ends */
	WIRE_SIGNAL = 4,		/* struct wire_signal: one is delivered */
	WIRE_URING = 5,			/* struct wire_uring: io_uring takes a request */
	WIRE_CPU = 7,			/* struct wire_cpu: a thread ran since it was told last */
	WIRE_SWITCH = 8,		/* struct wire_switch: it leaves its CPU to another */
	WIRE_FAULT = 9,			/* struct wire_fault: it touches a page that lacks */
	WIRE_RENAME = 10,		/* struct wire_rename: a thread gets another name */
	WIRE_JOIN = 6,			/* struct wire_head: a thread that nothing was told of
					 * is traced from now on */
};

enum wire_flag {
	WIRE_COMPAT = 1,		/* a call of a 32-bit program */
	WIRE_UNNUMBERED = 2,		/* it has no number, and nobody misses it if it is lost:
					 * it will come again */
};

struct wire_head {
	uint64_t ts_ns;			/* since boot, sleep included */
	uint32_t len;			/* of the record, chunks included; what the ring has
					 * behind it is nothing */
	uint32_t seq;			/* of this CPU's records; lost ones have one too */
	uint32_t tid, pid;		/* in the first pid namespace */
	uint32_t number;		/* of the system call; unknown ones have bit 31 */
	uint16_t kind;			/* enum wire_kind */
	uint16_t flags;			/* enum wire_flag */
};

struct wire_call {
	struct wire_head head;
	int64_t result;			/* exit only */
	uint64_t args[6];
};

struct wire_death {
	struct wire_head head;
	int32_t code;			/* as wait() tells it */
	uint32_t reaper;		/* who gets the children; 0: there are none */
};

struct wire_signal {
	struct wire_head head;
	int32_t number;
	uint32_t sender;		/* pid; 0: the kernel */
};

struct wire_uring {
	struct wire_head head;
	uint64_t user_data;
	uint64_t offset;		/* in the file; reading and writing only */
	int32_t fd;			/* or the number of a registered file */
	uint32_t size;			/* bytes or, of a vector, buffers; 0 for the rest */
	uint32_t flags;			/* the lowest 8 are those of the request */
	uint32_t opcode;
};

/* How large the task is. */
struct wire_memory {
	uint64_t vm_pages, rss_pages, swap_pages;
};

/* Since the thread was born. */
struct wire_cpu {
	struct wire_head head;
	uint64_t run_ns;		/* exactly */
	uint64_t user_ns, system_ns;	/* roughly, by when the clock ticked */
	uint64_t pf_major, pf_minor;
	struct wire_memory memory;	/* of its process; all 0: it has none any more */
};

struct wire_switch {
	struct wire_head head;
	uint32_t next;			/* tid */
	uint32_t pad;
	uint64_t pf_major, pf_minor;
	struct wire_memory memory;
};

struct wire_fault {
	struct wire_head head;
	uint64_t address, ip;
	uint64_t error;			/* as the processor tells it */
};

struct wire_rename {
	struct wire_head head;		/* who does it */
	uint32_t tid, pid;		/* whom */
	char comm[16];			/* the new name, with NULs behind it */
};

struct wire_chunk {
	uint16_t len;			/* of the bytes that follow */
	uint8_t grab;			/* which of the call's grabs it answers */
	uint8_t part;			/* several of one grab: 0, 1, ... */
};

/* What is to be copied. */
enum wire_what {
	GRAB_TEXT = 1,			/* the string that ARG points to */
	GRAB_FIXED = 2,			/* MAX bytes at ARG */
	GRAB_RESULT = 3,		/* as many bytes at ARG as the result says, or when
					 * it is an error, as argument MORE does */
	GRAB_COUNTED = 4,		/* argument MORE times SIZE bytes at ARG; 0 for MAX
					 * is the snap length */
	GRAB_VECTOR = 5,		/* iovecs at ARG, MORE of them: part 0 they
					 * themselves, part 1 the first data; none of
					 * a call that failed when SIZE is set. Part 2,
					 * 8 bytes: what those beyond part 0 hold */
	GRAB_MESSAGE = 6,		/* msghdr at ARG: part 0 iovecs, 1 data, 2 name,
					 * 3 control */
	GRAB_SOCKET = 7,		/* struct wire_socket of descriptor ARG, or with
					 * SIZE set of the one that ARG points to */
	GRAB_FILE = 8,			/* part 0 struct wire_file, likewise; part 1 its
					 * path when MORE is set */
	GRAB_TASK = 9,			/* part 0 struct wire_task, 1 arguments, 3 path of
					 * the working folder, 6 its cgroups; when MORE
					 * is set 2 environment, 4 path of the program, 5 what it
					 * was started as; and of a call that failed
					 * argument ARG and the next are the arguments
					 * and the environment */
	GRAB_NAME = 10,			/* socket address at ARG; MORE has its length, or
					 * points to it when SIZE is set */
	GRAB_MEMORY = 11,		/* struct wire_memory of the task */
	GRAB_MESSAGES = 12,		/* mmsghdrs at ARG, MORE of them. Message N has the
					 * parts of GRAB_MESSAGE from N * WIRE_PARTS on;
					 * part 4 has its length, 4 bytes */
};

/* What a call that is entered may be asked. */
#define WIRE_ENTER_GRABS (1u << GRAB_TEXT | 1u << GRAB_FIXED | 1u << GRAB_COUNTED | \
			  1u << GRAB_VECTOR | 1u << GRAB_MESSAGE | 1u << GRAB_SOCKET | \
			  1u << GRAB_NAME)

/* A path is copied as its names, the last one first, each with a NUL. One that begins in
 * no folder (a memfd) has one name, and a second that is empty. */

/* Of cgroups there is for each hierarchy its number, 4 bytes, and such a path, with an
 * empty name behind it. */

struct wire_grab {
	uint8_t what;			/* enum wire_what */
	uint8_t arg;			/* of the call; WIRE_NO_ARG: the result */
	uint8_t more;			/* another argument */
	uint8_t size;
	uint32_t max;			/* bytes; data: 0 is the snap length */
};

/* Why a record is sent. Of a thread that is asked for all that has a reason is sent,
 * of others what is needed for the state. */
enum wire_want {
	WIRE_WANT_MATCH = 1,		/* it may be asked for */
	WIRE_WANT_STATE = 2,		/* it tells what others are called by */
};

/* What to copy for the call with one number. */
struct wire_spec {
	uint8_t n_enter, n_exit;
	uint8_t is_state;		/* it changes what is kept of the system */
	uint8_t wants;			/* enum wire_want; 0: nobody needs it */
	uint8_t inner, n_inner;		/* it is several calls: these wire_inners of the
					 * configuration, by what the first argument has in
					 * INNER_MASK */
	uint16_t inner_mask;
	struct wire_grab enter[WIRE_GRABS];
	struct wire_grab exit[WIRE_GRABS];
};

#define WIRE_INNERS 64			/* a power of two */
#define WIRE_INNER_WORD 8

/* A call that a 32-bit program makes through another one. */
struct wire_inner {
	uint16_t number;		/* as it is called by itself; 0: it is none */
	uint8_t words_at;		/* an argument: points to words of 32 bits */
	uint8_t n_words;
	uint8_t from[8];		/* where each argument is: an argument of the other one,
					 * WIRE_INNER_WORD and more: a word, 7: nowhere */
};

/* Of which threads something is asked. */
struct wire_filter {
	uint32_t is_set;		/* is anything below, or only_marked? */
	uint32_t has_cgroup;		/* nothing but what is in it, or below it */
	uint64_t cgroup_id;
	uint32_t cgroup_hierarchy;	/* 0: version 2 */
	uint32_t n_comms;
	uint32_t but_comms;		/* all but these */
	uint32_t has_container;
	char container[16];		/* the first WIRE_ID_LEN digits of its id; state only
					 * of others */
	char comms[WIRE_COMMS][WIRE_COMM_LEN];	/* filled up with NUL; likewise */
};

/* Set between open and load, constant afterwards. */
struct wire_config {
	uint32_t own_tgid;		/* never traced */
	uint32_t only_marked;		/* threads that are marked, and their children */
	uint32_t snap_bytes;
	uint32_t data_limit_bytes;	/* a ring with more takes no data events */
	uint8_t other_wants;		/* calls with unknown numbers: enum wire_want */
	uint8_t signal_wants, uring_wants, cpu_wants, switch_wants, fault_wants;
	uint8_t pad[2];
	struct wire_filter filter;
	uint8_t number_wants[WIRE_COMPAT_CALLS];	/* all wants of the two calls that have
							 * a number, and of their inner
							 * ones */
	struct wire_inner inners[WIRE_INNERS];
	struct wire_spec specs[WIRE_CALLS];
};

enum wire_mark_flag {
	WIRE_MARK_TREE = 1,		/* it belongs to the tree that is followed */
	WIRE_MARK_TOLD = 2,		/* where it comes from is known */
	WIRE_MARK_JUDGED = 4,		/* WANTS is so, for CSS_SET and the name that it has */
};

/* What is known of a thread. */
struct wire_mark {
	uint64_t css_set;
	uint32_t flags;			/* enum wire_mark_flag */
	uint32_t wants;			/* enum wire_want */
	uint64_t told_ns;		/* how long it had run when that was told last */
};

/* Counted for each CPU; what could not be sent. */
struct wire_losses {
	uint64_t full_state;		/* the ring was full */
	uint64_t full_data;
	uint64_t kept_data;		/* the rest of the ring was kept for state */
	uint64_t sent;
};

/* What the programs keep for each CPU; as long as a cache line. */
struct wire_cell {
	struct wire_losses losses;
	uint32_t seq;
	uint32_t is_kept;		/* no room for data when that was last looked at */
	/* Of the thread that made the last call: where its registers stand, what is wanted
	 * of it, and in which turn that was found out. */
	uint64_t caller;
	uint64_t caller_turn;
	uint32_t caller_wants;
	uint32_t relieved;		/* events that a second program took, less those that
					 * a first one left to it */
};

#define WIRE_ROOTS 32			/* hierarchies of cgroups; a power of two */

/* Shared while it runs. */
struct wire_state {
	uint64_t n_seeds;		/* written by the loader: threads to be marked */
	uint64_t n_taken;		/* of these, marked so far */
	uint64_t alive;			/* marked threads that have not ended */
	uint64_t unmarked;		/* children that there was no memory to mark */
	uint64_t living;		/* what the iterator counted: marked, or to be */
	uint64_t turn;			/* another one: nothing holds that was known of callers */
	uint64_t asks_roots;		/* written by the loader: the iterator shall find ROOTS */
	uint64_t has_roots;
	/* Where trees of cgroups begin for the tracer, by the number of the hierarchy:
	 * what it sees of them (cgroup_namespaces(7)). */
	uint64_t roots[WIRE_ROOTS];
};

/* One end that is a Unix socket's has no address. */
struct wire_socket {
	uint64_t self, peer;		/* Unix: addresses in the kernel */
	uint8_t local[16], remote[16];	/* network order; IPv4 in the first 4 bytes */
	uint16_t local_port, remote_port;	/* host order */
	uint16_t family, type;
	uint16_t protocol;
	uint16_t backlog, backlog_max;
	uint16_t path_len;
	uint16_t state;			/* as the kernel numbers those of TCP */
	uint16_t pad[3];
	uint8_t path[112];		/* Unix: own, or else the peer's; may begin with NUL */
};

struct wire_file {
	uint64_t ino;
	uint32_t dev;			/* as the kernel keeps it: 12 bits, 20 bits */
	uint32_t mode;
	uint32_t open_flags;		/* the kernel's O_ */
	uint16_t was_created;
	uint16_t layer;			/* enum wire_layer */
};

/* Where a file of an overlay stands. */
enum wire_layer { WIRE_NO_LAYER, WIRE_UPPER_LAYER, WIRE_LOWER_LAYER };

struct wire_task {
	uint32_t tid, pid, ptid;
	int32_t vtid, vpid, vpgid, pgid;
	uint32_t level, child_level;	/* of pid namespaces: own, and of children */
	uint32_t uid, gid, loginuid;
	uint32_t tty;
	uint32_t has_exe;
	uint32_t exe_uid, exe_gid;	/* who owns the program */
	uint16_t exe_mode;
	uint16_t exe_layer;		/* enum wire_layer */
	uint16_t exe_is_fixed;		/* nobody may write there */
	uint16_t is_in_exe_gid;		/* the thread belongs to its group */
	uint64_t fdlimit;
	uint64_t pf_major, pf_minor;
	struct wire_memory memory;
	uint64_t cap_inheritable, cap_permitted, cap_effective;
	uint64_t exe_ino, exe_ctime_ns, exe_mtime_ns;
	uint64_t pidns_start_ns;	/* since boot: when its pid namespace began */
	char comm[16];
};

/* A descriptor that a process has, as the iterator over them lists it. Behind it its
 * path, or what the kernel calls it ("pipe:[17]"), with a NUL. */
struct wire_listed {
	uint32_t len;			/* path included, a multiple of 8 */
	uint32_t pid;
	uint32_t fd;
	uint16_t path_len;		/* NUL included */
	uint8_t are_names;		/* of the path, the last one first */
	uint8_t is_gone;		/* no folder has it any more; names only */
	struct wire_file file;
	struct wire_socket socket;	/* family 0: it is none */
};

/* A thread as the iterator over them counts it. Behind it the names of its program's file,
 * then those of the folder it works in, as it sees them itself. */
struct wire_thread {
	uint32_t len;			/* names included, a multiple of 8 */
	uint16_t exe_len, cwd_len;	/* 0: not known, or it is no process's first */
	uint16_t is_followed;
	uint8_t is_ending;
	uint8_t has_ended;		/* what waits for its parent, if anything, is a zombie */
	int32_t sid;
	uint64_t cgroups;		/* the same number: the same cgroups */
	struct wire_task task;
};

_Static_assert(sizeof(struct wire_thread) == 216, "wire_thread");
_Static_assert(sizeof(struct wire_rename) == 56, "wire_rename");
_Static_assert(sizeof(struct wire_listed) % 8 == 0, "wire_listed");
_Static_assert(sizeof(struct wire_head) == 32, "wire_head");
_Static_assert(sizeof(struct wire_call) == 88, "wire_call");
_Static_assert(sizeof(struct wire_death) == 40, "wire_death");
_Static_assert(sizeof(struct wire_signal) == 40, "wire_signal");
_Static_assert(sizeof(struct wire_uring) == 64, "wire_uring");
_Static_assert(sizeof(struct wire_cpu) == 96, "wire_cpu");
_Static_assert(sizeof(struct wire_switch) == 80, "wire_switch");
_Static_assert(sizeof(struct wire_fault) == 56, "wire_fault");
_Static_assert(sizeof(struct wire_chunk) == 4, "wire_chunk");
_Static_assert(sizeof(struct wire_grab) == 8, "wire_grab");
_Static_assert(sizeof(struct wire_spec) == 72, "wire_spec");
_Static_assert(sizeof(struct wire_filter) == 176, "wire_filter");
_Static_assert(sizeof(struct wire_inner) == 12, "wire_inner");
_Static_assert(sizeof(struct wire_config) ==
	       200 + WIRE_COMPAT_CALLS + 12 * WIRE_INNERS + 72 * WIRE_CALLS,
	       "wire_config");
_Static_assert(sizeof(struct wire_mark) == 24, "wire_mark");
_Static_assert(sizeof(struct wire_losses) == 32, "wire_losses");
_Static_assert(sizeof(struct wire_cell) == 64, "wire_cell");
_Static_assert(sizeof(struct wire_state) == 64 + 8 * WIRE_ROOTS, "wire_state");
_Static_assert(sizeof(struct wire_socket) == 184, "wire_socket");
_Static_assert(sizeof(struct wire_file) == 24, "wire_file");
_Static_assert(sizeof(struct wire_memory) == 24, "wire_memory");
_Static_assert(sizeof(struct wire_task) == 192, "wire_task");

#endif
