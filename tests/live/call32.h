/*
 * call32 - calls of 32-bit programs, made by a 64-bit one.
 *
 * Interrupt 0x80 takes numbers and arguments as they do, and addresses below 4 GiB. The
 * program goes on being a 64-bit one. Only x86 has it.
 */
#ifndef TESTS_LIVE_CALL32_H
#define TESTS_LIVE_CALL32_H

#include <stdbool.h>
#include <stdint.h>

#define CALL32_ROOM 65536		/* bytes of memory that they may point to */

/* Numbers of that table. */
enum {
	I386_READ = 3, I386_WRITE = 4, I386_OPEN = 5, I386_CLOSE = 6, I386_EXECVE = 11,
	I386_LCHOWN = 16, I386_LSEEK = 19, I386_GETPID = 20, I386_UMOUNT = 22, I386_PTRACE = 26,
	I386_SETRLIMIT = 75, I386_OLD_SELECT = 82, I386_OLD_MMAP = 90, I386_SOCKETCALL = 102,
	I386_IPC = 117, I386_LLSEEK = 140, I386_READV = 145, I386_WRITEV = 146,
	I386_NANOSLEEP = 162, I386_SETRESUID = 164, I386_GETRESUID = 165, I386_PREAD64 = 180,
	I386_PWRITE64 = 181, I386_SENDFILE = 187, I386_UGETRLIMIT = 191, I386_MMAP2 = 192,
	I386_STAT64 = 195, I386_LSTAT64 = 196, I386_FSTAT64 = 197, I386_GETUID32 = 199,
	I386_FCNTL64 = 221, I386_GETTID = 224, I386_SENDFILE64 = 239, I386_KEYCTL = 288,
	I386_OPENAT = 295, I386_PPOLL = 309, I386_PIPE2 = 331, I386_PREADV = 333,
	I386_PWRITEV = 334, I386_SENDMMSG = 345, I386_SOCKET = 359, I386_PPOLL_TIME64 = 414,
	I386_RECVMMSG_TIME64 = 417,
};

/* Make the call NUMBER: its result, or a negative errno. */
int call32(int number, const unsigned args[6]);
#define CALL32(number, ...) call32(number, (const unsigned[6]){ __VA_ARGS__ })

/* CALL32_ROOM bytes of zeroes below 4 GiB, or NULL: this kernel does not run such calls. */
char *call32_room(void);

/* A pointer into them as those programs have it. */
static inline unsigned
low(const void *p)
{
	return (unsigned)(uintptr_t)p;
}

#endif
