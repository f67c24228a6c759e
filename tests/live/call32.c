#include "tests/live/call32.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/live/actor.h"

#if defined(__x86_64__)

/* The registers are named by what they are for. The kernel clears some of the others. What
 * lies below the stack is the compiler's. */
int
call32(int number, const unsigned args[6])
{
	register unsigned last __asm__("r12") = args[5];
	int result;

	__asm__ volatile("lea -128(%%rsp), %%rsp\n\tpush %%rbp\n\tmov %%r12d, %%ebp\n\t"
			 "int $0x80\n\tpop %%rbp\n\tlea 128(%%rsp), %%rsp"
			 : "=a"(result)
			 : "a"(number), "b"(args[0]), "c"(args[1]), "d"(args[2]), "S"(args[3]),
			   "D"(args[4]), "r"(last)
			 : "memory", "cc", "r8", "r9", "r10", "r11");
	return result;
}

static sigjmp_buf refused;

static void
on_refusal(int number)
{
	(void)number;
	siglongjmp(refused, 1);
}

static bool
is_there(void)
{
	bool is_there;

	MUST(signal(SIGSEGV, on_refusal) != SIG_ERR);
	is_there = !sigsetjmp(refused, 1) && CALL32(I386_GETPID, 0) == getpid();
	MUST(signal(SIGSEGV, SIG_DFL) != SIG_ERR);
	return is_there;
}

char *
call32_room(void)
{
	char *room = mmap(NULL, CALL32_ROOM, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	MUST(room != MAP_FAILED && (uintptr_t)room + CALL32_ROOM < UINT32_MAX);
	return is_there() ? room : NULL;
}

#else

int
call32(int number, const unsigned args[6])
{
	(void)number;
	(void)args;
	return -1;
}

char *
call32_room(void)
{
	return NULL;
}

#endif
