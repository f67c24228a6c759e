/*
 * calls - which parameters of an event come from where in a system call.
 *
 * One row a call: for each parameter of its enter and its exit event, in the
 * order of the registry, a struct take. A call that is no row here becomes a
 * generic event, or its own event without parameters where it has none to
 * fill. What the kernel must copy follows from the rows (calls_specs()), and
 * encode.c walks the same rows to make the event.
 *
 * An enter event has as many parameters as its older versions had, the exit
 * event all: readers of any age then find the descriptor.
 */
#ifndef PROBE_CALLS_H
#define PROBE_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/event/syscall.h"
#include "probe/wire.h"

#define CALL_ENTER_MAX 6
#define CALL_EXIT_MAX 32
#define CALL_POLL_MAX 32		/* descriptors of one poll() that are told */

/* How a parameter is made. ARG is an argument's number. */
enum take_how {
	TAKE_END,			/* no more parameters */
	TAKE_RESULT,
	TAKE_ARG,			/* as it is, cut to the parameter's size */
	TAKE_OFFSET,			/* the upper half is ARG, the lower one MORE */
	TAKE_INT,			/* a signed 32-bit number: descriptor, pid */
	TAKE_CONVERTED,			/* through CONVERT */
	TAKE_TEXT,
	TAKE_DATA,			/* MORE: how long, should the call fail */
	TAKE_VECTOR_DATA,		/* MORE: how many iovecs */
	TAKE_VECTOR_SIZE,
	TAKE_MESSAGE_DATA,		/* these: SIZE is 1 where there are several messages,
					 * as many as argument MORE says */
	TAKE_MESSAGE_SIZE,
	TAKE_MESSAGE_CONTROL,
	TAKE_MESSAGE_RESULT,		/* bytes of this one, or why there is none */
	TAKE_BUFFER,			/* bytes at ARG, MORE of them */
	TAKE_NAME,			/* a socket address; MORE: its length */
	TAKE_TUPLE,			/* both ends of socket ARG; MORE: enum tuple_way. What
					 * it does not tell is in the address at argument
					 * SIZE, if that is not 0 */
	TAKE_MESSAGE_TUPLE,		/* the same; the address is in the msghdr of the
					 * call's TAKE_MESSAGE_SIZE */
	TAKE_QUEUE,			/* of socket ARG; MORE: enum queue_part */
	TAKE_SOCKET_SELF,		/* kernel address of a pair at ARG; MORE: of its peer */
	TAKE_FILE,			/* of the descriptor returned; MORE: enum file_part */
	TAKE_FILE_PATH,			/* likewise, from the root */
	TAKE_OPEN_FLAGS,		/* of open(), and whether it made the file */
	TAKE_OPEN_MODE,			/* MORE: the flags, which say whether there is one */
	TAKE_PIPE_INO,			/* of the descriptors in the memory at ARG */
	TAKE_POLL,			/* pollfds at ARG, MORE of them */
	TAKE_TIMESPEC,			/* timespec at ARG, in ns; SIZE: 8 or 16 bytes */
	TAKE_WORD,			/* MORE-th 64-bit word of the memory at ARG, through
					 * CONVERT if there is one */
	TAKE_HALF,			/* MORE-th 32-bit word, signed */
	TAKE_QUARTER,			/* MORE-th 16-bit word */
	TAKE_SEMAPHORE,			/* MORE-th 16-bit word of the operations at ARG, of
					 * which there are argument SIZE */
	TAKE_TASK,			/* MORE: enum task_part */
	TAKE_SIZE,			/* how large the task is; MORE: enum size_part */
	TAKE_CLONE_FLAGS,		/* ARG, or with SIZE what it points to */
	TAKE_FILENAME,			/* of a program: ARG, or what has become of it */
	TAKE_PTRACE,			/* MORE: enum ptrace_part */
	TAKE_KEYCTL,			/* ARG is text or a number, as the operation says */
	TAKE_QUOTA,			/* MORE: enum quota_part, of the struct at 3 */
	TAKE_OPTION_LEVEL,		/* of a socket, at ARG */
	TAKE_OPTION_NAME,		/* at ARG; its level is at MORE */
	TAKE_OPTION_VALUE,		/* at ARG, its length at MORE (SIZE: pointed to), level
					 * and name at 1 and 2 */
};

enum tuple_way { TUPLE_OUT, TUPLE_IN };	/* the source is: this end, the other */
enum queue_part { QUEUE_PERCENT, QUEUE_LENGTH, QUEUE_MAX };
enum size_part { SIZE_VM, SIZE_RSS, SIZE_SWAP };
enum file_part { FILE_DEV, FILE_INO, FILE_LAYER };
enum ptrace_part { PTRACE_ADDR, PTRACE_DATA };
enum quota_part {
	QUOTA_BLOCKS_HARD, QUOTA_BLOCKS_SOFT, QUOTA_SPACE, QUOTA_INODES_HARD,
	QUOTA_INODES_SOFT, QUOTA_BLOCKS_TIME, QUOTA_INODES_TIME, QUOTA_BLOCKS_GRACE,
	QUOTA_INODES_GRACE, QUOTA_FLAGS, QUOTA_FORMAT,
};

enum task_part {
	TASK_EXE, TASK_ARGS, TASK_TID, TASK_PID, TASK_PTID, TASK_FDLIMIT, TASK_PF_MAJOR,
	TASK_PF_MINOR, TASK_VM_SIZE, TASK_VM_RSS, TASK_VM_SWAP, TASK_COMM, TASK_CGROUPS,
	TASK_ENV, TASK_TTY, TASK_VPGID, TASK_LOGINUID, TASK_CAP_INHERITABLE,
	TASK_CAP_PERMITTED, TASK_CAP_EFFECTIVE, TASK_EXE_INO, TASK_EXE_CTIME,
	TASK_EXE_MTIME, TASK_UID, TASK_GID, TASK_PGID, TASK_VTID, TASK_VPID, TASK_CWD,
	TASK_PIDNS_START, TASK_EXE_FLAGS, TASK_EXEPATH,
};

struct take {
	uint8_t how;			/* enum take_how */
	uint8_t arg;			/* WIRE_NO_ARG: the result */
	uint8_t more;
	uint8_t size;			/* bytes of memory that a TAKE_WORD or TAKE_HALF of
					 * this call may need */
	uint64_t (*convert)(uint64_t raw);
	bool (*when)(const struct wire_call *call);	/* only then there is something */
};

struct call {
	const char *name;
	struct take enter[CALL_ENTER_MAX + 1];
	struct take exit[CALL_EXIT_MAX + 1];
};

/* All rows, to be walked; calls_count() of them. */
extern const struct call calls[];
size_t calls_count(void);

/* What a system call of this machine becomes. */
struct call_plan {
	const struct call *call;	/* NULL: no parameters are known */
	const struct syscall *syscall;	/* NULL: not in the registry */
	uint8_t enter_grab[CALL_ENTER_MAX];	/* which grab answers a parameter */
	uint8_t exit_grab[CALL_EXIT_MAX];	/* CALL_NO_GRAB: none */
	uint8_t enter_name, exit_name;	/* the grab with what completes a tuple */
	uint8_t n_enter_grabs, n_exit_grabs;
	bool has_messages;		/* several: each is an event */
};

#define CALL_NO_GRAB 255

/* The machine that this runs on. */
enum syscall_machine calls_machine(void);

/* The call of MACHINE with a NUMBER of wire.h, or NULL. */
const struct syscall *calls_syscall(enum syscall_machine machine, uint32_t number);

/* Make the plans of all numbers below WIRE_CALLS, and what CONFIG says of calls: specs,
 * and which calls are several. Zeroes are expected in both. */
void calls_plan(enum syscall_machine machine, struct call_plan *plans,
		struct wire_config *config);

#endif
