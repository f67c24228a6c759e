#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/live/actor.h"

/*
 * Calls of 32-bit programs, made by a 64-bit one: interrupt 0x80 takes numbers and
 * arguments as they do, and addresses below 4 GiB. The program goes on being a 64-bit one.
 */

#if defined(__x86_64__)

/* Numbers of that table. */
enum {
	I386_READ = 3, I386_WRITE = 4, I386_OPEN = 5, I386_CLOSE = 6, I386_GETPID = 20,
	I386_UMOUNT = 22, I386_LLSEEK = 140, I386_MMAP2 = 192, I386_STAT64 = 195,
	I386_GETUID32 = 199, I386_FCNTL64 = 221, I386_GETTID = 224, I386_OPENAT = 295,
	I386_READV = 145, I386_PIPE2 = 331, I386_SOCKET = 359,
};

#define LOW_BYTES 8192

/* The registers are named by what they are for. The kernel clears some of the others. */
static int
call32(int number, unsigned a, unsigned b, unsigned c, unsigned d)
{
	int result;

	__asm__ volatile("int $0x80" : "=a"(result)
			 : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(2)
			 : "memory", "r8", "r9", "r10", "r11");
	return result;
}

static unsigned
low(const void *p)
{
	return (unsigned)(uintptr_t)p;
}

static sigjmp_buf refused;

static void
on_refusal(int number)
{
	(void)number;
	siglongjmp(refused, 1);
}

/* Does this kernel run them? */
static bool
is_there(void)
{
	MUST(signal(SIGSEGV, on_refusal) != SIG_ERR);
	return !sigsetjmp(refused, 1) && call32(I386_GETPID, 0, 0, 0, 0) == getpid();
}

static void
use_file(char *room)
{
	int64_t *position = (int64_t *)(void *)(room + 512);
	int fd;

	strcpy(room, "small");
	fd = call32(I386_OPENAT, (unsigned)AT_FDCWD, low(room), O_RDWR | O_CREAT, 0600);
	MUST(fd >= 0);
	expect("< openat fd=%d(<f>%s/small) dirfd=-100(AT_FDCWD) name=small(%s/small) "
	       "flags=16391(O_CREAT|O_RDWR|O_F_CREATED) mode=0600 ", fd, actor_folder,
	       actor_folder);
	strcpy(room + 64, "thirty-two");
	MUST(call32(I386_WRITE, (unsigned)fd, low(room + 64), 10, 0) == 10);
	expect("> write fd=%d(<f>%s/small) size=10", fd, actor_folder);
	expect("< write res=10 data=thirty-two fd=%d(<f>%s/small) size=10", fd, actor_folder);
	MUST(call32(I386_LLSEEK, (unsigned)fd, 1, 5, low(position)) == 0 &&
	     *position == 0x10000000a + 5);
	expect("< llseek res=0 fd=%d(<f>%s/small) offset=%lld whence=2(SEEK_END)", fd,
	       actor_folder, 0x100000005ll);
	MUST(call32(I386_FCNTL64, (unsigned)fd, F_SETFD, FD_CLOEXEC, 0) == 0);
	expect("< fcntl res=0(<f>");
	MUST(call32(I386_CLOSE, (unsigned)fd, 0, 0, 0) == 0);
	expect("< close res=0 fd=%d(<f>%s/small)", fd, actor_folder);
}

static void
use_the_rest(char *room)
{
	int fd, *ends = (int *)(void *)(room + 128);

	strcpy(room, "/none/a");
	MUST(call32(I386_OPEN, low(room), O_RDONLY, 0, 0) < 0);
	expect("< open fd=-2(ENOENT) name=/none/a flags=1(O_RDONLY) mode=0 ");
	MUST(call32(I386_STAT64, low(room), low(room + 256), 0, 0) < 0);
	expect("< stat64 res=-2(ENOENT) path=/none/a");
	MUST(call32(I386_UMOUNT, low(room), 0, 0, 0) < 0);
	expect("< umount res=-2(ENOENT) name=/none/a");
	MUST(call32(I386_GETUID32, 0, 0, 0, 0) == 0);
	expect("< getuid uid=0");
	MUST(call32(I386_MMAP2, 0, 4096, 0, MAP_SHARED) < 0);
	expect("> mmap2 addr=0 length=4096 prot=0(PROT_NONE) flags=1(MAP_SHARED) fd=2");
	MUST(call32(I386_GETTID, 0, 0, 0, 0) == getpid());
	expect("> gettid");
	expect("< gettid");
	MUST(call32(I386_READ, (unsigned)-1, 8, 5, 0) < 0);
	expect("< read res=-9(EBADF) data=NULL fd=-1(EPERM) size=5");
	/* Its buffers are half as wide as ours. */
	MUST(call32(I386_READV, (unsigned)-1, 8, 1, 0) < 0);
	expect("< readv res=-9(EBADF) size=<NA> data=NULL fd=-1(EPERM)");
	fd = call32(I386_SOCKET, 2, 2, 0, 0);
	MUST(fd >= 0);
	expect("< socket fd=%d(<4>) domain=2(AF_INET) type=2 proto=0", fd);
	MUST(call32(I386_PIPE2, low(ends), O_CLOEXEC, 0, 0) == 0);
	expect("< pipe2 res=0 fd1=%d(<p>) fd2=%d(<p>)", ends[0], ends[1]);
}

void
act_compat(void)
{
	char *room = mmap(NULL, LOW_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	MUST(room != MAP_FAILED && (uintptr_t)room + LOW_BYTES < UINT32_MAX);
	if (!is_there())
		return;
	use_file(room);
	use_the_rest(room);
}

#else

void
act_compat(void)
{
}

#endif
