#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "tests/live/actor.h"

#define MIB (1u << 20)

/* All memory of this process, as the kernel counts it now. */
static unsigned long
size_kb(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;

	MUST(f && fscanf(f, "%lu", &pages) == 1 && fclose(f) == 0);
	return pages * (unsigned long)sysconf(_SC_PAGESIZE) / 1024;
}

static void
use_memory(void)
{
	void *p = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	MUST(p != MAP_FAILED);
	expect("> mmap addr=0 length=1048576 prot=3(PROT_READ|PROT_WRITE) "
	       "flags=10(MAP_PRIVATE|MAP_ANONYMOUS) fd=-1(EPERM) offset=0");
	expect("< mmap res=%lX vm_size=%lu vm_rss=", (unsigned long)p, size_kb());
	MUST(mprotect(p, 4096, PROT_READ) == 0);
	expect("< mprotect res=0 addr=%lX length=4096 prot=1(PROT_READ)", (unsigned long)p);
	MUST(munmap(p, MIB) == 0);
	expect("> munmap addr=%lX length=1048576", (unsigned long)p);
}

static void
make_descriptors(void)
{
	int fd = eventfd(7, EFD_NONBLOCK);

	MUST(fd >= 0);
	expect("< eventfd2 res=%d(<e>) flags=64(O_NONBLOCK) initval=7", fd);
	fd = epoll_create1(EPOLL_CLOEXEC);
	MUST(fd >= 0);
	expect("< epoll_create1 res=%d flags=1(EPOLL_CLOEXEC)", fd);
	fd = inotify_init1(IN_CLOEXEC);
	MUST(fd >= 0);
	expect("< inotify_init1 res=%d(<i>) flags=4096(O_CLOEXEC)", fd);
	fd = timerfd_create(CLOCK_MONOTONIC, 0);
	MUST(fd >= 0);
	expect("< timerfd_create res=%d(<t>) clockid=1 flags=0", fd);
	fd = memfd_create("scratch", MFD_CLOEXEC);
	MUST(fd >= 0);
	expect("< memfd_create fd=%d(<m>scratch) name=scratch flags=1(MFD_CLOEXEC)", fd);
	fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	MUST(fd >= 0);
	expect("< pidfd_open fd=%d(<P>/proc/%d) pid=%d(actor) flags=0", fd, getpid(), getpid());
}

static void
ask_and_set(void)
{
	struct timespec nap = { 0, 1000 };
	struct rlimit limit = { 400, 500 };
	uint32_t word = 3;

	MUST(prctl(PR_SET_NAME, "renamed") == 0);
	expect("< prctl res=0 option=15(PR_SET_NAME) arg2_str=renamed arg2_int=");
	MUST(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, NULL) == 0);
	expect("< prlimit res=0 newcur=400 newmax=500 oldcur=<NA> oldmax=<NA> pid=0 "
	       "resource=7(RLIMIT_NOFILE)");
	MUST(syscall(SYS_nanosleep, &nap, NULL) == 0);
	expect("< nanosleep res=0 interval=1000(");
	MUST(syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 5, NULL, NULL, 0) == 0);
	expect("< futex res=0 addr=%lX op=129(FUTEX_PRIVATE_FLAG|FUTEX_WAKE) val=5",
	       (unsigned long)&word);
	MUST(syscall(SYS_setpgid, 0, 0) == 0);
	expect("< setpgid res=0 pid=0 pgid=0");
	MUST(syscall(SYS_kill, getpid(), 0) == 0);
	expect("< kill res=0 pid=%d(renamed) sig=0", getpid());
	MUST(unshare(CLONE_FS) == 0);
	expect("< unshare res=0 flags=2(CLONE_FS)");
	MUST(syscall(SYS_getppid) > 0);
	expect("> getppid");
	expect("< getppid");
	MUST(syscall(SYS_setresgid, -1, 0, -1) == 0);
	expect("< setresgid res=0 rgid=-1(<NONE>) egid=0");
	MUST(syscall(SYS_setuid, 0) == 0);
	expect("< setuid res=0 uid=0");
}

void
act_system(void)
{
	use_memory();
	make_descriptors();
	ask_and_set();
}
