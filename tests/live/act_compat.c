#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/live/actor.h"

/* As 32-bit programs call the kernel, which numbers its calls in another way. */
#if defined(__x86_64__)
enum { READ = 3, OPEN = 5, CLOSE = 6, GETPPID = 64, READV = 145, PIPE2 = 331, SOCKET = 359 };

static long
call(long number, unsigned long a, unsigned long b, unsigned long c)
{
	long result = number;

	/* It leaves the upper registers as they are or clears them. */
	__asm__ volatile("int $0x80" : "+a"(result) : "b"(a), "c"(b), "d"(c) :
			 "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

static sigjmp_buf refused;

static void
on_refusal(int number)
{
	(void)number;
	siglongjmp(refused, 1);
}

/* Does this kernel run such programs? */
static int
is_possible(void)
{
	signal(SIGSEGV, on_refusal);
	return !sigsetjmp(refused, 1) && call(GETPPID, 0, 0, 0) > 0;
}

void
act_compat(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	unsigned long at = (unsigned long)low;
	int fd, sock;

	MUST(low != MAP_FAILED);
	if (!is_possible())
		return;
	strcpy(low, "narrow");
	fd = (int)call(OPEN, at, O_RDWR | O_CREAT, 0640);
	MUST(fd >= 0);
	expect("< open fd=%d(<f>%s/narrow) name=narrow(%s/narrow) flags=", fd, actor_folder,
	       actor_folder);
	MUST(write(fd, "12345", 5) == 5 && lseek(fd, 0, SEEK_SET) == 0);
	MUST(call(READ, (unsigned long)fd, at + 100, 80) == 5);
	expect("> read fd=%d(<f>%s/narrow) size=80", fd, actor_folder);
	expect("< read res=5 data=12345 fd=%d(<f>%s/narrow) size=80", fd, actor_folder);
	MUST(call(READ, (unsigned long)-1, at, 80) == -9);
	expect("< read res=-9(EBADF) data=");
	MUST(call(GETPPID, 0, 0, 0) > 0);
	expect("> getppid");
	call(READV, 0, 0, 0);
	expect("> readv");
	sock = (int)call(SOCKET, 2, 2, 0);
	MUST(sock >= 0);
	expect("< socket fd=%d(<4>) domain=2(AF_INET) type=2 proto=0", sock);
	MUST(call(PIPE2, at, O_CLOEXEC, 0) == 0);
	expect("< pipe2 res=0 fd1=%d(<p>) fd2=%d(<p>)", ((int *)(void *)low)[0],
	       ((int *)(void *)low)[1]);
	MUST(call(CLOSE, (unsigned long)fd, 0, 0) == 0);
	expect("< close res=0 fd=%d(<f>%s/narrow)", fd, actor_folder);
}
#else
void
act_compat(void)
{
}
#endif
