/*
 * call_words - short words for the tables of calls, and nothing else.
 *
 * Each makes a struct take, or what stands around them; calls.h says what they mean.
 */
#ifndef PROBE_CALL_WORDS_H
#define PROBE_CALL_WORDS_H

#include <stdbool.h>

#include "probe/calls.h"
#include "probe/convert.h"

/* What a call that failed was to fill in means nothing. */
static inline bool
when_done(const struct wire_call *call)
{
	return call->result >= 0;
}

#define R WIRE_NO_ARG

#define RES { .how = TAKE_RESULT }
#define ARG(n) { .how = TAKE_ARG, .arg = n }
#define INT(n) { .how = TAKE_INT, .arg = n }
#define VIA(n, f) { .how = TAKE_CONVERTED, .arg = n, .convert = convert_##f }
#define ZERO { .how = TAKE_CONVERTED, .convert = convert_to_zero }
#define TEXT(n) { .how = TAKE_TEXT, .arg = n }
#define TEXT_WHEN(n, c) { .how = TAKE_TEXT, .arg = n, .when = when_##c }
#define BUFFER(n, len) { .how = TAKE_BUFFER, .arg = n, .more = len }
#define BUFFER_WHEN(n, len, c) { .how = TAKE_BUFFER, .arg = n, .more = len, .when = when_##c }
#define INT_WHEN(n, c) { .how = TAKE_INT, .arg = n, .when = when_##c }
#define DATA_IN(n) { .how = TAKE_DATA, .arg = n, .more = R }
#define DATA_OUT(n, len) { .how = TAKE_DATA, .arg = n, .more = len }
#define VSIZE(n, count) { .how = TAKE_VECTOR_SIZE, .arg = n, .more = count }
#define VDATA_IN(n, count) { .how = TAKE_VECTOR_DATA, .arg = n, .more = count, .size = 1 }
#define VDATA_OUT(n, count) { .how = TAKE_VECTOR_DATA, .arg = n, .more = count }
#define MSIZE(n) { .how = TAKE_MESSAGE_SIZE, .arg = n }
#define MDATA(n) { .how = TAKE_MESSAGE_DATA, .arg = n }
#define MCONTROL(n) { .how = TAKE_MESSAGE_CONTROL, .arg = n }
#define EACH_RES { .how = TAKE_MESSAGE_RESULT, .arg = 1, .more = 2, .size = 1 }
#define EACH_SIZE { .how = TAKE_MESSAGE_SIZE, .arg = 1, .more = 2, .size = 1 }
#define EACH_DATA { .how = TAKE_MESSAGE_DATA, .arg = 1, .more = 2, .size = 1 }
#define EACH_CONTROL { .how = TAKE_MESSAGE_CONTROL, .arg = 1, .more = 2, .size = 1 }
#define NAME(n, len) { .how = TAKE_NAME, .arg = n, .more = len }
#define TUPLE(fd, way, name) { .how = TAKE_TUPLE, .arg = fd, .more = way, .size = name }
#define MTUPLE(way) { .how = TAKE_MESSAGE_TUPLE, .arg = 0, .more = way }
#define QUEUE(fd, part) { .how = TAKE_QUEUE, .arg = fd, .more = QUEUE_##part }
#define SELF(n) { .how = TAKE_SOCKET_SELF, .arg = n, .more = 0 }
#define PEER(n) { .how = TAKE_SOCKET_SELF, .arg = n, .more = 1 }
#define FILE_PATH { .how = TAKE_FILE_PATH, .arg = R }
#define OF_FILE(part) { .how = TAKE_FILE, .arg = R, .more = FILE_##part }
#define OPEN_FLAGS(n) { .how = TAKE_OPEN_FLAGS, .arg = n }
#define OPEN_MODE(n, flags) { .how = TAKE_OPEN_MODE, .arg = n, .more = flags }
#define PIPE_INO(n) { .how = TAKE_PIPE_INO, .arg = n, .when = when_done }
#define POLL(n, count) { .how = TAKE_POLL, .arg = n, .more = count }
#define TIME32(n) { .how = TAKE_TIMESPEC, .arg = n, .size = 8 }
#define TIME(n) { .how = TAKE_TIMESPEC, .arg = n, .size = 16 }
#define WORD(n, i, bytes) { .how = TAKE_WORD, .arg = n, .more = i, .size = bytes }
#define WORD_VIA(n, i, bytes, f) \
	{ .how = TAKE_WORD, .arg = n, .more = i, .size = bytes, .convert = convert_##f }
#define HALF(n, i, bytes) { .how = TAKE_HALF, .arg = n, .more = i, .size = bytes }
#define HALF_VIA(n, i, bytes, f) \
	{ .how = TAKE_HALF, .arg = n, .more = i, .size = bytes, .convert = convert_##f }
#define HALF_WHEN(n, i, bytes, c) \
	{ .how = TAKE_HALF, .arg = n, .more = i, .size = bytes, .when = when_##c }
#define QUOTA_ON_FORMAT { .how = TAKE_CONVERTED, .arg = 2, .convert = convert_quota_format, \
	.when = when_quota_file }
#define QUARTER_BACK(n, i, bytes) \
	{ .how = TAKE_QUARTER, .arg = n, .more = i, .size = bytes, .when = when_done }
#define WORD_BACK(n, i, bytes) \
	{ .how = TAKE_WORD, .arg = n, .more = i, .size = bytes, .when = when_done }
#define HALF_BACK_VIA(n, i, bytes, f) \
	{ .how = TAKE_HALF, .arg = n, .more = i, .size = bytes, .convert = convert_##f, \
	  .when = when_done }
#define HALF_BACK(n, i, bytes) HALF_WHEN(n, i, bytes, done)
#define OFFSET(high, low) { .how = TAKE_OFFSET, .arg = high, .more = low }
#define SEMAPHORE(i) { .how = TAKE_SEMAPHORE, .arg = 1, .more = i, .size = 2 }
#define SEMAPHORE_VIA(i, f) \
	{ .how = TAKE_SEMAPHORE, .arg = 1, .more = i, .size = 2, .convert = convert_##f }
#define PTRACE(n, part) { .how = TAKE_PTRACE, .arg = n, .more = PTRACE_##part, .size = 8 }
#define PTRACE32(n, part) { .how = TAKE_PTRACE, .arg = n, .more = PTRACE_##part, .size = 4 }
#define KEY32(n) { .how = TAKE_KEYCTL, .arg = n, .convert = convert_key32 }
#define KEY(n) { .how = TAKE_KEYCTL, .arg = n }
#define QUOTA(part) { .how = TAKE_QUOTA, .arg = 3, .more = QUOTA_##part, .size = 72 }
#define FILENAME(n) { .how = TAKE_FILENAME, .arg = n }
#define MEMORY \
	{ .how = TAKE_SIZE, .more = SIZE_VM }, { .how = TAKE_SIZE, .more = SIZE_RSS }, \
	{ .how = TAKE_SIZE, .more = SIZE_SWAP }
#define TASK(part) { .how = TAKE_TASK, .more = TASK_##part }
#define LAST { .how = TAKE_END }
#define ENVIRONMENT(argv) { .how = TAKE_TASK, .arg = argv, .more = TASK_ENV }
#define LEVEL(n) { .how = TAKE_OPTION_LEVEL, .arg = n }
#define OPTION(n, level) { .how = TAKE_OPTION_NAME, .arg = n, .more = level }
#define VALUE(n, len) { .how = TAKE_OPTION_VALUE, .arg = n, .more = len }
#define VALUE_BACK(n, len) \
	{ .how = TAKE_OPTION_VALUE, .arg = n, .more = len, .size = 1, .when = when_done }

/* clone_flags of clone, whose flags are an argument, of clone3, where they are in
 * memory, and of the two that have none. */
#define CLONE_FLAGS { .how = TAKE_CLONE_FLAGS, .arg = 0, .convert = convert_clone_flags }
#define CLONE3_FLAGS \
	{ .how = TAKE_CLONE_FLAGS, .arg = 0, .size = 8, .convert = convert_clone_flags }
#define FORK_FLAGS(f) { .how = TAKE_CLONE_FLAGS, .arg = 0, .convert = convert_##f }

#define CHILD(flags) { \
	RES, TASK(EXE), TASK(ARGS), TASK(TID), TASK(PID), TASK(PTID), TASK(CWD), TASK(FDLIMIT), \
	TASK(PF_MAJOR), TASK(PF_MINOR), TASK(VM_SIZE), TASK(VM_RSS), TASK(VM_SWAP), \
	TASK(COMM), TASK(CGROUPS), flags, TASK(UID), TASK(GID), TASK(VTID), TASK(VPID), \
	TASK(PIDNS_START) }

/* Both, and what execve() has behind it. */
#define EXEC(argv, more) { \
	RES, TASK(EXE), TASK(ARGS), TASK(TID), TASK(PID), TASK(PTID), TASK(CWD), TASK(FDLIMIT), \
	TASK(PF_MAJOR), TASK(PF_MINOR), TASK(VM_SIZE), TASK(VM_RSS), TASK(VM_SWAP), \
	TASK(COMM), TASK(CGROUPS), ENVIRONMENT(argv), TASK(TTY), TASK(VPGID), TASK(LOGINUID), \
	TASK(EXE_FLAGS), \
	TASK(CAP_INHERITABLE), TASK(CAP_PERMITTED), TASK(CAP_EFFECTIVE), TASK(EXE_INO), \
	TASK(EXE_CTIME), TASK(EXE_MTIME), TASK(UID), TASK(EXEPATH), TASK(PGID), \
	TASK(GID), more }

#define CALL(call, ...) { .name = #call, __VA_ARGS__ },
#define ENTER(...) .enter = { __VA_ARGS__ }
#define EXIT(...) .exit = { __VA_ARGS__ }
#define EXIT_LIST(...) .exit = __VA_ARGS__
#define NO_PARAMETERS .exit = { { .how = TAKE_END } }

#endif
